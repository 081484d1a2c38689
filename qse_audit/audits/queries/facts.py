"""Reading how far an audit is: findings, verdicts, issued reports, the rules’ facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Person
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionStatus
from qse_audit.audits.models import Audit, ChecklistItem, Report
from qse_audit.audits.queries.audits import AuditParts, audit_parts, ties_of
from qse_audit.audits.rules import NONCONFORMING, AuditFacts, Verdict, conformity
from qse_audit.core.permissions import Kind, Link
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import NONCONFORMITIES, FindingStatus, Grade
from qse_audit.processes.models import Process


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFinding:
    """One finding of an audit as shown beside it."""

    id: int
    reference: str
    grade: Grade
    status: FindingStatus
    title: str
    referential_label: str
    clause_ref: str
    process: str | None
    checklist_item_id: int | None
    action_count: int
    open_action_count: int

    @property
    def is_nonconformity(self) -> bool:
        """Say whether it states that a requirement is not met."""
        return self.grade in NONCONFORMITIES


def finding_lines(session: Session, audit_id: int) -> tuple[AuditFinding, ...]:
    """Return the findings of an audit with their actions counted, oldest first."""
    is_open = Action.status.in_([ActionStatus.OPEN, ActionStatus.DONE])
    actions = (
        select(
            Action.origin_id,
            func.count().label("total"),
            func.count().filter(is_open).label("still_open"),
        )
        .join(Finding, Finding.id == Action.origin_id)
        .where(
            Action.origin_kind == Kind.FINDING,
            Action.status != ActionStatus.CANCELLED,
            Finding.origin_kind == Kind.AUDIT,
            Finding.origin_id == audit_id,
        )
        .group_by(Action.origin_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Finding.id,
            Finding.reference,
            Finding.grade,
            Finding.status,
            Finding.title,
            Finding.referential_label,
            Finding.clause_ref,
            Process.name.label("process"),
            Finding.checklist_item_id,
            func.coalesce(actions.c.total, 0).label("action_count"),
            func.coalesce(actions.c.still_open, 0).label("open_action_count"),
        )
        .join(Process, Process.id == Finding.process_id, isouter=True)
        .join(actions, actions.c.origin_id == Finding.id, isouter=True)
        .where(Finding.origin_kind == Kind.AUDIT, Finding.origin_id == audit_id)
        .order_by(Finding.id)
    )
    return tuple(AuditFinding(**row._mapping) for row in rows)


@dataclass(frozen=True, slots=True)
class VerdictCounts:
    """The answers of a checklist, counted."""

    by_verdict: Mapping[Verdict, int]
    unwritten: int
    """Nonconforming answers that no finding states."""

    @property
    def conformity(self) -> Fraction | None:
        """Return the share of applicable answers that are no nonconformity."""
        return conformity(self.by_verdict)

    @property
    def nonconforming(self) -> int:
        """Return how many answers are nonconforming."""
        return sum(self.by_verdict.get(verdict, 0) for verdict in NONCONFORMING)


def verdict_counts(session: Session, audit_id: int) -> VerdictCounts:
    """Return the answers of a checklist by verdict, in one statement."""
    stated = exists(
        select(1).where(
            Finding.origin_kind == Kind.AUDIT,
            Finding.origin_id == audit_id,
            Finding.checklist_item_id == ChecklistItem.id,
        )
    )
    wrong = ChecklistItem.verdict.in_(sorted(NONCONFORMING))
    rows = session.execute(
        select(
            ChecklistItem.verdict,
            func.count().label("total"),
            func.count().filter(and_(wrong, ~stated)).label("unwritten"),
        )
        .where(ChecklistItem.audit_id == audit_id, ChecklistItem.verdict.is_not(None))
        .group_by(ChecklistItem.verdict)
    ).all()
    counts = {row.verdict: row.total for row in rows}
    ordered = {verdict: counts[verdict] for verdict in Verdict if verdict in counts}
    return VerdictCounts(ordered, sum(row.unwritten for row in rows))


def audit_facts(session: Session, audit: Audit) -> AuditFacts:
    """Return what the rules may know of ``audit``."""
    parts = audit_parts(session, audit.id)
    findings = finding_lines(session, audit.id)
    return facts_from(
        session, audit, parts, findings=findings, counts=verdict_counts(session, audit.id)
    )


def facts_from(
    session: Session,
    audit: Audit,
    parts: AuditParts,
    *,
    findings: tuple[AuditFinding, ...],
    counts: VerdictCounts,
) -> AuditFacts:
    """Return the facts of ``audit`` from what was already read of it; reads only the stakes."""
    serious = [f for f in findings if f.is_nonconformity]
    return AuditFacts(
        starts_on=audit.starts_on,
        ends_on=audit.ends_on,
        has_lead=parts.lead is not None,
        auditee_count=len(parts.named(Link.AUDITEE)),
        site_count=len(parts.sites),
        process_count=len(parts.processes),
        criteria_count=len(parts.criteria),
        question_count=audit.question_count,
        answered_count=audit.answered_count,
        ties=ties_of(session, parts.team_ids, [p.id for p in parts.processes]),
        objectives=audit.objectives,
        virtual_places=audit.virtual_places,
        client=audit.client,
        participants=audit.participants,
        conclusions=audit.conclusions,
        fulfilment=audit.fulfilment,
        divergences=audit.divergences,
        sampling=audit.sampling,
        draft_findings=tuple(f.reference for f in findings if f.status is FindingStatus.DRAFT),
        unwritten_nonconformities=counts.unwritten,
        untreated_nonconformities=tuple(
            f.reference
            for f in serious
            if not f.action_count and f.status is not FindingStatus.CLOSED
        ),
        open_majors=tuple(
            f.reference
            for f in serious
            if f.grade is Grade.MAJOR_NONCONFORMITY and f.status is not FindingStatus.CLOSED
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One issued version of a report."""

    id: int
    number: int
    reason: str
    issued_at: datetime
    issued_by: str
    model_sha256: str
    files: Mapping[str, str]


def report_lines(session: Session, audit_id: int) -> tuple[ReportLine, ...]:
    """Return the issued versions of a report, the newest first."""
    rows = session.execute(
        select(
            Report.id,
            Report.number,
            Report.reason,
            Report.issued_at,
            Person.name.label("issued_by"),
            Report.model_sha256,
            Report.files,
        )
        .join(Person, Person.id == Report.issued_by_id)
        .where(Report.audit_id == audit_id)
        .order_by(Report.number.desc())
    )
    return tuple(ReportLine(**row._mapping) for row in rows)
