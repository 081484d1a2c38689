"""Making a checklist from the criteria, sharing it out, and answering it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session, aliased

from qse_audit.audits import queries
from qse_audit.audits.models import Audit, AuditCriterion, ChecklistItem
from qse_audit.audits.rules import (
    GRADE_OF,
    Verdict,
    answer_is_justified,
    answers_are_open,
    criteria_are_open,
    plan_is_open,
)
from qse_audit.audits.services.plans import Criteria, note, touch
from qse_audit.core.errors import Conflict, NotFound, refuse_all
from qse_audit.core.permissions import AUDIT_TEAM, Kind
from qse_audit.db.trail import Act, record
from qse_audit.evidence.models import Evidence
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import Grade
from qse_audit.findings.services import attach_evidence as attach_to_finding
from qse_audit.findings.services import draft_finding
from qse_audit.policies import Identity
from qse_audit.referentials.models import Edition, Question, Referential, Requirement

LABEL_LETTERS = 120


def make_checklist(session: Session, audit: Audit, *, actor: Identity, now: datetime) -> int:
    """Copy the questions of the criteria into ``audit`` and return how many there are.

    The editions are frozen from then on. A requirement that can be assessed but has no question
    gives one, worded as the requirement itself.

    :raises Refused: once an answer was given.
    """
    refuse_all([r for r in [criteria_are_open(audit.status, audit.answered_count)] if r])
    session.flush()
    chosen = queries.chosen_clauses(session, audit.id)
    copy_questions(session, audit, chosen, now=now)
    data = {"questions": audit.question_count, "editions": sorted(chosen)}
    note(session, audit, "audit.make_checklist", actor=actor, now=now, data=data)
    return audit.question_count


def copy_questions(session: Session, audit: Audit, chosen: Criteria, *, now: datetime) -> None:
    """Copy the questions of ``chosen``, already stored, as a part of another act."""
    if audit.question_count:
        _untie_evidence(session, audit)
        session.execute(delete(ChecklistItem).where(ChecklistItem.audit_id == audit.id))
    questions = _questions(audit.id, _within(session, chosen))
    names = [str(column.key) for column in questions.selected_columns]
    made = session.execute(
        insert(ChecklistItem).from_select(names, questions, include_defaults=False),
        execution_options={"preserve_rowcount": True},
    )
    session.execute(
        update(Edition)
        .where(Edition.id.in_(list(chosen)), Edition.frozen_at.is_(None))
        .values(frozen_at=now),
        execution_options={"synchronize_session": False},
    )
    audit.question_count = made.rowcount  # type: ignore[attr-defined]  # an INSERT has one
    touch(audit)


def _untie_evidence(session: Session, audit: Audit) -> None:
    """Leave the files gathered at questions that go with the audit as a whole."""
    session.execute(
        update(Evidence)
        .where(
            Evidence.origin_kind == Kind.AUDIT,
            Evidence.origin_id == audit.id,
            Evidence.checklist_item_id.is_not(None),
        )
        .values(checklist_item_id=None, version=Evidence.version + 1)
    )


def _within(session: Session, chosen: Criteria) -> ColumnElement[bool]:
    """Return the condition that a requirement is among the chosen clauses, or below one."""
    narrowed = [edition_id for edition_id, keys in chosen.items() if keys is not None]
    if not narrowed:
        return true()
    spans = [
        and_(Requirement.edition_id == edition_id, Requirement.position.between(first, last))
        for edition_id, roots in queries.clause_trees(session, narrowed).items()
        for first, last in _spans(roots, set(chosen[edition_id] or ()))
    ]
    return or_(Requirement.edition_id.not_in(narrowed), *spans)


def _spans(nodes: tuple[queries.ClauseNode, ...], keys: set[str]) -> list[tuple[int, int]]:
    """Return the first and last position of each chosen subtree, the outermost only."""
    found: list[tuple[int, int]] = []
    for node in nodes:
        if node.key in keys:
            found.append((node.position, node.end - 1))
        else:
            found += _spans(tuple(node.children), keys)
    return found


def _questions(audit_id: int, within: ColumnElement[bool]) -> Select[Any]:
    """Return the statement that words every question of an audit, in order."""
    chapter = aliased(Requirement, name="chapter")
    chapters = _chapters(audit_id)
    own_words = cast(Requirement.text, String) != "{}"
    question = case(
        (Question.id.is_not(None), Question.text),
        (own_words, Requirement.text),
        else_=Requirement.title,
    )
    order = (AuditCriterion.id, Requirement.position, Question.position)
    label = func.substr(Referential.ref + ":" + Edition.label, 1, LABEL_LETTERS)
    under = and_(chapter.edition_id == Edition.id, chapter.position == chapters.c.chapter_position)
    return (
        select(
            literal(audit_id, Integer).label("audit_id"),
            func.row_number().over(order_by=order).label("position"),
            label.label("referential_label"),
            chapter.ref.label("section_ref"),
            chapter.title.label("section_title"),
            Requirement.ref.label("clause_ref"),
            Requirement.title.label("clause_title"),
            question.label("question"),
            Requirement.guidance.label("guidance"),
            Requirement.expected_evidence.label("expected_evidence"),
            Requirement.weight.label("weight"),
            literal("").label("observation"),
            literal(1).label("version"),
        )
        .select_from(AuditCriterion)
        .join(Edition, Edition.id == AuditCriterion.edition_id)
        .join(Referential, Referential.id == Edition.referential_id)
        .join(Requirement, Requirement.edition_id == Edition.id)
        .join(chapters, chapters.c.id == Requirement.id)
        .join(chapter, under)
        .join(Question, Question.requirement_id == Requirement.id, isouter=True)
        .where(AuditCriterion.audit_id == audit_id, _is_asked(), within)
    )


def _chapters(audit_id: int) -> Subquery:
    """Return the position of the top-level chapter above each requirement of the criteria."""
    chapters = func.max(case((Requirement.depth == 0, Requirement.position)))
    editions = select(AuditCriterion.edition_id).where(AuditCriterion.audit_id == audit_id)
    return (
        select(
            Requirement.id,
            chapters.over(partition_by=Requirement.edition_id, order_by=Requirement.position).label(
                "chapter_position"
            ),
        )
        .where(Requirement.edition_id.in_(editions))
        .subquery("chapters")
    )


def _is_asked() -> ColumnElement[bool]:
    """Return the condition that a requirement gives a line: assessable, or with a question."""
    return or_(Requirement.assessable, Question.id.is_not(None))


def share_sections(
    session: Session,
    audit: Audit,
    people: Mapping[tuple[str, str], int | None],
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """Say who of the team looks at which section: (referential, section) → person or ``None``.

    :raises NotFound: for somebody who is not of the team.
    :raises Refused: once the report is issued.
    """
    refuse_all([r for r in [plan_is_open(audit.status)] if r])
    team = {i for link in AUDIT_TEAM for i in audit.access().links.get(link, ())}
    if strangers := {i for i in people.values() if i is not None} - team:
        raise NotFound(f"person {sorted(strangers)}")
    for (referential_label, section_ref), person_id in people.items():
        session.execute(
            update(ChecklistItem)
            .where(
                ChecklistItem.audit_id == audit.id,
                ChecklistItem.referential_label == referential_label,
                ChecklistItem.section_ref == section_ref,
            )
            .values(assigned_to_id=person_id),
            execution_options={"synchronize_session": False},
        )
    data = {"sections": {f"{label} {ref}": who for (label, ref), who in people.items()}}
    note(session, audit, "audit.share_sections", actor=actor, now=now, data=data)


def answer(
    session: Session,
    item: ChecklistItem,
    *,
    verdict: Verdict | None,
    observation: str,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Write the answer to one question, or take it back; the counter of the audit follows.

    :raises Refused: when the audit is not in progress, or “not applicable” is not justified.
    :raises Conflict: when ``version`` is no longer the stored one, with both answers.
    """
    observation = observation.replace("\r\n", "\n").strip()
    if (item.verdict, item.observation) == (verdict, observation):
        return
    if version is not None and version != item.version:
        raise Conflict(
            theirs={"verdict": item.verdict or "", "observation": item.observation},
            yours={"verdict": verdict or "", "observation": observation},
        )
    checks = (answers_are_open(item.audit.status), answer_is_justified(verdict, observation))
    refuse_all([refusal for refusal in checks if refusal])
    delta, before = (verdict is not None) - (item.verdict is not None), item.verdict
    item.verdict, item.observation = verdict, observation
    item.answered_at = now if verdict is not None else None
    item.answered_by_id = actor.user_id
    if delta:
        session.execute(
            update(Audit)
            .where(Audit.id == item.audit_id)
            .values(answered_count=Audit.answered_count + delta),
            execution_options={"synchronize_session": False},
        )
    _note_answer(session, item, before, actor=actor, now=now)


def _note_answer(
    session: Session, item: ChecklistItem, before: Verdict | None, *, actor: Identity, now: datetime
) -> None:
    """Record an answer under its question, so that the history of the audit stays readable."""
    after = item.verdict
    act = Act(
        verb="audit.answer",
        kind=Kind.CHECKLIST_ITEM,
        subject_id=item.id,
        data={
            "audit": item.audit_id,
            "position": item.position,
            "before": before,
            "after": after,
        },
        texts={"observation": item.observation} if item.observation else {},
    )
    organisation_id = item.audit.organisation_id
    record(session, act, organisation_id=organisation_id, actor_id=actor.user_id, now=now)


def attach_evidence(
    session: Session, item: ChecklistItem, evidence: Evidence, *, actor: Identity, now: datetime
) -> None:
    """Tie a file of the audit to the question at which it was gathered.

    :raises Refused: when the audit is not in progress.
    """
    refuse_all([r for r in [answers_are_open(item.audit.status)] if r])
    evidence.checklist_item_id = item.id
    act = Act(
        verb="audit.gather",
        kind=Kind.CHECKLIST_ITEM,
        subject_id=item.id,
        data={
            "audit": item.audit_id,
            "position": item.position,
            "evidence": evidence.id,
            "sha256": evidence.sha256,
        },
    )
    organisation_id = item.audit.organisation_id
    record(session, act, organisation_id=organisation_id, actor_id=actor.user_id, now=now)


def state_finding(
    session: Session, item: ChecklistItem, *, locale: str = "fr", actor: Identity, now: datetime
) -> Finding:
    """Draft the finding that states the answer to one question, in words to be completed.

    The files gathered at the question go with it.

    :raises Refused: when the audit is not in progress.
    """
    refuse_all([r for r in [answers_are_open(item.audit.status)] if r])
    grade = GRADE_OF.get(item.verdict) if item.verdict else None
    processes = item.audit.processes
    asked = queries.worded(item.question, item.clause_title, locale)
    finding = draft_finding(
        session,
        organisation_id=item.audit.organisation_id,
        origin=(Kind.AUDIT, item.audit_id),
        checklist_item_id=item.id,
        grade=grade or Grade.IMPROVEMENT_OPPORTUNITY,
        title=item.observation or asked or item.clause_ref,
        requirement_text=asked,
        referential_label=item.referential_label,
        clause_ref=item.clause_ref,
        process_id=processes[0].id if len(processes) == 1 else None,
        actor=actor,
        now=now,
    )
    finding.evidence_text = item.observation
    for evidence in queries.evidence_at(session, item):
        attach_to_finding(session, finding, evidence, actor=actor, now=now)
    return finding
