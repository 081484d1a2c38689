"""Signals: what chance alone hardly does. Three sets of rules on the same standing of each point.

Rules are counted inside one phase and start again after a missing value: eight points are eight in
a row only when none is unknown. Overlapping windows of one rule on one side are one signal.
Use raw values: on rolling or cumulated series neighbours share data, and runs prove nothing.

The sets: Wheeler (limits, run of eight, three of four nearer to a limit); Western Electric
(“Statistical Quality Control Handbook”, 1956); Nelson (Journal of Quality Technology 16, 1984).
Zones are thirds of the distance from the mean to the limit before it is clipped at 0.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from qse_audit.core.series.limits import LIMIT_FACTOR, RANGE_FACTOR, Limits, XmR
from qse_audit.core.text import N_, Coded

Standings = Sequence[int | None]
"""How far each point lies from the centre, signed: 0 on it, then the steps below."""
WITHIN_1, BEYOND_1, BEYOND_HALF, BEYOND_2, BEYOND_3 = 1, 2, 3, 4, 5
"""Up to 1 σ; beyond 1 σ; beyond half the way to the limit (1.5 σ); beyond 2 σ; beyond the limit."""


class RuleSet(StrEnum):
    """Which rules are watched; the first is the default: it gives few false alarms."""

    WHEELER = "wheeler"
    WESTERN_ELECTRIC = "western-electric"
    NELSON = "nelson"


class Rule(Coded):
    """One rule, worded as what was seen."""

    W1 = "W1", N_("un point hors des limites")
    W2 = "W2", N_("huit points de suite du même côté de la moyenne")
    W3 = "W3", N_("trois points sur quatre plus près de la limite que de la moyenne")
    WE1 = "WE1", N_("un point au-delà de 3 écarts-types")
    WE2 = "WE2", N_("deux points sur trois au-delà de 2 écarts-types, du même côté")
    WE3 = "WE3", N_("quatre points sur cinq au-delà de 1 écart-type, du même côté")
    WE4 = "WE4", N_("huit points de suite du même côté de la moyenne")
    N1 = "N1", N_("un point au-delà de 3 écarts-types")
    N2 = "N2", N_("neuf points de suite du même côté de la moyenne")
    N3 = "N3", N_("six points qui montent, ou descendent, sans arrêt")
    N4 = "N4", N_("quatorze points qui alternent, l’un plus haut, l’autre plus bas")
    N5 = "N5", N_("deux points sur trois au-delà de 2 écarts-types, du même côté")
    N6 = "N6", N_("quatre points sur cinq au-delà de 1 écart-type, du même côté")
    N7 = "N7", N_("quinze points de suite à moins de 1 écart-type de la moyenne")
    N8 = "N8", N_("huit points de suite à plus de 1 écart-type, des deux côtés")
    RANGE = "MR", N_("un écart entre deux périodes hors de sa limite")


@dataclass(frozen=True, slots=True)
class Signal:
    """A rule that fired on the points from ``start`` to ``end``, both included."""

    rule: Rule
    start: int
    end: int
    side: int
    """1 above the mean or rising, -1 below or falling, 0 when the rule has no side."""


Found = Iterator[tuple[int, int, int]]
"""Start, end and side, inside what was searched."""


def signals(chart: XmR, rules: RuleSet = RuleSet.WHEELER) -> tuple[Signal, ...]:
    """Return the signals of every phase with limits, in the order of their first points.

    Besides the rules of the set, a moving range beyond its own limit is a signal.
    """
    found: list[Signal] = []
    for phase in chart.phases:
        if phase.limits is None:
            continue
        start, stop = phase.indices.start, phase.indices.stop
        values = chart.whole[start:stop]
        standings = standings_of(values, chart.scale, phase.limits)
        found += (
            Signal(signal.rule, signal.start + start, signal.end + start, signal.side)
            for signal in search(standings, values, rules)
        )
        most = RANGE_FACTOR * phase.limits.mean_range
        found += (
            Signal(Rule.RANGE, n - 1, n, 0)
            for n in phase.indices
            if (step := chart.ranges[n]) is not None and step > most
        )
    return tuple(sorted(found, key=lambda signal: (signal.start, signal.end)))


def without_echoes(found: Sequence[Signal]) -> list[Signal]:
    """Return the signals without the jumps to and from a point that is a signal itself."""
    held = {n for s in found if s.rule is not Rule.RANGE for n in range(s.start, s.end + 1)}
    return [s for s in found if s.rule is not Rule.RANGE or not held & {s.start, s.end}]


def search(standings: Standings, values: Standings, rules: RuleSet) -> Iterator[Signal]:
    """Yield the signals of one stretch; trends look at ``values``, the other rules do not."""
    for rule, find in _SETS[rules].items():
        for start, end, side in find(standings, values):
            yield Signal(rule, start, end, side)


def standings_of(values: Standings, scale: int, limits: Limits) -> list[int | None]:
    """Return where each value lies, compared in whole numbers."""
    third = limits.mean_range * LIMIT_FACTOR / 3 * scale
    mean = limits.mean * scale
    over = mean.denominator * third.denominator
    centre, unit = int(mean * over), int(third * over)
    return [None if v is None else standing(v * over - centre, unit) for v in values]


def standing(distance: int, unit: int) -> int:
    """Return the step of a signed distance from the centre, with ``unit`` for 1 σ."""
    if not distance:
        return 0
    size = abs(distance)
    step = 1 + (size > unit) + (2 * size > 3 * unit) + (size > 2 * unit) + (size > 3 * unit)
    return step if distance > 0 else -step


def _runs(marks: Sequence[int | None], length: int) -> Found:
    """Yield stretches of the same mark, at least so long; ``None`` marks nothing."""
    start = 0
    for end in range(1, len(marks) + 1):
        if end < len(marks) and marks[end] == marks[start]:
            continue
        mark = marks[start]
        if mark is not None and end - start >= length:
            yield start, end - 1, mark
        start = end


def _sides(standings: Standings) -> list[int | None]:
    """Return 1 above, -1 below; a point on the mean is on no side and ends a run."""
    return [None if not step else (1 if step > 0 else -1) for step in standings]


def _outside(standings: Standings, _: Standings) -> Found:
    """Yield each point beyond the limits."""
    for n, step in enumerate(standings):
        if step is not None and abs(step) >= BEYOND_3:
            yield n, n, 1 if step > 0 else -1


def _one_side(length: int) -> Callable[[Standings, Standings], Found]:
    """Return the rule of so many points in a row on one side."""
    return lambda standings, _: _runs(_sides(standings), length)


def _some_of(needed: int, window: int, least: int) -> Callable[[Standings, Standings], Found]:
    """Return the rule of so many points of a window on one side, at least so far out."""

    def find(standings: Standings, _: Standings) -> Found:
        for side in (1, -1):
            yield from _windows(standings, side, needed=needed, window=window, least=least)

    return find


def _windows(standings: Standings, side: int, *, needed: int, window: int, least: int) -> Found:
    """Yield merged windows of :func:`_some_of`, from their first to their last far point."""
    opened: tuple[int, int] | None = None
    far: list[int] = []
    for n, step in enumerate(standings):
        if step is None:
            far = []
            continue
        if step * side < least:
            continue
        far = [at for at in far if at > n - window] + [n]
        if len(far) < needed:
            continue
        if opened and far[0] <= opened[1]:
            opened = opened[0], n
            continue
        if opened:
            yield *opened, side
        opened = far[0], n
    if opened:
        yield *opened, side


def _trend(_: Standings, values: Standings) -> Found:
    """Yield six points that rise, or fall, without a stop."""
    for start, end, side in _runs(_directions(values), 5):
        if side:
            yield start, end + 1, side


def _directions(values: Standings) -> list[int | None]:
    """Return 1 where the next value is higher, -1 lower, 0 the same."""
    return [
        None if a is None or b is None else (b > a) - (b < a) for a, b in itertools.pairwise(values)
    ]


def _alternating(_: Standings, values: Standings) -> Found:
    """Yield fourteen points that go up and down in turns."""
    turns = [
        1 if way and (way if n % 2 else -way) == 1 else (-1 if way else None)
        for n, way in enumerate(_directions(values))
    ]
    for start, end, _side in _runs(turns, 13):
        yield start, end + 1, 0


def _hugging(standings: Standings, _: Standings) -> Found:
    """Yield fifteen points within 1 σ; none of a series that never moves."""
    if any(standings):
        near = [None if s is None or abs(s) > WITHIN_1 else 0 for s in standings]
        yield from _runs(near, 15)


def _avoiding(standings: Standings, _: Standings) -> Found:
    """Yield eight points beyond 1 σ, on both sides of the mean."""
    for start, end, _side in _runs(
        [None if s is None or abs(s) < BEYOND_1 else 0 for s in standings], 8
    ):
        if len(set(_sides(standings[start : end + 1]))) > 1:
            yield start, end, 0


_SETS: dict[RuleSet, dict[Rule, Callable[[Standings, Standings], Found]]] = {
    RuleSet.WHEELER: {
        Rule.W1: _outside,
        Rule.W2: _one_side(8),
        Rule.W3: _some_of(3, 4, BEYOND_HALF),
    },
    RuleSet.WESTERN_ELECTRIC: {
        Rule.WE1: _outside,
        Rule.WE2: _some_of(2, 3, BEYOND_2),
        Rule.WE3: _some_of(4, 5, BEYOND_1),
        Rule.WE4: _one_side(8),
    },
    RuleSet.NELSON: {
        Rule.N1: _outside,
        Rule.N2: _one_side(9),
        Rule.N3: _trend,
        Rule.N4: _alternating,
        Rule.N5: _some_of(2, 3, BEYOND_2),
        Rule.N6: _some_of(4, 5, BEYOND_1),
        Rule.N7: _hugging,
        Rule.N8: _avoiding,
    },
}
