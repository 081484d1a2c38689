"""Reading what is kept beside the versions: headcount, events, measures, requests, place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from qse_audit.accidents.models import Accident
from qse_audit.accidents.rules import EventKind, EventStatus
from qse_audit.accounts.models import Person
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionStatus
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Kind
from qse_audit.db.loading import loaded
from qse_audit.duerp.models import (
    DuerpEvent,
    DuerpMeasure,
    DuerpPlace,
    DuerpRequest,
    DuerpVersion,
    HeadcountNote,
)
from qse_audit.duerp.rules import (
    Duties,
    Headcount,
    Measure,
    Recipient,
    Trigger,
    TriggerKind,
    VersionStatus,
    duties_on,
)

HURT_AT_WORK = (EventKind.STOP, EventKind.NO_STOP, EventKind.FIRST_AID, EventKind.DISEASE)
MOST_ACCIDENTS = 200


def headcounts(session: Session, organisation_id: int) -> tuple[Headcount, ...]:
    """Return the headcount of an organisation, in the order in which it was noted."""
    rows = session.execute(
        select(HeadcountNote.since_on, HeadcountNote.employees)
        .where(HeadcountNote.organisation_id == organisation_id)
        .order_by(HeadcountNote.id)
    )
    return tuple(Headcount(row.since_on, row.employees) for row in rows)


def duties_of(session: Session, organisation_id: int, day: date) -> Duties:
    """Return what the headcount of a day asks of an organisation."""
    return duties_on(headcounts(session, organisation_id), day)


def headcount_history(session: Session, organisation_id: int) -> Sequence[Any]:
    """Return (since_on, employees, noted_at, name), the newest first."""
    return session.execute(
        select(HeadcountNote.since_on, HeadcountNote.employees, HeadcountNote.noted_at, Person.name)
        .join(Person, Person.id == HeadcountNote.noted_by_id)
        .where(HeadcountNote.organisation_id == organisation_id)
        .order_by(HeadcountNote.since_on.desc(), HeadcountNote.id.desc())
    ).all()


def triggers(session: Session, organisation_id: int) -> tuple[Trigger, ...]:
    """Return what happened, the newest first; what a draft answers is still open."""
    rows = session.execute(
        _events()
        .where(DuerpEvent.organisation_id == organisation_id)
        .order_by(DuerpEvent.happened_on.desc(), DuerpEvent.id.desc())
    )
    return tuple(_trigger(row) for row in rows)


def _events() -> Select[Any]:
    columns: list[Any] = [
        DuerpEvent.id,
        DuerpEvent.kind,
        DuerpEvent.happened_on,
        DuerpEvent.what,
        DuerpEvent.done,
        DuerpVersion.number,
        DuerpVersion.status,
    ]
    return select(*columns).outerjoin(DuerpVersion, DuerpVersion.id == DuerpEvent.version_id)


def _trigger(row: Any) -> Trigger:
    return Trigger(
        id=row.id,
        kind=TriggerKind(row.kind),
        happened_on=row.happened_on,
        what=row.what,
        done=row.done,
        answered_by=row.number if row.status is VersionStatus.APPROVED else None,
    )


def events_on_offer(session: Session, version: DuerpVersion) -> Sequence[DuerpEvent]:
    """Return the events that a version being prepared may answer: open, or already ticked."""
    return session.scalars(
        select(DuerpEvent)
        .where(
            DuerpEvent.organisation_id == version.organisation_id,
            DuerpEvent.version_id.is_(None) | (DuerpEvent.version_id == version.id),
        )
        .order_by(DuerpEvent.happened_on, DuerpEvent.id)
    ).all()


def get_event(session: Session, trigger_id: int) -> DuerpEvent:
    """Return an event.

    :raises NotFound: if there is none.
    """
    return loaded(session, DuerpEvent, trigger_id, joinedload(DuerpEvent.version_row))


def measures_of(session: Session, analysis_id: int) -> tuple[Measure, ...]:
    """Return the measures to come of a DUERP: the open actions that its lines ask for."""
    rows = session.execute(
        select(
            Action.id,
            Action.reference,
            Action.title,
            Action.origin_kind,
            Action.origin_id,
            Action.due_on,
            Action.principle,
            Person.name,
            DuerpMeasure.conditions,
            DuerpMeasure.result_indicator,
            DuerpMeasure.cost_euros,
            DuerpMeasure.starts_on,
        )
        .join(Person, Person.id == Action.owner_id)
        .outerjoin(DuerpMeasure, DuerpMeasure.action_id == Action.id)
        .where(
            Action.context_kind == Kind.RISK_ANALYSIS,
            Action.context_id == analysis_id,
            Action.status == ActionStatus.OPEN,
        )
        .order_by(Action.due_on, Action.id)
    )
    return tuple(_measure(row) for row in rows)


def _measure(row: Any) -> Measure:
    return Measure(
        action_id=row.id,
        reference=row.reference,
        title=row.title,
        line_keys=(str(row.origin_id),) if row.origin_kind is Kind.RISK else (),
        conditions=row.conditions or "",
        result_indicator=row.result_indicator or "",
        cost_euros=row.cost_euros,
        starts_on=row.starts_on,
        due_on=row.due_on,
        responsible=row.name,
        principle=row.principle.value if row.principle else "",
    )


@dataclass(frozen=True, slots=True)
class Described:
    """An action of a DUERP with what the programme says of it."""

    action: Action
    measure: DuerpMeasure | None


def get_described(session: Session, analysis_id: int, action_id: int) -> Described:
    """Return an action that a DUERP asks for, described or not yet.

    :raises NotFound: if there is none.
    """
    row = session.execute(
        select(Action, DuerpMeasure)
        .outerjoin(DuerpMeasure, DuerpMeasure.action_id == Action.id)
        .where(
            Action.id == action_id,
            Action.context_kind == Kind.RISK_ANALYSIS,
            Action.context_id == analysis_id,
        )
    ).first()
    if row is None:
        raise NotFound(f"measure of action {action_id}")
    return Described(row[0], row[1])


def accident_days(session: Session, organisation_id: int) -> tuple[date, ...]:
    """Return the days of the newest accidents at work and diseases; nobody is told which."""
    rows = session.scalars(
        select(Accident.happened_at)
        .where(
            Accident.organisation_id == organisation_id,
            Accident.kind.in_(HURT_AT_WORK),
            Accident.status != EventStatus.DISMISSED,
        )
        .order_by(Accident.happened_at.desc())
        .limit(MOST_ACCIDENTS)
    )
    return tuple(day_in_paris(each) for each in rows)


def place_of(session: Session, organisation_id: int) -> DuerpPlace | None:
    """Return where the DUERP of an organisation is read, if anybody wrote it."""
    return session.scalars(
        select(DuerpPlace).where(DuerpPlace.organisation_id == organisation_id)
    ).first()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """One request to read the DUERP, in a list."""

    id: int
    recipient: Recipient
    name: str
    asked_on: date
    from_on: date
    until_on: date | None
    answered_on: date | None
    answered_by: str | None


def as_request_line(row: Any) -> RequestLine:
    """Return a row of :func:`request_lines` as a line."""
    return RequestLine(**row._mapping)


def request_lines(organisation_id: int) -> Select[Any]:
    """Return who asked to read the DUERP of an organisation, unordered."""
    columns: list[Any] = [
        DuerpRequest.id,
        DuerpRequest.recipient,
        DuerpRequest.name,
        DuerpRequest.asked_on,
        DuerpRequest.from_on,
        DuerpRequest.until_on,
        DuerpRequest.answered_on,
        Person.name.label("answered_by"),
    ]
    return (
        select(*columns)
        .outerjoin(Person, Person.id == DuerpRequest.answered_by_id)
        .where(DuerpRequest.organisation_id == organisation_id)
    )


def get_request(session: Session, request_id: int) -> DuerpRequest:
    """Return a request to read the DUERP.

    :raises NotFound: if there is none.
    """
    return loaded(session, DuerpRequest, request_id, joinedload(DuerpRequest.answered_by))
