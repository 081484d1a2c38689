from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from qse_audit.core.expressions import parse
from qse_audit.core.periods import Frequency
from qse_audit.core.series import Direction, Tolerance
from qse_audit.documents.charts import to_svg, to_table
from qse_audit.indicators.reports.charts import Face, main_chart, other_charts
from qse_audit.indicators.rules import Chart, Entry, analyse, rolling_year
from tests.indicators.test_analysis import BOOK, JANUARY, RATE, TODAY, entries, target

FACE = Face(
    title="Taux de rebut",
    unit="%",
    digits=1,
    locale="fr",
    chart=Chart.XMR,
    frequency=Frequency.MONTH,
    direction=Direction.DOWN,
    labels={"dechets": "Déchets dangereux", "autres": "Autres déchets"},
)
STACKED = replace(RATE, chart=Chart.STACKED, formula=parse("dechets + autres"))
WASTE = [
    Entry(JANUARY.shift(n), {"dechets": Fraction(n), "autres": Fraction(5)}, Fraction(n + 5))
    for n in range(12)
]


def shown(watched, rows, **face):
    analysis = analyse(watched, rows, TODAY)
    face = replace(FACE, chart=watched.chart, **face)
    rolling = rolling_year(watched, rows, analysis.series)
    return [main_chart(analysis, face), *other_charts(analysis, face, rolling)]


@pytest.mark.parametrize("chart", list(Chart))
@pytest.mark.parametrize("rows", [[], entries((3,)), entries(BOOK)])
def test_every_chart_is_drawn_with_no_value_one_and_many(chart, rows):
    watched = replace(RATE, chart=chart, targets=(target(11, 9),))
    for spec in shown(watched, rows):
        assert to_svg(spec)
        assert len(to_table(spec).rows) == len(spec.axis.places)


def test_individual_values_come_with_their_ranges_and_their_rolling_year():
    titles = [spec.title.replace("\u202f", " ") for spec in shown(RATE, entries(BOOK))]
    assert titles == [
        "Taux de rebut",
        "D’une période à l’autre : étendues mobiles",
        "Chaque période et douze mois glissants",
    ]


def test_proportions_are_drawn_in_the_unit_of_the_indicator():
    spec = shown(replace(RATE, chart=Chart.P), entries(BOOK))[0]
    assert list(spec.lines[0].values) == list(BOOK)


def test_the_target_path_is_drawn_beside_the_values():
    watched = replace(RATE, chart=Chart.P, targets=(target(4, 12), target(9, 10)))
    levels = {level.name: list(level.values) for level in shown(watched, entries(BOOK))[0].levels}
    assert levels["Cible"] == [12] * 5 + [10] * 5


def test_the_sentence_names_the_target_with_its_unit():
    spec = shown(replace(RATE, targets=(target(20, 5),)), entries(BOOK + BOOK))[0]
    assert "cible de 5\u202f% est hors des limites" in spec.reading


def test_parts_are_stacked_under_their_own_names():
    spec = shown(STACKED, WASTE)[0]
    assert [bars.name for bars in spec.bars] == ["Déchets dangereux", "Autres déchets"]


def test_a_pareto_ranks_the_parts_of_the_last_year():
    watched = replace(STACKED, chart=Chart.PARETO)
    spec = shown(watched, WASTE)[0]
    assert spec.axis.places == ["Déchets dangereux", "Autres déchets"]
    assert list(spec.ranking.amounts) == [66, 60]


def test_the_time_between_events_is_counted_in_days():
    dates = tuple(date(2026, month, 1) for month in range(1, 8))
    spec = shown(replace(RATE, chart=Chart.G, event_dates=dates), [])[0]
    assert spec.title.endswith("jours entre deux événements")
    assert spec.scale.unit == "jours"


def test_a_tolerance_is_a_band():
    spec = shown(RATE, entries(BOOK), tolerance=Tolerance(low=8, high=14))[0]
    assert [(band.low, band.high) for band in spec.bands] == [(8, 14)]
