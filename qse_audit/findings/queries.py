"""Reading findings. Nothing here writes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionKind, ActionStatus
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import AUDIT_TEAM, Kind, Link, Role
from qse_audit.db.participation import linked_to
from qse_audit.findings.models import Finding, finding_evidence
from qse_audit.findings.rules import NONCONFORMITIES, FindingFacts, FindingStatus, Grade
from qse_audit.policies import Identity
from qse_audit.processes.models import Process

SETTLED = (ActionStatus.EFFECTIVE, ActionStatus.CANCELLED)
"""The states in which nothing more is expected of an action."""
ISSUED = (FindingStatus.FINAL, FindingStatus.CLOSED)
"""The states in which the people concerned know of a finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """One finding as shown in a list."""

    id: int
    reference: str
    title: str
    grade: Grade
    status: FindingStatus
    referential_label: str
    clause_ref: str
    process_id: int | None
    process_name: str
    origin_kind: Kind
    origin_id: int
    checklist_item_id: int | None
    evidence_count: int
    action_count: int
    """Actions asked for, the cancelled ones left out."""
    settled_count: int
    """Those of them that were verified effective."""
    created_at: datetime

    @property
    def is_nonconformity(self) -> bool:
        """Say whether something required is not met."""
        return self.grade in NONCONFORMITIES


def get_finding(session: Session, finding_id: int) -> Finding:
    """Return a finding with its process.

    :raises NotFound: if there is none.
    """
    found = session.get(
        Finding, finding_id, options=[joinedload(Finding.process), joinedload(Finding.created_by)]
    )
    if found is None:
        raise NotFound(f"finding {finding_id}")
    return found


def findings_of(
    session: Session, kind: Kind, origin_id: int, who: Identity | None = None
) -> tuple[FindingLine, ...]:
    """Return the findings of one object by reference; only those that ``who`` may read.

    Pass ``who`` wherever people look: an auditee does not know of drafts.
    """
    statement = finding_lines().where(Finding.origin_kind == kind, Finding.origin_id == origin_id)
    if who is not None:
        statement = statement.where(readable_by(who))
    rows = session.execute(statement.order_by(Finding.id))
    return tuple(as_line(row) for row in rows)


def finding_lines() -> Select[Any]:
    """Return the statement that selects every finding as a line; narrow it, then use as_line()."""
    asked = (
        select(func.count())
        .where(
            Action.origin_kind == Kind.FINDING,
            Action.origin_id == Finding.id,
            Action.status != ActionStatus.CANCELLED,
        )
        .correlate(Finding)
    )
    lines: Select[Any] = select(  # type: ignore[assignment]  # its columns are those of FindingLine
        Finding.id,
        Finding.reference,
        Finding.title,
        Finding.grade,
        Finding.status,
        Finding.referential_label,
        Finding.clause_ref,
        Finding.process_id,
        func.coalesce(Process.name, "").label("process_name"),
        Finding.origin_kind,
        Finding.origin_id,
        Finding.checklist_item_id,
        Finding.evidence_count,
        asked.scalar_subquery().label("action_count"),
        asked.where(Action.status == ActionStatus.EFFECTIVE)
        .scalar_subquery()
        .label("settled_count"),
        Finding.created_at,
    ).outerjoin(Process, Process.id == Finding.process_id)
    return lines


def as_line(row: Row[Any]) -> FindingLine:
    """Return a row of :func:`finding_lines` as a line."""
    return FindingLine(**dict(row._mapping))


def readable_by(who: Identity) -> ColumnElement[bool]:
    """Return FINDING_READ in SQL; ``test_scopes`` holds it and the policy together."""
    conducts = linked_to(
        Finding.origin_kind, Finding.origin_id, who.user_id, [*AUDIT_TEAM, Link.OBSERVER]
    )
    concerned = or_(
        linked_to(Finding.origin_kind, Finding.origin_id, who.user_id, [Link.AUDITEE, Link.OWNER]),
        Finding.process_id.in_(select(Process.id).where(Process.owner_id == who.user_id)),
    )
    reasons = [conducts, and_(Finding.status.in_(ISSUED), concerned)]
    if who.roles & {Role.COORDINATOR, Role.MANAGEMENT}:
        reasons.insert(0, Finding.organisation_id == who.organisation_id)
    return or_(*reasons)


def finding_facts(session: Session, finding: Finding, actor_id: int) -> FindingFacts:
    """Return what the rules may know of ``finding`` when ``actor_id`` asks for a move."""
    actions = session.execute(
        select(Action.reference, Action.kind, Action.status, Action.owner_id)
        .where(Action.origin_kind == Kind.FINDING, Action.origin_id == finding.id)
        .order_by(Action.id)
    ).all()
    kept = [row for row in actions if row.status is not ActionStatus.CANCELLED]
    return FindingFacts(
        grade=finding.grade,
        title=finding.title,
        requirement_text=finding.requirement_text,
        evidence_text=finding.evidence_text,
        gap_text=finding.gap_text,
        impact_text=finding.impact_text,
        clause_ref=finding.clause_ref,
        evidence_count=finding.evidence_count,
        corrective_actions=sum(row.kind is ActionKind.CORRECTIVE for row in kept),
        unsettled_actions=tuple(row.reference for row in kept if row.status not in SETTLED),
        action_owner_ids=frozenset(row.owner_id for row in kept),
        actor_id=actor_id,
    )


def findings_relying_on(
    session: Session, evidence_id: int, who: Identity
) -> tuple[tuple[int, str], ...]:
    """Return (id, reference) of the findings tied to an evidence file that ``who`` may read."""
    rows = session.execute(
        select(Finding.id, Finding.reference)
        .join(finding_evidence, finding_evidence.c.finding_id == Finding.id)
        .where(finding_evidence.c.evidence_id == evidence_id, readable_by(who))
        .order_by(Finding.id)
    )
    return tuple((row.id, row.reference) for row in rows)


def grade_order() -> ColumnElement[int]:
    """Return how serious a finding is as a number, the most serious first."""
    serious_first = list(reversed(Grade))
    return case({grade: n for n, grade in enumerate(serious_first)}, value=Finding.grade)
