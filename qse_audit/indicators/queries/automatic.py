"""Reading our own records as facts to count: a constant number of statements for everybody."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Subquery, case, func, select
from sqlalchemy.orm import Session

from qse_audit.accidents.queries.registers import registers
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionStatus
from qse_audit.audits.models import Audit, ChecklistItem
from qse_audit.audits.rules import NONCONFORMING, AuditStatus, Verdict
from qse_audit.core.clock import day_in_paris
from qse_audit.db.trail import Event
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import NONCONFORMITIES
from qse_audit.indicators.models import Indicator, Measurement
from qse_audit.indicators.rules import Calendar, IndicatorStatus
from qse_audit.indicators.rules.automatic import (
    ActionRecord,
    AuditRecord,
    FindingRecord,
    Records,
    ValueRecord,
)

DONE = (AuditStatus.REPORTED, AuditStatus.CLOSED)
EFFECTIVE, INEFFECTIVE = "action.verify-effective", "action.verify-ineffective"


def records_of(
    session: Session, organisations: Iterable[int], *, since: date, today: date
) -> Mapping[int, Records]:
    """Return what can be counted from ``since`` on, by organisation: seven statements."""
    here = sorted(set(organisations))
    audits, findings = _audits(session, here, since), _findings(session, here, since)
    actions, judged = _actions(session, here, since), _judged(session, here, since)
    values = _values(session, here, since, today=today)
    told = registers(session, here)
    return {
        key: Records(
            audits=audits.get(key, ()),
            findings=findings.get(key, ()),
            actions=actions.get(key, ()),
            judged=judged.get(key, ()),
            values=values.get(key, ()),
            register=told[key],
        )
        for key in here
    }


def _audits(session: Session, here: list[int], since: date) -> dict[int, list[Any]]:
    counts = _answers(here)
    rows = session.execute(
        select(
            Audit.organisation_id,
            Audit.status,
            Audit.ends_on,
            Audit.reported_at,
            counts.c.applicable,
            counts.c.conforming,
        )
        .outerjoin(counts, counts.c.audit_id == Audit.id)
        .where(
            Audit.organisation_id.in_(here),
            Audit.status.not_in([AuditStatus.DRAFT, AuditStatus.CANCELLED]),
            Audit.ends_on >= since - timedelta(days=366),
        )
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        made = AuditRecord(
            ends_on=row.ends_on,
            is_done=row.status in DONE,
            reported_on=day_in_paris(row.reported_at) if row.reported_at else None,
            applicable=row.applicable or 0,
            conforming=row.conforming or 0,
        )
        found.setdefault(row.organisation_id, []).append(made)
    return found


def _answers(here: list[int]) -> Subquery:
    """Return how many answers of each audit that is over are applicable, and conforming."""
    answered = ChecklistItem.verdict.is_not(None)
    is_applicable = case((ChecklistItem.verdict != Verdict.NOT_APPLICABLE, 1), else_=0)
    good = ChecklistItem.verdict.not_in([Verdict.NOT_APPLICABLE, *sorted(NONCONFORMING)])
    return (
        select(
            ChecklistItem.audit_id,
            func.sum(is_applicable).label("applicable"),
            func.sum(case((good, 1), else_=0)).label("conforming"),
        )
        .join(Audit, Audit.id == ChecklistItem.audit_id)
        .where(Audit.organisation_id.in_(here), Audit.status.in_(DONE), answered)
        .group_by(ChecklistItem.audit_id)
        .subquery()
    )


def _findings(session: Session, here: list[int], since: date) -> dict[int, list[Any]]:
    """Return the findings made final; those closed, with whether the gap came back."""
    rows = session.execute(
        select(
            Finding.organisation_id,
            Finding.grade,
            Finding.finalised_at,
            Finding.closed_at,
            Finding.clause_ref,
            Finding.process_id,
        ).where(Finding.organisation_id.in_(here), Finding.finalised_at.is_not(None))
    ).all()
    made_on: dict[tuple[Any, ...], list[date]] = {}
    for row in rows:
        if row.grade in NONCONFORMITIES and row.clause_ref:
            made_on.setdefault(_gap(row), []).append(day_in_paris(row.finalised_at))
    found: dict[int, list[Any]] = {}
    for row in rows:
        closed_on = day_in_paris(row.closed_at) if row.closed_at else None
        if day_in_paris(row.finalised_at) < since and (closed_on is None or closed_on < since):
            continue
        again = made_on.get(_gap(row), [])
        record = FindingRecord(
            grade=row.grade.value,
            is_nonconformity=row.grade in NONCONFORMITIES,
            final_on=day_in_paris(row.finalised_at),
            closed_on=closed_on,
            recurred=closed_on is not None and any(day > closed_on for day in again),
        )
        found.setdefault(row.organisation_id, []).append(record)
    return found


def _gap(row: Any) -> tuple[Any, ...]:
    """Return what makes two nonconformities the same gap."""
    return row.organisation_id, row.clause_ref, row.process_id


def _actions(session: Session, here: list[int], since: date) -> dict[int, list[Any]]:
    rows = session.execute(
        select(Action.organisation_id, Action.created_at, Action.due_on, Action.done_at).where(
            Action.organisation_id.in_(here),
            Action.status != ActionStatus.CANCELLED,
            (Action.due_on >= since) | Action.done_at.is_(None) | (Action.done_at >= _noon(since)),
        )
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        record = ActionRecord(
            asked_on=day_in_paris(row.created_at),
            due_on=row.due_on,
            done_on=day_in_paris(row.done_at) if row.done_at else None,
        )
        found.setdefault(row.organisation_id, []).append(record)
    return found


def _judged(session: Session, here: list[int], since: date) -> dict[int, list[Any]]:
    """Return when actions were judged, from the register: a failure leaves no date elsewhere."""
    rows = session.execute(
        select(Event.organisation_id, Event.at, Event.verb).where(
            Event.organisation_id.in_(here),
            Event.verb.in_([EFFECTIVE, INEFFECTIVE]),
            Event.at >= _noon(since),
        )
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        judged = (day_in_paris(row.at), row.verb == EFFECTIVE)
        found.setdefault(row.organisation_id, []).append(judged)
    return found


def _values(session: Session, here: list[int], since: date, *, today: date) -> dict[int, list[Any]]:
    """Return every value that was due, and whether it came in time: two statements."""
    followed = session.execute(
        select(
            Indicator.id,
            Indicator.organisation_id,
            Indicator.frequency,
            Indicator.starts_on,
            Indicator.delay_days,
            Indicator.closed_until,
        ).where(Indicator.organisation_id.in_(here), Indicator.status == IndicatorStatus.ACTIVE)
    ).all()
    entered = session.execute(
        select(Measurement.indicator_id, Measurement.period_on).where(
            Measurement.organisation_id.in_(here),
            Measurement.is_complete,
            Measurement.late_days == 0,
            Measurement.period_on >= since - timedelta(days=800),
        )
    )
    on_time = {(key, day) for key, day in entered}
    found: dict[int, list[Any]] = {}
    for key, organisation_id, frequency, starts_on, delay, closed in followed:
        calendar = Calendar(
            frequency=frequency, starts_on=starts_on, delay_days=delay, closed_until=closed
        )
        late = replace(calendar, starts_on=max(starts_on, since - timedelta(days=400)))
        found.setdefault(organisation_id, []).extend(
            ValueRecord(due_on=late.due_on(period), on_time=(key, period.starts_on) in on_time)
            for period in late.due(today)
        )
    return found


def _noon(day: date) -> datetime:
    """Return an instant of the day before: early enough for every zone."""
    return datetime.combine(day - timedelta(days=1), time(12), UTC)
