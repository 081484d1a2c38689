"""The event chain of an organisation, as people read it and as they check it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Person
from qse_audit.core.permissions import Kind, Role
from qse_audit.core.text import Message
from qse_audit.dashboard.rules import SUBJECTS, VERBS
from qse_audit.db.trail import (
    Event,
    EventText,
    Head,
    chain_head,
    first_broken,
    read_chain,
    text_hash,
)
from qse_audit.policies import Identity

WORDS_FOR: Mapping[Role, frozenset[str]] = {
    Role.COORDINATOR: frozenset(
        {Kind.AUDIT, Kind.FINDING, Kind.ACTION, "process", "referential", "site", "organisation"}
    ),
    Role.ADMINISTRATOR: frozenset({"site", "organisation", "person", "invitation"}),
}
"""Whose words each role reads beside the acts: those of records that it may open anyway."""
TITLES = ("title", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilter:
    """What the register is asked to show."""

    kind: str = ""
    verb: str = ""
    person_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """One recorded act."""

    id: int
    seq: int
    at: datetime
    who: str | None
    verb: str
    kind: str
    subject_id: int
    reference: str
    hash: str
    title: str = ""

    @property
    def wording(self) -> Message | str:
        """Return what the verb says to people; its code when nobody has worded it."""
        return VERBS.get(self.verb, self.verb)

    @property
    def subject(self) -> Message | str:
        """Return the kind of object in people’s words."""
        return SUBJECTS.get(self.kind, self.kind)


def event_statement(who: Identity, wanted: TrailFilter) -> Select[Any]:
    """Return the acts recorded in the organisation where ``who`` acts, unordered."""
    statement: Select[Any] = (
        select(  # type: ignore[assignment]  # the columns of EventLine, and its body
            Event.id,
            Event.seq,
            Event.at,
            Person.name.label("who"),
            Event.verb,
            Event.subject_kind.label("kind"),
            Event.subject_id,
            Event.body,
            Event.hash,
        )
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(Event.organisation_id == who.organisation_id)
    )
    for column, value in (
        (Event.subject_kind, wanted.kind or None),
        (Event.verb, wanted.verb or None),
        (Event.actor_id, wanted.person_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return statement


def as_event(row: Row[Any]) -> EventLine:
    """Return a row of :func:`event_statement` as a line, its words not yet read."""
    given = dict(row._mapping)
    reference = json.loads(given.pop("body")).get("data", {}).get("reference", "")
    return EventLine(**given, reference=str(reference))


def events(session: Session, who: Identity, lines: Sequence[EventLine]) -> list[EventLine]:
    """Return ``lines`` with the titles that this person may read beside them."""
    kinds = frozenset[str]().union(*(WORDS_FOR.get(role, frozenset()) for role in who.roles))
    ids = [line.id for line in lines if line.kind in kinds]
    rows = session.execute(
        select(EventText.event_id, EventText.value).where(
            EventText.event_id.in_(ids), EventText.name.in_(TITLES)
        )
    )
    titles = {row.event_id: row.value for row in rows}
    return [_titled(line, titles.get(line.id, "")) for line in lines]


def _titled(line: EventLine, title: str) -> EventLine:
    given = {name: getattr(line, name) for name in EventLine.__slots__}
    return EventLine(**{**given, "title": title})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainCheck:
    """What checking the whole chain found."""

    head: Head
    broken_seq: int | None
    """The first act that no longer fits; ``None`` when the chain holds."""
    altered_seq: int | None
    """The first act whose words are no longer those recorded; erased words are no fault."""

    @property
    def holds(self) -> bool:
        """Say whether nothing was changed."""
        return self.broken_seq is None and self.altered_seq is None


def check_chain(session: Session, organisation_id: int) -> ChainCheck:
    """Compute every hash of the organisation’s chain again, and of the words beside it."""
    head = chain_head(session, organisation_id)
    return ChainCheck(
        head=head,
        broken_seq=first_broken(read_chain(session, organisation_id)),
        altered_seq=next(_altered(session, organisation_id), None),
    )


def _altered(session: Session, organisation_id: int) -> Iterator[int]:
    statement = (
        select(Event.seq, Event.body, EventText.name, EventText.salt, EventText.value)
        .join(EventText, EventText.event_id == Event.id)
        .where(Event.organisation_id == organisation_id)
        .order_by(Event.seq)
        .execution_options(yield_per=1000)
    )
    with session.execute(statement) as rows:
        for row in rows:
            recorded = json.loads(row.body).get("texts", {}).get(row.name)
            erased = not row.salt and not row.value
            if not erased and recorded != text_hash(row.salt, row.value):
                yield row.seq


def by_newest() -> list[tuple[ColumnElement[Any], bool]]:
    """Return the order of the register, for keyset paging: newest first."""
    return [(Event.seq.expression, True)]
