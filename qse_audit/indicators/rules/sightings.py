"""Signals as they are logged, and when one that shows is one that was logged before. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from qse_audit.core.periods import Period
from qse_audit.core.series import Direction, Rule, Signal, without_echoes


@dataclass(frozen=True, slots=True)
class Sighting:
    """A signal as it is logged: the rule, the days that it holds, and whether it is good news."""

    rule: Rule
    from_on: date
    until_on: date
    is_favourable: bool | None
    """``None`` when neither way is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A signal that was logged before."""

    id: int
    rule: str
    from_on: date
    until_on: date
    is_favourable: bool | None
    is_open: bool
    """Whether nobody has explained it yet."""

    def is_of(self, sighting: Sighting) -> bool:
        """Say whether ``sighting`` is this signal.

        Limits that nobody locked move with each value, and the first point of a run with them: a
        run that shares a stretch with one that is logged is the same.
        """
        if self.rule != sighting.rule:
            return False
        if self.from_on == sighting.from_on:
            return True
        if self.is_favourable is not sighting.is_favourable or sighting.rule is Rule.RANGE:
            return False
        return self.from_on < sighting.until_on and sighting.from_on < self.until_on


def sightings_of(
    found: Sequence[Signal], places: Sequence[object], direction: Direction
) -> tuple[Sighting, ...]:
    """Return signals as they are logged, without the jumps to and from a point that is one."""
    seen = (_sighting(signal, places, direction) for signal in without_echoes(found))
    return tuple(each for each in seen if each is not None)


def explained_of(
    found: Sequence[Signal],
    places: Sequence[object],
    direction: Direction,
    *,
    logged: Iterable[Logged],
) -> frozenset[Signal]:
    """Return the signals that somebody has explained."""
    told = [each for each in logged if not each.is_open]
    return frozenset(
        signal
        for signal in (found if told else ())
        if (seen := _sighting(signal, places, direction)) and any(each.is_of(seen) for each in told)
    )


def _sighting(signal: Signal, places: Sequence[object], direction: Direction) -> Sighting | None:
    """Return a signal with its days; ``None`` on a chart of ranks."""
    first, last = places[signal.start], places[signal.end]
    if not (isinstance(first, Period) and isinstance(last, Period)):
        return None
    way = signal.side if direction is Direction.UP else -signal.side
    is_good = None if direction is Direction.NOMINAL or not way else way > 0
    return Sighting(signal.rule, first.starts_on, last.ends_on, is_good)
