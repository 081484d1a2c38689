"""What can be done next with an objective, and what happened to it."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.core.errors import Refusal
from qse_audit.core.series import Direction
from qse_audit.core.workflow import Transition
from qse_audit.indicators.queries import latest_values
from qse_audit.objectives.models import Objective
from qse_audit.objectives.queries.facts import as_fraction
from qse_audit.objectives.rules import (
    LIVE,
    OBJECTIVE_WORKFLOW,
    MoveFacts,
    ObjectiveStatus,
    Turn,
    agreed_turn,
)
from qse_audit.policies import Identity, allows


def turns_of(objective: Objective) -> tuple[Turn, ...]:
    """Return the talk about an objective as the rules read it."""
    return tuple(
        Turn(
            kind=talk.kind,
            person_id=talk.said_by_id,
            target=as_fraction(talk.target),
            due_on=talk.due_on,
        )
        for talk in objective.talks
    )


def agreement_of(objective: Objective) -> Turn | None:
    """Return the agreement that still holds, ``None`` when there is none."""
    return agreed_turn(turns_of(objective), as_fraction(objective.target), objective.due_on)


def last_value(session: Session, objective: Objective) -> tuple[date, Fraction] | None:
    """Return (first day of the period, value) of the last value of its indicator."""
    if objective.indicator_id is None:
        return None
    found = latest_values(session, [objective.indicator_id]).get(objective.indicator_id)
    if found is None or found.value is None:
        return None
    return found.period.starts_on, Fraction(found.value)


def move_facts(session: Session, objective: Objective, note: str) -> MoveFacts:
    """Return what the rules may know of an objective that moves."""
    last = last_value(session, objective)
    running = select(func.count(Objective.id)).where(
        Objective.parent_id == objective.id, Objective.status.in_(sorted(LIVE))
    )
    return MoveFacts(
        has_owner=objective.owner_id is not None,
        has_due_date=objective.due_on is not None,
        target=as_fraction(objective.target),
        direction=way_of(objective),
        last=last[1] if last else None,
        is_agreed=agreement_of(objective) is not None,
        note=note,
        running_children=session.scalar(running) or 0,
    )


def way_of(objective: Objective) -> Direction | None:
    """Return which way is better, as the rules of the cascade decide it."""
    if objective.direction is not None:
        return objective.direction
    target, baseline = objective.target, objective.baseline
    if target is not None and baseline is not None and target != baseline:
        return Direction.UP if target > baseline else Direction.DOWN
    return objective.indicator.direction if objective.indicator is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A move that this person may make, and what already stands in its way."""

    transition: Transition[ObjectiveStatus, MoveFacts]
    refusals: tuple[Refusal, ...]


def offers(session: Session, objective: Objective, who: Identity) -> dict[str, Offer]:
    """Return the moves open to ``who`` by name; what they still have to type is taken as given."""
    facts = move_facts(session, objective, "…")
    return {
        t.name: Offer(
            transition=t,
            refusals=OBJECTIVE_WORKFLOW.refusals(objective.status, t.name, facts),
        )
        for t in OBJECTIVE_WORKFLOW.available(objective.status)
        if allows(who, t.permission, objective.access())
    }
