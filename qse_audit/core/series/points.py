"""Values in time: a series of points, some of them missing."""

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm

from qse_audit.core.periods import Frequency, Period
from qse_audit.core.text import Message

Exact = int | Decimal | Fraction
"""A number without rounding; binary floats are refused before they come here."""


Place = Period | int
"""When a value was measured: a period of the calendar, or only its rank among the values."""


def frequency(place: Place) -> Frequency | None:
    """Return how long ``place`` lasts; ``None`` for a rank."""
    return None if isinstance(place, int) else place.frequency


def ordinal(place: Place) -> int:
    """Return the number of ``place`` among those of its kind: the next one has one more."""
    return place if isinstance(place, int) else place.ordinal


def place_label(place: Place) -> Message | int:
    """Return the name of ``place`` for people."""
    return place if isinstance(place, int) else place.label


@dataclass(frozen=True, slots=True)
class Point:
    """What was measured in one period; ``None`` when nothing was, or it cannot be computed."""

    period: Place
    value: Exact | None


@dataclass(frozen=True, slots=True)
class Series:
    """Points in the order of their periods, one a period; build it with :meth:`of`."""

    points: tuple[Point, ...]

    @classmethod
    def of(cls, points: Iterable[Point | tuple[Place, Exact | None]]) -> "Series":
        """Return the series of ``points``, in whatever order they were entered.

        :raises ValueError: when a period comes twice, or kinds of periods are mixed.
        """
        made = [point if isinstance(point, Point) else Point(*point) for point in points]
        if len({frequency(point.period) for point in made}) > 1:
            raise ValueError("the periods of a series are of one kind")
        made.sort(key=lambda point: ordinal(point.period))
        for before, point in itertools.pairwise(made):
            if before.period == point.period:
                raise ValueError(f"two values for {point.period}")
        return cls(tuple(made))

    @classmethod
    def ranked(cls, values: Iterable[Exact | None]) -> "Series":
        """Return the series of values known only by their order."""
        return cls(tuple(Point(n, value) for n, value in enumerate(values, 1)))

    def filled(self) -> "Series":
        """Return the series with a missing value for each week to year left out between two.

        Days and ranks may have gaps: nobody measures on Sundays.
        """
        points: list[Point] = []
        for point in self.points:
            last = points[-1].period if points else point.period
            if isinstance(last, Period) and last.frequency is not Frequency.DAY:
                while last.ordinal < ordinal(point.period) - 1:
                    last = last.next
                    points.append(Point(last, None))
            points.append(point)
        return Series(tuple(points))

    def __len__(self) -> int:
        return len(self.points)

    def __iter__(self) -> Iterator[Point]:
        return iter(self.points)

    @property
    def values(self) -> tuple[Exact | None, ...]:
        """The values in order, ``None`` where one is missing."""
        return tuple(point.value for point in self.points)

    def between(self, start: Place | None, end: Place | None) -> range:
        """Return the indices of the points from ``start`` to ``end``, both included."""
        numbers = [ordinal(point.period) for point in self.points]
        first = 0 if start is None else bisect_left(numbers, ordinal(start))
        stop = len(numbers) if end is None else bisect_right(numbers, ordinal(end))
        return range(first, max(first, stop))


def on_one_scale(values: Sequence[Exact | None]) -> tuple[list[int | None], int]:
    """Return ``values`` as whole numbers of 1/scale, and the scale: exact, and as fast as ints."""
    ratios = [None if value is None else value.as_integer_ratio() for value in values]
    scale = lcm(*(ratio[1] for ratio in ratios if ratio))
    return [None if ratio is None else ratio[0] * (scale // ratio[1]) for ratio in ratios], scale
