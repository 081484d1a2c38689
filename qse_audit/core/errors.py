"""What can go wrong, as one tree.

* QseError
  + NotSignedIn         nobody is signed in
  + NotFound            it does not exist, or this person may not know that it does
  + NotAllowed          it exists, but this person may not do this
  + Refused             a rule says no; carries every reason
    - TransitionRefused the workflow says no
  + Conflict            somebody else changed it in between; carries both texts
  + BadInput            what was sent cannot be used; says where and what was expected
  + TooManyTries        the throttle asks to wait
  + StorageFull         the free-space reserve is reached
  + Damaged             a kept file is missing, or no longer what it was
  + SettingsError       a setting is wrong: name, value, what is accepted
  + DocumentError       a file could not be made
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qse_audit.core.text import N_, Message


class QseError(Exception):
    """Base of every error that the toolkit raises on purpose."""


class NotSignedIn(QseError):
    """Raised when a guarded action is attempted without an identity."""


class NotFound(QseError):
    """Raised for an object that is missing or must look missing; ``told``: what to do then."""

    def __init__(self, what: object = "", *, told: Message | None = None) -> None:
        super().__init__(what)
        self.told = told


class NotAllowed(QseError):
    """Raised when the policy grants no way to do this."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason to refuse, worded for the person who reads it."""

    code: str
    """Stable name, for tests and links: ``checklist_incomplete``."""
    message: Message
    source: Message | str = ""
    """The clause or decision behind the rule: ``ISO 9001:2015, 9.2.2 c``."""


class Refused(QseError):
    """Raised when a rule says no; every reason is there, not only the first."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__("; ".join(refusal.message for refusal in refusals))
        self.refusals = tuple(refusals)


class TransitionRefused(Refused):
    """Raised when a workflow transition cannot be applied."""


class Conflict(QseError):
    """Raised when the version that a person edited is no longer the stored one."""

    def __init__(self, *, theirs: Mapping[str, str], yours: Mapping[str, str]) -> None:
        super().__init__("edited by someone else in between")
        self.theirs = dict(theirs)
        """What is stored now, field by field."""
        self.yours = dict(yours)
        """What the person sent, field by field."""


class BadInput(QseError):
    """Raised for input that cannot be used; ``message`` says what was found and expected."""

    def __init__(self, message: Message, *, place: Message | str = "") -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.message = message
        self.place = place
        """Where in the input: a line, a row and column, a key path; ``""`` for the whole."""
        self.others: tuple[BadInput, ...] = ()
        """What else is wrong in the same input, as far as it could be read."""


class TooManyTries(QseError):
    """Raised when the throttle asks to wait."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"retry after {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class StorageFull(QseError):
    """Raised when an upload would eat into the free-space reserve."""


class Damaged(QseError):
    """Raised for a kept file that is missing, or whose bytes are no longer those of its address."""

    def __init__(self, sha256: str, *, is_missing: bool) -> None:
        super().__init__(f"file {sha256}: {'missing' if is_missing else 'changed on disk'}")
        self.sha256 = sha256
        self.is_missing = is_missing


class SettingsError(QseError):
    """Raised at start for a setting that cannot be used."""


class DocumentError(QseError):
    """Raised when a document could not be made; the message says why."""


def refuse_all(refusals: Sequence[Refusal]) -> None:
    """Raise when there is any reason.

    :raises Refused: with all of them.
    """
    if refusals:
        raise Refused(refusals)


EDITED_MEANWHILE = N_("Quelqu’un d’autre a modifié cette fiche entre-temps.")
