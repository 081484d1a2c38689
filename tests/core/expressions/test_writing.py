from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from qse_audit.core.expressions import as_mathml, as_text, parse
from tests.core.expressions.trees import trees


@pytest.mark.parametrize(
    ("text", "french", "english"),
    [
        ("a * 1000000 / h", "a × 1\u202f000\u202f000 ÷ h", "a × 1\u202f000\u202f000 ÷ h"),
        ("-1.5 * mean(a; b)", "−1,5 × moyenne(a; b)", "−1.5 × mean(a; b)"),
        ("95% * rolling(a; 12)", "95\u202f% × glissant(a; 12)", "95% × rolling(a; 12)"),
        ("1.234 * a", "1,2340 × a", "1.234 × a"),
    ],
)
def test_a_formula_is_written_for_people(text, french, english):
    root = parse(text).root
    assert as_text(root, "fr") == french
    assert as_text(root, "en") == english


def test_a_division_is_shown_as_a_fraction_with_labels():
    root = parse("a * 1000 / h").root
    assert as_mathml(root, "fr", {"a": "accidents", "h": "heures"}) == (
        '<math display="block"><mfrac><mrow><mtext>accidents</mtext><mo>×</mo>'
        "<mn>1\u202f000</mn></mrow><mtext>heures</mtext></mfrac></math>"
    )


@pytest.mark.parametrize(
    ("text", "has_parentheses"),
    [("(a + b) * c", True), ("(a + b) / c", False), ("(a / b)^2", True), ("a * (b / c)", False),
     ("a - (b - c)", True), ("-(a + b)", True), ("(-a)^2", True)],
)  # fmt: skip
def test_parentheses_are_shown_where_a_reader_needs_them(text, has_parentheses):
    shown = as_mathml(parse(text).root, "fr", {})
    assert ("<mo>(</mo>" in shown) == has_parentheses


def test_a_label_cannot_bring_markup():
    shown = as_mathml(parse("a").root, "fr", {"a": "<script>&"})
    assert "&lt;script&gt;&amp;" in shown


@given(trees)
def test_every_formula_is_well_formed_markup(tree):
    for locale in ("fr", "en"):
        assert ET.fromstring(as_mathml(tree, locale, {})).tag == "math"
