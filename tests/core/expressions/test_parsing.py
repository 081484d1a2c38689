import contextlib
import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qse_audit.core.expressions import (
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_NODES,
    Binary,
    FormulaError,
    Function,
    Name,
    Number,
    Power,
    as_text,
    parse,
)
from tests.core.expressions.trees import trees

F = Fraction


def written(text):
    return as_text(parse(text).root)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("accidents * 1000000 / heures", "accidents * 1000000 / heures"),
        ("accidents × 1 000 000 ÷ heures", "accidents * 1000000 / heures"),
        ("accidents×1\u202f000\u202f000/heures", "accidents * 1000000 / heures"),
        ("1,5 * x", "1.5 * x"),
        ("1.5*x", "1.5 * x"),
        ("1 000,500 * x", "1000.5 * x"),
        ("0,125 x".replace(" x", "*x"), "0.125 * x"),
        ("95 % * x", "95% * x"),
        ("−x − −y", "-x - -y"),
        ("+x", "x"),
        ("((x))", "x"),
        ("a - (b - c)", "a - (b - c)"),
        ("(a - b) - c", "a - b - c"),
        ("a / (b * c)", "a / (b * c)"),
        ("a + b * c ^ 2", "a + b * c^2"),
        ("-x^2", "-x^2"),
        ("(-x)^2", "(-x)^2"),
        ("(x^2)^3", "(x^2)^3"),
        ("2 * -x", "2 * -x"),
        ("min(1,5; x)", "min(1.5; x)"),
        ("MOYENNE(a;b;c)", "mean(a; b; c)"),
        ("arrondi(x ; 2)", "round(x; 2)"),
        ("glissant(accidents; 12) / glissant(heures; 12)",
         "rolling(accidents; 12) / rolling(heures; 12)"),
        ("cumul(éme_1)", "cumul(éme_1)"),
        ("e\u0301nergie + 1", "énergie + 1"),
        ("x\n+\ty", "x + y"),
    ],
)  # fmt: skip
def test_a_formula_is_read_and_stored_in_one_form(text, stored):
    assert written(text) == stored


def test_the_tree_keeps_the_precedence_and_the_positions():
    root = parse("a + b * c^2").root
    assert root == Binary("+", Name("a"), Binary("*", Name("b"), Power(Name("c"), 2)))
    assert root.position == 3
    assert root.right.left.position == 5


def test_names_come_in_reading_order_each_once():
    assert parse("b / (a + b) * max(c; a)").names == ("b", "a", "c")


@pytest.mark.parametrize(
    ("text", "position", "code", "found", "expected"),
    [
        ("", 1, "unexpected", "fin de la formule", "un nombre, un nom"),
        ("   ", 4, "unexpected", "fin de la formule", "un nombre, un nom"),
        ("a +", 4, "unexpected", "fin de la formule", "un nombre, un nom"),
        ("a b", 3, "unexpected", "« b »", "la fin de la formule"),
        ("2x", 2, "unexpected", "« x »", "la fin de la formule"),
        ("a * / b", 5, "unexpected", "« / »", "un nombre, un nom"),
        ("(a + b", 7, "unexpected", "fin de la formule", "« ) »"),
        ("a + b)", 6, "unexpected", "« ) »", "la fin de la formule"),
        ("a ; b", 3, "unexpected", "« ; »", "la fin de la formule"),
        ("()", 2, "unexpected", "« ) »", "un nombre, un nom"),
        ("x %", 3, "unexpected", "« % »", "la fin de la formule"),
        ("x ^ y", 5, "unexpected", "« y »", "entier de 0 à 12"),
        ("x ^ 13", 5, "unexpected", "« 13 »", "entier de 0 à 12"),
        ("x ^ 1,5", 5, "unexpected", "« 1,5 »", "entier de 0 à 12"),
        ("x ^ -1", 5, "unexpected", "« - »", "entier de 0 à 12"),
        ("2 ^ 3 ^ 2", 7, "two_powers", "deux exposants", "des parenthèses"),
        ("min", 4, "unexpected", "fin de la formule", "« ( » après la fonction min"),
        ("somme + 1", 7, "unexpected", "« + »", "après la fonction somme"),
        ("log(x)", 1, "not_a_function", "« log( »", "min, max"),
        ("min(x)", 6, "arguments", "arguments de min : 1", "de 2 à 20"),
        ("abs(x; y)", 6, "arguments", "arguments de abs : 2", "de 1 à 1"),
        ("round(x)", 8, "arguments", "arguments de round : 1", "de 2 à 2"),
        ("round(x; 1; 2)", 11, "arguments", "arguments de round : 3", "de 2 à 2"),
        ("min(1,5)", 8, "arguments", "arguments de min : 1", "séparés par « ; »"),
        ("round(x; y)", 10, "unexpected", "« y »", "un nombre de décimales, entier de 0 à 6"),
        ("rolling(x; 1)", 12, "unexpected", "« 1 »", "un nombre de périodes, entier de 2 à 366"),
        ("rolling(cumul(x); 12)", 9, "nested_periods", "« cumul »", "sans autre cumul"),
        ("min(a, b)", 6, "stranger", "« , »", "« ; » entre les arguments"),
        ("1,000 * x", 1, "two_readings", "« 1,000 »", "une espace entre les milliers"),
        ("1,000,000 * x", 1, "two_readings", "« 1,000 »", "une espace entre les milliers"),
        ("1.5.2", 4, "two_marks", "« . »", "un seul signe décimal"),
        (".5 * x", 1, "stranger", "« . »", "un nombre"),
        ("=A1/B1", 1, "stranger", "« = »", "un nombre"),
        ("x > 3", 3, "stranger", "« > »", "un nombre"),
        ("__import__(os)", 1, "not_a_function", "« __import__( »", "min, max"),
        ("a.b", 2, "stranger", "« . »", "un nombre"),
        ("a\u200bb", 2, "stranger", "U+200B", "un nombre"),
        ("x²", 2, "stranger", "« ² »", "un nombre"),
        ("9" * 31, 1, "number_too_long", "31 chiffres", "au plus 30"),
        ("x" * 49, 1, "name_too_long", "49 caractères", "au plus 48"),
    ],
)
def test_a_mistake_is_named_with_its_character(text, position, code, found, expected):
    with pytest.raises(FormulaError) as caught:
        parse(text)
    error = caught.value
    assert (error.position, error.code) == (position, code)
    assert error.place == f"caractère {position}"
    what, attendu, rest = error.message.partition("attendu")
    assert found in what
    assert expected in attendu + rest


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x" + " " * MAX_LENGTH, "too_long"),
        ("1+" * 5000 + "1", "too_long"),
        ("(" * (MAX_DEPTH + 1) + "x" + ")" * (MAX_DEPTH + 1), "too_deep"),
        ("-" * (MAX_DEPTH + 1) + "x", "too_deep"),
        ("abs(" * (MAX_DEPTH + 1) + "x" + ")" * (MAX_DEPTH + 1), "too_deep"),
        ("+".join("x" * (MAX_NODES // 2 + 1)), "too_large"),
        ("rolling(a+b+c+d+e+f+g+h; 366)", "too_costly"),
    ],
)
def test_a_formula_beyond_the_limits_is_refused(text, code):
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert caught.value.code == code


def test_a_formula_at_the_limits_is_read():
    assert parse("x" + " " * (MAX_LENGTH - 1)).root == Name("x")
    assert parse("(" * MAX_DEPTH + "x" + ")" * MAX_DEPTH).root == Name("x")
    assert len(parse("+".join("x" * (MAX_NODES // 2))).names) == 1


@given(trees)
def test_what_is_written_is_read_back_as_the_same_tree(tree):
    for locale in (None, "fr", "en"):
        assert parse(as_text(tree, locale)).root == tree


pieces = st.sampled_from(
    ["a", "b", "1", "1,5", "1 000", "%", "+", "-", "*", "/", "^", "(", ")", ";", ",", " ", "é",
     "min(", "round(", "rolling(", "cumul(", "12", "²", "\u202f", "\x00", "=", "sum", "_"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300) | st.lists(pieces, max_size=120).map("".join))
def test_no_text_makes_reading_fail_in_any_other_way(text):
    with contextlib.suppress(FormulaError):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * MAX_LENGTH,
        "-" * MAX_LENGTH,
        "1 " * (MAX_LENGTH // 2),
        "1 000 " * (MAX_LENGTH // 6),
        "9" * MAX_LENGTH,
        "é" * MAX_LENGTH,
        "a\u0301\u0327" * (MAX_LENGTH // 3),
        "min(" * (MAX_LENGTH // 4),
        "a;" * (MAX_LENGTH // 2),
        "x^2" * (MAX_LENGTH // 3),
        "\U0001d4d0" * MAX_LENGTH,
        "a" * 10_000,
        "(" * 10_000,
    ],
    ids=lambda text: f"{text[:4]!r}*{len(text)}",
)
def test_the_worst_texts_are_answered_at_once(text):
    def seconds():
        started = time.process_time()
        with contextlib.suppress(FormulaError):
            parse(text)
        return time.process_time() - started

    assert min(seconds() for _ in range(3)) < 0.05


def test_a_percent_is_a_hundredth():
    assert parse("95 %").root == Number(F(95, 100), is_percent=True)


@pytest.mark.parametrize("function", Function)
def test_every_function_has_a_name_of_its_own(function):
    with pytest.raises(FormulaError, match=f"après la fonction {function}"):
        parse(f"{function} + 1")
