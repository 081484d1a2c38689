"""What is due about the DUERPs, in one statement: for the home page and for reminders."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from qse_audit.accounts.models import Membership
from qse_audit.core.permissions import Role
from qse_audit.duerp.models import DuerpEvent, DuerpTransmission, DuerpVersion, HeadcountNote
from qse_audit.duerp.rules import Alarm, Duties, Recipient, Situation, VersionStatus, alarms
from qse_audit.risks.models import RiskAnalysis
from qse_audit.risks.rules import RiskMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One DUERP, with what is due about it."""

    analysis_id: int
    organisation_id: int
    reference: str
    title: str
    alarms: tuple[Alarm, ...]
    """What the year, the transmissions and the headcount ask for."""
    event_count: int
    """How many events no approved version answers."""
    event_on: date | None
    """The day of the first of them."""
    awaiting_id: int | None
    """The version that awaits an approval."""
    awaiting_number: int | None
    prepared_by_id: int | None
    """Who prepared it: somebody else approves."""


def due(session: Session, today: date, organisation_id: int | None = None) -> tuple[Due, ...]:
    """Return what is due about each DUERP, of one organisation or of all: one statement."""
    statement = _statement(today)
    if organisation_id is not None:
        statement = statement.where(RiskAnalysis.organisation_id == organisation_id)
    return tuple(_due(row, today) for row in session.execute(statement))


def _statement(today: date) -> Select[Any]:
    waiting, newest = aliased(DuerpVersion), aliased(DuerpVersion)
    last = (
        select(func.max(DuerpVersion.id))
        .where(
            DuerpVersion.analysis_id == RiskAnalysis.id,
            DuerpVersion.status == VersionStatus.APPROVED,
        )
        .scalar_subquery()
    )
    sent = exists().where(
        DuerpTransmission.version_id == newest.id,
        DuerpTransmission.recipient == Recipient.HEALTH_SERVICE,
    )
    columns: list[Any] = [
        RiskAnalysis.id,
        RiskAnalysis.organisation_id,
        RiskAnalysis.reference,
        RiskAnalysis.title,
        _employees(HeadcountNote.since_on <= today).label("employees"),
        newest.approved_on,
        sent.label("is_sent"),
        _open_events(func.count(DuerpEvent.id)).label("event_count"),
        _open_events(func.min(DuerpEvent.happened_on)).label("event_on"),
        waiting.id.label("awaiting_id"),
        waiting.number.label("awaiting_number"),
        waiting.prepared_by_id,
    ]
    return (
        select(*columns)
        .select_from(RiskAnalysis)
        .outerjoin(newest, newest.id == last)
        .outerjoin(
            waiting,
            (waiting.analysis_id == RiskAnalysis.id) & (waiting.status == VersionStatus.CONSULTED),
        )
        .where(RiskAnalysis.method == RiskMethod.OCCUPATIONAL)
        .order_by(RiskAnalysis.id)
    )


def _employees(*conditions: Any) -> Any:
    """Return the headcount of the organisation, as it was noted last."""
    return (
        select(HeadcountNote.employees)
        .where(HeadcountNote.organisation_id == RiskAnalysis.organisation_id, *conditions)
        .order_by(HeadcountNote.since_on.desc(), HeadcountNote.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _open_events(what: Any) -> Any:
    """Return ``what`` of the events of the organisation that no approved version answers."""
    answer = aliased(DuerpVersion)
    answered = exists().where(
        answer.id == DuerpEvent.version_id, answer.status == VersionStatus.APPROVED
    )
    return (
        select(what)
        .where(DuerpEvent.organisation_id == RiskAnalysis.organisation_id, ~answered)
        .scalar_subquery()
    )


def _due(row: Row[Any], today: date) -> Due:
    facts = Situation(
        today=today,
        duties=Duties(row.employees),
        approved_on=row.approved_on,
        is_sent=row.is_sent,
    )
    return Due(
        analysis_id=row.id,
        organisation_id=row.organisation_id,
        reference=row.reference,
        title=row.title,
        alarms=alarms(facts),
        event_count=row.event_count,
        event_on=row.event_on,
        awaiting_id=row.awaiting_id,
        awaiting_number=row.awaiting_number,
        prepared_by_id=row.prepared_by_id,
    )


def coordinators_told() -> Select[Any]:
    """Return each DUERP that has a version in force, for each coordinator of its organisation.

    Columns: id, reference, approved_on, employees, event_on, organisation_id, person_id; the
    headcount is the last that was noted.
    """
    approved = aliased(DuerpVersion)
    last = (
        select(func.max(approved.approved_on))
        .where(approved.analysis_id == RiskAnalysis.id, approved.status == VersionStatus.APPROVED)
        .scalar_subquery()
    )
    columns: list[Any] = [
        RiskAnalysis.id,
        RiskAnalysis.reference,
        last.label("approved_on"),
        _employees().label("employees"),
        _open_events(func.min(DuerpEvent.happened_on)).label("event_on"),
        RiskAnalysis.organisation_id,
        Membership.person_id,
    ]
    return (
        select(*columns)
        .join(Membership, Membership.organisation_id == RiskAnalysis.organisation_id)
        .where(
            RiskAnalysis.method == RiskMethod.OCCUPATIONAL,
            Membership.role == Role.COORDINATOR,
        )
    )
