"""What a chart says in one sentence that a production manager understands, as codes and values.

While there is a signal, the limits predict nothing: the sentence tells the signal, not the target.
It speaks of the newest values: a signal is current while one of the last eight shows it, or, once
somebody has explained it, while the last one does. Older ones are history; the newest is dated.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from qse_audit.core.series.counts import CountLimits
from qse_audit.core.series.limits import FIRM_VALUES, MINIMUM_VALUES, Limits, XmR
from qse_audit.core.series.points import Exact, Place, place_label
from qse_audit.core.series.signals import Rule, Signal, without_echoes
from qse_audit.core.text import N_, Coded, Message

RECENT_VALUES = 8
"""As many values as a run needs to be a signal: so many quiet ones after it end it."""


class Direction(Coded):
    """Which way is better."""

    UP = "up", N_("À augmenter")
    DOWN = "down", N_("À réduire")
    NOMINAL = "nominal", N_("À tenir près d’une valeur")


class Standing(StrEnum):
    """Where the target lies for a process that stays as it is."""

    MET = "met"
    """Even at its worst the process meets it."""
    MET_ON_AVERAGE = "met_on_average"
    BY_CHANCE = "by_chance"
    """Inside the limits, on the wrong side of the mean: met in some periods, by chance."""
    OUT_OF_REACH = "out_of_reach"
    """Outside the limits: not met without change."""


class Reading(StrEnum):
    """What the chart says."""

    NO_VALUE = "no_value"
    TOO_FEW = "too_few"
    STABLE = "stable"
    IMPROVED = "improved"
    WORSENED = "worsened"
    CHANGED = "changed"
    """A signal that is neither good nor bad: no side, or no better side."""
    JUMPED = "jumped"
    """Only the step between two periods is unusual."""
    PLAIN = "plain"
    """No limits are computed: the last value is told."""


@dataclass(frozen=True, slots=True)
class Told:
    """The reading of a chart: codes for whoever decides, a sentence for whoever reads."""

    code: Reading
    target: Standing | None
    """``None`` without a target, without limits, or while there is a signal."""
    is_provisional: bool
    signal: Signal | None
    """The newest one of those that are current, the worst of them."""
    sentence: Message
    """A value of it may be a message or an exact number: it is worded where it is shown."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which values a process that stays as it is will go on."""

    mean: Fraction
    upper: Fraction
    lower: Fraction

    def times(self, factor: Fraction) -> "Bounds":
        """Return the bounds in another unit: per million instead of per piece."""
        return Bounds(self.mean * factor, self.upper * factor, self.lower * factor)


def stand(limits: Limits | Bounds, target: Exact, direction: Direction) -> Standing:
    """Return where ``target`` lies; one equal to the mean is never out of reach."""
    value = Fraction(target)
    if direction is Direction.NOMINAL:
        return Standing.MET_ON_AVERAGE if limits.lower <= value <= limits.upper else _OUT
    sign = 1 if direction is Direction.UP else -1
    mean, goal = limits.mean * sign, value * sign
    best, worst = (
        max(limits.upper * sign, limits.lower * sign),
        min(limits.upper * sign, limits.lower * sign),
    )
    if goal > best:
        return _OUT
    if goal <= worst:
        return Standing.MET
    return Standing.MET_ON_AVERAGE if goal <= mean else Standing.BY_CHANCE


_OUT = Standing.OUT_OF_REACH


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The part of a chart that is read: the current phase, its limits and its values."""

    places: Sequence[Place]
    """Of all points of the chart."""
    indices: range
    count: int
    """Values that set the limits."""
    bounds: Limits | Bounds | None
    known: Sequence[int]
    """Indices of the points with a value, at least one."""

    def is_current(self, signal: Signal, *, is_explained: bool) -> bool:
        """Say whether the newest values show ``signal``."""
        newest = self.known[-1:] if is_explained else self.known[-RECENT_VALUES:]
        return signal.end >= newest[0]

    @property
    def is_provisional(self) -> bool:
        """Whether too few values set the limits for them to be firm."""
        return self.count < FIRM_VALUES


def read(
    chart: XmR,
    found: Sequence[Signal],
    *,
    direction: Direction = Direction.NOMINAL,
    target: Exact | None = None,
    explained: Collection[Signal] = (),
) -> Told:
    """Return what the current phase of ``chart`` says, with the signals ``found`` on it."""
    phase = chart.current
    known = [n for n in phase.indices if chart.whole[n] is not None] if phase else []
    if phase is None or not known:
        return NOTHING_TOLD
    places = [point.period for point in chart.series]
    stretch = _Stretch(places, phase.indices, phase.count, phase.limits, known)
    return _tell(stretch, found, direction, target, explained=explained)


def read_counts(
    chart: CountLimits,
    found: Sequence[Signal],
    *,
    direction: Direction = Direction.NOMINAL,
    target: Exact | None = None,
    explained: Collection[Signal] = (),
    factor: Fraction = Fraction(1),
) -> Told:
    """Return what a chart of counts says; a ``target`` is compared in units of 1/``factor``.

    The limits are those of the last point: they follow the size of each period.
    """
    known = [n for n, point in enumerate(chart.points) if point.value is not None]
    if not known:
        return NOTHING_TOLD
    last = chart.points[known[-1]]
    bounds = None
    if len(known) >= MINIMUM_VALUES and not (
        chart.mean is None or last.upper is None or last.lower is None
    ):
        bounds = Bounds(chart.mean, last.upper, last.lower).times(factor)
    places = [point.period for point in chart.points]
    stretch = _Stretch(places, range(len(places)), len(known), bounds, known)
    return _tell(stretch, found, direction, target, explained=explained)


def _tell(
    stretch: _Stretch,
    found: Sequence[Signal],
    direction: Direction,
    target: Exact | None,
    *,
    explained: Collection[Signal],
) -> Told:
    """Return the reading of a stretch with at least one value."""
    if stretch.bounds is None:
        return Told(Reading.TOO_FEW, None, True, None, _too_few(stretch))
    here = without_echoes([signal for signal in found if signal.end in stretch.indices])
    here = sorted(here, key=lambda s: (s.end, _RANK[_meaning(s, direction)], s.start))
    current = [s for s in here if stretch.is_current(s, is_explained=s in explained)]
    if current:
        newest = current[-1]
        code = _meaning(newest, direction)
        words = _EXPLAINED if newest in explained else _SIGNALS[code]
        told = N_(words.msgid, when=_when(stretch, newest), rule=newest.rule.label)
        return Told(code, None, stretch.is_provisional, newest, _finished(told, stretch))
    standing = None if target is None else stand(stretch.bounds, target, direction)
    told = _STABLE
    if standing is not None and target is not None:
        told = N_(_target_words(standing, direction).msgid, target=Fraction(target))
    sentence = _finished(told, stretch)
    if here:
        sentence = N_("%(reading)s Dernier signal : %(when)s.", reading=sentence,
                      when=_when(stretch, here[-1]))  # fmt: skip
    return Told(Reading.STABLE, standing, stretch.is_provisional, None, sentence)


def _target_words(standing: Standing, direction: Direction) -> Message:
    """Return the clause of a stable process with a target."""
    if direction is Direction.NOMINAL and standing is Standing.MET_ON_AVERAGE:
        return _AROUND
    return _TARGETS[standing]


def _meaning(signal: Signal, direction: Direction) -> Reading:
    """Return whether a signal is good news."""
    if signal.rule is Rule.RANGE:
        return Reading.JUMPED
    if direction is Direction.NOMINAL or not signal.side:
        return Reading.CHANGED
    better = 1 if direction is Direction.UP else -1
    return Reading.IMPROVED if signal.side == better else Reading.WORSENED


def _when(stretch: _Stretch, signal: Signal) -> Message | int:
    """Return the period of a signal, or its first and last."""
    first = place_label(stretch.places[signal.start])
    last = place_label(stretch.places[signal.end])
    return last if first == last else N_("de %(first)s à %(last)s", first=first, last=last)


def _too_few(stretch: _Stretch) -> Message:
    """Return the sentence of a phase without limits."""
    if stretch.count >= MINIMUM_VALUES:
        return N_("Pas de limites : les valeurs ne se suivent pas, il manque des périodes.")
    return N_(
        "Trop peu de valeurs pour distinguer un signal du hasard : %(count)s sur %(needed)s.",
        count=stretch.count,
        needed=MINIMUM_VALUES,
    )


def _finished(clause: Message, stretch: _Stretch) -> Message:
    """Return the sentence of a clause, with a caution when the limits are provisional."""
    if not stretch.is_provisional:
        return N_("%(reading)s.", reading=clause)
    return N_(
        "%(reading)s (limites provisoires : %(count)s valeurs, il en faudrait %(needed)s).",
        reading=clause,
        count=stretch.count,
        needed=FIRM_VALUES,
    )


NOTHING_TOLD = Told(Reading.NO_VALUE, None, True, None, N_("Pas encore de valeur à lire."))
_STABLE = N_("Stable : d’une période à l’autre, seul le hasard fait la différence")
_AROUND = N_("Stable, et la cible de %(target)s est entre les limites", target="")
_TARGETS = {
    Standing.MET: N_(
        "Stable, et la cible de %(target)s est tenue même dans les moins bonnes périodes",
        target="",
    ),
    Standing.MET_ON_AVERAGE: N_(
        "Stable : la cible de %(target)s est tenue en moyenne, mais pas à chaque période",
        target="",
    ),
    Standing.BY_CHANCE: N_(
        "Stable, mais la cible de %(target)s n’est atteinte que par hasard, certaines périodes",
        target="",
    ),
    Standing.OUT_OF_REACH: N_(
        "Stable, mais la cible de %(target)s est hors des limites : elle ne sera pas atteinte "
        "sans changement",
        target="",
    ),
}
_SIGNALS = {
    Reading.IMPROVED: N_(
        "Amélioration (%(when)s : %(rule)s) : trouvez ce qui a changé et gardez-le",
        when="",
        rule="",
    ),
    Reading.WORSENED: N_(
        "Dégradation (%(when)s : %(rule)s) : trouvez ce qui a changé et corrigez-le",
        when="",
        rule="",
    ),
    Reading.CHANGED: N_(
        "Signal (%(when)s : %(rule)s) : quelque chose a changé, cherchez quoi", when="", rule=""
    ),
    Reading.JUMPED: N_(
        "Saut inhabituel (%(when)s : %(rule)s) : cherchez ce qui s’est passé entre les deux",
        when="",
        rule="",
    ),
}
_EXPLAINED = N_(
    "Signal expliqué (%(when)s : %(rule)s) : suivez si ce qui a été décidé porte", when="", rule=""
)
_RANK = {code: n for n, code in enumerate((Reading.JUMPED, Reading.CHANGED, Reading.IMPROVED))} | {
    Reading.WORSENED: 3
}
"""Of signals that end together, the one to tell: the highest."""
