"""Writing objectives and placing them in the tree."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import Conflict, Refusal, refuse_all
from qse_audit.core.numbers import decimal_text
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.text import N_
from qse_audit.db.numbering import next_reference
from qse_audit.db.participation import write_links
from qse_audit.objectives.models import Objective, objective_commitment
from qse_audit.objectives.queries import are_here, commitments_tied, parents_of, places_of
from qse_audit.objectives.queries.facts import as_fraction
from qse_audit.objectives.rules import (
    HOUSE,
    LIVE,
    OBJECTIVE_WORKFLOW,
    ObjectiveDraft,
    draft_refusals,
    move_refusals,
)
from qse_audit.objectives.services.noting import note, note_objective
from qse_audit.policies import Identity
from qse_audit.referentials.rules import Place, moved, places_refusal

FOREIGN = {
    "owner": N_("Choisissez un responsable parmi les personnes de l’organisation."),
    "site": N_("Ce site n’est pas un site de l’organisation."),
    "process": N_("Ce processus n’est pas un processus de l’organisation."),
    "indicator": N_("Cet indicateur n’est pas un indicateur de l’organisation."),
    "axis": N_("Cet axe n’est pas un axe de l’organisation."),
}


def create_objective(
    session: Session, draft: ObjectiveDraft, *, actor: Identity, now: datetime
) -> Objective:
    """Begin an objective at the end of the tree, as a draft, and return it.

    :raises Refused: with every reason.
    """
    here = actor.organisation_id
    refuse_all((*draft_refusals(draft), *_foreign(session, draft, here)))
    refuse_all(move_refusals(parents_of(session, here), 0, draft.parent_id))
    last = session.scalar(
        select(func.max(Objective.position)).where(Objective.organisation_id == here)
    )
    year = day_in_paris(now).year
    objective = Objective(
        organisation_id=here,
        reference=next_reference(session, "OBJ", organisation_id=here, year=year),
        parent_id=draft.parent_id,
        position=(last or 0) + 1,
        status=OBJECTIVE_WORKFLOW.initial,
        created_at=now,
        created_by_id=actor.user_id,
    )
    _write(objective, draft)
    session.add(objective)
    session.flush()
    _tie(session, objective, draft.commitments)
    _link(session, objective)
    note_objective(session, objective, "create", actor=actor, now=now)
    session.expire(objective)
    return objective


def edit_objective(
    session: Session,
    objective: Objective,
    draft: ObjectiveDraft,
    *,
    version: int | None,
    actor: Identity,
    now: datetime,
) -> None:
    """Change what an objective says; the same again changes nothing.

    :raises Conflict: if ``version`` is not the stored one any more; with both texts.
    :raises Refused: with every reason.
    """
    stored = as_texts(draft_of(session, objective))
    wanted = as_texts(draft)
    changed = sorted(name for name in wanted if wanted[name] != stored[name])
    if not changed:
        return
    if version is not None and version != objective.version:
        raise Conflict(theirs=stored, yours=wanted)
    refuse_all(
        (
            *still_written(objective),
            *draft_refusals(draft),
            *_foreign(session, draft, objective.organisation_id),
            *_owned(objective, draft),
        )
    )
    if draft.parent_id != objective.parent_id:
        parents = parents_of(session, objective.organisation_id)
        refuse_all(move_refusals(parents, objective.id, draft.parent_id))
    objective.parent_id = draft.parent_id
    _write(objective, draft)
    session.flush()
    _tie(session, objective, draft.commitments)
    _link(session, objective)
    note_objective(session, objective, "edit", actor=actor, now=now, data={"fields": changed})
    session.expire(objective)


def draft_of(session: Session, objective: Objective) -> ObjectiveDraft:
    """Return what an objective says, as it is stored now."""
    return ObjectiveDraft(
        title=objective.title,
        level=objective.level,
        domain=objective.domain,
        description=objective.description,
        parent_id=objective.parent_id,
        axis_id=objective.axis_id,
        commitments=commitments_tied(session, objective.id),
        site_id=objective.site_id,
        process_id=objective.process_id,
        unit_name=objective.unit_name,
        owner_id=objective.owner_id,
        resources=objective.resources,
        starts_on=objective.starts_on,
        due_on=objective.due_on,
        indicator_id=objective.indicator_id,
        direction=objective.direction,
        unit=objective.measure_unit,
        baseline=as_fraction(objective.baseline),
        target=as_fraction(objective.target),
        roll_up=objective.roll_up,
        weight=objective.weight,
    )


def as_texts(draft: ObjectiveDraft) -> dict[str, str]:
    """Return what people edit as texts to compare."""
    return {name: _as_text(getattr(draft, name)) for name in ObjectiveDraft.__slots__}


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    return str(value).strip()


def still_written(objective: Objective) -> tuple[Refusal, ...]:
    """Return why an objective cannot be changed any more."""
    if objective.status in LIVE:
        return ()
    over = N_("Un objectif atteint, non atteint ou abandonné ne se modifie plus : rouvrez-le.")
    return (Refusal("over", over, HOUSE),)


def _owned(objective: Objective, draft: ObjectiveDraft) -> tuple[Refusal, ...]:
    """Refuse to take the owner away from what is being discussed or carried."""
    if draft.owner_id is not None or objective.status is OBJECTIVE_WORKFLOW.initial:
        return ()
    told = N_("Un objectif proposé ou en cours garde un responsable.")
    return (Refusal("owner_missing", told, HOUSE),)


def _foreign(session: Session, draft: ObjectiveDraft, organisation_id: int) -> tuple[Refusal, ...]:
    wanted = {
        "owner": draft.owner_id,
        "site": draft.site_id,
        "process": draft.process_id,
        "indicator": draft.indicator_id,
        "axis": draft.axis_id,
    }
    here = are_here(session, organisation_id, wanted)
    return tuple(
        Refusal(f"{name}_foreign", FOREIGN[name], HOUSE)
        for name, key in wanted.items()
        if key is not None and name not in here
    )


def _write(objective: Objective, draft: ObjectiveDraft) -> None:
    objective.title = draft.title.strip()
    objective.level, objective.domain = draft.level, draft.domain
    objective.description = draft.description.strip()
    objective.axis_id = draft.axis_id
    objective.site_id, objective.process_id = draft.site_id, draft.process_id
    objective.unit_name = draft.unit_name.strip()
    objective.owner_id = draft.owner_id
    objective.resources = draft.resources.strip()
    objective.starts_on, objective.due_on = draft.starts_on, draft.due_on
    objective.indicator_id, objective.direction = draft.indicator_id, draft.direction
    objective.measure_unit = draft.unit.strip()
    objective.baseline, objective.target = _decimal(draft.baseline), _decimal(draft.target)
    objective.roll_up, objective.weight = draft.roll_up, draft.weight


def _decimal(value: Fraction | None) -> Decimal | None:
    return None if value is None else Decimal(decimal_text(value))


def _tie(session: Session, objective: Objective, keys: Iterable[str]) -> None:
    """Make the commitments of an objective exactly those."""
    tied = objective_commitment
    session.execute(delete(tied).where(tied.c.objective_id == objective.id))
    rows = [{"objective_id": objective.id, "sentence_key": key} for key in sorted(set(keys))]
    if rows:
        session.execute(insert(tied), rows)


def _link(session: Session, objective: Objective) -> None:
    """Tie its people to an objective: they read, and check, the actions that it asks for."""
    owners = [objective.owner_id] if objective.owner_id is not None else []
    write_links(
        session,
        Kind.OBJECTIVE,
        objective.id,
        {Link.AUTHOR: [objective.created_by_id], Link.OWNER: owners, Link.VERIFIER: owners},
    )


# --- the tree ---


def reorder(session: Session, places: Sequence[Place], *, actor: Identity, now: datetime) -> None:
    """Give the objectives that still count another order, and other parents.

    :raises Refused: when ``places`` is no order of the tree as it is now.
    """
    here = actor.organisation_id
    before = places_of(session, here)
    refusal = places_refusal(before, places)
    refuse_all([refusal] if refusal else [])
    if list(places) != before:
        _place(session, before, places)
        changed = sorted({p.id for p in places} - {p.id for p in before if p in set(places)})
        note(
            session,
            ("cascade", here),
            "place",
            organisation_id=here,
            actor=actor,
            now=now,
            data={"objectives": changed},
        )


def step(session: Session, moving: int, *, direction: str, actor: Identity, now: datetime) -> None:
    """Move one objective one step: ``up``, ``down``, ``in`` or ``out``."""
    places = moved(places_of(session, actor.organisation_id), moving, direction)
    reorder(session, places, actor=actor, now=now)


def _place(session: Session, before: Sequence[Place], after: Sequence[Place]) -> None:
    """Write positions, and the parents that changed; the others may stand below what is over."""
    table: Any = Objective.__table__
    session.execute(
        update(table).where(table.c.id == bindparam("row_id")).values(position=bindparam("rank")),
        [{"row_id": place.id, "rank": rank} for rank, place in enumerate(after, start=1)],
    )
    parents = {place.id: place.parent_id for place in before}
    changed = [
        {"row_id": place.id, "parent": place.parent_id}
        for place in after
        if parents[place.id] != place.parent_id
    ]
    if changed:
        session.execute(
            update(table)
            .where(table.c.id == bindparam("row_id"))
            .values(parent_id=bindparam("parent"), version=table.c.version + 1),
            changed,
        )
    session.expire_all()
