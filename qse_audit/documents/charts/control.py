"""Charts of series: from limits and signals to what is drawn, worded in one language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from qse_audit.core.series import (
    BetweenLimits,
    CountLimits,
    Direction,
    Exact,
    Limits,
    Place,
    Rule,
    Series,
    Signal,
    Told,
    XmR,
    without_echoes,
)
from qse_audit.core.text import N_, Message
from qse_audit.documents.charts.spec import (
    PLAIN,
    Axis,
    Band,
    Break,
    ChartSpec,
    Level,
    LevelKind,
    Line,
    Mark,
    Number,
    Scale,
    Tone,
    Values,
)
from qse_audit.documents.charts.words import anchor_of, place_short, worded
from qse_audit.documents.text import Texts


@dataclass(frozen=True, slots=True)
class Subject:
    """What a chart is about, and the language it speaks."""

    title: str
    name: str
    """Of the measure, heading its column: “Taux de rebut”."""
    scale: Scale = PLAIN
    locale: str = "fr"
    direction: Direction = Direction.NOMINAL

    def say(self, message: Message | str) -> str:
        """Return a text of the pure layers in the language of the chart."""
        return Texts(self.locale).translate(message)


def axis_of(places: Sequence[Place], subject: Subject, *, title: Message | None = None) -> Axis:
    """Return the axis of periods, January marked."""
    names = [place_short(place, subject.locale) for place in places]
    return Axis(names, subject.say(title or N_("Période")), anchor_of(places))


def xmr_chart(
    chart: XmR,
    found: Sequence[Signal],
    told: Told,
    *,
    subject: Subject,
    targets: Sequence[Exact | None] = (),
    bands: Sequence[Band] = (),
) -> ChartSpec:
    """Return the chart of individual values with limits, signals, and the target path."""
    levels = [
        _phased(chart, subject, _UPPER, lambda limits: limits.upper),
        _phased(chart, subject, _MEAN, lambda limits: limits.mean),
        _phased(chart, subject, _LOWER, lambda limits: limits.lower),
        *target_path(targets, subject),
    ]
    places = [point.period for point in chart.series]
    return ChartSpec(
        title=subject.title,
        reading=worded(told.sentence, subject.scale, subject.locale),
        axis=axis_of(places, subject),
        scale=subject.scale,
        locale=subject.locale,
        lines=[Line(subject.name, chart.series.values, _marks(found, subject.direction))],
        levels=[level for level in levels if any(value is not None for value in level.values)],
        bands=bands,
        breaks=[Break(phase.indices.start, subject.say(phase.cause)) for phase in chart.phases[1:]],
        mark_names=_mark_names(subject),
    )


def range_chart(chart: XmR, *, subject: Subject, reading: str = "") -> ChartSpec:
    """Return the companion of an XmR chart: how far each value lies from the one before."""
    marks = {}
    for phase in chart.phases:
        for n in phase.indices:
            step = chart.ranges[n]
            if phase.limits and step is not None and step > phase.limits.range_upper:
                marks[n] = Mark.NOTABLE
    levels = [
        _phased(chart, subject, _RANGE_UPPER, lambda limits: limits.range_upper),
        _phased(chart, subject, _MEAN, lambda limits: limits.mean_range),
    ]
    return ChartSpec(
        title=subject.title,
        reading=reading,
        axis=axis_of([point.period for point in chart.series], subject),
        scale=Scale(subject.scale.unit, subject.scale.digits, low=0),
        locale=subject.locale,
        lines=[Line(subject.say(N_("Étendue mobile")), chart.ranges, marks)],
        levels=[level for level in levels if any(value is not None for value in level.values)],
        mark_names={Mark.NOTABLE: subject.say(N_("saut inhabituel"))},
    )


def run_chart(
    series: Series,
    *,
    subject: Subject,
    reading: str,
    targets: Sequence[Exact | None] = (),
    rolling: Series | None = None,
) -> ChartSpec:
    """Return values over time with the target path, a rolling value beside; no limits."""
    lines = [Line(subject.name, series.values)]
    if rolling is not None:
        name = subject.say(N_("12 mois glissants"))
        lines = [
            Line(subject.name, series.values),
            Line(name, rolling.values, tone=Tone.INFO, is_thin=True),
        ]
    return ChartSpec(
        title=subject.title,
        reading=reading,
        axis=axis_of([point.period for point in series], subject),
        scale=subject.scale,
        locale=subject.locale,
        lines=lines,
        levels=target_path(targets, subject),
    )


def count_chart(
    chart: CountLimits,
    found: Sequence[Signal],
    *,
    subject: Subject,
    reading: str,
    targets: Sequence[Exact | None] = (),
) -> ChartSpec:
    """Return a p, c or u chart; its limits follow the size of each period."""
    points = chart.points
    mean = [None if point.upper is None else chart.mean for point in points]
    return ChartSpec(
        title=subject.title,
        reading=reading,
        axis=axis_of([point.period for point in points], subject),
        scale=subject.scale,
        locale=subject.locale,
        lines=[Line(subject.name, [p.value for p in points], _marks(found, subject.direction))],
        levels=[
            _level(subject, _UPPER, [point.upper for point in points]),
            _level(subject, _MEAN, mean, kind=LevelKind.CENTRE),
            _level(subject, _LOWER, [point.lower for point in points]),
            *target_path(targets, subject),
        ],
        mark_names=_mark_names(subject),
    )


def between_chart(
    gaps_days: Sequence[int],
    limits: BetweenLimits | None,
    *,
    subject: Subject,
    reading: str,
    open_days: int | None = None,
) -> ChartSpec:
    """Return the days between rare events; a ring shows those since the last."""
    values: list[Number | None] = [*gaps_days]
    marks = {
        n: Mark.GOOD if gap > limits.upper else Mark.BAD
        for n, gap in enumerate(gaps_days)
        if limits and not limits.lower <= gap <= limits.upper
    }
    if open_days is not None:
        marks[len(values)] = Mark.OPEN
        values.append(open_days)
    levels = []
    if limits:
        for pair, value in ((_UPPER, limits.upper), (_LOWER, limits.lower)):
            levels.append(_level(subject, pair, [value] * len(values)))
        centre = [limits.centre] * len(values)
        levels.append(_level(subject, _MEAN, centre, kind=LevelKind.CENTRE))
    names = {**_mark_names(subject), Mark.OPEN: subject.say(N_("en cours"))}
    return ChartSpec(
        title=subject.title,
        reading=reading,
        axis=axis_of(range(1, len(values) + 1), subject, title=N_("Intervalle")),
        scale=Scale(subject.scale.unit, subject.scale.digits, low=0),
        locale=subject.locale,
        lines=[Line(subject.name, values, marks)],
        levels=levels,
        mark_names=names,
    )


def target_path(targets: Sequence[Exact | None], subject: Subject) -> list[Level]:
    """Return the target of each place as one level; none when there is none."""
    if all(target is None for target in targets):
        return []
    return [_level(subject, _TARGET, targets, kind=LevelKind.TARGET)]


def _phased(chart: XmR, subject: Subject, names: "_Names", pick: "_Pick") -> Level:
    """Return one limit of every phase as one level."""
    values: list[Fraction | None] = []
    for phase in chart.phases:
        value = pick(phase.limits) if phase.limits else None
        values += [value] * len(phase.indices)
    kind = LevelKind.CENTRE if names is _MEAN else LevelKind.LIMIT
    return _level(subject, names, values, kind=kind)


def _level(
    subject: Subject, names: "_Names", values: Values, *, kind: LevelKind = LevelKind.LIMIT
) -> Level:
    """Return a level with its two names."""
    return Level(subject.say(names[0]), values, kind, subject.say(names[1]))


def _marks(found: Sequence[Signal], direction: Direction) -> Mapping[int, Mark]:
    """Return the shape of each point that a signal holds; the worst where several do."""
    marks: dict[int, Mark] = {}
    for signal in without_echoes(found):
        mark = _meaning(signal, direction)
        first = signal.end if signal.rule is Rule.RANGE else signal.start
        for n in range(first, signal.end + 1):
            marks[n] = max(marks.get(n, Mark.DOT), mark, key=_GRAVITY.index)
    return marks


def _meaning(signal: Signal, direction: Direction) -> Mark:
    """Return the shape of a signal."""
    if direction is Direction.NOMINAL or not signal.side:
        return Mark.NOTABLE
    return Mark.GOOD if (signal.side > 0) == (direction is Direction.UP) else Mark.BAD


def _mark_names(subject: Subject) -> dict[Mark, str]:
    """Return what the shapes of signals mean."""
    return {
        Mark.GOOD: subject.say(N_("signal d’amélioration")),
        Mark.BAD: subject.say(N_("signal de dégradation")),
        Mark.NOTABLE: subject.say(N_("signal")),
    }


_Names = tuple[Message, Message]
_Pick = Callable[[Limits], Fraction]
_UPPER: _Names = (N_("Limite haute"), N_("Haute"))
_LOWER: _Names = (N_("Limite basse"), N_("Basse"))
_MEAN: _Names = (N_("Moyenne"), N_("Moy."))
_TARGET: _Names = (N_("Cible"), N_("Cible"))
_RANGE_UPPER: _Names = (N_("Limite des étendues"), N_("Limite"))
_GRAVITY = (Mark.DOT, Mark.OPEN, Mark.NOTABLE, Mark.GOOD, Mark.BAD)
