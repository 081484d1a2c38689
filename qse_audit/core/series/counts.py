"""Charts of counts: proportions (p), counts on equal areas (c), counts per unit (u).

Limits are the mean ± 3 σ, with σ of a binomial (p: √(p̄(1-p̄)/n)) or of a Poisson count (c: √c̄; u:
√(ū/n)); they widen where the period is small (Shewhart; Montgomery, “Introduction to Statistical
Quality Control”). Points are compared with them exactly, as squares; the limits that are shown are
square roots cut at twelve decimals.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from math import isqrt

from qse_audit.core.series.points import Exact, Place, ordinal
from qse_audit.core.series.signals import BEYOND_3, RuleSet, Signal, search

_ROOT_SCALE = 10**12
_SQUARED_ZONES = (1, Fraction(9, 4), 4, 9)
"""1, 1.5, 2 and 3 σ, squared."""


class CountChart(StrEnum):
    """What is counted, and against what."""

    PROPORTION = "p"
    COUNT = "c"
    PER_UNIT = "u"


@dataclass(frozen=True, slots=True)
class Count:
    """How often something happened in a period, and how often it could have."""

    period: Place
    events: int | None
    size: Exact | None = 1
    """Pieces, hours, square metres…; 1 for counts on equal areas."""


@dataclass(frozen=True, slots=True)
class CountPoint:
    """One point with limits of its own; each is ``None`` when it cannot be computed."""

    period: Place
    value: Fraction | None
    upper: Fraction | None
    lower: Fraction | None
    standing: int | None

    def times(self, factor: Fraction) -> "CountPoint":
        """Return the same point in another unit."""
        value, upper, lower = (
            None if number is None else number * factor
            for number in (self.value, self.upper, self.lower)
        )
        return replace(self, value=value, upper=upper, lower=lower)


@dataclass(frozen=True, slots=True)
class CountLimits:
    """A chart of counts: its centre and its points."""

    kind: CountChart
    mean: Fraction | None
    points: tuple[CountPoint, ...]
    mean_count: Fraction | None
    """Mean number of events a period."""

    @property
    def is_sparse(self) -> bool:
        """Whether events are too rare for this chart: look at the time between them instead."""
        return self.mean_count is not None and self.mean_count < 1

    def times(self, factor: Fraction) -> "CountLimits":
        """Return the same chart in another unit: per million instead of per piece."""
        points = tuple(point.times(factor) for point in self.points)
        mean = None if self.mean is None else self.mean * factor
        return replace(self, mean=mean, points=points)


def count_limits(kind: CountChart, counts: Iterable[Count]) -> CountLimits:
    """Return the chart of ``counts`` in the order of their periods.

    A period without events known, or of size 0, has no point. Nothing at all gives no mean.

    :raises ValueError: for a proportion with more events than the size, or a negative number.
    """
    ordered = sorted(counts, key=lambda count: ordinal(count.period))
    sized = [(count, _size(kind, count)) for count in ordered]
    known = [(count.events, size) for count, size in sized if size and count.events is not None]
    whole = sum((size for _, size in known), Fraction(0))
    mean = Fraction(sum(events for events, _ in known)) / whole if known else None
    mean_count = Fraction(sum(events for events, _ in known), len(known)) if known else None
    points = tuple(_point(kind, count, size=size, mean=mean) for count, size in sized)
    return CountLimits(kind, mean, points, mean_count)


def count_signals(chart: CountLimits, rules: RuleSet = RuleSet.WHEELER) -> tuple[Signal, ...]:
    """Return the signals of a chart of counts.

    Only points beyond the limits and runs that look at standings; trends need equal sizes.
    """
    standings = [point.standing for point in chart.points]
    found = search(standings, [None] * len(standings), rules)
    return tuple(sorted(found, key=lambda signal: (signal.start, signal.end)))


def outside(chart: CountLimits) -> Sequence[Place]:
    """Return the periods whose point lies beyond its limits."""
    return [
        p.period for p in chart.points if p.standing is not None and abs(p.standing) >= BEYOND_3
    ]


def _size(kind: CountChart, count: Count) -> Fraction | None:
    """Return the size of a period that can be used, checked against its events."""
    size = None if count.size is None else Fraction(count.size)
    if (size is not None and size < 0) or (count.events is not None and count.events < 0):
        raise ValueError(f"{count.period}: a count is not negative")
    if kind is CountChart.COUNT:
        return Fraction(1)
    if kind is CountChart.PROPORTION and size and count.events and count.events > size:
        raise ValueError(f"{count.period}: more events than their size")
    return size


def _point(
    kind: CountChart, count: Count, *, size: Fraction | None, mean: Fraction | None
) -> CountPoint:
    """Return one point with its limits."""
    if mean is None or not size:
        return CountPoint(count.period, None, None, None, None)
    spread = mean * (1 - mean) if kind is CountChart.PROPORTION else mean
    variance = spread / size
    reach = 3 * _root(variance)
    upper = min(mean + reach, Fraction(1)) if kind is CountChart.PROPORTION else mean + reach
    lower = max(mean - reach, Fraction(0))
    if count.events is None:
        return CountPoint(count.period, None, upper, lower, None)
    value = count.events / size
    return CountPoint(count.period, value, upper, lower, _standing(value - mean, variance))


def _standing(distance: Fraction, variance: Fraction) -> int:
    """Return where a point lies (signals.standing); squares keep their order and need no root."""
    if not distance:
        return 0
    step = 1 + sum(distance * distance > squared * variance for squared in _SQUARED_ZONES)
    return step if distance > 0 else -step


def _root(value: Fraction) -> Fraction:
    """Return the square root cut at twelve decimals."""
    square = value.numerator * _ROOT_SCALE * _ROOT_SCALE // value.denominator
    return Fraction(isqrt(square), _ROOT_SCALE)
