"""Reading our own records as the facts of a balance: a constant number of statements."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Site
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionStatus
from qse_audit.audits.models import Audit
from qse_audit.audits.rules import AuditStatus
from qse_audit.balances.queries.measures import indicators_of, signals_of
from qse_audit.balances.queries.places import Atlas, atlas_of, place_of
from qse_audit.balances.queries.register import accidents_of
from qse_audit.balances.rules import (
    ActionRecord,
    AuditRecord,
    CoherenceRecord,
    FindingRecord,
    IndicatorRecord,
    JudgedAction,
    ObjectiveRecord,
    Records,
    Section,
    Span,
)
from qse_audit.core.clock import begins_at, day_in_paris
from qse_audit.core.permissions import Kind
from qse_audit.db.trail import Event
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import NONCONFORMITIES
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.rules import IndicatorStatus
from qse_audit.objectives.models import CoherenceReport, Objective
from qse_audit.objectives.rules import ObjectiveStatus
from qse_audit.processes.models import Process

EFFECTIVE, INEFFECTIVE = "action.verify-effective", "action.verify-ineffective"
DECIDED = (
    ObjectiveStatus.RUNNING,
    ObjectiveStatus.REACHED,
    ObjectiveStatus.MISSED,
    ObjectiveStatus.DROPPED,
)


def records_of(session: Session, organisation_id: int, span: Span) -> Records:
    """Return what bears on ``span`` and the period before it: eighteen statements at any size."""
    here, since, until = organisation_id, span.before.from_on, span.until_on
    atlas = atlas_of(session, here)
    indicators = indicators_of(session, here, since=since)
    coherence = _coherence(session, here, until=until)
    accidents, kept_since = accidents_of(session, here)
    known = _since(session, here, indicators, coherence)
    return Records(
        audits=_audits(session, here, atlas),
        findings=_findings(session, here, atlas, until=until),
        actions=_actions(session, here, atlas, since=since),
        judged=_judged(session, here, atlas, since=since),
        indicators=indicators,
        signals=signals_of(session, here, since=since),
        objectives=_objectives(session, here),
        coherence=coherence,
        accidents=accidents,
        since=known if kept_since is None else {**known, Section.ACCIDENTS: kept_since},
        sites=_sites(session, here),
    )


def _sites(session: Session, here: int) -> dict[int, str]:
    return {
        row.id: row.name
        for row in session.execute(select(Site.id, Site.name).where(Site.organisation_id == here))
    }


def _day(at: datetime | None) -> date | None:
    return None if at is None else day_in_paris(at)


def _audits(session: Session, here: int, atlas: Atlas) -> tuple[AuditRecord, ...]:
    rows = session.execute(
        select(
            Audit.id,
            Audit.reference,
            Audit.status,
            Audit.ends_on,
            Audit.closing_meeting_on,
            Audit.reported_at,
            Audit.closed_at,
        ).where(Audit.organisation_id == here, Audit.status != AuditStatus.DRAFT)
    )
    return tuple(
        AuditRecord(
            id=row.id,
            reference=row.reference,
            ends_on=row.ends_on,
            is_cancelled=row.status is AuditStatus.CANCELLED,
            is_held=row.closing_meeting_on is not None or row.reported_at is not None,
            reported_on=_day(row.reported_at),
            closed_on=_day(row.closed_at),
            labels=atlas.labels.get(row.id, ()),
            **atlas.place(Kind.AUDIT, row.id).values(),
        )
        for row in rows
    )


def _findings(
    session: Session, here: int, atlas: Atlas, *, until: date
) -> tuple[FindingRecord, ...]:
    """Return the findings made final by the end: a gap that came back may be closed long ago."""
    rows = session.execute(
        select(
            Finding.id,
            Finding.reference,
            Finding.grade,
            Finding.finalised_at,
            Finding.closed_at,
            Finding.clause_ref,
            Finding.process_id,
            Process.name.label("process"),
            Finding.origin_kind,
            Finding.origin_id,
            Finding.referential_label,
        )
        .outerjoin(Process, Process.id == Finding.process_id)
        .where(
            Finding.organisation_id == here,
            Finding.finalised_at < begins_at(until + timedelta(days=1)),
        )
    )
    return tuple(
        FindingRecord(
            id=row.id,
            reference=row.reference,
            grade=row.grade.value,
            is_nonconformity=row.grade in NONCONFORMITIES,
            final_on=day_in_paris(row.finalised_at),
            closed_on=_day(row.closed_at),
            clause=row.clause_ref,
            process_id=row.process_id,
            process=row.process or "",
            **atlas.finding(row).values(),
        )
        for row in rows
    )


def _actions(session: Session, here: int, atlas: Atlas, *, since: date) -> tuple[ActionRecord, ...]:
    """Return the actions that were asked for, due, done or open from ``since`` on."""
    start = begins_at(since)
    rows = session.execute(
        select(
            Action.id,
            Action.reference,
            Action.created_at,
            Action.due_on,
            Action.done_at,
            Action.context_kind,
            Action.context_id,
        ).where(
            Action.organisation_id == here,
            Action.status != ActionStatus.CANCELLED,
            or_(
                Action.due_on >= since,
                Action.created_at >= start,
                Action.done_at.is_(None),
                Action.done_at >= start,
            ),
        )
    )
    return tuple(
        ActionRecord(
            id=row.id,
            reference=row.reference,
            asked_on=day_in_paris(row.created_at),
            due_on=row.due_on,
            done_on=_day(row.done_at),
            **atlas.place(row.context_kind, row.context_id).values(),
        )
        for row in rows
    )


def _judged(session: Session, here: int, atlas: Atlas, *, since: date) -> tuple[JudgedAction, ...]:
    """Return when actions were judged, from the register: a failure leaves no date elsewhere."""
    rows = session.execute(
        select(
            Action.id,
            Action.reference,
            Event.at,
            Event.verb,
            Action.context_kind,
            Action.context_id,
        )
        .join(
            Action,
            and_(Event.subject_kind == Kind.ACTION.value, Event.subject_id == Action.id),
        )
        .where(
            Event.organisation_id == here,
            Action.organisation_id == here,
            Event.verb.in_([EFFECTIVE, INEFFECTIVE]),
            Event.at >= begins_at(since),
        )
    )
    return tuple(
        JudgedAction(
            id=row.id,
            reference=row.reference,
            judged_on=day_in_paris(row.at),
            is_effective=row.verb == EFFECTIVE,
            **atlas.place(row.context_kind, row.context_id).values(),
        )
        for row in rows
    )


def _objectives(session: Session, here: int) -> tuple[ObjectiveRecord, ...]:
    rows = session.execute(
        select(
            Objective.id,
            Objective.reference,
            Objective.status,
            Objective.site_id,
            Objective.domain,
            Objective.starts_on,
            Objective.due_on,
            Objective.created_at,
            Objective.closed_at,
        ).where(Objective.organisation_id == here, Objective.status.in_(DECIDED))
    )
    return tuple(
        ObjectiveRecord(
            id=row.id,
            reference=row.reference,
            status=row.status.value,
            starts_on=row.starts_on or day_in_paris(row.created_at),
            due_on=row.due_on,
            closed_on=_day(row.closed_at),
            **place_of(row.site_id, row.domain.value).values(),
        )
        for row in rows
    )


def _coherence(session: Session, here: int, *, until: date) -> tuple[CoherenceRecord, ...]:
    rows = session.execute(
        select(
            CoherenceReport.id,
            CoherenceReport.reference,
            CoherenceReport.made_at,
            CoherenceReport.open_count,
            CoherenceReport.accepted_count,
        ).where(
            CoherenceReport.organisation_id == here,
            CoherenceReport.made_at < begins_at(until + timedelta(days=1)),
        )
    )
    return tuple(
        CoherenceRecord(
            id=row.id,
            reference=row.reference,
            made_on=day_in_paris(row.made_at),
            open_count=row.open_count,
            accepted_count=row.accepted_count,
        )
        for row in rows
    )


def _since(
    session: Session,
    here: int,
    indicators: Sequence[IndicatorRecord],
    coherence: Sequence[CoherenceRecord],
) -> dict[Section, date]:
    """Return the first day that each section knows of: one statement.

    Findings are known to be none once an audit was reported, actions once a finding was final,
    objectives once their coherence was judged.
    """

    def first(column: Any, *conditions: Any) -> Any:
        own = column.class_.organisation_id == here
        return select(func.min(column)).where(own, *conditions).scalar_subquery()

    live = Audit.status != AuditStatus.DRAFT
    decided = Objective.status.in_(DECIDED)
    followed = Indicator.status != IndicatorStatus.DRAFT
    row = session.execute(
        select(
            first(Audit.ends_on, live).label("audit"),
            first(Audit.reported_at, live).label("reported"),
            first(Finding.finalised_at).label("finding"),
            first(Action.created_at, Action.status != ActionStatus.CANCELLED).label("action"),
            first(Objective.starts_on, decided).label("objective"),
            first(Objective.created_at, decided, Objective.starts_on.is_(None)).label("undated"),
            first(Indicator.starts_on, followed).label("indicator"),
        )
    ).one()
    findings = _earliest(_day(row.reported), _day(row.finding))
    values = [each.period.starts_on for one in indicators for each in one.entries[:1]]
    found = {
        Section.AUDITS: row.audit,
        Section.FINDINGS: findings,
        Section.ACTIONS: _earliest(findings, _day(row.action)),
        Section.INDICATORS: _earliest(row.indicator, *values),
        Section.OBJECTIVES: _earliest(
            row.objective, _day(row.undated), *(each.made_on for each in coherence)
        ),
    }
    return {section: day for section, day in found.items() if day is not None}


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)
