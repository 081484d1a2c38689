from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qse_audit.core.periods import Frequency, Period
from qse_audit.core.series import Phase, Point, Series, xmr

BOOK = [10, 12, 11, 13, 12, 11, 14, 12, 11, 13]
NUMBERS = st.decimals(-10_000, 10_000, places=3)
MANY = st.lists(st.one_of(st.none(), NUMBERS), min_size=1, max_size=40)
MONTHS = [Period.nth(Frequency.MONTH, 2025).shift(n) for n in range(36)]


def months(values):
    return Series.of(zip(MONTHS, values, strict=False))


def limits_of(values, **options):
    return xmr(Series.ranked(values), **options).phases[0].limits


def test_the_limits_of_the_textbook_series():
    found = limits_of(BOOK)
    assert round(float(found.mean), 4) == 11.9
    assert round(float(found.mean_range), 4) == 1.6667
    assert round(float(found.upper), 3) == 16.333
    assert round(float(found.lower), 3) == 7.467
    assert round(float(found.range_upper), 3) == 5.445
    assert round(float(found.sigma), 4) == 1.4775


def test_decimals_stay_exact():
    found = limits_of([Decimal("0.1"), Decimal("0.2"), Decimal("0.3"), Decimal("0.2"), 0])
    assert found.mean == Fraction(16, 100)
    assert found.mean_range == Fraction(1, 8)


@pytest.mark.parametrize(("count", "drawn"), [(4, False), (5, True)])
def test_limits_need_five_values(count, drawn):
    assert (limits_of(BOOK[:count]) is not None) is drawn


@pytest.mark.parametrize(("count", "provisional"), [(11, True), (12, False)])
def test_limits_are_provisional_below_twelve_values(count, provisional):
    chart = xmr(Series.ranked((BOOK + BOOK)[:count]))
    assert chart.phases[0].is_provisional is provisional


def test_the_lower_limit_of_a_count_is_not_negative():
    wild = [1, 9, 0, 8, 1, 9]
    assert limits_of(wild).lower < 0
    assert limits_of(wild, non_negative=True).lower == 0
    assert limits_of(wild, non_negative=True).upper == limits_of(wild).upper


def test_a_missing_value_touches_no_range():
    chart = xmr(Series.ranked([10, 12, None, 30, 31, 30, 31]))
    assert chart.ranges == (None, 2, None, None, 1, 1, 1)
    assert chart.phases[0].count == 6


def test_values_without_neighbours_have_no_limits():
    assert limits_of([1, None, 2, None, 3, None, 4, None, 5, None, 6]) is None


def test_an_empty_series_has_no_phase():
    assert xmr(Series(())).phases == ()
    assert xmr(Series(())).current is None


def test_a_locked_baseline_does_not_move_with_new_values():
    locked = Phase(baseline=(MONTHS[0], MONTHS[9]))
    before = xmr(months(BOOK), [locked]).phases[0]
    after = xmr(months([*BOOK, 90, 95, 99]), [locked]).phases[0]
    assert before.limits == after.limits
    assert (after.is_locked, after.count, after.indices) == (True, 10, range(13))


def test_a_rebaseline_starts_limits_of_its_own_and_no_range_crosses_it():
    chart = xmr(
        months([*BOOK, *(v + 100 for v in BOOK)]),
        [Phase(), Phase(MONTHS[10], "Nouvelle presse")],
    )
    old, new = chart.phases
    assert new.limits.mean - old.limits.mean == 100
    assert new.limits.mean_range == old.limits.mean_range
    assert (old.indices, new.indices, new.cause) == (range(10), range(10, 20), "Nouvelle presse")
    assert chart.ranges[10] is None
    assert chart.current is new


def test_a_rebaseline_needs_a_cause_and_an_order():
    with pytest.raises(ValueError, match="why"):
        xmr(months(BOOK), [Phase(), Phase(MONTHS[5])])
    with pytest.raises(ValueError, match="follow"):
        xmr(months(BOOK), [Phase(), Phase(MONTHS[5], "a"), Phase(MONTHS[3], "b")])


def test_a_phase_that_has_not_begun_is_left_out():
    chart = xmr(months(BOOK), [Phase(), Phase(MONTHS[20], "Déménagement")])
    assert len(chart.phases) == 1


def test_a_period_has_one_value_and_kinds_do_not_mix():
    with pytest.raises(ValueError, match="two values"):
        Series.of([(MONTHS[0], 1), (MONTHS[0], 2)])
    with pytest.raises(ValueError, match="one kind"):
        Series.of([(MONTHS[0], 1), (Period.nth(Frequency.YEAR, 2026), 2)])


@given(MANY.map(lambda values: values[:36]), st.randoms())
def test_the_order_of_entry_changes_nothing(values, chance):
    points = [Point(p, v) for p, v in zip(MONTHS, values, strict=False)]
    shuffled = list(points)
    chance.shuffle(shuffled)
    assert xmr(Series.of(shuffled)) == xmr(Series.of(points))


@given(MANY, NUMBERS)
def test_adding_a_constant_shifts_the_limits_and_leaves_the_ranges(values, more):
    before = limits_of(values)
    after = limits_of([None if value is None else value + more for value in values])
    if before is None:
        assert after is None
        return
    shift = Fraction(more)
    assert (after.mean, after.upper, after.lower) == (
        before.mean + shift,
        before.upper + shift,
        before.lower + shift,
    )
    assert (after.mean_range, after.range_upper) == (before.mean_range, before.range_upper)


@given(MANY, st.integers(1, 1000))
def test_another_unit_scales_the_limits(values, times):
    before = limits_of(values)
    after = limits_of([None if value is None else value * times for value in values])
    assert (before and before.upper * times) == (after and after.upper)
