"""Rare events, such as accidents: the time between them tells more than counts full of zeros.

t chart: times between events are about exponential; their power 1/3.6 is nearly normal, so XmR
limits are drawn there and raised back (L. S. Nelson, “A Control Chart for Parts-Per-Million
Nonconforming Items”, Journal of Quality Technology 26, 1994). g chart: a number of opportunities
between events is geometric, limits ḡ ± 3 √(ḡ(ḡ+1)) clipped at 0 (J. C. Benneyan, “Performance of
Number-Between g-Type Statistical Control Charts”, Health Care Management Science 4, 2001).
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from statistics import fmean

from qse_audit.core.series.limits import D2, MINIMUM_VALUES
from qse_audit.core.series.points import Exact

POWER = 3.6
"""Nelson’s exponent: t ↦ t^(1/3.6)."""


@dataclass(frozen=True, slots=True)
class BetweenLimits:
    """Centre and limits of times or numbers between events; floats, for they come from roots."""

    centre: float
    upper: float
    lower: float


@dataclass(frozen=True, slots=True)
class RareEvents:
    """Dated events, the days between them, and the days since the last."""

    dates: tuple[date, ...]
    gaps_days: tuple[int, ...]
    """From each event to the next; two on one day are 0 days apart."""
    open_days: int | None
    """Since the last event; ``None`` when there was none."""
    limits: BetweenLimits | None
    """Of the gaps; ``None`` below five of them."""

    @property
    def is_record(self) -> bool:
        """Whether the time since the last event is the longest ever."""
        return self.open_days is not None and self.open_days > max(self.gaps_days, default=-1)

    @property
    def is_improvement(self) -> bool:
        """Whether the time since the last event is longer than chance explains.

        A time that still runs can only be too long: it is never compared with the lower limit.
        """
        limits, days = self.limits, self.open_days
        return limits is not None and days is not None and days > limits.upper


def rare_events(dates: Iterable[date], today: date) -> RareEvents:
    """Return what the dates of events say on ``today``.

    :raises ValueError: for an event after today.
    """
    ordered = tuple(sorted(dates))
    if ordered and ordered[-1] > today:
        raise ValueError(f"an event after {today}")
    gaps = tuple((after - before).days for before, after in itertools.pairwise(ordered))
    open_days = (today - ordered[-1]).days if ordered else None
    return RareEvents(ordered, gaps, open_days, time_limits(gaps))


def time_limits(gaps: Sequence[Exact]) -> BetweenLimits | None:
    """Return the t chart of times between events, oldest first; ``None`` for fewer than five."""
    if len(gaps) < MINIMUM_VALUES:
        return None
    shown = [float(gap) ** (1 / POWER) for gap in gaps]
    mean = fmean(shown)
    steps = [abs(after - before) for before, after in itertools.pairwise(shown)]
    reach = 3 * fmean(steps) / float(D2)
    lower = max(mean - reach, 0.0)
    return BetweenLimits(mean**POWER, (mean + reach) ** POWER, lower**POWER)


def number_limits(gaps: Sequence[Exact]) -> BetweenLimits | None:
    """Return the g chart of opportunities between events; ``None`` for fewer than five."""
    if len(gaps) < MINIMUM_VALUES:
        return None
    mean = float(sum((Fraction(gap) for gap in gaps), Fraction(0)) / len(gaps))
    reach = 3 * (mean * (mean + 1)) ** 0.5
    return BetweenLimits(mean, mean + reach, max(mean - reach, 0.0))
