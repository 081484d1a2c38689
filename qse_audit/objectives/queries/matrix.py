"""The X-matrix of an organisation: what stands on its four sides."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.actions.models import Action
from qse_audit.actions.queries import readable_by
from qse_audit.actions.rules import ActionStatus
from qse_audit.core.permissions import Kind
from qse_audit.objectives.rules import (
    Cascade,
    Item,
    Level,
    Matrix,
    ObjectiveFacts,
    Side,
    Thread,
    matrix,
)
from qse_audit.policies import Identity
from qse_audit.referentials.rules import Domain

MOST = 30
"""Items of one side: more cannot be read on one drawing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixFilter:
    """Which objectives stand on the north side."""

    domain: Domain | None = None
    year: int | None = None
    """Of the due date; ``None``: any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A matrix, and how many objectives it could not show."""

    matrix: Matrix
    left_out: int
    years: tuple[int, ...]
    """The years in which objectives end."""


def matrix_of(session: Session, who: Identity, cascade: Cascade, wanted: MatrixFilter) -> Drawn:
    """Return the matrix of the objectives of the company and of its sites: one statement.

    Of the actions, it shows those that ``who`` may read.
    """
    asked = [o for o in cascade.live if _stands_north(o, cascade) and _fits(o, wanted)]
    north = asked[:MOST]
    means = _means(session, who, cascade)
    threads = [_thread(objective, cascade, means) for objective in north]
    return Drawn(
        matrix=matrix(_sides(cascade, north, threads, means), threads),
        left_out=len(asked) - len(north),
        years=tuple(sorted({o.due_on.year for o in cascade.live if o.due_on})),
    )


def _stands_north(objective: ObjectiveFacts, cascade: Cascade) -> bool:
    """Say whether an objective is one of the year: the company’s, a site’s, or on its own."""
    parent = cascade.by_id.get(objective.parent_id or 0)
    top = objective.level in {Level.COMPANY, Level.SITE}
    return top or parent is None or not parent.is_live


def _fits(objective: ObjectiveFacts, wanted: MatrixFilter) -> bool:
    year = objective.due_on.year if objective.due_on else None
    return (wanted.domain is None or objective.domain is wanted.domain) and (
        wanted.year is None or wanted.year == year
    )


Means = Mapping[int, Sequence[Item]]
"""The priorities and the actions of each objective."""


def _means(session: Session, who: Identity, cascade: Cascade) -> Means:
    found: dict[int, list[Item]] = {}
    for priority in cascade.priorities:
        item = Item(f"priority/{priority.id}", priority.title, "")
        for key in sorted(priority.objectives):
            found.setdefault(key, []).append(item)
    rows = session.execute(
        select(Action.id, Action.reference, Action.title, Action.origin_id)
        .where(
            Action.origin_kind == Kind.OBJECTIVE,
            readable_by(who),
            Action.status != ActionStatus.CANCELLED,
        )
        .order_by(Action.due_on, Action.id)
    )
    for row in rows:
        item = Item(f"action/{row.id}", row.title, row.reference)
        found.setdefault(row.origin_id, []).append(item)
    return found


def _below(objective: ObjectiveFacts, cascade: Cascade) -> list[ObjectiveFacts]:
    """Return every live objective below another, whatever the depth."""
    found: list[ObjectiveFacts] = []
    seen, level = {objective.id}, [objective]
    while level:
        level = [c for o in level for c in cascade.children.get(o.id, ()) if c.id not in seen]
        seen.update(each.id for each in level)
        found += level
    return found


def _thread(objective: ObjectiveFacts, cascade: Cascade, means: Means) -> Thread:
    below = _below(objective, cascade)
    axis = objective.axis_id
    above = None if axis else _axis_above(objective, cascade)
    return Thread(
        objective=f"objective/{objective.id}",
        axis=f"axis/{axis}" if axis else "",
        axis_above=f"axis/{above}" if above else "",
        indicator=f"indicator/{objective.indicator_id}" if objective.indicator_id else "",
        indicator_below=tuple(f"indicator/{o.indicator_id}" for o in below if o.indicator_id),
        means=tuple(item.key for item in means.get(objective.id, ())),
        means_below=tuple(item.key for o in below for item in means.get(o.id, ())),
    )


def _axis_above(objective: ObjectiveFacts, cascade: Cascade) -> int | None:
    """Return the axis of the nearest objective above that has one."""
    seen = {objective.id}
    node = cascade.by_id.get(objective.parent_id or 0)
    while node is not None and node.id not in seen:
        if node.axis_id is not None:
            return node.axis_id
        seen.add(node.id)
        node = cascade.by_id.get(node.parent_id or 0)
    return None


def _sides(
    cascade: Cascade, north: Sequence[ObjectiveFacts], threads: Sequence[Thread], means: Means
) -> dict[Side, Sequence[Item]]:
    """Return the items of each side, those without any tie too where people chose them."""
    indicators = _unique(k for t in threads for k in (t.indicator, *t.indicator_below) if k)
    wanted = _unique(k for t in threads for k in (*t.means, *t.means_below))
    known = {item.key: item for items in means.values() for item in items}
    lonely = [Item(f"priority/{p.id}", p.title) for p in cascade.priorities if not p.objectives]
    south = [known[key] for key in wanted] + lonely
    return {
        Side.WEST: [Item(f"axis/{axis.id}", axis.title) for axis in cascade.axes][:MOST],
        Side.NORTH: [Item(f"objective/{o.id}", o.title, o.reference) for o in north],
        Side.EAST: [
            Item(key, card.title, card.reference)
            for key in indicators
            if (card := cascade.indicators.get(int(key.split("/")[1])))
        ][:MOST],
        Side.SOUTH: south[:MOST],
    }


def _unique(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(keys))
