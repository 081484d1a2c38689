from dataclasses import replace
from fractions import Fraction

import pytest

from qse_audit.core.periods import Frequency, Period
from qse_audit.core.series import Direction
from qse_audit.indicators.rules import Sited, Turn, analyse, comparisons, last_of, turn_of
from tests.indicators.test_analysis import JANUARY, RATE, TODAY, entries, target

AIMED = replace(RATE, targets=(target(11, 10),))


def seen(values, watched=AIMED, start=JANUARY):
    return analyse(watched, entries(values, start=start), TODAY)


def test_the_last_value_stands_beside_its_target():
    last = last_of(seen((12, 9)), Direction.DOWN)
    assert (last.value, last.target, last.is_met) == (9, 10, True)


def test_a_last_period_without_a_value_is_passed_over():
    assert last_of(seen((12, 9, None)), Direction.DOWN).value == 9


def test_there_is_no_last_value_without_values():
    assert last_of(seen(()), Direction.DOWN) is None


@pytest.mark.parametrize(
    ("values", "turn"),
    [
        ((12, 9), Turn.MET),
        ((9, 12), Turn.MISSED),
        ((9, 8), None),
        ((12, 13), None),
        ((9,), None),
        ((), None),
    ],
)
def test_an_indicator_turns_when_its_last_value_passes_the_target(values, turn):
    assert turn_of(seen(values), Direction.DOWN) is turn


def test_without_a_target_nothing_turns():
    assert turn_of(seen((12, 9), RATE), Direction.DOWN) is None


def test_sites_that_count_the_same_stand_side_by_side():
    later = JANUARY.shift(1)
    found = comparisons(
        [
            Sited("rebut", "Vierzon", seen((1, 2))),
            Sited("rebut", "Bourges", seen((5,), start=later)),
            Sited("otd", "Vierzon", seen((1,))),
            Sited("", "Bourges", seen((1,))),
            Sited("rebut", "", seen((1,))),
        ]
    )
    assert [(each.key, [member.place for member in each.members]) for each in found] == [
        ("rebut", ["Bourges", "Vierzon"])
    ]
    (both,) = found
    assert both.periods == (JANUARY, later)
    assert both.values(both.members[0]) == [None, Fraction(5)]
    assert both.values(both.members[1]) == [1, 2]


def test_different_paces_are_not_compared():
    quarter = Period.nth(Frequency.QUARTER, 2025)
    slow = replace(RATE, frequency=Frequency.QUARTER)
    found = comparisons(
        [Sited("k", "A", seen((1,))), Sited("k", "B", seen((1,), slow, start=quarter))]
    )
    assert found == ()
