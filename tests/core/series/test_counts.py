from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qse_audit.core.series import (
    Count,
    CountChart,
    RuleSet,
    Series,
    Tolerance,
    capability,
    count_limits,
    count_signals,
    number_limits,
    pareto,
    rare_events,
    rate,
    rolling_rate,
    rolling_sum,
    time_limits,
    xmr,
)
from qse_audit.core.series.counts import outside
from tests.core.series.test_limits import BOOK, MONTHS, months


def counts(*pairs):
    return [Count(month, *pair) for month, pair in zip(MONTHS, pairs, strict=False)]


def test_the_limits_of_a_proportion_follow_the_size():
    chart = count_limits(CountChart.PROPORTION, counts((10, 100), (20, 400), (2, 100)))
    assert chart.mean == Fraction(32, 600)
    small, large, _ = chart.points
    assert round(float(small.upper), 4) == 0.1207
    assert round(float(large.upper), 4) == 0.0870
    assert small.lower == 0
    assert (large.value, large.lower) == (Fraction(1, 20), pytest.approx(0.0196, abs=1e-4))


def test_a_count_chart_is_the_mean_and_three_roots():
    chart = count_limits(CountChart.COUNT, counts((9,), (4,), (14,), (9,)))
    assert chart.mean == 9
    assert {(float(p.upper), float(p.lower)) for p in chart.points} == {(18.0, 0.0)}


def test_a_count_per_unit_widens_where_the_period_is_small():
    chart = count_limits(CountChart.PER_UNIT, counts((4, 1), (16, 4)))
    assert chart.mean == 4
    assert [float(p.upper) for p in chart.points] == [10.0, 7.0]


def test_points_beyond_their_own_limits_are_found_exactly():
    chart = count_limits(CountChart.COUNT, counts(*[(9,)] * 20, (30,)))
    assert outside(chart) == [MONTHS[20]]
    assert ("W1", 20, 1) in [(s.rule.value, s.start, s.side) for s in count_signals(chart)]
    at_limit = count_limits(CountChart.COUNT, counts((4,), (4,), (10,), (-0,), (2,)))
    assert (at_limit.mean, at_limit.points[2].standing) == (4, 4)
    assert outside(at_limit) == []


def test_nelson_runs_work_on_counts_without_trends():
    chart = count_limits(CountChart.COUNT, counts(*[(n,) for n in range(1, 20)]))
    assert "N3" not in {s.rule.value for s in count_signals(chart, RuleSet.NELSON)}


def test_an_empty_period_is_not_zero():
    chart = count_limits(CountChart.PROPORTION, counts((0, 0), (None, 50), (5, 50)))
    assert [p.value for p in chart.points] == [None, None, Fraction(1, 10)]
    assert chart.points[0].upper is None
    assert chart.points[1].upper is not None
    assert count_limits(CountChart.COUNT, []).mean is None
    assert count_limits(CountChart.PER_UNIT, counts((1, None))).mean is None


def test_rare_events_call_for_another_chart():
    assert count_limits(CountChart.COUNT, counts((0,), (1,), (0,))).is_sparse
    assert not count_limits(CountChart.COUNT, counts((2,), (1,))).is_sparse


@pytest.mark.parametrize(
    ("kind", "pair"), [("p", (3, 2)), ("c", (-1,)), ("u", (1, -2)), ("p", (-1, 4))]
)
def test_impossible_counts_are_refused(kind, pair):
    with pytest.raises(ValueError, match=r"count|events"):
        count_limits(CountChart(kind), counts(pair))


DAYS = [date(2024, 1, 10), date(2024, 2, 9), date(2024, 3, 30), date(2024, 5, 9)]


def test_days_between_accidents_and_since_the_last():
    told = rare_events(reversed(DAYS), date(2024, 7, 1))
    assert told.gaps_days == (30, 50, 40)
    assert (told.open_days, told.is_record, told.limits) == (53, True, None)
    assert not rare_events(DAYS, date(2024, 6, 28)).is_record


def test_without_an_accident_there_is_nothing_since():
    told = rare_events([], date(2024, 7, 1))
    assert (told.open_days, told.gaps_days, told.is_record) == (None, (), False)
    with pytest.raises(ValueError, match="after"):
        rare_events(DAYS, date(2024, 5, 1))


def test_the_limits_of_times_between_events():
    found = time_limits([30, 50, 40, 45, 35, 30])
    # by hand: t^(1/3.6), mean 2.74315, mean range 0.19392, x̄ ± 2.6596 mR̄, raised back
    assert found.centre == pytest.approx(37.82, abs=0.01)
    assert found.upper == pytest.approx(70.32, abs=0.05)
    assert found.lower == pytest.approx(17.87, abs=0.02)
    assert time_limits([30, 50, 40, 45]) is None
    assert time_limits([0, 0, 0, 90, 0]).lower == 0


def test_a_long_time_without_accident_is_an_improvement():
    days = [date(2024, 1, 1).fromordinal(date(2024, 1, 1).toordinal() + 40 * n) for n in range(8)]
    assert rare_events(days, days[-1].fromordinal(days[-1].toordinal() + 41)).is_improvement
    assert not rare_events(days, days[-1]).is_improvement


def test_the_limits_of_numbers_between_events():
    found = number_limits([10, 20, 30, 20, 20])
    assert found.centre == 20
    assert found.upper == pytest.approx(20 + 3 * (20 * 21) ** 0.5)
    assert found.lower == 0
    assert number_limits([1, 2]) is None


def test_pareto_cuts_at_eighty_per_cent():
    found = pareto([("Autre", 4), ("Rayure", 50), ("Cote", 30), ("Oubli", 16)], other="Autre")
    assert [s.label for s in found.shares] == ["Rayure", "Cote", "Oubli", "Autre"]
    assert [s.label for s in found.vital] == ["Rayure", "Cote"]
    assert found.shares[1].cumulative == Fraction(4, 5)
    assert found.shares[-1].cumulative == 1


def test_pareto_keeps_ties_together():
    found = pareto([("d", 10), ("a", 70), ("c", 10), ("b", 10)])
    assert [s.label for s in found.vital] == ["a", "b", "c", "d"]


def test_pareto_adds_up_costs_of_one_cause():
    assert pareto([("a", Decimal("1.10")), ("b", 1), ("a", 2)]).shares[0].amount == Decimal("3.1")


def test_pareto_of_nothing_has_no_shares():
    found = pareto([("a", 0), ("b", 0)])
    assert [(s.ratio, s.cumulative, s.is_vital) for s in found.shares] == [(None, None, False)] * 2
    assert pareto([]).shares == ()
    with pytest.raises(ValueError, match="negative"):
        pareto([("a", -1)])


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 50), min_size=1, max_size=12))
def test_the_vital_few_reach_the_cut_and_no_smaller_set_does(amounts):
    found = pareto(amounts.items())
    if not found.total:
        return
    vital = [share.amount for share in found.vital]
    assert sum(vital) * 5 >= found.total * 4
    assert sum(a for a in vital if a > min(vital)) * 5 < found.total * 4


def test_a_rolling_year_waits_for_twelve_months():
    rolled = rolling_sum(months(range(1, 14))).values
    assert rolled[:11] == (None,) * 11
    assert rolled[11:] == (78, 90)


def test_a_hole_empties_the_windows_that_hold_it():
    rolled = rolling_sum(months([1, 1, None, 1, 1, 1]), 3).values
    assert rolled == (None, None, None, None, None, 3)
    absent = Series.of([(MONTHS[0], 1), (MONTHS[1], 1), (MONTHS[3], 1), (MONTHS[4], 1)])
    assert rolling_sum(absent, 3).values == (None,) * 4


def test_a_rolling_rate_divides_sums():
    found = rolling_rate(months([1, 0]), months([1000, 9000]), per=1_000_000, length=2)
    assert found.values == (None, 100)
    assert rolling_rate(months([1, 0]), months([0, 0]), length=2).values == (None, None)


def test_the_accident_rate_of_a_small_workshop():
    assert round(float(rate(1, 16_450, 1_000_000)), 2) == 60.79
    assert rate(1, 0, 1_000_000) is None


def limits():
    return xmr(Series.ranked(BOOK)).phases[0].limits


def test_capability_compares_the_spread_with_the_tolerance():
    found = capability(limits(), Tolerance(5, 20))
    assert float(found.cp) == pytest.approx(15 / (6 * 1.47754), abs=1e-4)
    assert float(found.cpk) == pytest.approx(6.9 / (3 * 1.47754), abs=1e-4)
    one_side = capability(limits(), Tolerance(high=20))
    assert one_side.cp is None
    assert float(one_side.cpk) == pytest.approx(8.1 / (3 * 1.47754), abs=1e-4)


def test_capability_is_none_where_it_cannot_be_computed():
    still = xmr(Series.ranked([7] * 6)).phases[0].limits
    for asked in ((None, Tolerance(1, 2)), (limits(), None), (still, Tolerance(1, 9))):
        found = capability(*asked)
        assert (found.cp, found.cpk) == (None, None)
    assert capability(limits(), Tolerance()).cpk is None


def test_periods_of_counts_may_come_in_any_order():
    pairs = counts((3, 10), (4, 20))
    assert count_limits(CountChart.PER_UNIT, pairs) == count_limits(
        CountChart.PER_UNIT, reversed(pairs)
    )
