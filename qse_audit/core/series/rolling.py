"""Rolling sums and rates, to show beside the raw values. Never search them for signals.

Neighbours share eleven months of twelve: runs on such a series prove nothing.
"""

from fractions import Fraction

from qse_audit.core.series.points import Exact, Point, Series, ordinal

YEAR_OF_MONTHS = 12


def rolling_sum(series: Series, length: int = YEAR_OF_MONTHS) -> Series:
    """Return, for each point, the sum of the ``length`` periods that end there.

    ``None`` where one of them is missing, has no value, or lies before the series.
    """
    points = []
    for n, point in enumerate(series.points):
        window = series.points[max(0, n - length + 1) : n + 1]
        points.append(Point(point.period, _sum(window, length)))
    return Series(tuple(points))


def rolling_rate(
    events: Series, sizes: Series, *, per: Exact = 1, length: int = YEAR_OF_MONTHS
) -> Series:
    """Return events over sizes of the ``length`` periods that end at each point, times ``per``.

    The sums are divided, not the monthly rates averaged: a short month weighs less. ``None`` where
    either sum is incomplete or the size is 0.
    """
    below = {point.period: point.value for point in rolling_sum(sizes, length)}
    points = []
    for point in rolling_sum(events, length):
        size = below.get(point.period)
        value = None if point.value is None or not size else rate(point.value, size, per)
        points.append(Point(point.period, value))
    return Series(tuple(points))


def rate(events: Exact, size: Exact, per: Exact = 1) -> Fraction | None:
    """Return ``events`` x ``per`` / ``size``, such as accidents a million hours; ``None`` for 0."""
    return Fraction(events) * Fraction(per) / Fraction(size) if size else None


def _sum(window: tuple[Point, ...], length: int) -> Fraction | None:
    """Return the sum of a window of neighbours without a hole."""
    values = [point.value for point in window if point.value is not None]
    complete = len(values) == length
    if not complete or ordinal(window[-1].period) - ordinal(window[0].period) != length - 1:
        return None
    return sum((Fraction(value) for value in values), Fraction(0))
