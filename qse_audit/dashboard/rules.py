"""How messages are worded, when mails are tried again, and how the chain’s verbs read. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from qse_audit.core.text import N_, Message
from qse_audit.documents.text import day

RETRY_MINUTES = (1, 5, 15, 60, 240, 720)
"""How long to wait after each failed attempt to hand a mail over; then it is given up."""
CLAIM_LIFE = timedelta(minutes=10)
"""A claimed mail of which no more is heard is due again: nothing was sent yet."""
SENDING_LIFE = timedelta(minutes=10)
"""A mail whose sending never ended is uncertain after that."""
MAIL_LIFE = timedelta(days=3)
"""A mail that could not leave for so long is given up: its links may no longer serve."""
CATCH_UP_DAYS = 60
"""Reminders that fell longer ago are not made up for."""
ALIVE_SECONDS = 120
"""The scheduler counts as alive for so long after its last beat."""


def next_try(tries: int, now: datetime) -> datetime | None:
    """Return when to try again after ``tries`` failed attempts; ``None`` to give up."""
    if tries > len(RETRY_MINUTES):
        return None
    return now + timedelta(minutes=RETRY_MINUTES[tries - 1])


def as_message(msgid: str, values: Mapping[str, Any], locale: str) -> Message:
    """Return a stored message, its days (values called ``…_on``) as people read them."""
    return Message(msgid, {name: _shown(name, value, locale) for name, value in values.items()})


def _shown(name: str, value: Any, locale: str) -> Any:
    if not name.endswith("_on"):
        return value
    try:
        return day(date.fromisoformat(str(value)), locale)
    except ValueError:
        return value


def reminder(due_on: date, today: date, **words: str) -> Message:
    """Return what the owner of an action reads; true on the day when it is read, too."""
    words["due_on"] = due_on.isoformat()
    if due_on < today:
        return N_("Échéance dépassée depuis le %(due_on)s : %(title)s (%(reference)s)", **words)
    return N_("Échéance le %(due_on)s : %(title)s (%(reference)s)", **words)


def verification_due(verify_on: date, **words: str) -> Message:
    """Return what a verifier reads when the delay before verification is over."""
    words["verify_on"] = verify_on.isoformat()
    return N_("Efficacité à vérifier depuis le %(verify_on)s : %(title)s (%(reference)s)", **words)
