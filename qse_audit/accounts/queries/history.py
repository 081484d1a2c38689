"""What happened to an object, read from the register, with the names of who did it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Person
from qse_audit.core.permissions import Kind
from qse_audit.db.trail import Event, EventText

MOST_READ = 500
"""Acts that are read before those in a row are put together."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a history."""

    verb: str
    """``audit.plan``: each feature words its own."""
    at: datetime
    who: str | None
    """``None`` for what the application did by itself."""
    detail: str
    """What the person wrote then."""


def history(
    session: Session,
    kind: Kind | str,
    subject_id: int,
    *,
    text: str = "note",
    repeated: Collection[str] = (),
    most: int = 50,
) -> tuple[Happening, ...]:
    """Return what happened to an object, newest first: one statement.

    ``text`` names what the person wrote, as the acts of the feature call it. Acts ``repeated`` in
    a row by one person are one line.
    """
    rows = session.execute(
        select(Event.verb, Event.at, Person.name, EventText.value)
        .outerjoin(Person, Person.id == Event.actor_id)
        .outerjoin(EventText, and_(EventText.event_id == Event.id, EventText.name == text))
        .where(Event.subject_kind == str(kind), Event.subject_id == subject_id)
        .order_by(Event.id.desc())
        .limit(MOST_READ if repeated else most)
    )
    found: list[Happening] = []
    for verb, at, who, value in rows:
        last = found[-1] if found else None
        if verb in repeated and last is not None and (last.verb, last.who) == (verb, who):
            continue
        found.append(Happening(verb, at, who, value or ""))
    return tuple(found)
