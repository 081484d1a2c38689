"""The charts of an indicator, from what its values say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from qse_audit.core.periods import Frequency
from qse_audit.core.series import Direction, Place, Series, Tolerance, pareto
from qse_audit.core.text import N_
from qse_audit.documents.charts import ChartSpec
from qse_audit.documents.charts.causes import pareto_chart, stacked_chart
from qse_audit.documents.charts.control import (
    Subject,
    between_chart,
    count_chart,
    range_chart,
    run_chart,
    xmr_chart,
)
from qse_audit.documents.charts.spec import Band, Scale
from qse_audit.documents.charts.words import worded
from qse_audit.indicators.queries.readings import Reading, is_never_negative
from qse_audit.indicators.rules import Analysis, Chart

YEAR_OF = {Frequency.MONTH: 12, Frequency.QUARTER: 4, Frequency.HALF: 2, Frequency.YEAR: 1}
"""How many periods the Pareto of a year adds up; all of them for shorter ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """How an indicator is shown: its names, its unit, its language."""

    title: str
    unit: str
    digits: int
    locale: str
    chart: Chart
    frequency: Frequency
    direction: Direction
    is_never_negative: bool = True
    tolerance: Tolerance | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    """Of the variables, by name."""

    def subject(self, title: str = "", unit: str | None = None) -> Subject:
        """Return what a chart is about, under its own or another title."""
        low = 0 if self.is_never_negative else None
        scale = Scale(self.unit if unit is None else unit, self.digits, low=low)
        return Subject(title or self.title, self.title, scale, self.locale, self.direction)


def face_of(reading: Reading, locale: str) -> Face:
    """Return how the indicator of a reading is shown in one language."""
    indicator = reading.indicator
    return Face(
        title=indicator.title,
        unit=indicator.measure_unit,
        digits=indicator.decimals,
        locale=locale,
        chart=indicator.chart,
        frequency=indicator.frequency,
        direction=indicator.direction,
        is_never_negative=is_never_negative(indicator),
        tolerance=reading.watched.tolerance,
        labels={each.name: each.label for each in indicator.variables},
    )


def main_chart(analysis: Analysis, face: Face) -> ChartSpec:
    """Return the chart that the card asks for, or the one that its values allow."""
    subject = face.subject()
    reading = worded(analysis.told.sentence, subject.scale, face.locale)
    if analysis.xmr is not None:
        return xmr_chart(
            analysis.xmr,
            analysis.found,
            analysis.told,
            subject=subject,
            targets=analysis.targets,
            bands=_tolerance(face),
        )
    if analysis.counts is not None:
        return count_chart(
            analysis.counts.times(analysis.factor),
            analysis.found,
            subject=subject,
            reading=reading,
            targets=analysis.targets,
        )
    if analysis.rare is not None and analysis.rare.open_days is not None:
        return between_chart(
            analysis.rare.gaps_days,
            analysis.rare.limits,
            subject=_days(face),
            reading=reading,
            open_days=analysis.rare.open_days,
        )
    if analysis.parts:
        return _made_of(analysis, face, reading)
    return run_chart(analysis.series, subject=subject, reading=reading, targets=analysis.targets)


def other_charts(analysis: Analysis, face: Face, rolling: Series | None = None) -> list[ChartSpec]:
    """Return what stands beside the main chart: moving ranges, values behind it, rolling year."""
    charts = []
    subject = face.subject()
    if analysis.xmr is not None and any(phase.limits for phase in analysis.xmr.phases):
        title = subject.say(N_("D’une période à l’autre : étendues mobiles"))
        charts.append(range_chart(analysis.xmr, subject=face.subject(title)))
    is_rare = analysis.rare is not None and analysis.rare.open_days is not None
    if rolling is not None:
        charts.append(
            run_chart(
                analysis.series,
                subject=face.subject(subject.say(N_("Chaque période et douze mois glissants"))),
                reading=subject.say(_ROLLING),
                targets=analysis.targets,
                rolling=rolling,
            )
        )
    elif is_rare or analysis.parts:
        charts.append(
            run_chart(analysis.series, subject=subject, reading="", targets=analysis.targets)
        )
    return charts


def _made_of(analysis: Analysis, face: Face, reading: str) -> ChartSpec:
    """Return the parts of a value: stacked over time, or ranked over a year."""
    parts = {face.labels.get(name, name): values for name, values in analysis.parts.items()}
    if face.chart is Chart.PARETO:
        count = YEAR_OF.get(face.frequency, 0)
        sums = [
            (label, sum((value for value in values[-count:] if value and value > 0), Fraction(0)))
            for label, values in parts.items()
        ]
        return pareto_chart(pareto(sums), subject=face.subject(unit=""))
    places: list[Place] = [point.period for point in analysis.series]
    return stacked_chart(places, parts, subject=face.subject(unit=""), reading=reading)


def _days(face: Face) -> Subject:
    """Return the subject of the time between events, for which more is better."""
    say = face.subject().say
    title = say(N_("%(title)s : jours entre deux événements", title=face.title))
    return Subject(title, say(N_("Jours")), Scale(say(N_("jours"))), face.locale, Direction.UP)


def _tolerance(face: Face) -> tuple[Band, ...]:
    if face.tolerance is None:
        return ()
    name = face.subject().say(N_("Tolérance"))
    return (Band(name, face.tolerance.low, face.tolerance.high),)


_ROLLING = N_(
    "Les douze mois glissants lissent : ils montrent la pente, jamais un signal, car deux voisins "
    "partagent onze mois."
)
