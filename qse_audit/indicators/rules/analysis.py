"""What the values of an indicator say: limits, signals, distance to the target, one sentence.

Signals are looked for on raw values only. A formula that adds up several periods (``rolling``,
``cumul``) makes neighbours share data, so that runs prove nothing: its values are only drawn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from qse_audit.core.expressions import (
    Aggregation,
    Formula,
    History,
    Ratio,
    Snapshot,
    evaluate,
    looks_back,
    names,
    ratio_of,
    rolled,
)
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.series import (
    NOTHING_TOLD,
    Capability,
    Count,
    CountChart,
    CountLimits,
    Direction,
    Phase,
    Point,
    RareEvents,
    Reading,
    Rule,
    RuleSet,
    Series,
    Signal,
    Told,
    Tolerance,
    XmR,
    capability,
    count_limits,
    count_signals,
    rare_events,
    read,
    read_counts,
    signals,
    xmr,
)
from qse_audit.core.text import N_, Message
from qse_audit.indicators.rules.cards import TargetPoint
from qse_audit.indicators.rules.codes import Chart
from qse_audit.indicators.rules.sightings import Logged, Sighting, explained_of, sightings_of

COUNTS = {Chart.P: CountChart.PROPORTION, Chart.C: CountChart.COUNT, Chart.U: CountChart.PER_UNIT}


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one period."""

    period: Period
    inputs: Mapping[str, Fraction]
    value: Fraction | None
    """The result of the formula; ``None``: not computable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What of a card bears on how its values are read."""

    chart: Chart
    frequency: Frequency
    direction: Direction
    formula: Formula | None = None
    aggregations: Mapping[str, Aggregation] = field(default_factory=dict)
    rule_set: RuleSet = RuleSet.WHEELER
    is_never_negative: bool = True
    targets: tuple[TargetPoint, ...] = ()
    """In the order of their periods."""
    phases: tuple[Phase, ...] = ()
    tolerance: Tolerance | None = None
    event_dates: tuple[date, ...] = ()
    """Of the rare events that a chart of the time between them draws."""
    logged: tuple[Logged, ...] = ()
    """The signals that were logged before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """All that the page of an indicator shows of its values."""

    series: Series
    """A point for each period from the first value to the last."""
    targets: tuple[Fraction | None, ...]
    """Of each point."""
    told: Told
    found: tuple[Signal, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    xmr: XmR | None = None
    counts: CountLimits | None = None
    factor: Fraction = Fraction(1)
    """What the points of ``counts`` are multiplied by to be values of the indicator."""
    rare: RareEvents | None = None
    parts: Mapping[str, tuple[Fraction | None, ...]] = field(default_factory=dict)
    """What the value is made of, by the name of the variable; only where it is drawn."""
    capability: Capability = field(default=Capability(None, None))
    note: Message | None = None
    """Why the chart is another than the card asks for."""


def analyse(watched: Watched, entries: Sequence[Entry], today: date) -> Analysis:
    """Return what ``entries``, one a period in any order, say on ``today``."""
    series = Series.of(Point(entry.period, entry.value) for entry in entries).filled()
    targets = tuple(target_at(watched.targets, _period(point)) for point in series)
    basis = Analysis(
        series=series,
        targets=targets,
        told=_last_value(series, targets, watched.direction),
    )
    if watched.chart is Chart.G:
        return _between(watched, basis, today)
    if watched.chart in {Chart.STACKED, Chart.PARETO}:
        return replace(basis, parts=_parts(watched, entries, series))
    if watched.chart not in {Chart.XMR, *COUNTS}:
        return basis
    if watched.formula is not None and looks_back(watched.formula.root):
        return replace(basis, note=_SMOOTHED)
    if watched.chart in COUNTS:
        return _counted(watched, entries, basis)
    return _individual(watched, basis)


def target_at(targets: Sequence[TargetPoint], period: Period) -> Fraction | None:
    """Return what is aimed at in ``period``: the next point of the path, or the last one."""
    if not targets:
        return None
    following = (point for point in targets if point.period.ends_on >= period.ends_on)
    return next(following, targets[-1]).value


def is_met(value: Fraction, target: Fraction, direction: Direction) -> bool | None:
    """Say whether a value reaches its target; ``None`` where a value is to be held, not passed."""
    if direction is Direction.NOMINAL:
        return True if value == target else None
    return value >= target if direction is Direction.UP else value <= target


def _individual(watched: Watched, basis: Analysis) -> Analysis:
    """Return the analysis of individual values and their moving ranges."""
    chart = xmr(basis.series, watched.phases, non_negative=watched.is_never_negative)
    found = signals(chart, watched.rule_set)
    places = [point.period for point in basis.series]
    explained = explained_of(found, places, watched.direction, logged=watched.logged)
    told = read(chart, found, direction=watched.direction, target=_newest(basis.targets),
                explained=explained)  # fmt: skip
    current = chart.current
    return replace(
        basis,
        told=told,
        found=found,
        sightings=sightings_of(found, places, watched.direction),
        xmr=chart,
        capability=capability(current.limits if current else None, watched.tolerance),
    )


def _counted(watched: Watched, entries: Sequence[Entry], basis: Analysis) -> Analysis:
    """Return the analysis of counts; of individual values when they are no counts."""
    ratio = ratio_of(watched.formula.root) if watched.formula else None
    counts = _counts(watched, ratio, entries, basis.series) if ratio else None
    if ratio is None or counts is None:
        return replace(_individual(watched, basis), note=_NO_COUNTS)
    chart = count_limits(COUNTS[watched.chart], counts)
    found = count_signals(chart, watched.rule_set)
    places = [count.period for count in counts]
    explained = explained_of(found, places, watched.direction, logged=watched.logged)
    told = read_counts(
        chart,
        found,
        direction=watched.direction,
        target=_newest(basis.targets),
        explained=explained,
        factor=ratio.factor,
    )
    return replace(
        basis,
        told=told,
        found=found,
        sightings=sightings_of(found, places, watched.direction),
        counts=chart,
        factor=ratio.factor,
        note=_SPARSE if chart.is_sparse else None,
    )


def _counts(
    watched: Watched, ratio: Ratio, entries: Sequence[Entry], series: Series
) -> list[Count] | None:
    """Return the count of each period; ``None`` when some are no counts."""
    known = {entry.period: Snapshot(entry.inputs) for entry in entries}
    found: list[Count] = []
    for point in series:
        values = known.get(_period(point), Snapshot({}))
        events = evaluate(ratio.over, values).value
        size = Fraction(1) if ratio.under is None else evaluate(ratio.under, values).value
        is_sound = events is None or (events.denominator == 1 and events >= 0)
        is_part = watched.chart is not Chart.P or not events or not size or events <= size
        if not (is_sound and is_part) or (size is not None and size < 0):
            return None
        found.append(Count(point.period, None if events is None else int(events), size))
    return found


def _between(watched: Watched, basis: Analysis, today: date) -> Analysis:
    """Return the analysis of the days between rare events."""
    dates = [day for day in watched.event_dates if day <= today]
    rare = rare_events(dates, today)
    if rare.open_days is None:
        return replace(basis, rare=rare, note=_UNDATED)
    return replace(basis, told=_since(rare), rare=rare, sightings=_gap_sightings(rare, today))


def _since(rare: RareEvents) -> Told:
    """Return the sentence of the time since the last event."""
    days = rare.open_days or 0
    if rare.is_improvement:
        told = N_("%(days)d jours depuis le dernier événement : plus que le hasard n’explique, "
                  "trouvez ce qui protège et gardez-le.", days=days)  # fmt: skip
        return Told(Reading.IMPROVED, None, False, None, told)
    if _is_short(rare):
        told = N_("Le dernier intervalle, %(gap)d jours, est plus court que le hasard ne "
                  "l’explique : cherchez ce qui a changé.", gap=rare.gaps_days[-1])  # fmt: skip
        return Told(Reading.WORSENED, None, False, None, told)
    if rare.limits is None:
        told = N_("%(days)d jours depuis le dernier événement ; trop peu d’intervalles pour "
                  "distinguer un signal du hasard.", days=days)  # fmt: skip
        return Told(Reading.TOO_FEW, None, True, None, told)
    told = N_("%(days)d jours depuis le dernier événement : dans ce que le hasard explique.",
              days=days)  # fmt: skip
    return Told(Reading.STABLE, None, False, None, told)


def _is_short(rare: RareEvents) -> bool:
    return bool(rare.limits and rare.gaps_days and rare.gaps_days[-1] < rare.limits.lower)


def _gap_sightings(rare: RareEvents, today: date) -> tuple[Sighting, ...]:
    """Return the intervals that chance does not explain, the running one too."""
    if rare.limits is None:
        return ()
    found = []
    for gap, start, end in zip(rare.gaps_days, rare.dates, rare.dates[1:], strict=False):
        if not rare.limits.lower <= gap <= rare.limits.upper:
            found.append(Sighting(Rule.W1, start, end, gap > rare.limits.upper))
    if rare.is_improvement:
        found.append(Sighting(Rule.W1, rare.dates[-1], today, is_favourable=True))
    return tuple(found)


def rolling_year(watched: Watched, entries: Sequence[Entry], series: Series) -> Series | None:
    """Return the formula over the twelve months that end with each point of ``series``.

    ``None`` for yearly values and formulas that look back by themselves. A view only: it costs
    more than all the rest, and says nothing of signals.
    """
    count = watched.frequency.periods_a_year
    formula = watched.formula
    if formula is None or count not in {2, 4, 12} or looks_back(formula.root):
        return None
    node = rolled(formula.root, watched.aggregations, count)
    if node == formula.root:
        return None
    found = {name for entry in entries for name in entry.inputs}
    known = {name: {e.period: e.inputs.get(name) for e in entries} for name in found}
    if not series.points:
        return None
    history = History(known, _period(series.points[0]))
    points = (
        Point(point.period, evaluate(node, history.seen_from(_period(point))).value)
        for point in series
    )
    return Series(tuple(points))


def _parts(
    watched: Watched, entries: Sequence[Entry], series: Series
) -> dict[str, tuple[Fraction | None, ...]]:
    """Return the variables that are counted, not those that they are divided by."""
    ratio = ratio_of(watched.formula.root) if watched.formula else None
    if watched.formula is None:
        return {}
    counted = names(ratio.over if ratio else watched.formula.root)
    known = {entry.period: entry.inputs for entry in entries}
    return {
        name: tuple(known.get(_period(point), {}).get(name) for point in series) for name in counted
    }


def _last_value(series: Series, targets: Sequence[Fraction | None], direction: Direction) -> Told:
    """Return the sentence of a chart without limits: the last value beside its target."""
    known = [n for n, point in enumerate(series) if point.value is not None]
    if not known:
        return NOTHING_TOLD
    point, target = series.points[known[-1]], targets[known[-1]]
    value = Fraction(point.value or 0)
    when = _period(point).label
    if target is None:
        told = N_("Dernière valeur, %(when)s : %(value)s.", when=when, value=value)
        return Told(Reading.PLAIN, None, True, None, told)
    words = {
        True: N_("Dernière valeur, %(when)s : %(value)s ; la cible de %(target)s est atteinte.",
                 when=when, value=value, target=target),
        False: N_("Dernière valeur, %(when)s : %(value)s ; la cible de %(target)s n’est pas "
                  "atteinte.", when=when, value=value, target=target),
        None: N_("Dernière valeur, %(when)s : %(value)s, pour une cible de %(target)s.",
                 when=when, value=value, target=target),
    }  # fmt: skip
    told = words[is_met(value, target, direction)]
    return Told(Reading.PLAIN, None, True, None, told)


def _newest(targets: Sequence[Fraction | None]) -> Fraction | None:
    return targets[-1] if targets else None


def _period(point: Point) -> Period:
    """Return the period of a point of a series of an indicator, which has no ranks."""
    if not isinstance(point.period, Period):
        raise TypeError(f"{point.period} is no period")
    return point.period


_SMOOTHED = N_(
    "La formule additionne plusieurs périodes : les signaux se lisent sur les valeurs de chaque "
    "période, pas sur des valeurs glissantes ou cumulées."
)
_NO_COUNTS = N_(
    "Les valeurs ne sont pas des nombres d’événements rapportés à une taille : elles sont lues "
    "sur une carte de valeurs individuelles."
)
_SPARSE = N_(
    "Moins d’un événement par période en moyenne : le temps entre deux événements en dit plus."
)
_UNDATED = N_("Datez les événements pour lire le temps qui les sépare.")
