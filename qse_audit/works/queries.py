"""Reading works. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Person
from qse_audit.accounts.queries import roles_in
from qse_audit.core.errors import NotAllowed, NotFound, Refusal
from qse_audit.core.permissions import Link
from qse_audit.core.text import Message
from qse_audit.db.work import Work, WorkStatus
from qse_audit.policies import Access, Identity
from qse_audit.works.rules import from_stored, percent, refusals_from


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """One work as shown."""

    id: int
    kind: str
    label: str
    status: WorkStatus
    phase: str
    percent: int | None
    """How much is done; ``None`` while that is not known."""
    asked_at: datetime
    finished_at: datetime | None
    subject: tuple[str, int]
    result: tuple[str, int] | None
    message: Message | str
    """What a work that is done says; ``""`` for others."""
    refusals: Sequence[Refusal]
    """Why a work failed."""
    incident: str
    person_id: int
    organisation_id: int

    @property
    def is_over(self) -> bool:
        """Say whether nothing more will happen."""
        return self.finished_at is not None

    def access(self) -> Access:
        """Return what the policy may know: a work belongs to who asked, and to no role."""
        return Access(
            frozenset({self.organisation_id}),
            self.status,
            {Link.AUTHOR: frozenset({self.person_id})},
            is_private=True,
        )


def get_work(session: Session, work_id: int) -> WorkLine:
    """Return a work.

    :raises NotFound: if there is none.
    """
    row = session.execute(_lines().where(Work.id == work_id)).first()
    if row is None:
        raise NotFound(f"work {work_id}")
    return as_line(row)


def works_of(who: Identity) -> Select[Any]:
    """Return the works that a person asked for where they now act, unordered."""
    return _lines().where(
        Work.person_id == who.user_id, Work.organisation_id == who.organisation_id
    )


def newest_first() -> list[tuple[ColumnElement[Any], bool]]:
    """Return the order of the list, for keyset paging."""
    return [(Work.id.expression, True)]


def as_line(row: Row[Any]) -> WorkLine:
    """Return the line of a row."""
    is_failed = row.status is WorkStatus.FAILED
    told = [] if is_failed else row.outcome
    return WorkLine(
        id=row.id,
        kind=row.kind,
        label=row.label,
        status=row.status,
        phase=row.phase,
        percent=percent(row.done_count, row.total_count),
        asked_at=row.asked_at,
        finished_at=row.finished_at,
        subject=(row.subject_kind, row.subject_id),
        result=None if row.result_kind is None else (row.result_kind, row.result_id),
        message=from_stored(told[0]) if told else "",
        refusals=refusals_from(row.outcome) if is_failed else (),
        incident=row.incident,
        person_id=row.person_id,
        organisation_id=row.organisation_id,
    )


def actor_of(session: Session, person_id: int, organisation_id: int) -> Identity:
    """Return who asked, with the roles of today.

    :raises NotAllowed: when they may no longer sign in.
    """
    person = session.execute(
        select(Person.locale, Person.disabled_at).where(Person.id == person_id)
    ).one()
    if person.disabled_at is not None:
        raise NotAllowed("disabled")
    roles = roles_in(session, person_id, organisation_id)
    return Identity(person_id, organisation_id, roles, person.locale)


def has_ended(session: Session, work_id: int) -> bool:
    """Say whether a work is over; one that is gone is."""
    return (
        session.scalar(select(Work.id).where(Work.id == work_id, Work.finished_at.is_(None)))
        is None
    )


def _lines() -> Select[Any]:
    columns: list[Any] = [
        Work.id,
        Work.kind,
        Work.label,
        Work.status,
        Work.phase,
        Work.done_count,
        Work.total_count,
        Work.asked_at,
        Work.finished_at,
        Work.subject_kind,
        Work.subject_id,
        Work.result_kind,
        Work.result_id,
        Work.outcome,
        Work.incident,
        Work.person_id,
        Work.organisation_id,
    ]
    return select(*columns)
