"""The indicators in ``referentiels/indicateurs``: sound, complete, bilingual, and right."""

from dataclasses import replace
from fractions import Fraction

import pytest

from qse_audit.core.errors import BadInput
from qse_audit.core.expressions import (
    Number,
    Snapshot,
    as_mathml,
    as_text,
    evaluate,
    parse,
    rolled,
)
from qse_audit.core.expressions.tree import walk
from qse_audit.core.text import pick
from qse_audit.indicators.library import card_of, read_library, shipped
from qse_audit.indicators.rules import AutomaticSource, IndicatorDomain, writing_refusals
from qse_audit.paths import referentials_dir

LIBRARY = {indicator.identifier: indicator for indicator in shipped()}
each = pytest.mark.parametrize("indicator", LIBRARY.values(), ids=lambda i: i.identifier)


def shown(value, digits):
    """The value as rounded half away from zero to so many decimals."""
    scaled = abs(value) * 10**digits + Fraction(1, 2)
    return Fraction(int(scaled) if value >= 0 else -int(scaled), 10**digits)


def test_the_library_covers_every_domain_with_forty_indicators_or_more():
    assert len(LIBRARY) >= 40
    assert {i.domain for i in LIBRARY.values()} == set(IndicatorDomain)
    assert len(shipped()) == len(LIBRARY), "an identifier is given twice"


def test_no_two_indicators_share_a_short_name():
    codes = [i.code for i in LIBRARY.values() if i.code]
    assert sorted(set(codes)) == sorted(codes)


@each
@pytest.mark.parametrize("locale", ["fr", "en"])
def test_the_card_of_an_indicator_has_no_fault(indicator, locale):
    card = card_of(indicator, locale)
    assert writing_refusals(card) == ()
    assert all([card.name, card.purpose, card.decision, card.unit, card.biases])


@each
def test_a_formula_is_in_its_stored_form(indicator):
    assert as_text(parse(indicator.formula).root) == indicator.formula


@each
def test_the_worked_examples_come_out(indicator):
    formula = parse(indicator.formula)
    for example in indicator.examples:
        assert set(example.values) == {v.name for v in indicator.variables}
        value = evaluate(formula, Snapshot(example.values)).value
        assert (None if value is None else shown(value, indicator.digits)) == example.result


@each
def test_every_example_shows_a_value_that_its_variables_may_have(indicator):
    bounds = {v.name: v for v in indicator.variables}
    for example in indicator.examples:
        for name, value in example.values.items():
            variable = bounds[name]
            assert variable.minimum is None or value >= variable.minimum
            assert variable.maximum is None or value <= variable.maximum
            assert not variable.is_whole or value.denominator == 1


@each
def test_a_scale_factor_is_the_one_of_the_formula(indicator):
    numbers = {n.value for n in walk(parse(indicator.formula).root) if isinstance(n, Number)}
    if indicator.scale:
        assert indicator.scale in numbers
    else:
        assert not numbers & {1000, 1_000_000}


@each
def test_a_formula_can_be_rolled_over_twelve_months(indicator):
    kinds = {v.name: v.aggregation for v in indicator.variables}
    longer = rolled(parse(indicator.formula).root, kinds, 12)
    assert parse(as_text(longer)).root == longer


@each
def test_a_formula_is_shown_with_the_words_of_its_variables(indicator):
    for locale in ("fr", "en"):
        labels = {v.name: pick(v.label, locale) for v in indicator.variables}
        markup = as_mathml(parse(indicator.formula).root, locale, labels)
        assert not any(f">{v.name}<" in markup for v in indicator.variables)


def test_one_accident_in_16450_hours_gives_60_79_and_no_hours_give_nothing():
    tf1 = LIBRARY["tf1"]
    assert [(e.result, e.values["heures"]) for e in tf1.examples] == [
        (Fraction("60.79"), 16450),
        (None, 0),
    ]


def test_every_source_of_our_records_feeds_an_indicator():
    used = {v.automatic for i in LIBRARY.values() for v in i.variables} - {None}
    assert used == set(AutomaticSource)


def test_a_broken_formula_would_be_noticed():
    broken = replace(card_of(LIBRARY["tf1"], "fr"), formula="accidents_arret / heure")
    assert [r.code for r in writing_refusals(broken)] == ["formula_unknown_name", "variable_unused"]


SAFETY = (referentials_dir() / "indicateurs" / "securite.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("qse-audit/indicators/1", "qse-audit/indicators/9", "format"),
        ("direction: down", "direction: sideways", "l’un de up, down, nominal"),
        ('minimum: "0"', 'minimum: "zéro"', "minimum: « zéro »"),
        ("digits: 2", "digits: 9", "de 0 à 6"),
        ('heures: "16450"', 'heures: "16x"', "caractère « x »"),
        ('en: "Hours worked"', 'de: "Stunden"', "clé inconnue"),
    ],
)
def test_a_fault_in_a_file_is_named_with_its_place(old, new, found):
    assert old in SAFETY
    with pytest.raises(BadInput) as caught:
        read_library(SAFETY.replace(old, new).encode())
    assert found in str(caught.value)
    assert "ligne" in str(caught.value)
