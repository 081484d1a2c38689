"""Reading a checklist: the whole on one page, or one question with its neighbours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from qse_audit.accounts.models import Person
from qse_audit.audits.models import Audit, AuditCriterion, ChecklistItem
from qse_audit.audits.rules import NONCONFORMING, Verdict
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Kind
from qse_audit.core.text import pick
from qse_audit.findings.models import Finding
from qse_audit.referentials.models import Edition, Referential, Requirement


def get_item(session: Session, item_id: int) -> ChecklistItem:
    """Return one question with its audit and the people of it.

    :raises NotFound: if there is none.
    """
    options = [joinedload(ChecklistItem.audit).joinedload(Audit.participations)]
    item = session.get(ChecklistItem, item_id, options=options)
    if item is None:
        raise NotFound(f"checklist item {item_id}")
    return item


def item_at(
    session: Session, audit_id: int, position: int, *, to_change: bool = False
) -> ChecklistItem:
    """Return the question at ``position`` with its audit and its people, in one statement.

    ``to_change`` makes a second writer wait, so that each sees what the other wrote, and the
    issue of the report too.

    :raises NotFound: if there is none.
    """
    statement = (
        select(ChecklistItem)
        .join(ChecklistItem.audit)
        .options(contains_eager(ChecklistItem.audit).joinedload(Audit.participations))
        .where(ChecklistItem.audit_id == audit_id, ChecklistItem.position == position)
    )
    if to_change:
        statement = statement.with_for_update(of=[ChecklistItem, Audit])
    item = session.scalars(statement).unique().first()
    if item is None:
        raise NotFound(f"question {position} of audit {audit_id}")
    return item


@dataclass(frozen=True, slots=True)
class ChecklistRow:
    """One question of the whole checklist, worded in one language."""

    id: int
    position: int
    clause_ref: str
    question: str
    verdict: Verdict | None
    observation: str
    version: int
    finding_id: int | None
    finding_reference: str | None


@dataclass(slots=True)
class ChecklistSection:
    """The questions under one top-level chapter of one referential."""

    number: int
    """Order in the checklist, from 1; the anchor of the section."""
    referential_label: str
    ref: str
    title: str
    assignee_id: int | None
    assignee: str | None
    rows: list[ChecklistRow] = field(default_factory=list)

    @property
    def answered_count(self) -> int:
        """Return how many of its questions have an answer."""
        return sum(row.verdict is not None for row in self.rows)

    @property
    def nonconforming_count(self) -> int:
        """Return how many of its answers are nonconforming."""
        return sum(row.verdict in NONCONFORMING for row in self.rows)


def checklist(session: Session, audit_id: int, locale: str) -> tuple[ChecklistSection, ...]:
    """Return the whole checklist by section, in one statement.

    Texts in several languages are read as they are stored and decoded only where they are shown:
    there may be 1,200 of them.
    """
    rows = session.execute(
        select(
            ChecklistItem.id,
            ChecklistItem.position,
            ChecklistItem.referential_label,
            ChecklistItem.section_ref,
            cast(ChecklistItem.section_title, Text).label("section_title"),
            ChecklistItem.clause_ref,
            cast(ChecklistItem.clause_title, Text).label("clause_title"),
            cast(ChecklistItem.question, Text).label("question"),
            ChecklistItem.verdict,
            ChecklistItem.observation,
            ChecklistItem.version,
            ChecklistItem.assigned_to_id,
            Person.name.label("assignee"),
            Finding.id.label("finding_id"),
            Finding.reference.label("finding_reference"),
        )
        .join(Person, Person.id == ChecklistItem.assigned_to_id, isouter=True)
        .join(Finding, _states(), isouter=True)
        .where(ChecklistItem.audit_id == audit_id)
        .order_by(ChecklistItem.position, Finding.id)
    )
    sections: list[ChecklistSection] = []
    last: tuple[str, str, str] | None = None
    for row in rows:
        key = (row.referential_label, row.section_ref, row.section_title)
        if key != last:
            last = key
            sections.append(_section(len(sections) + 1, row, locale))
        here = sections[-1].rows
        if not here or here[-1].position != row.position:  # else a second finding on the same
            here.append(_row(row, locale))
    return tuple(sections)


def _section(number: int, row: Any, locale: str) -> ChecklistSection:
    return ChecklistSection(
        number,
        row.referential_label,
        row.section_ref,
        pick(_texts(row.section_title), locale),
        row.assigned_to_id,
        row.assignee,
    )


def _row(row: Any, locale: str) -> ChecklistRow:
    asked = pick(_texts(row.question), locale) or pick(_texts(row.clause_title), locale)
    return ChecklistRow(
        row.id,
        row.position,
        row.clause_ref,
        asked or row.clause_ref,
        row.verdict,
        row.observation,
        row.version,
        row.finding_id,
        row.finding_reference,
    )


def _texts(stored: str) -> dict[str, str]:
    """Decode a text in several languages."""
    return msgspec.json.decode(stored, type=dict[str, str])


def _states() -> ColumnElement[bool]:
    """Return the SQL condition that a finding states the answer of a question."""
    return and_(
        Finding.origin_kind == Kind.AUDIT,
        Finding.origin_id == ChecklistItem.audit_id,
        Finding.checklist_item_id == ChecklistItem.id,
    )


def worded(question: Mapping[str, str], title: Mapping[str, str], locale: str) -> str:
    """Return a question in ``locale``; the title of its clause for want of any words."""
    return pick(question, locale) or pick(title, locale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Where one question stands."""

    previous: int | None
    next: int | None
    next_unanswered: int | None
    findings: tuple[tuple[int, str], ...]
    """(id, reference) of the findings that state its answer."""


def neighbours(session: Session, item: ChecklistItem, question_count: int) -> Neighbours:
    """Return where to go from one question, and what states its answer."""
    still_open = session.scalar(
        select(func.min(ChecklistItem.position)).where(
            ChecklistItem.audit_id == item.audit_id,
            ChecklistItem.position > item.position,
            ChecklistItem.verdict.is_(None),
        )
    )
    findings = session.execute(
        select(Finding.id, Finding.reference)
        .where(
            Finding.origin_kind == Kind.AUDIT,
            Finding.origin_id == item.audit_id,
            Finding.checklist_item_id == item.id,
        )
        .order_by(Finding.id)
    )
    return Neighbours(
        previous=item.position - 1 if item.position > 1 else None,
        next=item.position + 1 if item.position < question_count else None,
        next_unanswered=still_open,
        findings=tuple((row.id, row.reference) for row in findings),
    )


@dataclass(frozen=True, slots=True)
class EditionChoice:
    """An edition that may serve as criteria."""

    id: int
    label: str
    title: Mapping[str, str]
    status: str
    question_count: int
    requirement_count: int


def editions_for(session: Session, organisation_id: int) -> tuple[EditionChoice, ...]:
    """Return the editions that an organisation may audit against: its own and the shipped ones."""
    rows = session.execute(
        select(
            Edition.id,
            Referential.ref,
            Referential.title,
            Edition.label,
            Edition.status,
            Edition.question_count,
            Edition.requirement_count,
        )
        .join(Referential, Referential.id == Edition.referential_id)
        .where(
            or_(
                Referential.organisation_id.is_(None),
                Referential.organisation_id == organisation_id,
            ),
            Edition.assessable_count > 0,
        )
        .order_by(Referential.ref, Edition.label.desc(), Edition.content_version.desc())
    )
    return tuple(
        EditionChoice(
            row.id,
            f"{row.ref}:{row.label}",
            row.title,
            row.status,
            row.question_count,
            row.requirement_count,
        )
        for row in rows
    )


@dataclass(slots=True)
class ClauseNode:
    """One node of an edition’s tree, to be ticked."""

    id: int
    key: str
    position: int
    depth: int
    ref: str
    title: Mapping[str, str]
    assessable: bool
    parent_id: int | None
    end: int = 0
    """Position after the last node below it."""
    children: list["ClauseNode"] = field(default_factory=list)


def clause_trees(session: Session, edition_ids: list[int]) -> Mapping[int, tuple[ClauseNode, ...]]:
    """Return the trees of some editions, in one statement."""
    rows = session.execute(
        select(
            Requirement.edition_id,
            Requirement.id,
            Requirement.key,
            Requirement.position,
            Requirement.depth,
            Requirement.ref,
            Requirement.title,
            Requirement.assessable,
            Requirement.parent_id,
        )
        .where(Requirement.edition_id.in_(edition_ids))
        .order_by(Requirement.edition_id, Requirement.position)
    )
    trees: dict[int, list[ClauseNode]] = {edition_id: [] for edition_id in edition_ids}
    known: dict[int, ClauseNode] = {}
    for row in rows:
        values = dict(row._mapping)
        edition_id = values.pop("edition_id")
        node = ClauseNode(**values)
        known[node.id] = node
        parent = known.get(node.parent_id or 0)
        (parent.children if parent else trees[edition_id]).append(node)
    for roots in trees.values():
        for root in roots:
            _close(root)
    return {edition_id: tuple(roots) for edition_id, roots in trees.items()}


def _close(node: ClauseNode) -> int:
    """Note where each subtree ends, and return it."""
    node.end = max((_close(child) for child in node.children), default=node.position + 1)
    return node.end


def chosen_clauses(session: Session, audit_id: int) -> Mapping[int, tuple[str, ...] | None]:
    """Return the criteria of an audit: edition → chosen keys, ``None`` for the whole."""
    rows = session.execute(
        select(AuditCriterion.edition_id, AuditCriterion.clause_keys)
        .where(AuditCriterion.audit_id == audit_id)
        .order_by(AuditCriterion.id)
    )
    return {r.edition_id: None if r.clause_keys is None else tuple(r.clause_keys) for r in rows}
