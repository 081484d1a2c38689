"""Reading findings. Nothing here writes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from qse_audit.actions import queries as actions
from qse_audit.actions.models import Action
from qse_audit.actions.queries import ActionLine
from qse_audit.actions.rules import ActionKind, ActionStatus
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import AUDIT_TEAM, Kind, Link, Permission, Role
from qse_audit.db.participation import either, linked_to
from qse_audit.evidence import queries as evidence
from qse_audit.evidence.models import Evidence, finding_evidence
from qse_audit.evidence.queries import EvidenceLine
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import NONCONFORMITIES, FindingFacts, FindingStatus, Grade
from qse_audit.policies import Access, Identity, allows
from qse_audit.processes.models import Process
from qse_audit.web.paging import COUNTED_AT_MOST, countable

SETTLED = (ActionStatus.EFFECTIVE, ActionStatus.CANCELLED)
"""The states in which nothing more is expected of an action."""
ISSUED = (FindingStatus.FINAL, FindingStatus.CLOSED)
"""The states in which the people concerned know of a finding."""
REPEATED = frozenset({"finding.edit", "finding.attach", "finding.detach"})
"""Acts that a history shows once when one person does them in a row."""


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
    here = Finding.organisation_id == who.organisation_id
    if who.roles & {Role.COORDINATOR, Role.MANAGEMENT}:
        return here
    origin, issued = (Finding.origin_kind, Finding.origin_id), Finding.status.in_(ISSUED)
    owned = select(Process.id).where(Process.owner_id == who.user_id)
    reasons = (
        linked_to(*origin, who.user_id, [*AUDIT_TEAM, Link.OBSERVER]),
        and_(issued, linked_to(*origin, who.user_id, [Link.AUDITEE])),
        and_(issued, linked_to(Kind.FINDING, Finding.id, who.user_id, [Link.OWNER])),
        and_(issued, Finding.process_id.in_(owned)),
    )
    return and_(here, either(Finding.id.expression, *reasons))


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


# --- the list ---


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFilter:
    """What a list is asked to show."""

    search: str = ""
    grade: Grade | None = None
    status: FindingStatus | None = None
    process_id: int | None = None
    year: int | None = None
    origin: tuple[Kind, int] | None = None
    """Only the findings of one audit."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many findings a list shows, as far as counting goes."""

    by_grade: Mapping[Grade, int]
    """Every grade, the most serious first."""

    @property
    def total(self) -> int:
        """Return how many there are."""
        return sum(self.by_grade.values())

    @property
    def is_whole(self) -> bool:
        """Say whether every finding was counted: the shares of the grades mean something."""
        return self.total <= COUNTED_AT_MOST


def listed(who: Identity, wanted: FindingFilter) -> Sequence[ColumnElement[bool]]:
    """Return the conditions of the findings that ``who`` may read here and asked for."""
    conditions = [Finding.organisation_id == who.organisation_id, readable_by(who)]
    for column, value in (
        (Finding.grade, wanted.grade),
        (Finding.status, wanted.status),
        (Finding.process_id, wanted.process_id),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.year is not None:
        conditions.append(Finding.reference.startswith(f"CST-{wanted.year}-"))
    if wanted.origin is not None:
        conditions += [
            Finding.origin_kind == wanted.origin[0],
            Finding.origin_id == wanted.origin[1],
        ]
    return [*conditions, *map(_holds, wanted.search.split()[:8])]


def _holds(word: str) -> ColumnElement[bool]:
    """Return the condition that a finding holds ``word`` in what people read of it."""
    columns = (
        Finding.reference,
        Finding.title,
        Finding.clause_ref,
        Finding.evidence_text,
        Finding.gap_text,
    )
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def list_statement(who: Identity, wanted: FindingFilter) -> Select[Any]:
    """Return the findings that a list shows, unordered."""
    return finding_lines().where(*listed(who, wanted))


def count_listed(session: Session, who: Identity, wanted: FindingFilter) -> Counts:
    """Return how many findings a list shows, by grade."""
    grades = countable(select(Finding.grade).where(*listed(who, wanted)))
    rows = session.execute(select(grades.c.grade, func.count()).group_by(grades.c.grade))
    found = {row[0]: row[1] for row in rows}
    return Counts({grade: found.get(grade, 0) for grade in reversed(Grade)})


def years_of(session: Session, organisation_id: int) -> range:
    """Return the years in which findings were made, the last first; empty when there is none."""
    references = select(Finding.reference).where(Finding.organisation_id == organisation_id)
    first, last = session.execute(
        select(
            references.order_by(Finding.reference).limit(1).scalar_subquery(),
            references.order_by(Finding.reference.desc()).limit(1).scalar_subquery(),
        )
    ).one()
    return range(int(last[4:8]), int(first[4:8]) - 1, -1) if first else range(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord(FindingLine):
    """One finding with its words, for an export."""

    requirement_text: str
    evidence_text: str
    gap_text: str
    impact_text: str
    finalised_at: datetime | None
    closed_at: datetime | None


def records(session: Session, who: Identity, wanted: FindingFilter) -> Iterator[FindingRecord]:
    """Give all that a list shows, with their words, as they are read."""
    statement = (
        list_statement(who, wanted)
        .add_columns(
            Finding.requirement_text,
            Finding.evidence_text,
            Finding.gap_text,
            Finding.impact_text,
            Finding.finalised_at,
            Finding.closed_at,
        )
        .order_by(Finding.id.desc())
        .execution_options(yield_per=1_000)
    )
    for row in session.execute(statement):
        yield FindingRecord(**dict(row._mapping))


# --- one finding ---


def evidence_for(session: Session, finding_id: int, who: Identity) -> tuple[EvidenceLine, ...]:
    """Return the evidence files of a finding that ``who`` may read."""
    statement = (
        evidence.evidence_lines()
        .join(finding_evidence, finding_evidence.c.evidence_id == Evidence.id)
        .where(finding_evidence.c.finding_id == finding_id, evidence.readable_by(who))
    )
    return tuple(evidence.as_line(row) for row in session.execute(statement))


def actions_for(
    session: Session, finding: Finding, who: Identity, today: date
) -> tuple[ActionLine, ...]:
    """Return the actions that a finding asks for and ``who`` may read."""
    people = finding.access()
    return tuple(
        line
        for line in actions.actions_of(session, Kind.FINDING, finding.id, today)
        if allows(
            who,
            Permission.ACTION_READ,
            Access(
                people.organisations,
                line.status,
                {**people.links, Link.OWNER: frozenset({line.owner_id})},
            ),
        )
    )
