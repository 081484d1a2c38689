"""Looking inside files that people send, in a child process that can be bounded and killed."""


class Unacceptable(Exception):
    """Raised when a file must be refused: a code of ``rules.FILE_REFUSALS`` and its values."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values
