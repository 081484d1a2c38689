"""Reading on after a mistake, so that a file is corrected in one go."""

from collections.abc import Iterator
from contextlib import contextmanager

from qse_audit.core.errors import BadInput

MOST = 20
"""How many mistakes are told at once; a file that has more is another kind of file."""


class Mistakes:
    """What is wrong in a file, in reading order."""

    def __init__(self) -> None:
        self.found: list[BadInput] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note what is wrong in the block, and go on after it.

        :raises BadInput: with all of them, when there are too many.
        """
        try:
            yield
        except BadInput as wrong:
            if wrong in self.found:  # all of them, on their way up
                raise
            self.found.append(wrong)
            if len(self.found) >= MOST:
                self.refuse()

    def refuse(self) -> None:
        """Say all that was wrong, if anything was.

        :raises BadInput: the first mistake, with the others.
        """
        if self.found:
            first, *others = self.found
            first.others = tuple(others)
            raise first
