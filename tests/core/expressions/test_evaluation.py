import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qse_audit.core.expressions import (
    MAX_NODES,
    Aggregation,
    FormulaError,
    History,
    Snapshot,
    as_text,
    evaluate,
    parse,
    rolled,
)
from qse_audit.core.periods import Period
from tests.core.expressions.trees import NAMES, python_value, trees, values

F = Fraction
TF1 = parse("accidents * 1000000 / heures")


def computed(text, **known):
    return evaluate(parse(text), Snapshot({name: F(value) for name, value in known.items()}))


def months(**series):
    """Values of the months from January 2026, by name; ``None`` is no value."""
    first = Period.from_iso("2026-01")
    return {
        name: {first.shift(n): F(v) for n, v in enumerate(given) if v is not None}
        for name, given in series.items()
    }


def at(iso, text, **series):
    return evaluate(parse(text), History(months(**series), Period.from_iso(iso)))


def test_one_accident_in_16450_hours_is_a_frequency_rate_of_60_79():
    value = evaluate(TF1, Snapshot({"accidents": F(1), "heures": F(16450)})).value
    assert value == F(1_000_000, 16450)
    assert round(float(value), 2) == 60.79


def test_zero_hours_are_not_computable_and_say_where():
    outcome = computed(TF1.text, accidents=1, heures=0)
    assert (outcome.value, outcome.missing, outcome.zero_at) == (None, (), 21)


def test_a_missing_value_is_no_zero_and_is_named():
    outcome = computed("a + b * c", b=1)
    assert (outcome.value, outcome.missing, outcome.zero_at) == (None, ("a", "c"), None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 3 - 2", 5),
        ("12 / 3 / 2", 2),
        ("-3 ^ 2", -9),
        ("(-3) ^ 2", 9),
        ("2 ^ 0", 1),
        ("2 * -3", -6),
        ("0,1 + 0,2", "3/10"),
        ("95 % * 200", 190),
        ("1 / 3", "1/3"),
        ("min(3; 1; 2) + max(3; 1; 2)", 4),
        ("sum(1; 2; 3)", 6),
        ("mean(1; 2; 4)", "7/3"),
        ("abs(-3,5)", "7/2"),
        ("round(2,5; 0)", 3),
        ("round(-2,5; 0)", -3),
        ("round(60,7902; 2)", "60.79"),
    ],
)
def test_arithmetic_is_exact(text, expected):
    assert computed(text).value == F(expected)


def test_a_missing_argument_makes_no_function_computable():
    for text in ("min(1; x)", "max(1; x)", "sum(1; x)", "mean(1; x)", "abs(x)", "round(x; 1)"):
        assert computed(text).value is None


def test_rolling_is_the_sum_of_the_last_periods():
    outcome = at("2026-04", "rolling(a; 3)", a=[1, 10, 100, 1000])
    assert outcome.value == 1110


def test_rolling_over_an_incomplete_span_is_not_computable():
    assert at("2026-02", "rolling(a; 3)", a=[1, 10]).missing == ("a",)
    assert at("2026-03", "rolling(a; 3)", a=[1, None, 100]).value is None


def test_cumul_is_the_sum_since_january():
    values = [1, 10, 100]
    assert at("2026-03", "cumul(a)", a=values).value == 111
    assert at("2026-01", "cumul(a)", a=values).value == 1


def test_cumul_starts_again_with_the_year():
    values = [1] * 14
    assert at("2026-12", "cumul(a)", a=values).value == 12
    assert at("2027-02", "cumul(a)", a=values).value == 2


def test_what_is_inside_a_rolling_sum_is_computed_period_by_period():
    outcome = at("2026-02", "rolling(a * b; 2)", a=[2, 3], b=[5, 7])
    assert outcome.value == 2 * 5 + 3 * 7


def test_a_rolling_rate_is_the_ratio_of_two_sums_not_the_mean_of_rates():
    sums = {"accidents": Aggregation.SUM, "heures": Aggregation.SUM}
    formula = rolled(TF1.root, sums, 2)
    assert as_text(formula) == "rolling(accidents; 2) * 1000000 / rolling(heures; 2)"
    history = History(months(accidents=[1, 0], heures=[10_000, 6_450]), Period.from_iso("2026-02"))
    assert evaluate(formula, history).value == F(1_000_000, 16450)


def test_rolling_means_what_is_there_throughout_and_keeps_what_stands_at_the_end():
    formula = parse("accidents * 1000 / effectif + solde + cumul(x)").root
    kinds = {
        "accidents": Aggregation.SUM,
        "effectif": Aggregation.MEAN,
        "solde": Aggregation.LAST,
        "x": Aggregation.SUM,
    }
    assert as_text(rolled(formula, kinds, 12)) == (
        "rolling(accidents; 12) * 1000 / (rolling(effectif; 12) / 12) + solde + cumul(x)"
    )


@given(trees, st.fixed_dictionaries(dict.fromkeys(NAMES, values)))
def test_a_value_is_what_pythons_own_fractions_give(tree, known):
    expected = python_value(as_text(tree), known)
    try:
        outcome = evaluate(tree, Snapshot(known))
    except FormulaError as error:
        assert error.code == "number_too_large"  # noqa: PT017 - the one error that is expected
        return
    assert outcome.value == expected
    assert (outcome.zero_at is None) == (expected is not None)


@given(trees, st.fixed_dictionaries(dict.fromkeys(NAMES, values | st.none())))
def test_a_formula_with_a_missing_name_has_no_value(tree, known):
    try:
        outcome = evaluate(tree, Snapshot(known))
    except FormulaError:
        return
    if outcome.missing:
        assert outcome.value is None
        assert all(known[name] is None for name in outcome.missing)


def test_a_number_that_explodes_is_refused_with_its_character():
    with pytest.raises(FormulaError, match="démesuré") as caught:
        computed("((x^12)^12)^12", x=999)
    assert caught.value.position == 8


def test_the_costliest_formula_is_computed_at_once():
    first = Period.from_iso("2026-01-01")
    days = {
        name: {first.shift(n): F(10**9 + 7 * n + k, 10**9 + 11 * n + 3 * k) for n in range(366)}
        for k, name in enumerate("abc")
    }
    history = History(days, first.shift(365))
    formulas = [
        "rolling(a*b*c*a*b; 366)",
        "rolling(1/a+1/b; 366)",
        "cumul(a)/cumul(b)*cumul(c)",
        "rolling(" + "+".join(["(a+0,123456789)*(b+1)"] * 12) + "; 40)",
        "rolling(a^9 / 7 * b^2 / 9; 366)",
        "rolling(max(a^12; b^12; c^12) - a^12; 366)",
        "+".join(["(a/b)"] * (MAX_NODES // 4)),
    ]

    def seconds(text):
        formula = parse(text)
        started = time.process_time()
        try:
            evaluate(formula, history)
        except FormulaError as error:
            assert error.code == "number_too_large"  # noqa: PT017 - the one error that is expected
        return time.process_time() - started

    assert max(min(seconds(text) for _ in range(3)) for text in formulas) < 0.05
