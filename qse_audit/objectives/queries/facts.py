"""The cascade of an organisation as the rules judge it: a constant number of statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import case, func, literal, select, union_all
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Organisation, Person, Site
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionStatus
from qse_audit.core.permissions import Kind
from qse_audit.indicators.models import Indicator, Measurement
from qse_audit.indicators.queries import last_of_each
from qse_audit.indicators.rules import IndicatorStatus
from qse_audit.objectives.models import (
    Arbitration,
    Axis,
    Objective,
    Priority,
    axis_commitment,
    objective_commitment,
    priority_objective,
)
from qse_audit.objectives.rules import Axis as AxisFacts
from qse_audit.objectives.rules import (
    Cascade,
    Commitment,
    Conflict,
    IndicatorFacts,
    ObjectiveFacts,
    SiteFacts,
)
from qse_audit.objectives.rules import Priority as PriorityFacts
from qse_audit.policy.queries import commitments_in_force
from qse_audit.referentials.rules import Domain

Ties = Mapping[tuple[str, int], frozenset[str]]


def cascade_of(session: Session, organisation_id: int, today: date) -> Cascade:
    """Return everything that the checks of coherence look at: nine statements at any size."""
    house = _house(session, organisation_id)
    ties = _commitment_ties(session, organisation_id)
    actions = _action_counts(session, organisation_id)
    return Cascade(
        today=today,
        commitments=commitments_of(session, organisation_id),
        axes=_axes(session, organisation_id, ties),
        objectives=_objectives(session, organisation_id, ties, actions),
        indicators=indicators_measured(session, organisation_id),
        sites=tuple(SiteFacts(id=row.id, name=row.name) for row in house if row.id),
        priorities=_priorities(session, organisation_id),
        conflicts=_conflicts(session, organisation_id),
        per_owner=house[0].objectives_per_owner,
        review_months=house[0].objective_review_months,
    )


def commitments_of(session: Session, organisation_id: int) -> tuple[Commitment, ...]:
    """Return the commitments of the policy in force, in order."""
    return tuple(
        Commitment(
            key=each.key,
            position=each.position,
            text=each.text,
            domains=_domains(each.domains),
        )
        for each in commitments_in_force(session, organisation_id)
    )


def _domains(codes: Iterable[str]) -> frozenset[Domain]:
    return frozenset(Domain(each) for each in codes if each in set(Domain))


def indicators_measured(session: Session, organisation_id: int) -> dict[int, IndicatorFacts]:
    """Return the indicators that are not dropped, each with its last value: one statement."""
    rows = session.execute(
        select(
            Indicator.id,
            Indicator.reference,
            Indicator.title,
            Indicator.measure_unit.label("unit"),
            Indicator.direction,
            last_of_each(Measurement.value).label("last"),
            last_of_each(Measurement.period_on).label("last_on"),
        )
        .where(
            Indicator.organisation_id == organisation_id,
            Indicator.status != IndicatorStatus.DROPPED,
        )
        .order_by(Indicator.title, Indicator.id)
    )
    return {
        row.id: IndicatorFacts(**{**row._mapping, "last": as_fraction(row.last)}) for row in rows
    }


def as_fraction(value: Decimal | None) -> Fraction | None:
    """Return a stored number as the rules compute with it."""
    return None if value is None else Fraction(value)


def _commitment_ties(session: Session, organisation_id: int) -> Ties:
    """Return the keys of the commitments by ("objective" or "axis", id)."""
    mine = select(
        literal("objective").label("kind"),
        objective_commitment.c.objective_id.label("id"),
        objective_commitment.c.sentence_key.label("key"),
    ).where(
        objective_commitment.c.objective_id == Objective.id,
        Objective.organisation_id == organisation_id,
    )
    axes = select(literal("axis"), axis_commitment.c.axis_id, axis_commitment.c.sentence_key).where(
        axis_commitment.c.axis_id == Axis.id, Axis.organisation_id == organisation_id
    )
    found: dict[tuple[str, int], set[str]] = {}
    for kind, key, sentence in session.execute(union_all(mine, axes)):
        found.setdefault((kind, key), set()).add(sentence)
    return {key: frozenset(sentences) for key, sentences in found.items()}


def _axes(session: Session, organisation_id: int, ties: Ties) -> tuple[AxisFacts, ...]:
    rows = session.execute(
        select(Axis.id, Axis.title)
        .where(Axis.organisation_id == organisation_id, Axis.archived_at.is_(None))
        .order_by(Axis.position, Axis.id)
    )
    return tuple(
        AxisFacts(id=row.id, title=row.title, commitments=ties.get(("axis", row.id), frozenset()))
        for row in rows
    )


def _action_counts(session: Session, organisation_id: int) -> Mapping[int, tuple[int, int]]:
    """Return (open, finished) actions by objective; cancelled ones are neither."""
    still_open = Action.status == ActionStatus.OPEN
    finished = Action.status.in_([ActionStatus.DONE, ActionStatus.EFFECTIVE])
    rows = session.execute(
        select(
            Action.origin_id,
            func.sum(case((still_open, 1), else_=0)),
            func.sum(case((finished, 1), else_=0)),
        )
        .where(Action.origin_kind == Kind.OBJECTIVE, Action.organisation_id == organisation_id)
        .group_by(Action.origin_id)
    )
    return {key: (int(open_), int(done)) for key, open_, done in rows}


def _objectives(
    session: Session, organisation_id: int, ties: Ties, actions: Mapping[int, tuple[int, int]]
) -> tuple[ObjectiveFacts, ...]:
    t = Objective
    rows = session.execute(
        select(
            t.id, t.reference, t.title, t.level, t.domain, t.status, t.parent_id, t.axis_id,
            t.site_id, t.process_id, t.unit_name, t.owner_id, Person.name.label("owner_name"),
            t.resources, t.starts_on, t.due_on, t.reviewed_on, t.indicator_id, t.direction,
            t.measure_unit.label("unit"), t.baseline, t.target, t.roll_up, t.weight,
        )
        .outerjoin(Person, Person.id == t.owner_id)
        .where(t.organisation_id == organisation_id)
        .order_by(t.position, t.id)
    )  # fmt: skip
    return tuple(_facts(row._mapping, ties, actions) for row in rows)


def _facts(
    row: Mapping[Any, Any], ties: Ties, actions: Mapping[int, tuple[int, int]]
) -> ObjectiveFacts:
    still_open, finished = actions.get(row["id"], (0, 0))
    values = {
        **row,
        "owner_name": row["owner_name"] or "",
        "baseline": as_fraction(row["baseline"]),
        "target": as_fraction(row["target"]),
    }
    return ObjectiveFacts(
        **values,
        commitments=ties.get(("objective", row["id"]), frozenset()),
        actions_open=still_open,
        actions_finished=finished,
    )


def _house(session: Session, organisation_id: int) -> Sequence[Any]:
    """Return the limits of an organisation beside each of its sites; at least one row."""
    here = (Site.organisation_id == Organisation.id) & Site.archived_at.is_(None)
    return session.execute(
        select(
            Site.id,
            Site.name,
            Organisation.objectives_per_owner,
            Organisation.objective_review_months,
        )
        .select_from(Organisation)
        .outerjoin(Site, here)
        .where(Organisation.id == organisation_id)
        .order_by(Site.name, Site.id)
    ).all()


def _priorities(session: Session, organisation_id: int) -> tuple[PriorityFacts, ...]:
    rows = session.execute(
        select(Priority.id, Priority.kind, Priority.title, priority_objective.c.objective_id)
        .outerjoin(priority_objective, priority_objective.c.priority_id == Priority.id)
        .where(Priority.organisation_id == organisation_id, Priority.withdrawn_at.is_(None))
        .order_by(Priority.id)
    )
    found: dict[int, PriorityFacts] = {}
    for row in rows:
        known = found.get(row.id) or PriorityFacts(id=row.id, kind=row.kind, title=row.title)
        answers = {row.objective_id} - {None}
        found[row.id] = replace(known, objectives=known.objectives | answers)
    return tuple(found.values())


def _conflicts(session: Session, organisation_id: int) -> tuple[Conflict, ...]:
    rows = session.execute(
        select(Arbitration.id, Arbitration.first_id, Arbitration.second_id, Arbitration.decided_at)
        .where(Arbitration.organisation_id == organisation_id)
        .order_by(Arbitration.id)
    )
    return tuple(
        Conflict(
            id=row.id,
            first_id=row.first_id,
            second_id=row.second_id,
            is_settled=row.decided_at is not None,
        )
        for row in rows
    )
