"""The X-matrix (hoshin): axes, objectives, indicators and means on four sides, tied by dots.

Clockwise: west the axes, north the objectives, east the indicators, south the priorities and
actions. Two neighbouring sides meet in a corner, where a dot says that two items go together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from qse_audit.core.text import N_, Coded
from qse_audit.objectives.rules.codes import Strength


class Side(Coded):
    """The four sides, clockwise from the left."""

    WEST = "west", N_("Axes stratégiques")
    NORTH = "north", N_("Objectifs")
    EAST = "east", N_("Indicateurs")
    SOUTH = "south", N_("Priorités et actions")


CORNERS: tuple[tuple[Side, Side], ...] = (
    (Side.WEST, Side.NORTH),
    (Side.NORTH, Side.EAST),
    (Side.SOUTH, Side.EAST),
    (Side.WEST, Side.SOUTH),
)
"""The sides that meet, from the top left, clockwise."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row or column."""

    key: str
    """``objective/12``."""
    label: str
    note: str = ""
    """Its owner, or its reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What one objective is tied to: where the dots come from."""

    objective: str
    axis: str = ""
    """Its own axis; ``""`` for none."""
    axis_above: str = ""
    """The axis of an objective above it, when it has none of its own."""
    indicator: str = ""
    indicator_below: tuple[str, ...] = ()
    """The indicators of its sub-objectives."""
    means: tuple[str, ...] = ()
    """Its priorities and actions."""
    means_below: tuple[str, ...] = ()
    """Those of its sub-objectives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The four sides and the dots between neighbours."""

    sides: Mapping[Side, Sequence[Item]]
    dots: Mapping[tuple[str, str], Strength] = field(default_factory=dict)
    """By the keys of two items, in the order of ``CORNERS``."""

    @property
    def orphans(self) -> frozenset[str]:
        """Return the keys of the items with an empty row or column: nothing goes with them."""
        tied = {key for pair in self.dots for key in pair}
        return frozenset(i.key for items in self.sides.values() for i in items) - tied

    def dot(self, first: str, second: str) -> Strength | None:
        """Return the dot of two items, whichever comes first."""
        return self.dots.get((first, second)) or self.dots.get((second, first))


def matrix(sides: Mapping[Side, Sequence[Item]], threads: Iterable[Thread]) -> Matrix:
    """Return the matrix of ``sides`` with the dots that the cascade itself says.

    What an objective is tied to itself is strong; what it is tied to through an objective above or
    below is weak. Items that are on no side get no dot.
    """
    known = {item.key for items in sides.values() for item in items}
    dots: dict[tuple[str, str], Strength] = {}
    for thread in threads:
        for pair, strength in _pairs(thread):
            if known.issuperset(pair) and dots.get(pair) is not Strength.STRONG:
                dots[pair] = strength
    return Matrix(sides={side: tuple(sides.get(side, ())) for side in Side}, dots=dots)


def _pairs(thread: Thread) -> Iterable[tuple[tuple[str, str], Strength]]:
    """Return the dots of one objective; a dot through two weak ties is weak."""
    strong, weak = Strength.STRONG, Strength.WEAK
    axes = [(thread.axis, strong), (thread.axis_above, weak)]
    north = [(thread.objective, strong)]
    east = [(thread.indicator, strong), *((key, weak) for key in thread.indicator_below)]
    south = [
        *((key, strong) for key in thread.means),
        *((key, weak) for key in thread.means_below),
    ]
    for left, right in ((axes, north), (north, east), (south, east), (axes, south)):
        for (first, one), (second, two) in product(left, right):
            if first and second:
                yield (first, second), strong if one is two is strong else weak
