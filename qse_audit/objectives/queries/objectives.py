"""Reading objectives: one, the tree, choices of forms, what can be done next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from qse_audit.accounts.models import Membership, Person, Site
from qse_audit.db.loading import loaded
from qse_audit.indicators.models import Indicator
from qse_audit.objectives.models import (
    Arbitration,
    Axis,
    Objective,
    Priority,
    Talk,
    axis_commitment,
    objective_commitment,
)
from qse_audit.objectives.rules import (
    LIVE,
    Level,
    ObjectiveStatus,
)
from qse_audit.policies import Identity
from qse_audit.processes.models import Process
from qse_audit.referentials.rules import Domain, Place
from qse_audit.risks.models import Risk, RiskAnalysis
from qse_audit.risks.queries import readable_by
from qse_audit.risks.rules import RiskMethod, RiskRank
from qse_audit.risks.rules.analyses import AnalysisStatus


def get_objective(session: Session, objective_id: int) -> Objective:
    """Return an objective with what its page shows of it.

    :raises NotFound: if there is none.
    """
    found = loaded(
        session,
        Objective,
        objective_id,
        selectinload(Objective.owner),
        selectinload(Objective.created_by),
        selectinload(Objective.axis),
        selectinload(Objective.site),
        selectinload(Objective.process),
        selectinload(Objective.indicator),
        selectinload(Objective.talks).selectinload(Talk.said_by),
        selectinload(Objective.participations),
    )
    return found


def get_axis(session: Session, axis_id: int) -> Axis:
    """Return an axis.

    :raises NotFound: if there is none.
    """
    return loaded(session, Axis, axis_id)


def get_priority(session: Session, priority_id: int) -> Priority:
    """Return a priority with the objectives that answer it.

    :raises NotFound: if there is none.
    """
    return loaded(session, Priority, priority_id, selectinload(Priority.objectives))


def get_arbitration(session: Session, arbitration_id: int) -> Arbitration:
    """Return a conflict with its two objectives.

    :raises NotFound: if there is none.
    """
    found = loaded(
        session,
        Arbitration,
        arbitration_id,
        selectinload(Arbitration.first),
        selectinload(Arbitration.second),
        selectinload(Arbitration.declared_by),
        selectinload(Arbitration.decided_by),
    )
    return found


# --- the tree ---


@dataclass(slots=True, kw_only=True)
class Node:
    """One objective of the tree, with those below it."""

    id: int
    reference: str
    title: str
    level: Level
    domain: Domain
    status: ObjectiveStatus
    parent_id: int | None
    axis_id: int | None
    site_id: int | None
    owner_name: str | None
    due_on: date | None
    target: Decimal | None
    unit: str
    indicator_id: int | None
    children: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeFilter:
    """What a tree is asked to show."""

    axis_id: int | None = None
    domain: Domain | None = None
    site_id: int | None = None
    owner_id: int | None = None
    closed: bool = False
    """Whether those that are over are shown too."""

    @property
    def is_set(self) -> bool:
        """Say whether anything is left out besides what is over."""
        return any((self.axis_id, self.domain, self.site_id, self.owner_id))


def tree_of(session: Session, organisation_id: int, wanted: TreeFilter) -> list[Node]:
    """Return the roots of the tree: one statement.

    What does not fit the filter is left out; what stands below it moves up to whoever is left.
    """
    t = Objective
    unit = func.coalesce(func.nullif(t.measure_unit, ""), Indicator.measure_unit, "")
    rows = session.execute(
        select(
            t.id, t.reference, t.title, t.level, t.domain, t.status, t.parent_id, t.axis_id,
            t.site_id, Person.name.label("owner_name"), t.due_on, t.target, t.indicator_id,
            unit.label("unit"),
        )
        .outerjoin(Person, Person.id == t.owner_id)
        .outerjoin(Indicator, Indicator.id == t.indicator_id)
        .where(t.organisation_id == organisation_id, *_kept(wanted))
        .order_by(t.position, t.id)
    )  # fmt: skip
    nodes = {row.id: Node(**row._mapping) for row in rows}
    roots: list[Node] = []
    for node in nodes.values():
        parent = nodes.get(node.parent_id or 0)
        (roots if parent is None else parent.children).append(node)
    return roots


def _kept(wanted: TreeFilter) -> list[ColumnElement[bool]]:
    """Return the conditions of a tree."""
    conditions: list[ColumnElement[bool]] = []
    for column, value in (
        (Objective.axis_id, wanted.axis_id),
        (Objective.domain, wanted.domain),
        (Objective.site_id, wanted.site_id),
        (Objective.owner_id, wanted.owner_id),
    ):
        if value is not None:
            conditions.append(column == value)
    if not wanted.closed:
        conditions.append(Objective.status.in_(sorted(LIVE)))
    return conditions


def places_of(session: Session, organisation_id: int) -> list[Place]:
    """Return every objective that still counts, in the order of the tree, with its parent.

    The parent of one that stands below what is over is given as none: it is shown as a root.
    """
    rows = session.execute(
        select(Objective.id, Objective.parent_id)
        .where(Objective.organisation_id == organisation_id, Objective.status.in_(sorted(LIVE)))
        .order_by(Objective.position, Objective.id)
    ).all()
    known = {row.id for row in rows}
    return [Place(row.id, row.parent_id if row.parent_id in known else None) for row in rows]


def parents_of(session: Session, organisation_id: int) -> dict[int, int | None]:
    """Return the parent of every objective of an organisation: the whole tree."""
    rows = session.execute(
        select(Objective.id, Objective.parent_id).where(
            Objective.organisation_id == organisation_id
        )
    )
    return {row.id: row.parent_id for row in rows}


# --- choices of forms ---


@dataclass(frozen=True, slots=True)
class Choice:
    """Something offered in a list of choices."""

    id: int
    label: str


def axes_of(session: Session, organisation_id: int) -> Sequence[Axis]:
    """Return the axes in use, in order."""
    return session.scalars(
        select(Axis)
        .where(Axis.organisation_id == organisation_id, Axis.archived_at.is_(None))
        .order_by(Axis.position, Axis.id)
    ).all()


def objective_choices(session: Session, organisation_id: int) -> tuple[Choice, ...]:
    """Return the objectives that still count, in the order of the tree."""
    rows = session.execute(
        select(Objective.id, Objective.reference, Objective.title)
        .where(Objective.organisation_id == organisation_id, Objective.status.in_(sorted(LIVE)))
        .order_by(Objective.position, Objective.id)
    )
    return tuple(Choice(row.id, f"{row.reference} {row.title}") for row in rows)


def commitments_tied(session: Session, objective_id: int) -> frozenset[str]:
    """Return the keys of the commitments tied to an objective itself."""
    tied = objective_commitment.c
    return frozenset(
        session.scalars(select(tied.sentence_key).where(tied.objective_id == objective_id))
    )


def axis_commitments(session: Session, axis_id: int) -> frozenset[str]:
    """Return the keys of the commitments that an axis carries."""
    tied = axis_commitment.c
    return frozenset(session.scalars(select(tied.sentence_key).where(tied.axis_id == axis_id)))


def commitments_by_axis(session: Session, organisation_id: int) -> dict[int, frozenset[str]]:
    """Return the keys of the commitments that each axis carries."""
    rows = session.execute(
        select(axis_commitment.c.axis_id, axis_commitment.c.sentence_key)
        .join(Axis, Axis.id == axis_commitment.c.axis_id)
        .where(Axis.organisation_id == organisation_id)
    )
    found: dict[int, set[str]] = {}
    for axis_id, key in rows:
        found.setdefault(axis_id, set()).add(key)
    return {axis_id: frozenset(keys) for axis_id, keys in found.items()}


def priorities_of(session: Session, organisation_id: int) -> Sequence[Priority]:
    """Return the priorities in use with the objectives that answer them: two statements."""
    return session.scalars(
        select(Priority)
        .where(Priority.organisation_id == organisation_id, Priority.withdrawn_at.is_(None))
        .options(selectinload(Priority.objectives))
        .order_by(Priority.kind, Priority.id)
    ).all()


def is_priority(session: Session, risk_id: int) -> bool:
    """Say whether a line of a risk analysis is a priority already."""
    found = select(Priority.id).where(Priority.risk_id == risk_id, Priority.withdrawn_at.is_(None))
    return session.scalar(found) is not None


@dataclass(frozen=True, slots=True)
class RiskOffered:
    """A high risk of an analysis in force that is no priority yet."""

    id: int
    event: str
    reference: str
    method: RiskMethod


OFFERED = 12
"""How many high risks are offered as priorities, the newest rated first."""


def risks_to_note(session: Session, who: Identity) -> tuple[RiskOffered, ...]:
    """Return high risks of analyses in force that ``who`` may read and that are no priority."""
    noted = select(Priority.risk_id).where(
        Priority.organisation_id == who.organisation_id,
        Priority.withdrawn_at.is_(None),
        Priority.risk_id.is_not(None),
    )
    rows = session.execute(
        select(Risk.id, Risk.event, RiskAnalysis.reference, RiskAnalysis.method)
        .join(RiskAnalysis, RiskAnalysis.id == Risk.analysis_id)
        .where(
            readable_by(who),
            RiskAnalysis.status == AnalysisStatus.IN_FORCE,
            Risk.risk_rank == int(RiskRank.HIGH),
            Risk.withdrawn_at.is_(None),
            Risk.id.not_in(noted),
        )
        .order_by(Risk.rated_at.desc(), Risk.id)
        .limit(OFFERED)
    )
    return tuple(RiskOffered(*row) for row in rows)


def conflicts_of(
    session: Session, organisation_id: int, objective_id: int | None = None
) -> Sequence[Arbitration]:
    """Return the declared conflicts, all or those of one objective, the unsettled first."""
    statement = select(Arbitration).where(Arbitration.organisation_id == organisation_id)
    if objective_id is not None:
        statement = statement.where(
            (Arbitration.first_id == objective_id) | (Arbitration.second_id == objective_id)
        )
    return session.scalars(
        statement.options(
            selectinload(Arbitration.first),
            selectinload(Arbitration.second),
            selectinload(Arbitration.declared_by),
            selectinload(Arbitration.decided_by),
        ).order_by(Arbitration.decided_at.is_not(None), Arbitration.id)
    ).all()


def children_of(session: Session, objective_id: int) -> Sequence[Objective]:
    """Return the sub-objectives of one objective, in order."""
    return session.scalars(
        select(Objective)
        .where(Objective.parent_id == objective_id)
        .options(selectinload(Objective.owner), selectinload(Objective.indicator))
        .order_by(Objective.position, Objective.id)
    ).all()


# --- is it of here? ---


MODELS = {"site": Site, "process": Process, "indicator": Indicator, "axis": Axis}


def are_here(
    session: Session, organisation_id: int, wanted: Mapping[str, int | None]
) -> frozenset[str]:
    """Return which of ``wanted`` (owner, site, process, indicator, axis) are of the organisation.

    One statement, whatever is asked.
    """
    columns = []
    asked = [name for name, key in wanted.items() if key is not None]
    for name in asked:
        key = wanted[name]
        if name == "owner":
            found = (
                select(Person.id)
                .join(Membership, Membership.person_id == Person.id)
                .where(Membership.organisation_id == organisation_id, Person.id == key)
            )
        else:
            model: Any = MODELS[name]
            found = select(model.id).where(
                model.organisation_id == organisation_id, model.id == key
            )
        columns.append(found.limit(1).scalar_subquery().label(name))
    if not columns:
        return frozenset()
    row = session.execute(select(*columns)).one()
    return frozenset(name for name in asked if getattr(row, name) is not None)
