"""Natural limits of individual values and their moving ranges (XmR chart).

With mR̄ the mean of the ranges between neighbours: natural limits x̄ ± 2.66 mR̄, upper limit of the
ranges 3.267 mR̄, σ̂ = mR̄ / 1.128 (Wheeler, “Understanding Variation”; d2 and D4 for two values).

A missing value touches no range: the step over a gap is not a step from one period to the next.
Everything is computed in whole numbers on one scale and given as fractions; round where shown.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from qse_audit.core.series.points import Place, Series, on_one_scale
from qse_audit.core.text import Message

LIMIT_FACTOR = Fraction(266, 100)
RANGE_FACTOR = Fraction(3267, 1000)
D2 = Fraction(1128, 1000)
MINIMUM_VALUES = 5
"""Below, no limits are drawn: they would say more about chance than about the process."""
FIRM_VALUES = 12
"""Below, limits are provisional."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch during which the process is one and the same, and the values that set its limits.

    The first phase begins with the series; each later one is a re-baseline and names its cause.
    """

    since: Place | None = None
    cause: Message | str = ""
    """What changed, as the person who re-baselined wrote it."""
    baseline: tuple[Place, Place] | None = None
    """First and last period that a person locked; ``None``: every value of the phase."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The centre and natural limits of one phase, not rounded."""

    mean: Fraction
    mean_range: Fraction
    upper: Fraction
    lower: Fraction
    """Natural lower limit; 0 where it would be below and the quantity cannot be negative."""
    range_upper: Fraction
    sigma: Fraction


@dataclass(frozen=True, slots=True)
class PhaseLimits:
    """One phase of a chart: its points, its limits if there are enough values."""

    indices: range
    """Of its points in the series."""
    baseline: range
    """Of the points that set the limits."""
    cause: Message | str
    is_locked: bool
    count: int
    """Values present in the baseline."""
    limits: Limits | None

    @property
    def is_provisional(self) -> bool:
        """Whether too few values set the limits for them to be firm."""
        return self.count < FIRM_VALUES


@dataclass(frozen=True, slots=True)
class XmR:
    """A series with its moving ranges and the limits of its phases."""

    series: Series
    ranges: tuple[Fraction | None, ...]
    """Range to the point before; ``None`` for the first, beside a gap, and across phases."""
    phases: tuple[PhaseLimits, ...]
    whole: tuple[int | None, ...]
    """The values in units of 1/``scale``."""
    scale: int

    @property
    def current(self) -> PhaseLimits | None:
        """The phase that the newest point belongs to."""
        return self.phases[-1] if self.phases else None


def xmr(series: Series, phases: Sequence[Phase] = (), *, non_negative: bool = False) -> XmR:
    """Return the limits of ``series``; ``non_negative`` clips lower limits at 0.

    Phases without a point are left out.

    :raises ValueError: for a re-baseline without a cause, or phases out of order.
    """
    whole, scale = on_one_scale(series.values)
    made = tuple(
        _phase_limits(series, whole, phase, indices=indices, scale=scale, clip=non_negative)
        for phase, indices in _stretches(series, phases or (Phase(),))
    )
    steps = _steps(whole)
    for phase in made:
        steps[phase.indices.start] = None  # a range across two processes measures neither
    ranges = tuple(None if step is None else Fraction(step, scale) for step in steps)
    return XmR(series, ranges, made, tuple(whole), scale)


def _stretches(series: Series, phases: Sequence[Phase]) -> list[tuple[Phase, range]]:
    """Return each phase with the indices of its points."""
    for phase in phases[1:]:
        if phase.since is None or not phase.cause:
            raise ValueError("a re-baseline says since when and why")
    starts = [series.between(phase.since, None).start for phase in phases]
    if starts != sorted(starts):
        raise ValueError("phases follow each other in time")
    ends = [*starts[1:], len(series)]
    return [
        (phase, range(start, end))
        for phase, start, end in zip(phases, starts, ends, strict=True)
        if start < end
    ]


def _steps(whole: Sequence[int | None]) -> list[int | None]:
    """Return the distance of each value to the one before."""
    steps: list[int | None] = [None] if whole else []
    for before, value in itertools.pairwise(whole):
        steps.append(None if before is None or value is None else abs(value - before))
    return steps


def _phase_limits(
    series: Series,
    whole: Sequence[int | None],
    phase: Phase,
    *,
    indices: range,
    scale: int,
    clip: bool,
) -> PhaseLimits:
    """Compute the limits of one phase from its baseline."""
    baseline = indices
    if phase.baseline:
        locked = series.between(*phase.baseline)
        baseline = range(max(locked.start, indices.start), min(locked.stop, indices.stop))
    part = whole[baseline.start : baseline.stop]
    present = [value for value in part if value is not None]
    steps = [step for step in _steps(part) if step is not None]
    limits = None
    if len(present) >= MINIMUM_VALUES and steps:
        mean = Fraction(sum(present), len(present) * scale)
        limits = _limits(mean, Fraction(sum(steps), len(steps) * scale), clip=clip)
    return PhaseLimits(
        indices, baseline, phase.cause, phase.baseline is not None, len(present), limits
    )


def _limits(mean: Fraction, mean_range: Fraction, *, clip: bool) -> Limits:
    """Return the limits around ``mean``."""
    reach = LIMIT_FACTOR * mean_range
    lower = mean - reach
    return Limits(
        mean=mean,
        mean_range=mean_range,
        upper=mean + reach,
        lower=max(lower, Fraction(0)) if clip else lower,
        range_upper=RANGE_FACTOR * mean_range,
        sigma=mean_range / D2,
    )
