"""The tree of an edition: whole, for the editor, or as an order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from qse_audit.core.text import Localized, pick
from qse_audit.referentials.models import Edition, Question, Requirement
from qse_audit.referentials.rules import Ask, Counts, Domain, Node, Outline, Place, walk


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A requirement as its page shows it, in one language."""

    anchor: str
    depth: int
    ref: str
    title: str
    text: str
    guidance: str
    evidence: str
    questions: tuple[str, ...]
    tags: tuple[str, ...]
    weight: int
    assessable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A clause of the first level with all that stands below it, in order."""

    head: Clause
    below: tuple[Clause, ...]
    question_count: int


def chapters_of(nodes: Sequence[Node], locale: str) -> tuple[Chapter, ...]:
    """Return a tree as its page shows it, in ``locale``."""
    found: list[list[Clause]] = []
    for position, (depth, node) in enumerate(walk(nodes)):
        clause = _clause(node, depth, position, locale=locale)
        if depth:
            found[-1].append(clause)
        else:
            found.append([clause])
    return tuple(
        Chapter(
            head=clauses[0],
            below=tuple(clauses[1:]),
            question_count=sum(len(clause.questions) for clause in clauses),
        )
        for clauses in found
    )


def _clause(node: Node, depth: int, position: int, *, locale: str) -> Clause:
    questions = tuple(pick(ask.text, locale) for ask in node.questions)
    return Clause(
        anchor=f"c{position}",
        depth=depth,
        ref=node.ref,
        title=pick(node.title, locale),
        text=pick(node.text, locale),
        guidance=pick(node.guidance, locale),
        evidence=pick(node.expected_evidence, locale),
        questions=questions,
        tags=node.tags,
        weight=node.weight,
        assessable=node.assessable,
    )


def outline_of(session: Session, edition: Edition) -> Outline:
    """Return a stored edition as the tree that the exporters write."""
    referential = edition.referential
    return Outline(
        identifier=referential.identifier,
        ref=referential.ref,
        edition=edition.label,
        title=referential.title,
        description=edition.description,
        publisher=referential.publisher,
        domains=tuple(Domain(code) for code in referential.domains),
        status=edition.status,
        amendments=tuple(edition.amendments),
        source=edition.source,
        licence=edition.licence,
        copyright=edition.copyright,
        nodes=tree_of(session, edition.id),
        sha256=edition.sha256,
    )
