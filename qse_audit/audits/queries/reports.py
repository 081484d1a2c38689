"""Reading everything that the report of an audit says today."""

from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Organisation, Person
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionStatus
from qse_audit.audits.models import Audit, ChecklistItem
from qse_audit.audits.queries.audits import AuditParts, audit_parts
from qse_audit.audits.queries.checklist import chosen_clauses
from qse_audit.audits.queries.report_model import (
    AuditReport,
    ReportedAction,
    ReportedAnswer,
    ReportedCriterion,
    ReportedEvidence,
    ReportedFinding,
    ReportedPerson,
    ReportedSection,
)
from qse_audit.audits.rules import Verdict, conformity
from qse_audit.core.permissions import Kind
from qse_audit.db.trail import Head
from qse_audit.evidence.models import Evidence, finding_evidence
from qse_audit.evidence.queries import is_here
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import Grade
from qse_audit.processes.models import Process


def audit_report(
    session: Session,
    audit: Audit,
    *,
    number: int,
    reason: str,
    head: Head,
    issued_by_id: int,
    now: datetime,
) -> AuditReport:
    """Return everything that the report of ``audit`` says today."""
    parts = audit_parts(session, audit.id)
    numbers, evidence = _evidence(session, audit.id)
    sections = _sections(session, audit.id)
    counts = _counted(sections)
    share = conformity({Verdict(code): n for code, n in counts.items()})
    return AuditReport(
        reference=audit.reference,
        organisation=session.get_one(Organisation, audit.organisation_id).name,
        number=number,
        reason=reason,
        issued_at=now.isoformat(timespec="seconds"),
        issued_by=session.get_one(Person, issued_by_id).name,
        head_seq=head.seq,
        head_hash=head.hash,
        method=audit.method.value,
        **_written(audit),
        sites=[site.name for site in parts.sites],
        processes=[process.name for process in parts.processes],
        people=[ReportedPerson(link=p.link.value, name=p.name) for p in parts.people],
        criteria=_criteria(session, audit.id, parts),
        verdicts=counts,
        conformity=None if share is None else [share.numerator, share.denominator],
        sections=sections,
        findings=_findings(session, audit.id, numbers),
        evidence=evidence,
    )


def _written(audit: Audit) -> dict[str, Any]:
    """Return the words and days of an audit, by name."""
    words = {name: getattr(audit, name) for name in _WORDS}
    return words | {name: _day(getattr(audit, name)) for name in _DAYS}


def _criteria(session: Session, audit_id: int, parts: AuditParts) -> list[ReportedCriterion]:
    clauses = chosen_clauses(session, audit_id)
    return [
        ReportedCriterion(
            label=line.label,
            title=dict(line.title),
            clauses=None if (keys := clauses[line.edition_id]) is None else list(keys),
        )
        for line in parts.criteria
    ]


_WORDS = (
    "title",
    "objectives",
    "scope",
    "virtual_places",
    "client",
    "participants",
    "conclusions",
    "fulfilment",
    "divergences",
    "sampling",
    "not_covered",
    "follow_up",
    "confidentiality",
)
_DAYS = ("starts_on", "ends_on", "opening_meeting_on", "closing_meeting_on")
_SERIOUS_FIRST = tuple(reversed(Grade))


def _day(value: date | None) -> str:
    return "" if value is None else value.isoformat()


def _counted(sections: list[ReportedSection]) -> dict[str, int]:
    given = [answer.verdict for section in sections for answer in section.answers]
    return {v.value: given.count(v.value) for v in Verdict if v.value in given}


def _sections(session: Session, audit_id: int) -> list[ReportedSection]:
    rows = session.execute(
        select(
            ChecklistItem.position,
            ChecklistItem.referential_label,
            ChecklistItem.section_ref,
            ChecklistItem.section_title,
            ChecklistItem.clause_ref,
            ChecklistItem.clause_title,
            ChecklistItem.question,
            ChecklistItem.verdict,
            ChecklistItem.observation,
        )
        .where(ChecklistItem.audit_id == audit_id)
        .order_by(ChecklistItem.position)
    )
    by_section = groupby(rows, lambda r: (r.referential_label, r.section_ref, r.section_title))
    return [
        ReportedSection(
            referential_label=label, ref=ref, title=title, answers=[_answer(row) for row in group]
        )
        for (label, ref, title), group in by_section
    ]


def _answer(row: Any) -> ReportedAnswer:
    return ReportedAnswer(
        position=row.position,
        clause_ref=row.clause_ref,
        question=row.question or row.clause_title,
        verdict="" if row.verdict is None else row.verdict.value,
        observation=row.observation,
    )


def reported_evidence(session: Session, audit_id: int) -> tuple[int, ...]:
    """Return the ids of the files that the report of an audit lists."""
    return tuple(session.scalars(select(Evidence.id).where(_is_reported(audit_id))))


def _is_reported(audit_id: int) -> ColumnElement[bool]:
    """Return the condition that a file was gathered for an audit, or is cited by its findings."""
    cited = (
        select(finding_evidence.c.evidence_id)
        .join(Finding, Finding.id == finding_evidence.c.finding_id)
        .where(Finding.origin_kind == Kind.AUDIT, Finding.origin_id == audit_id)
    )
    of_audit = and_(Evidence.origin_kind == Kind.AUDIT, Evidence.origin_id == audit_id)
    return and_(is_here(), or_(of_audit, Evidence.id.in_(cited)))


def _evidence(session: Session, audit_id: int) -> tuple[dict[int, str], list[ReportedEvidence]]:
    """Return the number of each evidence file, by id, and the list."""
    rows = session.execute(
        select(
            Evidence.id,
            Evidence.title,
            Evidence.file_name,
            Evidence.type,
            Evidence.happened_on,
            Evidence.place,
            Evidence.sha256,
            Evidence.size_bytes,
            func.coalesce(Evidence.thumbnail_sha256, "").label("photo_sha256"),
            Person.name.label("uploaded_by"),
            func.coalesce(ChecklistItem.position, 0).label("question"),
            func.coalesce(ChecklistItem.clause_ref, "").label("clause_ref"),
        )
        .join(Person, Person.id == Evidence.uploaded_by_id)
        .outerjoin(ChecklistItem, ChecklistItem.id == Evidence.checklist_item_id)
        .where(_is_reported(audit_id))
        .order_by(Evidence.id)
    ).all()
    numbers = {row.id: f"P-{n:02d}" for n, row in enumerate(rows, 1)}
    return numbers, [_file(row, numbers[row.id]) for row in rows]


def _file(row: Any, number: str) -> ReportedEvidence:
    return ReportedEvidence(
        number=number,
        title=row.title,
        file_name=row.file_name,
        type=row.type.value,
        happened_on=_day(row.happened_on),
        place=row.place,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        uploaded_by=row.uploaded_by,
        question=row.question,
        clause_ref=row.clause_ref,
        photo_sha256=row.photo_sha256,
    )


def _findings(session: Session, audit_id: int, numbers: dict[int, str]) -> list[ReportedFinding]:
    """Return the findings, the most serious first, with their evidence and their actions."""
    of_audit = (Finding.origin_kind == Kind.AUDIT, Finding.origin_id == audit_id)
    rows = session.execute(
        select(Finding, Process.name.label("process"))
        .join(Process, Process.id == Finding.process_id, isouter=True)
        .where(*of_audit)
        .order_by(Finding.id)
    ).all()
    cited = _cited(session, audit_id, numbers)
    actions = _actions(session, audit_id)
    found = [
        ReportedFinding(
            reference=finding.reference,
            grade=finding.grade.value,
            status=finding.status.value,
            title=finding.title,
            requirement_text=finding.requirement_text,
            evidence_text=finding.evidence_text,
            gap_text=finding.gap_text,
            impact_text=finding.impact_text,
            referential_label=finding.referential_label,
            clause_ref=finding.clause_ref,
            process=process or "",
            evidence=cited.get(finding.id, []),
            actions=actions.get(finding.id, []),
        )
        for finding, process in rows
    ]
    order = [grade.value for grade in _SERIOUS_FIRST]
    return sorted(found, key=lambda finding: order.index(finding.grade))


def _cited(session: Session, audit_id: int, numbers: dict[int, str]) -> dict[int, list[str]]:
    """Return the numbers of the evidence files that each finding relies on."""
    cited: dict[int, list[str]] = {}
    rows = session.execute(
        select(finding_evidence.c.finding_id, finding_evidence.c.evidence_id)
        .join(Finding, Finding.id == finding_evidence.c.finding_id)
        .where(Finding.origin_kind == Kind.AUDIT, Finding.origin_id == audit_id)
        .order_by(finding_evidence.c.evidence_id)
    )
    for finding_id, evidence_id in rows:
        cited.setdefault(finding_id, []).append(numbers[evidence_id])
    return cited


def _actions(session: Session, audit_id: int) -> dict[int, list[ReportedAction]]:
    """Return the actions that were not cancelled, by finding."""
    rows = session.execute(
        select(
            Action.origin_id,
            Action.reference,
            Action.kind,
            Action.title,
            Person.name,
            Action.due_on,
            Action.status,
        )
        .join(Person, Person.id == Action.owner_id)
        .join(Finding, Finding.id == Action.origin_id)
        .where(
            Action.origin_kind == Kind.FINDING,
            Action.status != ActionStatus.CANCELLED,
            Finding.origin_kind == Kind.AUDIT,
            Finding.origin_id == audit_id,
        )
        .order_by(Action.due_on, Action.id)
    )
    actions: dict[int, list[ReportedAction]] = {}
    for row in rows:
        actions.setdefault(row.origin_id, []).append(
            ReportedAction(
                reference=row.reference,
                kind=row.kind.value,
                title=row.title,
                owner=row.name,
                due_on=_day(row.due_on),
                status=row.status.value,
            )
        )
    return actions
