"""Writing in-house referentials: requirements, their questions, their order. None commits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from qse_audit.core.errors import NotFound, Refusal, refuse_all
from qse_audit.policies import Identity as Actor
from qse_audit.referentials import queries
from qse_audit.referentials.models import Edition, Question, Requirement
from qse_audit.referentials.rules import (
    MAX_DEPTH,
    TOO_DEEP,
    Draft,
    Place,
    asked,
    merged,
    moved,
    places_refusal,
    ref_taken,
)
from qse_audit.referentials.services.editions import note, open_edition
from qse_audit.referentials.services.writing import insert_questions, settle, write_places


def add_requirement(
    session: Session,
    edition: Edition,
    draft: Draft,
    *,
    parent: Requirement | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Add a requirement at the end of ``parent``, or of the edition; return its id.

    :raises Refused: when the edition cannot be written, the number is taken, or it is too deep.
    """
    open_edition(session, edition)
    places = queries.places_of(session, edition.id)
    refuse_all(_draft_refusals(session, edition, draft, itself=None))
    if parent is not None and parent.edition_id != edition.id:
        raise NotFound(f"requirement {parent.id}")
    refuse_all([TOO_DEEP] if parent is not None and parent.depth + 1 >= MAX_DEPTH else [])
    requirement = Requirement(
        edition_id=edition.id,
        parent_id=parent.id if parent else None,
        position=len(places),
        depth=parent.depth + 1 if parent else 0,
        key=_free_key(session, edition.id, draft.ref),
    )
    _write(requirement, draft)
    session.add(requirement)
    session.flush()
    insert_questions(
        session, edition.id, {requirement.id: asked(requirement.key, (), draft.questions)}
    )
    write_places(session, edition.id, [*places, Place(requirement.id, requirement.parent_id)])
    _settled(session, edition, "requirement.add", requirement.id, actor=actor, now=now)
    return requirement.id


def write_requirement(
    session: Session, requirement: Requirement, draft: Draft, *, actor: Actor, now: datetime
) -> None:
    """Change what a requirement says and asks.

    :raises Refused: when the edition cannot be written, or the number is taken.
    """
    edition = requirement.edition
    open_edition(session, edition)
    refuse_all(_draft_refusals(session, edition, draft, itself=requirement.id))
    before = queries.questions_of(session, Question.requirement_id == requirement.id)
    questions = asked(requirement.key, before.get(requirement.id, ()), draft.questions)
    _write(requirement, draft)
    if questions != tuple(before.get(requirement.id, ())):
        flag_modified(requirement, "tags")  # its version rises with its questions
        session.execute(delete(Question).where(Question.requirement_id == requirement.id))
        insert_questions(session, edition.id, {requirement.id: questions})
    _settled(session, edition, "requirement.edit", requirement.id, actor=actor, now=now)


def remove_requirement(
    session: Session, requirement: Requirement, *, actor: Actor, now: datetime
) -> None:
    """Delete a requirement with all below it.

    :raises Refused: when the edition cannot be written.
    """
    edition, removed = requirement.edition, requirement.id
    open_edition(session, edition)
    gone = {removed}
    kept = []
    for place in queries.places_of(session, edition.id):
        if place.id in gone or place.parent_id in gone:
            gone.add(place.id)
        else:
            kept.append(place)
    session.execute(delete(Question).where(Question.requirement_id.in_(gone)))
    session.execute(delete(Requirement).where(Requirement.id.in_(gone)))
    write_places(session, edition.id, kept)
    data = {"requirements": len(gone)}
    _settled(session, edition, "requirement.remove", removed, actor=actor, now=now, data=data)


def reorder(
    session: Session, edition: Edition, places: Sequence[Place], *, actor: Actor, now: datetime
) -> None:
    """Give the requirements of an edition another order.

    :raises Refused: when the edition cannot be written, or ``places`` is no order of its tree.
    """
    open_edition(session, edition)
    before = queries.places_of(session, edition.id)
    refusal = places_refusal(before, places)
    refuse_all([refusal] if refusal else [])
    if list(places) != before:
        write_places(session, edition.id, places)
        _settled(session, edition, "requirement.reorder", 0, actor=actor, now=now)


def move_requirement(
    session: Session,
    edition: Edition,
    moving: int,
    *,
    direction: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Move one requirement one step: ``up``, ``down``, ``in`` or ``out``."""
    places = moved(queries.places_of(session, edition.id), moving, direction)
    reorder(session, edition, places, actor=actor, now=now)


def _draft_refusals(
    session: Session, edition: Edition, draft: Draft, *, itself: int | None
) -> list[Refusal]:
    owner = queries.taken_refs(session, edition.id).get(draft.ref)
    return [ref_taken(draft.ref)] if owner not in {None, itself} else []


def _write(requirement: Requirement, draft: Draft) -> None:
    requirement.ref = draft.ref
    for name in ("title", "text", "guidance", "expected_evidence"):
        setattr(requirement, name, merged(getattr(requirement, name) or {}, getattr(draft, name)))
    requirement.assessable, requirement.weight = draft.assessable, draft.weight
    requirement.tags = list(draft.tags)


def _free_key(session: Session, edition_id: int, ref: str) -> str:
    """Return ``ref``, or what tells it from a requirement that was numbered so before."""
    taken = set(
        session.scalars(
            select(Requirement.key).where(
                Requirement.edition_id == edition_id, Requirement.key.startswith(ref)
            )
        )
    )
    key, number = ref, 1
    while key in taken:
        number += 1
        key = f"{ref}~{number}"
    return key


def _settled(
    session: Session,
    edition: Edition,
    verb: str,
    requirement_id: int,
    *,
    actor: Actor,
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    settle(session, edition)
    shown = {"requirement": requirement_id, **(data or {})}
    note(session, edition, verb, actor=actor, now=now, data=shown)
