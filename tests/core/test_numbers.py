import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qse_audit.core.errors import BadInput
from qse_audit.core.numbers import decimal_text, parse_number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", "12"),
        ("1 234,5", "1234.5"),
        ("1\u202f234,5", "1234.5"),
        ("1\u00a0234,5", "1234.5"),
        ("1\u2009234\u2009567", "1234567"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1,234,567.25", "1234567.25"),
        ("1.234.567", "1234567"),
        ("1’234,5", "1234.5"),
        ("1234.5", "1234.5"),
        ("1.234", "1.234"),
        ("0,125", "0.125"),
        ("1 234.567", "1234.567"),
        ("−3", "-3"),
        ("- 3,5", "-3.5"),
        ("+7", "7"),
        ("  42\u00a0", "42"),
        ("007", "7"),
        ("12,5 %", "0.125"),
        ("12,5\u202f%", "0.125"),
    ],
)
@pytest.mark.parametrize("locale", ["fr", "en"])
def test_what_people_type_is_read_exactly_in_both_languages(text, expected, locale):
    assert parse_number(text, locale) == Fraction(expected)


@pytest.mark.parametrize(
    ("text", "french", "english"),
    [
        ("1,234", "1.234", "1234"),
        ("12,345", "12.345", "12345"),
        ("0,123", "0.123", "0.123"),
        ("1234,567", "1234.567", "1234.567"),
        ("12,34", "12.34", "12.34"),
    ],
)
def test_a_comma_before_three_digits_goes_by_the_language(text, french, english):
    assert parse_number(text, "fr") == Fraction(french)
    assert parse_number(text, "en") == Fraction(english)


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [("12,5 %", "%", "12.5"), ("12,5", "%", "12.5"), ("16 450 h", "h", "16450"),
     ("1 234,50 €", "€", "1234.5"), ("3 tCO2e", "tCO2e", "3")],
)  # fmt: skip
def test_the_unit_of_the_number_may_follow_it(text, unit, expected):
    assert parse_number(text, unit=unit) == Fraction(expected)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "rien"),
        ("   ", "rien"),
        ("douze", "caractère « d » en position 1"),
        ("12x4", "caractère « x » en position 3"),
        ("-12O", "caractère « O » en position 4"),
        ("12 h", "caractère « h » en position 4"),
        ("1e6", "caractère « e » en position 2"),
        ("=A1+2", "caractère « = » en position 1"),
        ("1/2", "caractère « / » en position 2"),
        ("(3)", "caractère « ( » en position 1"),
        ("--3", "caractère « - » en position 2"),
        ("1\u200b2", "caractère « U+200B » en position 2"),
        ("١٢", "caractère « ١ » en position 1"),
        ("12,5 % %", "caractère « % » en position 6"),
        ("12 34", "groupes de milliers"),
        ("1,23,456", "groupes de milliers"),
        ("1 234,567.5", "groupes de milliers"),
        ("1,234 567.5", "groupes de milliers"),
        ("1234 567", "groupes de milliers"),
        ("1  234", "groupes de milliers"),
        (",", "aucun chiffre"),
        ("-", "aucun chiffre"),
        ("%", "aucun chiffre"),
        (",5", "un chiffre manque avant « , »"),
        ("5,", "des chiffres manquent après « , »"),
        ("1,2 3", "des chiffres manquent après « , »"),
        ("1.2.3,4", "groupes de milliers"),
        ("9" * 31, "plus de 30 chiffres"),
        ("9" * 61, "61 caractères"),
    ],
)
def test_what_is_no_number_is_refused_with_what_was_found(text, found):
    with pytest.raises(BadInput) as caught:
        parse_number(text)
    assert found in caught.value.message
    assert "attendu : un nombre tel que 1 234,5 ou 1234.5" in caught.value.message


def test_a_percent_sign_is_refused_where_another_unit_is_counted():
    with pytest.raises(BadInput, match="« % » en position 6"):
        parse_number("12,5 %", unit="h")


@given(st.text(max_size=80), st.sampled_from(["fr", "en"]), st.sampled_from(["", "%", "h"]))
def test_no_text_makes_it_fail_in_any_other_way(text, locale, unit):
    with contextlib.suppress(BadInput):
        assert isinstance(parse_number(text, locale, unit=unit), Fraction)


@given(st.text(alphabet="0123456789,. -+%\u202f'", max_size=20), st.sampled_from(["fr", "en"]))
def test_a_number_that_is_read_has_the_digits_that_were_typed(text, locale):
    try:
        value = parse_number(text, locale)
    except BadInput:
        return
    digits = "".join(c for c in text if c.isdigit())
    assert decimal_text(value).replace(".", "").strip("-0") == digits.strip("0")


@given(st.integers(-(10**15), 10**15), st.integers(0, 10))
def test_the_stored_form_is_read_back_as_the_same_number(numerator, digits):
    value = Fraction(numerator, 10**digits)
    assert parse_number(decimal_text(value)) == value
    assert Fraction(decimal_text(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [("0", "0"), ("-1/2", "-0.5"), ("5/4", "1.25"), ("100", "100"), ("1/1000", "0.001")],
)
def test_the_stored_form_is_the_shortest(value, text):
    assert decimal_text(Fraction(value)) == text


def test_a_third_has_no_stored_form():
    with pytest.raises(ValueError, match="1/3"):
        decimal_text(Fraction(1, 3))
