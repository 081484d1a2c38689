import pytest
from hypothesis import given
from hypothesis import strategies as st

from qse_audit.core.series import (
    Direction,
    Phase,
    Reading,
    RuleSet,
    Series,
    Standing,
    read,
    signals,
    stand,
    xmr,
)
from tests.core.series.test_limits import BOOK, MONTHS, months

FIRM = [*BOOK, 12, 12]
UP, DOWN, NOMINAL = Direction.UP, Direction.DOWN, Direction.NOMINAL


def told(values, **asked):
    chart = xmr(months(values), [Phase(baseline=(MONTHS[0], MONTHS[11]))])
    return read(chart, signals(chart), **asked)


@pytest.mark.parametrize(
    ("values", "direction", "code"),
    [
        ([], UP, Reading.NO_VALUE),
        ([None, None], UP, Reading.NO_VALUE),
        ([10, 11, 12], UP, Reading.TOO_FEW),
        ([1, None] * 6, UP, Reading.TOO_FEW),
        (FIRM, UP, Reading.STABLE),
        ([*FIRM, 30], UP, Reading.IMPROVED),
        ([*FIRM, 30], DOWN, Reading.WORSENED),
        ([*FIRM, 30], NOMINAL, Reading.CHANGED),
        ([*FIRM, 9, 15], UP, Reading.JUMPED),
        ([*FIRM, 30, 12, 12], UP, Reading.IMPROVED),
        ([*FIRM, 30, 12, 12, 9, 15], UP, Reading.JUMPED),
        ([*FIRM, *[13] * 8], DOWN, Reading.WORSENED),
    ],
)
def test_the_reading_of_a_chart(values, direction, code):
    assert told(values, direction=direction).code is code


@pytest.mark.parametrize(
    ("target", "direction", "standing"),
    [
        (17, UP, Standing.OUT_OF_REACH),
        (14, UP, Standing.BY_CHANCE),
        (11, UP, Standing.MET_ON_AVERAGE),
        (7, UP, Standing.MET),
        (7, DOWN, Standing.OUT_OF_REACH),
        (11, DOWN, Standing.BY_CHANCE),
        (14, DOWN, Standing.MET_ON_AVERAGE),
        (17, DOWN, Standing.MET),
        (14, NOMINAL, Standing.MET_ON_AVERAGE),
        (17, NOMINAL, Standing.OUT_OF_REACH),
        (7, NOMINAL, Standing.OUT_OF_REACH),
    ],
)
def test_where_the_target_of_a_stable_process_lies(target, direction, standing):
    assert told(BOOK, direction=direction, target=target).target is standing


def test_a_stable_process_says_that_a_target_outside_needs_change():
    found = told(FIRM, direction=UP, target=20)
    assert found.sentence == (
        "Stable, mais la cible de 20 est hors des limites : elle ne sera pas atteinte sans "
        "changement."
    )
    assert not found.is_provisional


def test_few_values_make_the_sentence_cautious():
    found = told(BOOK, direction=UP, target=7)
    assert found.is_provisional
    assert found.sentence.endswith("(limites provisoires : 10 valeurs, il en faudrait 12).")


def test_a_signal_silences_the_target_and_names_its_period_and_rule():
    found = told([*FIRM, 11, *[13] * 8], direction=UP, target=20)
    assert found.target is None
    assert found.signal.rule.value == "W2"
    assert "de février 2026 à septembre 2026 : huit points de suite" in found.sentence


def test_signals_before_a_rebaseline_are_history():
    phases = [Phase(baseline=(MONTHS[0], MONTHS[9])), Phase(MONTHS[11], "Nouveau bain")]
    chart = xmr(months([*BOOK, 40, *BOOK]), phases)
    assert signals(chart)
    assert read(chart, signals(chart)).code is Reading.STABLE


def test_a_signal_is_history_once_eight_values_follow_that_show_none():
    quiet = (12, 11, 13, 12, 12, 11, 13, 12)
    during, after = told([*FIRM, 30, *quiet[:7]]), told([*FIRM, 30, *quiet])
    assert (during.code, after.code) == (Reading.CHANGED, Reading.STABLE)
    assert after.signal is None
    assert after.sentence.endswith("le hasard fait la différence. Dernier signal : janvier 2026.")


def test_a_gap_does_not_make_a_signal_history():
    assert told([*FIRM, 30, 12, *[None] * 9]).code is Reading.CHANGED


def test_an_explained_signal_is_told_only_while_the_last_value_shows_it():
    chart = xmr(months([*FIRM, 30, 12]), [Phase(baseline=(MONTHS[0], MONTHS[11]))])
    found = signals(chart)
    assert read(chart, found).code is Reading.CHANGED
    assert read(chart, found, explained=found).code is Reading.STABLE
    lasting = xmr(months([*FIRM, 30]), [Phase(baseline=(MONTHS[0], MONTHS[11]))])
    found = signals(lasting)
    told = read(lasting, found, direction=DOWN, explained=found)
    assert told.code is Reading.WORSENED
    assert told.sentence.startswith("Signal expliqué (janvier 2026")


@given(st.lists(st.integers(0, 30), min_size=12, max_size=len(MONTHS)))
def test_what_is_told_is_never_older_than_eight_values(values):
    chart = xmr(months(values))
    signal = read(chart, signals(chart)).signal
    assert signal is None or signal.end >= len(values) - 8


def test_zero_accident_is_not_out_of_reach_when_zero_happens():
    chart = xmr(Series.ranked([0, 2, 0, 1, 0, 3, 0, 1, 0, 0, 2, 0]), non_negative=True)
    assert stand(chart.phases[0].limits, 0, DOWN) is Standing.BY_CHANCE


@given(st.lists(st.integers(-99, 99), min_size=5, max_size=40), st.sampled_from(Direction))
def test_a_target_equal_to_the_mean_is_never_out_of_reach(values, direction):
    limits = xmr(Series.ranked(values)).phases[0].limits
    assert stand(limits, limits.mean, direction) is not Standing.OUT_OF_REACH


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 99)), max_size=36),
    st.sampled_from(Direction),
    st.one_of(st.none(), st.integers(0, 99)),
    st.sampled_from(RuleSet),
)
def test_every_chart_has_one_sentence_with_an_end(values, direction, target, rules):
    chart = xmr(months(values))
    sentence = read(chart, signals(chart, rules), direction=direction, target=target).sentence
    assert sentence.endswith(".")
    assert "%(" not in sentence
