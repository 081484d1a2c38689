"""What happened to an issue, a party, a proposal, a version of the policy. Nothing here writes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Person
from qse_audit.core.permissions import Kind
from qse_audit.core.text import Message
from qse_audit.db.trail import Event, EventText
from qse_audit.policy.rules import REPEATED, VERBS

MAX_HISTORY = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of a history."""

    verb: str
    title: Message | str
    at: datetime
    who: str
    reason: str
    """What the person wrote then."""


def history(session: Session, kind: Kind, subject_id: int) -> tuple[Happening, ...]:
    """Return what happened, newest first; writing in a row by one person is one line."""
    rows = session.execute(
        select(Event.verb, Event.at, Person.name, EventText.value)
        .outerjoin(Person, Person.id == Event.actor_id)
        .outerjoin(EventText, and_(EventText.event_id == Event.id, EventText.name == "reason"))
        .where(Event.subject_kind == kind.value, Event.subject_id == subject_id)
        .order_by(Event.id.desc())
        .limit(MAX_HISTORY)
    )
    found: list[Happening] = []
    for row in rows:
        line = Happening(
            verb=row.verb,
            title=VERBS.get(row.verb, row.verb),
            at=row.at,
            who=row.name or "",
            reason=row.value or "",
        )
        repeats = row.verb in REPEATED and found and found[-1].verb == row.verb
        if not (repeats and found[-1].who == line.who):
            found.append(line)
    return tuple(found)
