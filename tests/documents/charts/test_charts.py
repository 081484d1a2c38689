import itertools
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qse_audit.core.periods import Frequency, Period
from qse_audit.core.series import Direction, Phase, Series, pareto, read, signals, xmr
from qse_audit.documents.charts import NARROW, WIDE, ChartSpec, to_plotly, to_svg, to_table
from qse_audit.documents.charts.causes import pareto_chart
from qse_audit.documents.charts.control import Subject, xmr_chart
from qse_audit.documents.charts.palette import TOKENS
from qse_audit.documents.charts.scales import decimals_of, spread, text_width, ticks
from qse_audit.documents.charts.spec import (
    Axis,
    Band,
    Bars,
    Cell,
    Heat,
    Level,
    LevelKind,
    Line,
    Mark,
    Scale,
)
from qse_audit.documents.charts.words import anchor_of, place_short
from qse_audit.paths import static_dir
from qse_audit.web.sample_charts import sample_charts

GOLDEN = Path(__file__).parent / "golden"
JANUARY = Period.nth(Frequency.MONTH, 2026)
BOOK = [10, 12, 11, 13, 12, 11, 14, 12, 11, 13]
SAMPLES = sample_charts("fr") + sample_charts("en")
SIZES = {"wide": WIDE, "narrow": NARROW}


def textbook(locale="fr", values=BOOK, target=20):
    series = Series.of((JANUARY.shift(n), value) for n, value in enumerate(values))
    chart = xmr(series, [Phase(baseline=(JANUARY, JANUARY.shift(9)))])
    found = signals(chart)
    told = read(chart, found, direction=Direction.UP, target=target)
    subject = Subject("Pièces & <bonnes>", "Pièces", Scale("u", 2), locale, Direction.UP)
    return xmr_chart(chart, found, told, subject=subject, targets=[target] * len(values))


def plain(**parts):
    return ChartSpec("Titre", "Lecture.", Axis(["a", "b", "c"], "Lieu"), **parts)


@pytest.mark.parametrize("size", SIZES)
def test_the_drawing_of_the_textbook_series_has_not_changed(size):
    """After a wanted change, look at the new drawing, then write it over the golden one."""
    drawn = to_svg(textbook(values=[*BOOK, 18]), SIZES[size])
    assert drawn == (GOLDEN / f"xmr-{size}.svg").read_text("utf-8").strip()


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("spec", SAMPLES, ids=lambda s: f"{s.locale} {s.title}")
def test_a_drawing_is_sound_and_asks_nothing_of_the_security_policy(spec, size):
    drawn = to_svg(spec, size)
    root = ElementTree.fromstring(drawn)
    assert root.get("aria-label").startswith(spec.title)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "path", "rect", "circle", "text", "title"}
    for element in root.iter():
        assert not {"style", "id", "href"} & set(element.attrib)
        assert not [name for name in element.attrib if name.startswith("on")]
    assert "nan" not in drawn
    assert "None" not in drawn


UNITS = ["%", "par million d’heures", "pour 1 000 salariés présents le jour de l’enquête annuelle"]


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_no_name_of_a_level_leaves_the_drawing(size, unit, locale):
    levels = [
        Level("Limite supérieure naturelle du processus", [1234567.891] * 3, short="Limite sup."),
        Level("Objectif", [1000000] * 3, LevelKind.TARGET),
    ]
    spec = plain(lines=[Line("n", [1, 2, 3])], levels=levels, scale=Scale(unit, 2), locale=locale)
    root = ElementTree.fromstring(to_svg(spec, size))
    texts = [each for each in root.iter() if each.tag.endswith("text")]
    for each in texts:
        if each.get("text-anchor") == "start":
            assert float(each.get("x")) + text_width(each.text, size.font) <= size.width, each.text
    figures = [each.text for each in texts if "234" in each.text]
    assert len(figures) == 1, "the figure of a limit is never cut"
    steps = [each.get("d", "") for each in root.iter() if each.tag.endswith("path")]
    ends = [[float(x) for x in re.findall(r"[ML](-?[\d.]+) ", step)] for step in steps]
    assert max(max(xs) - min(xs) for xs in ends) >= size.width * 0.4, "the values keep their room"


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("spec", SAMPLES, ids=lambda s: f"{s.locale} {s.title}")
def test_no_text_touches_another_or_leaves_the_drawing(spec, size):
    boxes = []
    for text in ElementTree.fromstring(to_svg(spec, size)).findall(".//{*}text"):
        width = text_width(text.text or "", size.font)
        x, y = float(text.get("x")), float(text.get("y"))
        left = x - {"start": 0, "middle": width / 2, "end": width}[text.get("text-anchor")]
        assert left >= -8, text.text
        assert left + width <= size.width + 8, text.text
        boxes.append((left, y - size.font * 0.7, left + width, y, text.text))
    assert boxes
    for n, (left, top, right, bottom, text) in enumerate(boxes):
        for other in boxes[n + 1 :]:
            apart = right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
            assert apart, f"{text!r} over {other[4]!r}"


@pytest.mark.parametrize("spec", SAMPLES, ids=lambda s: f"{s.locale} {s.title}")
def test_a_figure_is_what_plotly_accepts(spec):
    figure = to_plotly(spec)
    json.dumps(figure)
    go.Figure(data=figure["data"], layout=figure["layout"])


def test_plotly_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="colour"):
        go.Figure(layout={"font": {"colour": "red"}})


def test_a_figure_has_the_values_and_separators_of_the_language():
    figure = to_plotly(textbook())
    points = next(trace for trace in figure["data"] if trace["name"] == "Pièces")
    assert points["y"] == [float(value) for value in BOOK]
    assert points["customdata"][0] == "10,00\u00a0u"
    assert figure["layout"]["separators"] == ",\u202f"
    assert figure["config"]["locale"] == "fr"
    assert to_plotly(textbook("en"))["layout"]["separators"] == ".,"


def test_the_table_holds_the_numbers_of_the_drawing():
    table = to_table(textbook())
    assert table.heads == [
        "Période",
        "Pièces (u)",
        "Limite haute (u)",
        "Moyenne (u)",
        "Limite basse (u)",
        "Cible (u)",
    ]
    assert table.rows[0] == [
        "janv.\u00a026",
        "10,00",
        "16,33",
        "11,90",
        "7,47",
        "20,00",
    ]
    assert len(table.rows) == 10


def test_the_reading_is_a_sentence_of_the_language_with_its_unit():
    values = [*BOOK, 12, 12]
    assert textbook(values=values).reading.startswith("Stable, mais la cible de 20\u00a0u est hors")
    assert textbook("en").reading.startswith("Stable, but the target of 20\u00a0u is outside")


def test_a_signal_has_a_shape_and_a_word():
    spec = textbook(values=[*BOOK, 18])
    assert spec.lines[0].marks == {10: Mark.GOOD}
    assert to_table(spec).rows[10][-1] == "signal d’amélioration"
    assert "signal d’amélioration</text>" in to_svg(spec)
    symbols = to_plotly(spec)["data"][-1]["marker"]["symbol"]
    assert symbols[10] == "triangle-up"
    assert set(symbols[:10]) == {"circle"}


def test_texts_are_escaped():
    drawn = to_svg(textbook(), titled=True)
    assert "Pièces &amp; &lt;bonnes&gt;</text>" in drawn
    assert "<bonnes>" not in drawn


def test_a_missing_value_breaks_the_line():
    drawn = to_svg(plain(lines=[Line("x", [1, None, 2])]))
    assert drawn.count('stroke-width="2"') == 2


def test_a_chart_without_a_value_is_empty_and_still_drawn():
    spec = plain(lines=[Line("x", [None] * 3)])
    assert spec.is_empty
    assert ElementTree.fromstring(to_svg(spec)) is not None
    assert not plain(bars=[Bars("x", [0, None, None])]).is_empty


def test_a_series_has_a_value_for_each_place():
    with pytest.raises(ValueError, match="3 places"):
        plain(lines=[Line("x", [1, 2])])
    with pytest.raises(ValueError, match="3 places"):
        plain(heat=Heat(["r"], [[Cell("a")]]))


def test_a_known_change_parts_the_limits_and_not_the_target():
    delivery = sample_charts("fr")[0]
    drawn = ElementTree.fromstring(to_svg(delivery)).findall(".//{*}path")
    dashes = [path.get("stroke-dasharray") for path in drawn]
    assert dashes.count("5 4") == 4
    assert dashes.count("9 3 2 3") == 1


def test_bands_stay_inside_the_chart():
    spec = plain(lines=[Line("x", [1, 2, 3])], bands=[Band("Tolérance", None, 99)])
    box = ElementTree.fromstring(to_svg(spec)).find(".//{*}rect")
    assert float(box.get("y")) >= 0
    assert float(box.get("height")) <= WIDE.height


def test_pareto_of_nothing_says_so():
    spec = pareto_chart(pareto([("a", 0)]), subject=Subject("T", "N"))
    assert spec.reading.replace("\u202f", " ") == "Rien à classer : le total est nul."
    for size in SIZES.values():
        assert ElementTree.fromstring(to_svg(spec, size)) is not None
    assert to_table(spec).rows == [["a", "0", "—"]]


def test_the_colours_are_the_tokens_of_the_interface():
    light = (static_dir() / "css/tokens.css").read_text("utf-8").partition("@media")[0]
    for name, value in TOKENS.items():
        assert re.search(rf"--{name}: {value};", light), name
    sheet = (static_dir() / "css/charts.css").read_text("utf-8")
    for name in TOKENS:
        assert f".f-{name} {{ fill: var(--{name}); }}" in sheet
        assert f".s-{name} {{ stroke: var(--{name}); }}" in sheet


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 17, [0, 5, 10, 15, 20]),
        (7.4, 16.4, [6, 8, 10, 12, 14, 16, 18]),
        (0, 0.08, [0, 0.02, 0.04, 0.06, 0.08]),
        (-3, 4, [-4, -2, 0, 2, 4]),
        (88, 97, [88, 90, 92, 94, 96, 98]),
    ],
)
def test_ticks_are_round(low, high, expected):
    assert ticks(low, high, about=5) == expected


def test_ticks_of_what_is_counted_are_whole():
    assert ticks(0, 11, about=5) == [0, 2.5, 5, 7.5, 10, 12.5]
    assert ticks(0, 11, about=5, whole=True) == [0, 5, 10, 15]
    assert ticks(0, 1, about=5, whole=True) == [0, 1]


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(3, 8))
def test_ticks_cover_the_values_and_are_few(low, span, about):
    marks = ticks(low, low + span, about=about)
    slack = 1e-6 * max(1, abs(low), span)
    assert marks[0] <= low + slack
    assert marks[-1] >= low + span - slack
    assert 2 <= len(marks) <= about + 3


def test_ticks_have_the_decimals_that_tell_them_apart():
    assert decimals_of([0, 0.02, 0.04]) == 2
    assert decimals_of([0, 2.5]) == 1
    assert decimals_of([0, 50]) == 0


@given(st.lists(st.floats(0, 200), max_size=8))
def test_labels_keep_their_distance(wanted):
    placed = sorted(spread(wanted, gap=15, low=0, high=200))
    assert all(b - a >= 15 - 1e-6 for a, b in itertools.pairwise(placed))


@pytest.mark.parametrize(
    ("period", "fr", "en"),
    [
        (JANUARY, "janv.\u00a026", "Jan\u00a026"),
        (Period.nth(Frequency.QUARTER, 2026, 2), "T2\u00a026", "Q2\u00a026"),
        (Period.nth(Frequency.WEEK, 2026, 3), "S03\u00a026", "W03\u00a026"),
        (Period.nth(Frequency.YEAR, 2026), "2026", "2026"),
        (7, "7", "7"),
    ],
)
def test_places_have_short_names(period, fr, en):
    assert (place_short(period, "fr"), place_short(period, "en")) == (fr, en)


def test_a_january_keeps_its_label():
    assert anchor_of([JANUARY.shift(n) for n in range(-3, 9)]) == 3
    assert anchor_of([1, 2]) == 0


def test_levels_follow_the_periods_of_a_proportion():
    refused = next(spec for spec in SAMPLES if spec.title.startswith("Lots refusés"))
    upper = refused.levels[0]
    assert isinstance(upper, Level)
    assert len(set(upper.values)) > 5
    assert refused.levels[1].kind is LevelKind.CENTRE
