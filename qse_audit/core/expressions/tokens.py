"""Cut a formula into numbers, names and signs that know their position."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from qse_audit.core.expressions.tree import MAX_NAME, FormulaError
from qse_audit.core.numbers import MAX_DIGITS
from qse_audit.core.text import N_

_SIGNS = {
    **{sign: sign for sign in "+-*/^();%"},
    **dict.fromkeys("×⋅·∗", "*"),
    **dict.fromkeys("÷∕", "/"),
    **dict.fromkeys("−–", "-"),
}
_DIGITS = re.compile(r"[0-9]{1,3}(?:[ \u00a0\u2009\u202f][0-9]{3})+(?![0-9])|[0-9]+")
_DECIMALS = re.compile(r"[.,][0-9]+")
_TWO_READINGS = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a formula."""

    kind: str
    """``number``, ``name``, ``end``, or the sign itself: ``+ - * / ^ ( ) ; %``."""
    text: str
    position: int
    """Of its first character, from 1."""
    value: Fraction = Fraction(0)
    """Of a number."""


def tokens(text: str) -> Iterator[Token]:
    """Give the pieces of a formula, then its end.

    :raises FormulaError: for a character that no formula has, and a number with two readings.
    """
    at = 0
    while at < len(text):
        character = text[at]
        if character.isspace():
            at += 1
            continue
        if character in _SIGNS:
            token, length = Token(_SIGNS[character], character, at + 1), 1
        elif "0" <= character <= "9":
            token, length = _number(text, at)
        elif character.isalpha() or character == "_":
            token, length = _name(text, at)
        else:
            raise _stranger(text, at)
        yield token
        at += length
    yield Token("end", "", len(text) + 1)


def _number(text: str, at: int) -> tuple[Token, int]:
    found = _DIGITS.match(text, at)
    assert found is not None  # the caller saw a digit
    decimals = _DECIMALS.match(text, found.end())
    end = decimals.end() if decimals else found.end()
    written = text[at:end]
    if _TWO_READINGS.fullmatch(written):
        raise FormulaError(
            "two_readings",
            N_(
                "« %(found)s » se lit de deux façons ; attendu : un point avant les décimales, "
                "une espace entre les milliers",
                found=written,
            ),
            at + 1,
        )
    if text[end : end + 1] in (".", ","):
        raise FormulaError(
            "two_marks",
            N_(
                "« %(found)s » après le nombre %(number)s ; attendu : un seul signe décimal, "
                "« ; » entre les arguments",
                found=text[end],
                number=written[:_SHOWN],
            ),
            end + 1,
        )
    digits = re.sub("[^0-9]", "", written)
    if len(digits) > MAX_DIGITS:
        raise FormulaError(
            "number_too_long",
            N_(
                "un nombre de %(count)d chiffres ; attendu : au plus %(most)d",
                count=len(digits),
                most=MAX_DIGITS,
            ),
            at + 1,
        )
    scale = len(decimals[0]) - 1 if decimals else 0
    return Token("number", written, at + 1, Fraction(int(digits), 10**scale)), end - at


def _name(text: str, at: int) -> tuple[Token, int]:
    end = at
    while end < len(text) and _is_of_a_name(text[end]):
        end += 1
    name = unicodedata.normalize("NFC", text[at:end])
    if len(name) > MAX_NAME:
        raise FormulaError(
            "name_too_long",
            N_(
                "un nom de %(count)d caractères ; attendu : au plus %(most)d",
                count=len(name),
                most=MAX_NAME,
            ),
            at + 1,
        )
    return Token("name", name, at + 1), end - at


def _is_of_a_name(character: str) -> bool:
    return (
        character.isalpha()
        or "0" <= character <= "9"
        or character == "_"
        or bool(unicodedata.combining(character))
    )


def _stranger(text: str, at: int) -> FormulaError:
    character = text[at]
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    expected = (
        N_("« ; » entre les arguments, un chiffre de chaque côté d’une virgule")
        if character == ","
        else N_("un nombre, un nom, + - * / ^ ; ou une parenthèse")
    )
    return FormulaError(
        "stranger", N_("« %(found)s » ; attendu : %(expected)s", found=shown, expected=expected),
        at + 1,
    )  # fmt: skip
