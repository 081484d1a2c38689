"""What stands around the objectives: axes, priorities, conflicts between two of them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from qse_audit.core.errors import Conflict, Refusal, refuse_all
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.objectives.models import (
    Arbitration,
    Axis,
    Objective,
    Priority,
    axis_commitment,
)
from qse_audit.objectives.queries import axis_commitments, is_priority
from qse_audit.objectives.rules import (
    HOUSE,
    AxisDraft,
    PriorityDraft,
    axis_refusals,
    conflict_refusals,
    priority_refusals,
    reason_refusals,
)
from qse_audit.objectives.services.noting import note
from qse_audit.policies import Identity

TITLE_TAKEN = Refusal(
    "title_taken", N_("Un axe porte déjà ce nom : choisissez-en un autre."), HOUSE
)
STRANGER = Refusal(
    "objective_foreign", N_("Cet objectif n’est pas un objectif de l’organisation."), HOUSE
)


def create_axis(session: Session, draft: AxisDraft, *, actor: Identity, now: datetime) -> Axis:
    """Add an axis after the others.

    :raises Refused: with every reason.
    """
    here = actor.organisation_id
    refuse_all((*axis_refusals(draft), *_taken(session, here, draft.title)))
    last = session.scalar(select(func.max(Axis.position)).where(Axis.organisation_id == here))
    axis = Axis(
        organisation_id=here,
        position=(last or 0) + 1,
        title=draft.title.strip(),
        horizon=draft.horizon.strip(),
    )
    session.add(axis)
    session.flush()
    _carry(session, axis, draft.commitments)
    _note_axis(session, axis, "create", actor=actor, now=now)
    return axis


def edit_axis(
    session: Session,
    axis: Axis,
    draft: AxisDraft,
    *,
    version: int | None,
    actor: Identity,
    now: datetime,
) -> None:
    """Change an axis.

    :raises Conflict: if ``version`` is not the stored one any more.
    :raises Refused: with every reason.
    """
    wanted = (draft.title.strip(), draft.horizon.strip(), frozenset(draft.commitments))
    stored = (axis.title, axis.horizon, axis_commitments(session, axis.id))
    if wanted == stored:
        return
    if version is not None and version != axis.version:
        raise Conflict(theirs={"title": axis.title}, yours={"title": draft.title})
    refuse_all((*axis_refusals(draft), *_taken(session, axis.organisation_id, draft.title, axis)))
    axis.title, axis.horizon = wanted[0], wanted[1]
    session.flush()
    _carry(session, axis, draft.commitments)
    _note_axis(session, axis, "edit", actor=actor, now=now)


def archive_axis(session: Session, axis: Axis, *, actor: Identity, now: datetime) -> None:
    """Take an axis out of use; the objectives under it keep it in their history.

    :raises Refused: while an objective that still counts is under it.
    """
    from_here = select(func.count(Objective.id)).where(
        Objective.axis_id == axis.id, Objective.closed_at.is_(None)
    )
    if count := session.scalar(from_here):
        told = N_("Des objectifs en cours sont rattachés à cet axe (%(count)s).", count=count)
        refuse_all([Refusal("axis_used", told, HOUSE)])
    axis.archived_at = now
    _note_axis(session, axis, "archive", actor=actor, now=now)


def _taken(
    session: Session, organisation_id: int, title: str, itself: Axis | None = None
) -> tuple[Refusal, ...]:
    found = session.scalar(
        select(Axis.id).where(
            Axis.organisation_id == organisation_id,
            func.lower(Axis.title) == title.strip().lower(),
            Axis.id != (itself.id if itself else 0),
        )
    )
    return () if found is None else (TITLE_TAKEN,)


def _carry(session: Session, axis: Axis, keys: Iterable[str]) -> None:
    """Make the commitments of an axis exactly those."""
    session.execute(delete(axis_commitment).where(axis_commitment.c.axis_id == axis.id))
    rows = [{"axis_id": axis.id, "sentence_key": key} for key in sorted(set(keys))]
    if rows:
        session.execute(insert(axis_commitment), rows)


def _note_axis(session: Session, axis: Axis, act: str, *, actor: Identity, now: datetime) -> None:
    session.flush()
    note(
        session,
        ("axis", axis.id),
        act,
        organisation_id=axis.organisation_id,
        actor=actor,
        now=now,
        texts={"title": axis.title},
    )


# --- priorities ---


def create_priority(
    session: Session, draft: PriorityDraft, *, actor: Identity, now: datetime
) -> Priority:
    """Note a priority.

    :raises Refused: with every reason.
    """
    here = actor.organisation_id
    refuse_all((*priority_refusals(draft), *_noted_before(session, draft)))
    priority = Priority(
        organisation_id=here,
        kind=draft.kind,
        title=draft.title.strip(),
        fact=draft.fact.strip(),
        risk_id=draft.risk_id,
        created_at=now,
        created_by_id=actor.user_id,
        objectives=_objectives(session, here, draft.objectives),
    )
    session.add(priority)
    _note_priority(session, priority, "create", actor=actor, now=now)
    return priority


def _noted_before(session: Session, draft: PriorityDraft) -> tuple[Refusal, ...]:
    """Refuse a second priority for one risk."""
    if draft.risk_id is None or not is_priority(session, draft.risk_id):
        return ()
    told = N_("Ce risque est déjà une priorité.")
    return (Refusal("risk_noted", told, HOUSE),)


def edit_priority(
    session: Session,
    priority: Priority,
    draft: PriorityDraft,
    *,
    version: int | None,
    actor: Identity,
    now: datetime,
) -> None:
    """Change a priority, and which objectives answer it.

    :raises Conflict: if ``version`` is not the stored one any more.
    :raises Refused: with every reason.
    """
    if version is not None and version != priority.version:
        raise Conflict(theirs={"title": priority.title}, yours={"title": draft.title})
    refuse_all(priority_refusals(draft))
    priority.kind, priority.title = draft.kind, draft.title.strip()
    priority.fact = draft.fact.strip()
    priority.objectives = _objectives(session, priority.organisation_id, draft.objectives)
    _note_priority(session, priority, "edit", actor=actor, now=now)


def withdraw_priority(
    session: Session, priority: Priority, *, actor: Identity, now: datetime
) -> None:
    """Take a priority off the list: it is none any more."""
    priority.withdrawn_at = now
    _note_priority(session, priority, "withdraw", actor=actor, now=now)


def _objectives(session: Session, organisation_id: int, ids: Iterable[int]) -> list[Objective]:
    """Return the objectives named by a form.

    :raises Refused: for one of elsewhere.
    """
    wanted = sorted(set(ids))
    found = session.scalars(
        select(Objective).where(
            Objective.organisation_id == organisation_id, Objective.id.in_(wanted)
        )
    ).all()
    refuse_all([] if len(found) == len(wanted) else [STRANGER])
    return sorted(found, key=lambda each: each.id)


def _note_priority(
    session: Session, priority: Priority, act: str, *, actor: Identity, now: datetime
) -> None:
    session.flush()
    note(
        session,
        ("priority", priority.id),
        act,
        organisation_id=priority.organisation_id,
        actor=actor,
        now=now,
        data={"kind": priority.kind.value, "objectives": [o.id for o in priority.objectives]},
        texts={"title": priority.title},
    )


# --- conflicts ---


def declare_conflict(
    session: Session,
    objective: Objective,
    other_id: int,
    conflict: str,
    *,
    actor: Identity,
    now: datetime,
) -> Arbitration:
    """Say that two objectives pull against each other; K12 asks for its settlement.

    :raises Refused: with every reason.
    """
    refuse_all(conflict_refusals(objective.id, other_id, conflict))
    _objectives(session, objective.organisation_id, [other_id])
    first, second = sorted((objective.id, other_id))
    known = session.scalar(
        select(Arbitration.id).where(Arbitration.first_id == first, Arbitration.second_id == second)
    )
    if known is not None:
        told = N_("Ce conflit est déjà déclaré.")
        refuse_all([Refusal("conflict_known", told, HOUSE)])
    found = Arbitration(
        organisation_id=objective.organisation_id,
        first_id=first,
        second_id=second,
        conflict=conflict.strip(),
        declared_at=now,
        declared_by_id=actor.user_id,
    )
    session.add(found)
    _note_conflict(session, found, "declare", conflict, actor=actor, now=now)
    return found


def settle_conflict(
    session: Session, found: Arbitration, decision: str, *, actor: Identity, now: datetime
) -> None:
    """Write how a conflict is settled, with the name of who decides.

    :raises Refused: without words, or once it is settled.
    """
    refuse_all(reason_refusals(decision))
    if found.decided_at is not None:
        told = N_("Ce conflit est déjà arbitré.")
        refuse_all([Refusal("already_settled", told, HOUSE)])
    found.decision = decision.strip()
    found.decided_at, found.decided_by_id = now, actor.user_id
    _note_conflict(session, found, "settle", decision, actor=actor, now=now)


def _note_conflict(
    session: Session,
    found: Arbitration,
    act: str,
    text: str,
    *,
    actor: Identity,
    now: datetime,
) -> None:
    session.flush()
    note(
        session,
        (Kind.ARBITRATION, found.id),
        act,
        organisation_id=found.organisation_id,
        actor=actor,
        now=now,
        data={"first": found.first_id, "second": found.second_id},
        texts={"note": text.strip()},
    )
