from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qse_audit.core.expressions import Aggregation, parse
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.series import Direction, Phase, Reading, Rule, Standing
from qse_audit.indicators.rules import (
    Chart,
    Entry,
    Logged,
    Sighting,
    TargetPoint,
    Watched,
    analyse,
    rolling_year,
    target_at,
)

JANUARY = Period.nth(Frequency.MONTH, 2025)
TODAY = date(2026, 12, 31)
BOOK = (10, 12, 11, 13, 12, 11, 14, 12, 11, 13)
RATE = Watched(
    chart=Chart.XMR,
    frequency=Frequency.MONTH,
    direction=Direction.DOWN,
    formula=parse("nc * 100 / pieces"),
    aggregations={"nc": Aggregation.SUM, "pieces": Aggregation.SUM},
)


def entries(values, size=100, start=JANUARY):
    return [
        Entry(
            start.shift(n),
            {"nc": Fraction(value), "pieces": Fraction(size)},
            Fraction(value) * 100 / size,
        )
        for n, value in enumerate(values)
        if value is not None
    ]


def target(n, value, reason=""):
    return TargetPoint(JANUARY.shift(n), Fraction(value), reason)


def test_individual_values_get_the_limits_of_the_book():
    found = analyse(RATE, entries(BOOK), TODAY)
    limits = found.xmr.current.limits
    assert round(float(limits.upper), 3) == 16.333
    assert round(float(limits.lower), 3) == 7.467
    assert round(float(limits.range_upper), 3) == 5.445
    assert (found.told.code, found.sightings) == (Reading.STABLE, ())


def test_a_target_outside_the_limits_will_not_be_reached_without_change():
    watched = replace(RATE, targets=(target(20, 5),))
    told = analyse(watched, entries(BOOK + BOOK), TODAY).told
    assert told.target is Standing.OUT_OF_REACH


def test_a_signal_is_told_with_its_days_and_whether_it_is_good_news():
    found = analyse(RATE, entries((*BOOK, 30)), TODAY)
    assert [(seen.rule, seen.is_favourable) for seen in found.sightings] == [(Rule.W1, False)]
    assert (found.sightings[0].from_on, found.sightings[0].until_on) == (
        date(2025, 11, 1),
        date(2025, 11, 30),
    )
    good = analyse(replace(RATE, direction=Direction.UP), entries((*BOOK, 30)), TODAY)
    assert good.sightings[0].is_favourable
    neither = analyse(replace(RATE, direction=Direction.NOMINAL), entries((*BOOK, 30)), TODAY)
    assert neither.sightings[0].is_favourable is None


def test_an_explained_signal_leaves_the_sentence_when_values_are_quiet_again():
    rows = entries((*BOOK, 30, 11))
    (seen,) = analyse(RATE, rows, TODAY).sightings
    logged = Logged(id=1, rule=seen.rule.value, from_on=seen.from_on, until_on=seen.until_on,
                    is_favourable=False, is_open=True)  # fmt: skip
    waiting = analyse(replace(RATE, logged=(logged,)), rows, TODAY)
    assert waiting.told.code is Reading.WORSENED
    told = analyse(replace(RATE, logged=(replace(logged, is_open=False),)), rows, TODAY).told
    assert told.code is Reading.STABLE
    assert told.sentence.endswith("Dernier signal : novembre 2025.")


@pytest.mark.parametrize(
    ("given", "is_same"),
    [
        ({}, True),
        ({"until_on": date(2026, 3, 31)}, True),
        ({"from_on": date(2025, 3, 1)}, True),
        ({"from_on": date(2025, 9, 1), "until_on": date(2026, 4, 30)}, False),
        ({"from_on": date(2025, 3, 1), "is_favourable": True}, False),
        ({"rule": Rule.W3}, False),
    ],
)
def test_a_run_whose_first_point_moves_with_its_limits_is_the_same_signal(given, is_same):
    logged = Logged(id=1, rule="W2", from_on=date(2025, 2, 1), until_on=date(2025, 9, 1),
                    is_favourable=False, is_open=True)  # fmt: skip
    seen = Sighting(Rule.W2, date(2025, 2, 1), date(2025, 9, 30), is_favourable=False)
    assert logged.is_of(replace(seen, **given)) is is_same


def test_a_known_change_begins_a_phase_of_its_own():
    phases = (Phase(), Phase(JANUARY.shift(10), "Nouvelle machine"))
    found = analyse(replace(RATE, phases=phases), entries((*BOOK, *(n + 20 for n in BOOK))), TODAY)
    assert found.sightings == ()
    assert len(found.xmr.phases) == 2


@pytest.mark.parametrize("formula", ["rolling(nc; 3)", "cumul(nc)"])
def test_values_that_share_data_are_drawn_without_limits_or_signals(formula):
    watched = replace(RATE, formula=parse(formula))
    found = analyse(watched, entries((*BOOK, 30)), TODAY)
    assert (found.xmr, found.sightings, found.told.code) == (None, (), Reading.PLAIN)
    assert found.note is not None


def test_proportions_widen_their_limits_where_there_are_few_pieces():
    watched = replace(RATE, chart=Chart.P)
    rows = entries((10, 12, 9, 11, 10, 12)) + entries((3,), size=20, start=JANUARY.shift(6))
    points = analyse(watched, rows, TODAY).counts.points
    assert points[-1].upper > points[0].upper


def test_a_target_of_a_proportion_is_compared_in_the_unit_of_the_indicator():
    watched = replace(RATE, chart=Chart.P, targets=(target(11, 10),))
    told = analyse(watched, entries((10, 12, 9, 11, 10, 12) * 2), TODAY).told
    assert told.target is Standing.BY_CHANCE


@pytest.mark.parametrize("rows", [entries((Fraction(1, 2), 3)), entries((150, 2))])
def test_what_is_no_count_is_read_as_individual_values(rows):
    found = analyse(replace(RATE, chart=Chart.P), rows, TODAY)
    assert found.counts is None
    assert found.xmr is not None
    assert found.note is not None


def test_events_that_are_rare_are_said_to_be_so():
    watched = replace(RATE, chart=Chart.C, formula=parse("nc"))
    assert analyse(watched, entries((0, 1, 0, 0, 1, 0)), TODAY).note is not None


def test_the_time_since_the_last_event_is_a_signal_once_chance_does_not_explain_it():
    days = [date(2025, 1, 1) + timedelta(30 * n + n % 3) for n in range(8)]
    watched = replace(RATE, chart=Chart.G, event_dates=tuple(days))
    soon = analyse(watched, [], days[-1] + timedelta(20))
    assert (soon.told.code, soon.sightings) == (Reading.STABLE, ())
    late = analyse(watched, [], days[-1] + timedelta(300))
    assert late.told.code is Reading.IMPROVED
    assert late.sightings[-1].is_favourable


def test_without_dates_nothing_is_said_about_the_time_between_events():
    found = analyse(replace(RATE, chart=Chart.G), entries((0, 1, 0)), TODAY)
    assert found.note is not None
    assert found.told.code is Reading.PLAIN


def test_twelve_months_are_the_ratio_of_two_sums():
    rows = entries((10,) * 11, size=100) + entries((0,), size=1000, start=JANUARY.shift(11))
    rolling = rolling_year(RATE, rows, analyse(RATE, rows, TODAY).series)
    assert rolling.values[-1] == Fraction(110 * 100, 2100)
    assert rolling.values[:-1] == (None,) * 11


def test_months_without_a_value_stay_empty_between_others():
    found = analyse(RATE, entries((10, None, None, 12)), TODAY)
    assert list(found.series.values) == [10, None, None, 12]


@pytest.mark.parametrize(("month", "value"), [(0, 5), (5, 5), (6, 4), (11, 4), (20, 4)])
def test_the_target_of_a_month_is_the_next_point_of_the_path_then_the_last(month, value):
    assert target_at((target(5, 5), target(11, 4)), JANUARY.shift(month)) == value


@given(st.lists(st.integers(0, 60), min_size=5, max_size=40), st.randoms())
def test_the_order_of_entry_changes_nothing(values, random):
    rows = entries(values)
    shuffled = rows.copy()
    random.shuffle(shuffled)
    assert analyse(RATE, rows, TODAY) == analyse(RATE, shuffled, TODAY)


@given(st.lists(st.integers(0, 60), min_size=5, max_size=40))
def test_a_target_equal_to_the_mean_is_never_out_of_reach(values):
    chart = analyse(RATE, entries(values), TODAY).xmr
    limits = chart.current.limits
    watched = replace(RATE, targets=(TargetPoint(JANUARY, limits.mean),))
    assert analyse(watched, entries(values), TODAY).told.target is not Standing.OUT_OF_REACH
