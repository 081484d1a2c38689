from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qse_audit.core.series import Phase, RuleSet, Series, signals, xmr
from qse_audit.core.series.limits import PhaseLimits, XmR, _limits
from qse_audit.core.series.signals import search
from tests.core.series.test_limits import BOOK, MONTHS, months

W, WE, N = RuleSet.WHEELER, RuleSet.WESTERN_ELECTRIC, RuleSet.NELSON


def found(standings, rules, values=None):
    """Signals of points given by their zones: 0 centre, 1 ≤ 1σ, 2 > 1, 3 > 1.5, 4 > 2, 5 > 3."""
    values = standings if values is None else values
    return [(s.rule.value, s.start, s.end, s.side) for s in search(standings, values, rules)]


@pytest.mark.parametrize(
    ("standings", "rules", "expected"),
    [
        ([1, 5, -5, 4], W, [("W1", 1, 1, 1), ("W1", 2, 2, -1)]),
        ([1] * 7, W, []),
        ([1] * 8, W, [("W2", 0, 7, 1)]),
        ([-1] * 11, W, [("W2", 0, 10, -1)]),
        ([1, 1, 1, 1, 0, 1, 1, 1, 1], W, []),
        ([1, 1, 1, 1, None, 1, 1, 1, 1], W, []),
        ([3, 1, 3, 3], W, [("W3", 0, 3, 1)]),
        ([3, 1, 1, 3, 3], W, []),
        ([3, -3, 3, -3], W, []),
        ([2, 2, 2, 2], W, []),
        ([3, 3, None, 3], W, []),
        ([-3, 1, -3, -3, 1, -3, -3], W, [("W3", 0, 6, -1)]),
        ([3, 3, 3, 1, 1, 1, 3, 3, 3], W, [("W3", 0, 2, 1), ("W3", 6, 8, 1), ("W2", 0, 8, 1)]),
        ([4, -1, 4], WE, [("WE2", 0, 2, 1)]),
        ([4, -1, -1, 4], WE, []),
        ([4, -4, 1], WE, []),
        ([2, 2, -1, 2, 2], WE, [("WE3", 0, 4, 1)]),
        ([2, 2, -1, -1, 2, 2], WE, []),
        ([1] * 8, WE, [("WE4", 0, 7, 1)]),
        ([1, 1, 5], WE, [("WE1", 2, 2, 1)]),
        ([1] * 8, N, []),
        ([1] * 9, N, [("N2", 0, 8, 1)]),
        ([5], N, [("N1", 0, 0, 1)]),
        ([4, -1, 4], N, [("N5", 0, 2, 1)]),
        ([2, 2, -1, 2, 2], N, [("N6", 0, 4, 1)]),
        ([1, -1, 1] * 5, N, [("N7", 0, 14, 0)]),
        ([1, -1] * 7, N, [("N4", 0, 13, 0)]),
        ([1, -1] * 6 + [1], N, []),
        ([0] * 20, N, []),
        ([2, 2, -2, -2] * 2, N, [("N8", 0, 7, 0)]),
        ([2, 2, -2, -2, 2, 2, -2, 1], N, []),
    ],
)
def test_a_rule_fires_on_its_points_and_not_one_short(standings, rules, expected):
    ignored = {"N3"} if rules is N else set()
    got = [signal for signal in found(standings, rules) if signal[0] not in ignored]
    assert sorted(got) == sorted(expected)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 3, 4, 5, 6], [("N3", 0, 5, 1)]),
        ([9, 8, 7, 6, 5, 4, 3], [("N3", 0, 6, -1)]),
        ([1, 2, 3, 4, 5], []),
        ([1, 2, 3, 3, 4, 5, 6], []),
        ([1, 2, 3, None, 4, 5, 6], []),
    ],
)
def test_six_points_that_rise_or_fall_without_a_stop(values, expected):
    zones = [None if v is None else 0 for v in values]
    assert found(zones, N, values) == expected


def test_the_textbook_series_is_quiet_for_every_set():
    for rules in RuleSet:
        assert signals(xmr(Series.ranked(BOOK)), rules) == ()


def test_a_far_point_is_outside_and_its_steps_are_too():
    chart = xmr(months([*BOOK, 30]), [Phase(baseline=(MONTHS[0], MONTHS[9]))])
    told = [(s.rule.value, s.start, s.end) for s in signals(chart)]
    assert told == [("MR", 9, 10), ("W1", 10, 10)]


def test_runs_start_again_with_a_phase():
    high = [*BOOK, *([15] * 8)]
    locked = Phase(baseline=(MONTHS[0], MONTHS[9]))
    assert "W2" in {s.rule.value for s in signals(xmr(months(high), [locked]))}
    cut = [locked, Phase(MONTHS[14], "Réglage", baseline=(MONTHS[0], MONTHS[9]))]
    assert "W2" not in {s.rule.value for s in signals(xmr(months(high), cut))}


def test_a_value_on_the_limit_is_inside():
    limits = _limits(xmr(Series.ranked([10] * 5)).phases[0].limits.mean, 1, clip=False)
    for value, outside in ((limits.upper, False), (limits.upper + limits.mean / 10**9, True)):
        series = Series.ranked([value])
        scaled = xmr(series)
        phase = PhaseLimits(range(1), range(1), "", False, 12, limits)
        chart = XmR(series, scaled.ranges, (phase,), scaled.whole, scaled.scale)
        assert bool(signals(chart)) is outside


def test_a_series_that_never_moves_has_no_signal():
    for rules in RuleSet:
        assert signals(xmr(Series.ranked([7] * 40)), rules) == ()


def test_any_move_after_a_constant_baseline_is_a_signal():
    chart = xmr(months([7] * 10 + [8]), [Phase(baseline=(MONTHS[0], MONTHS[9]))])
    assert [s.rule.value for s in signals(chart)] == ["MR", "W1"]


VALUES = st.lists(st.one_of(st.none(), st.integers(0, 60)), min_size=5, max_size=60)


@given(VALUES, st.sampled_from(RuleSet))
def test_a_mirror_turns_the_sides_of_signals_and_nothing_else(values, rules):
    mirrored = [None if value is None else -value for value in values]
    there = signals(xmr(Series.ranked(values)), rules)
    back = signals(xmr(Series.ranked(mirrored)), rules)
    assert {(s.rule, s.start, s.end, s.side) for s in there} == {
        (s.rule, s.start, s.end, -s.side) for s in back
    }


@given(VALUES, st.sampled_from(RuleSet), st.integers(1, 9), st.integers(-50, 50))
def test_another_unit_gives_the_same_signals(values, rules, times, more):
    other = [None if value is None else value * times + more for value in values]
    assert signals(xmr(Series.ranked(values)), rules) == signals(xmr(Series.ranked(other)), rules)


def test_chance_alone_seldom_alarms_wheeler():
    chance = Random(7)
    alarms = points = 0
    for _ in range(40):
        values = [chance.randint(0, 10**6) + chance.randint(0, 10**6) for _ in range(24)]
        alarms += len(signals(xmr(Series.ranked(values))))
        points += 24
    assert alarms / points < 0.03
