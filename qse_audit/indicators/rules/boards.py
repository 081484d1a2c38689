"""What a dashboard tells besides its charts: what changed, and how sites compare. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from qse_audit.core.periods import Period
from qse_audit.core.series import Direction
from qse_audit.core.text import N_, Coded
from qse_audit.indicators.rules.analysis import Analysis, is_met

MOST_SHOWN = 24
"""Charts on one dashboard: more are not read."""


class Turn(Coded):
    """How an indicator stands to its target now, when it stood otherwise one period before."""

    MET = "met", N_("La cible est atteinte")
    MISSED = "missed", N_("La cible n’est plus atteinte")


@dataclass(frozen=True, slots=True)
class Last:
    """The last value of an indicator beside its target; ``is_met`` ``None``: nothing to say."""

    period: Period
    value: Fraction
    target: Fraction | None
    is_met: bool | None


def last_of(analysis: Analysis, direction: Direction) -> Last | None:
    """Return the last value that could be computed; ``None`` when there is none."""
    return next(iter(_lasts(analysis, direction)), None)


def turn_of(analysis: Analysis, direction: Direction) -> Turn | None:
    """Return whether the last value passed its target, either way; ``None`` for neither."""
    now, before, *_rest = [*_lasts(analysis, direction), None, None]
    if now is None or before is None or now.is_met is None or before.is_met is None:
        return None
    if now.is_met == before.is_met:
        return None
    return Turn.MET if now.is_met else Turn.MISSED


def _lasts(analysis: Analysis, direction: Direction) -> list[Last]:
    """Return the two newest values, the newest first."""
    found: list[Last] = []
    pairs = zip(reversed(analysis.series.points), reversed(analysis.targets), strict=True)
    for point, target in pairs:
        if point.value is None or not isinstance(point.period, Period):
            continue
        value = Fraction(point.value)
        met = None if target is None else is_met(value, target, direction)
        found.append(Last(point.period, value, target, met))
        if len(found) == 2:  # the last and the one before
            break
    return found


@dataclass(frozen=True, slots=True)
class Sited:
    """One indicator of a comparison: what it counts, where, and its values."""

    key: str
    """What is the same everywhere: its card of the library, or its short name; empty: nothing."""
    place: str
    analysis: Analysis


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same indicator at several sites."""

    key: str
    members: tuple[Sited, ...]

    @property
    def periods(self) -> tuple[Period, ...]:
        """Return every period that one of them has a value for."""
        found = {
            point.period
            for member in self.members
            for point in member.analysis.series
            if isinstance(point.period, Period)
        }
        return tuple(sorted(found))

    def values(self, member: Sited) -> list[Fraction | None]:
        """Return the values of one site over all periods of the comparison."""
        known = {point.period: point.value for point in member.analysis.series}
        return [
            None if (value := known.get(period)) is None else Fraction(value)
            for period in self.periods
        ]


def comparisons(measured: Iterable[Sited]) -> tuple[Comparison, ...]:
    """Return what is counted at more than one site, each place once."""
    groups: dict[str, dict[str, Sited]] = {}
    for each in measured:
        if each.key and each.place:
            groups.setdefault(each.key, {}).setdefault(each.place, each)
    return tuple(
        Comparison(key, _by_place(places.values()))
        for key, places in groups.items()
        if len(places) > 1 and len({_pace(each) for each in places.values()}) == 1
    )


def _by_place(measured: Iterable[Sited]) -> tuple[Sited, ...]:
    return tuple(sorted(measured, key=lambda each: each.place))


def _pace(measured: Sited) -> object:
    points: Sequence[object] = measured.analysis.series.points
    first = next(iter(points), None)
    period = getattr(first, "period", None)
    return getattr(period, "frequency", None)
