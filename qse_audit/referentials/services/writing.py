"""Putting a tree into the database, and keeping what is counted about it true."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import Session

from qse_audit.referentials import queries
from qse_audit.referentials.models import Edition, Question, Requirement
from qse_audit.referentials.rules import (
    Ask,
    EditionStatus,
    Node,
    Place,
    content_sha256,
    in_tree_order,
)

REQUIREMENTS: Any = Requirement.__table__
QUESTIONS: Any = Question.__table__
EDITIONS: Any = Edition.__table__


def insert_tree(session: Session, edition_id: int, nodes: Sequence[Node]) -> None:
    """Insert a whole tree: one statement a level of 1,000 nodes, one for all the questions."""
    positions = _positions(nodes)
    ids: dict[str, int] = {}
    level: list[tuple[str | None, Node]] = [(None, node) for node in nodes]
    depth = 0
    while level:
        rows = [
            {
                "edition_id": edition_id,
                "parent_id": None if parent is None else ids[parent],
                "position": positions[node.key],
                "depth": depth,
                **content_of(node),
            }
            for parent, node in level
        ]
        statement = insert(REQUIREMENTS).returning(REQUIREMENTS.c.id, REQUIREMENTS.c.key)
        ids.update((row.key, row.id) for row in session.execute(statement, rows))
        level = [(node.key, child) for _, node in level for child in node.children]
        depth += 1
    insert_questions(session, edition_id, _asks(nodes, ids))


def _positions(nodes: Sequence[Node]) -> dict[str, int]:
    """Return the rank of each node from top to bottom, by its key."""
    positions: dict[str, int] = {}
    stack = list(reversed(nodes))
    while stack:
        node = stack.pop()
        positions[node.key] = len(positions)
        stack.extend(reversed(node.children))
    return positions


def _asks(nodes: Sequence[Node], ids: Mapping[str, int]) -> dict[int, tuple[Ask, ...]]:
    found: dict[int, tuple[Ask, ...]] = {}
    stack = list(nodes)
    while stack:
        node = stack.pop()
        found[ids[node.key]] = node.questions
        stack.extend(node.children)
    return found


def content_of(node: Node) -> dict[str, Any]:
    """Return the columns that hold what a requirement says."""
    return {
        "key": node.key,
        "ref": node.ref,
        "title": dict(node.title),
        "text": dict(node.text),
        "guidance": dict(node.guidance),
        "expected_evidence": dict(node.expected_evidence),
        "assessable": node.assessable,
        "weight": node.weight,
        "tags": list(node.tags),
    }


def insert_questions(session: Session, edition_id: int, asks: Mapping[int, Iterable[Ask]]) -> None:
    """Insert the questions of several requirements, in order."""
    rows = [
        {
            "edition_id": edition_id,
            "requirement_id": requirement_id,
            "position": position,
            "key": ask.key,
            "text": dict(ask.text),
        }
        for requirement_id, questions in asks.items()
        for position, ask in enumerate(questions)
    ]
    if rows:
        session.execute(insert(QUESTIONS), rows)


def clear_tree(session: Session, edition_id: int) -> None:
    """Delete all that an edition holds."""
    session.execute(delete(QUESTIONS).where(QUESTIONS.c.edition_id == edition_id))
    session.execute(delete(REQUIREMENTS).where(REQUIREMENTS.c.edition_id == edition_id))


def write_places(session: Session, edition_id: int, places: Sequence[Place]) -> None:
    """Write parent, depth and position of each requirement of an edition.

    Positions are unique: all are moved out of the way first, below zero.
    """
    depths: dict[int, int] = {}
    rows = []
    for position, place in enumerate(in_tree_order(places)):
        depths[place.id] = 0 if place.parent_id is None else depths[place.parent_id] + 1
        rows.append(
            {
                "row_id": place.id,
                "new_parent": place.parent_id,
                "new_position": position,
                "new_depth": depths[place.id],
            }
        )
    if not rows:
        return
    here = REQUIREMENTS.c.edition_id == edition_id
    session.execute(update(REQUIREMENTS).where(here).values(position=-1 - REQUIREMENTS.c.position))
    session.execute(
        update(REQUIREMENTS)
        .where(REQUIREMENTS.c.id == bindparam("row_id"))
        .values(
            parent_id=bindparam("new_parent"),
            position=bindparam("new_position"),
            depth=bindparam("new_depth"),
        ),
        rows,
    )


def settle(session: Session, edition: Edition) -> None:
    """Make the counts of an edition true again, and its hash once it is published.

    The version that forms compare does not change: only what is counted did.
    """
    session.flush()
    counts = queries.counts_of(session, edition.id)
    values: dict[str, Any] = {
        "requirement_count": counts.requirements,
        "assessable_count": counts.assessable,
        "question_count": counts.questions,
        "written_here": True,
    }
    if edition.status is not EditionStatus.DRAFT:
        values["sha256"] = content_sha256(queries.tree_of(session, edition.id))
    session.execute(update(EDITIONS).where(EDITIONS.c.id == edition.id).values(values))
    session.refresh(edition)
