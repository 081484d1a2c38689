from fractions import Fraction

import pytest

from qse_audit.core.expressions import as_text, looks_back, parse, ratio_of


@pytest.mark.parametrize(
    ("formula", "over", "under", "factor"),
    [
        ("accidents * 1000000 / heures", "accidents", "heures", 1_000_000),
        ("(graves + legers) / visites * 100", "graves + legers", "visites", 100),
        ("incidents", "incidents", None, 1),
        ("10 * incidents / 4", "incidents", None, Fraction(5, 2)),
        ("a / (b / 2)", "a", "b", 2),
    ],
)
def test_a_formula_is_a_count_over_a_size(formula, over, under, factor):
    found = ratio_of(parse(formula).root)
    assert as_text(found.over) == over
    assert (found.under and as_text(found.under)) == under
    assert found.factor == factor


@pytest.mark.parametrize("formula", ["a * b / c", "1 / b", "a / b / c", "100"])
def test_a_product_of_several_quantities_is_no_ratio(formula):
    assert ratio_of(parse(formula).root) is None


def test_a_formula_that_adds_up_periods_looks_back():
    assert looks_back(parse("rolling(a; 12) / b").root)
    assert looks_back(parse("cumul(a) + 1").root)
    assert not looks_back(parse("min(a; b) / 2").root)
