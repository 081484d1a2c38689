"""The tree of an edition: whole, for the editor, or as an order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from qse_audit.core.text import Localized
from qse_audit.referentials.models import Question, Requirement
from qse_audit.referentials.rules import Ask, Counts, Node, Place


def tree_of(session: Session, edition_id: int) -> tuple[Node, ...]:
    """Return the whole tree of an edition with its questions, in two statements."""
    asks = questions_of(session, Question.edition_id == edition_id)
    rows = session.execute(
        select(
            Requirement.id,
            Requirement.parent_id,
            Requirement.key,
            Requirement.ref,
            Requirement.title,
            Requirement.text,
            Requirement.guidance,
            Requirement.expected_evidence,
            Requirement.assessable,
            Requirement.weight,
            Requirement.tags,
        )
        .where(Requirement.edition_id == edition_id)
        .order_by(Requirement.position)
    ).all()
    below: dict[int | None, list[Node]] = {}
    for row in reversed(rows):  # children before their parents
        node = Node(
            key=row.key,
            ref=row.ref,
            title=row.title,
            text=row.text,
            guidance=row.guidance,
            expected_evidence=row.expected_evidence,
            assessable=row.assessable,
            weight=row.weight,
            tags=tuple(row.tags),
            questions=tuple(asks.get(row.id, ())),
            children=tuple(reversed(below.pop(row.id, []))),
        )
        below.setdefault(row.parent_id, []).append(node)
    return tuple(reversed(below.get(None, [])))


def questions_of(session: Session, condition: ColumnElement[bool]) -> dict[int, list[Ask]]:
    """Return the questions that meet ``condition``, in order, by requirement id."""
    rows = session.execute(
        select(Question.requirement_id, Question.key, Question.text)
        .where(condition)
        .order_by(Question.requirement_id, Question.position)
    )
    found: dict[int, list[Ask]] = {}
    for row in rows:
        found.setdefault(row.requirement_id, []).append(Ask(row.key, row.text))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A requirement in the editor’s tree."""

    id: int
    ref: str
    title: Localized
    assessable: bool
    question_count: int
    children: tuple["Item", ...] = ()


def items_of(session: Session, edition_id: int) -> tuple[Item, ...]:
    """Return the tree of an edition as the editor shows it, in one statement."""
    rows = session.execute(
        select(
            Requirement.id,
            Requirement.parent_id,
            Requirement.ref,
            Requirement.title,
            Requirement.assessable,
            func.count(Question.id).label("question_count"),
        )
        .outerjoin(Question, Question.requirement_id == Requirement.id)
        .where(Requirement.edition_id == edition_id)
        .group_by(Requirement.id)
        .order_by(Requirement.position.desc())
    )
    below: dict[int | None, list[Item]] = {}
    for row in rows:  # children before their parents
        item = Item(
            id=row.id,
            ref=row.ref,
            title=row.title,
            assessable=row.assessable,
            question_count=row.question_count,
            children=tuple(reversed(below.pop(row.id, []))),
        )
        below.setdefault(row.parent_id, []).append(item)
    return tuple(reversed(below.get(None, [])))


def places_of(session: Session, edition_id: int) -> list[Place]:
    """Return where each requirement of an edition stands, from top to bottom."""
    rows = session.execute(
        select(Requirement.id, Requirement.parent_id)
        .where(Requirement.edition_id == edition_id)
        .order_by(Requirement.position)
    )
    return [Place(row.id, row.parent_id) for row in rows]


def counts_of(session: Session, edition_id: int) -> Counts:
    """Count what an edition holds now."""
    here = Requirement.edition_id == edition_id
    row = session.execute(
        select(
            select(func.count()).select_from(Requirement).where(here).scalar_subquery(),
            select(func.count())
            .select_from(Requirement)
            .where(here, Requirement.assessable)
            .scalar_subquery(),
            select(func.count())
            .select_from(Question)
            .where(Question.edition_id == edition_id)
            .scalar_subquery(),
        )
    ).one()
    return Counts(*row)


def taken_refs(session: Session, edition_id: int) -> dict[str, int]:
    """Return the refs of an edition, each with the requirement that has it."""
    rows: Sequence[Any] = session.execute(
        select(Requirement.ref, Requirement.id).where(Requirement.edition_id == edition_id)
    ).all()
    return {row.ref: row.id for row in rows}
