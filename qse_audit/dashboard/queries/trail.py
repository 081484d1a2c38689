"""The event chain of an organisation, as people read it and as they check it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Person
from qse_audit.audits.models import Audit, ChecklistItem
from qse_audit.core.clock import begins_at
from qse_audit.core.permissions import Kind, Role
from qse_audit.core.text import Message
from qse_audit.dashboard.rules import SUBJECTS, VERBS, precision
from qse_audit.db.trail import (
    Event,
    EventText,
    Head,
    chain_head,
    event_hash,
    first_broken,
    read_chain,
    text_hash,
)
from qse_audit.policies import Identity
from qse_audit.web.paging import counted

WORDS_FOR: Mapping[Role, frozenset[str]] = {
    Role.COORDINATOR: frozenset(
        {Kind.AUDIT, Kind.FINDING, Kind.ACTION, "process", "referential", "site", "organisation"}
    ),
    Role.ADMINISTRATOR: frozenset({"site", "organisation", "person", "invitation"}),
}
"""Whose words each role reads beside the acts: those of records that it may open anyway."""
TITLES = ("title", "name")
REFERENCE = re.compile(r"[A-Za-z]{2,4}(-[0-9]{1,6}){0,3}-?")
"""How the reference of a record begins, or all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilter:
    """What the register is asked to show."""

    search: str = ""
    kind: str = ""
    subject_id: int | None = None
    """One object of that kind."""
    verb: str = ""
    person_id: int | None = None
    """Who acted; 0 for the application itself."""
    since: date | None = None
    until: date | None = None
    """The last day, as read in Paris."""


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
    title: str
    """The words recorded with the act, if this person may read them."""
    reference: str
    audit_id: int | None
    """The audit of which a question was answered."""
    precision: tuple[Message, ...]
    hash: str
    intact: bool
    """Whether the act still gives its hash."""

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
    return (
        select(
            Event.id,
            Event.seq,
            Event.at,
            Person.name.label("who"),
            Event.verb,
            Event.subject_kind.label("kind"),
            Event.subject_id,
            _words(who).with_only_columns(EventText.value).limit(1).label("title"),
            Event.body,
            Event.prev,
            Event.hash,
        )
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(*_narrowed(who, wanted))
    )


def count_events(session: Session, who: Identity, wanted: TrailFilter) -> int:
    """Return how many acts the register shows, as far as counting goes."""
    found = select(Event.id).where(*_narrowed(who, wanted))
    if wanted.search:
        found = found.outerjoin(Person, Person.id == Event.actor_id)
    return session.scalar(select(counted(found))) or 0


def _kinds_worded(who: Identity) -> frozenset[str]:
    """Return the kinds of object of which this person reads the words."""
    return frozenset[str]().union(*(WORDS_FOR.get(role, frozenset()) for role in who.roles))


def _words(who: Identity) -> Select[Any]:
    """Return the titles recorded with an act that this person may read."""
    return select(EventText.id).where(
        EventText.event_id == Event.id,
        EventText.name.in_(TITLES),
        Event.subject_kind.in_(sorted(_kinds_worded(who))),
    )


def _narrowed(who: Identity, wanted: TrailFilter) -> list[ColumnElement[bool]]:
    """Return the conditions of the register."""
    conditions = [Event.organisation_id == who.organisation_id]
    for column, value in (
        (Event.subject_kind, wanted.kind or None),
        (Event.subject_id, wanted.subject_id),
        (Event.verb, wanted.verb or None),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.person_id is not None:
        conditions.append(Event.actor_id.is_not_distinct_from(wanted.person_id or None))
    if wanted.since is not None:
        conditions.append(Event.at >= begins_at(wanted.since))
    if wanted.until is not None:
        conditions.append(Event.at < begins_at(wanted.until + timedelta(days=1)))
    return conditions + [_holds(word, who) for word in wanted.search.split()[:8]]


def _holds(word: str, who: Identity) -> ColumnElement[bool]:
    """Return the condition that a title, a person, a reference’s beginning or the number holds."""
    alternatives: list[ColumnElement[bool]] = [
        Person.name.icontains(word, autoescape=True),
        _words(who).where(EventText.value.icontains(word, autoescape=True)).exists(),
    ]
    if REFERENCE.fullmatch(word):
        alternatives.append(Event.body.icontains(f'"reference":"{word}', autoescape=True))
        if Kind.AUDIT in _kinds_worded(who):
            alternatives.append(_asks_in(word))
    if word.isdecimal() and len(word) < 10:
        alternatives.append(Event.seq == int(word))
    return or_(*alternatives)


def _asks_in(word: str) -> ColumnElement[bool]:
    """Return the condition that the act is about a question of an audit so called."""
    found = (
        select(ChecklistItem.id)
        .join(Audit, Audit.id == ChecklistItem.audit_id)
        .where(
            ChecklistItem.id == Event.subject_id,
            Audit.organisation_id == Event.organisation_id,
            Audit.reference.istartswith(word, autoescape=True),
        )
    )
    return and_(Event.subject_kind == Kind.CHECKLIST_ITEM.value, found.exists())


def as_event(row: Row[Any]) -> EventLine:
    """Return a row of :func:`event_statement` as a line, its hash computed again."""
    given = dict(row._mapping)
    body, prev = given.pop("body"), given.pop("prev")
    data = json.loads(body).get("data", {})
    audit_id = data.get("audit")
    return EventLine(
        **{**given, "title": row.title or ""},
        reference=str(data.get("reference", "")),
        audit_id=audit_id if isinstance(audit_id, int) else None,
        precision=precision(data),
        intact=event_hash(prev, body.encode()) == row.hash,
    )


def audit_references(
    session: Session, who: Identity, lines: Iterable[EventLine] | None = None
) -> dict[int, str]:
    """Return the references of the audits of which ``lines`` tell a question; of all for none.

    Empty for whoever does not read the words of audits.
    """
    if Kind.AUDIT not in _kinds_worded(who):
        return {}
    found = select(Audit.id, Audit.reference).where(Audit.organisation_id == who.organisation_id)
    if lines is not None:
        found = found.where(Audit.id.in_({each.audit_id for each in lines if each.audit_id}))
    return {row.id: row.reference for row in session.execute(found)}


def export_events(session: Session, who: Identity, wanted: TrailFilter) -> Iterator[EventLine]:
    """Give all that the register shows, newest first, for an export."""
    statement = event_statement(who, wanted).order_by(Event.seq.desc())
    with session.execute(statement.execution_options(yield_per=1000)) as rows:
        for row in rows:
            yield as_event(row)


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
