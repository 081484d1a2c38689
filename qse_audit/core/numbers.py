"""Read and write numbers exactly: what people type or paste becomes a ``Fraction``, never a float.

One rule for commas and dots, in forms, files and pasted tables:

* a single dot is the decimal sign, in French too: numeric keypads type it;
* a single comma is the decimal sign, save in English where exactly three digits follow one to
  three digits that do not start with 0: ``1,234`` is 1.234 in French and 1234 in English;
* when both are there, the last one is the decimal sign; one of them twice separates thousands;
* spaces of any width and apostrophes separate thousands; groups have three digits.

Exponents are refused: a spreadsheet that shows 1,23E+06 has rounded what it shows.
"""

import re
from fractions import Fraction

from qse_audit.core.errors import BadInput
from qse_audit.core.text import N_, Message

MAX_TYPED = 60
"""Characters of a number that somebody types."""
MAX_DIGITS = 30
"""Digits of a number, before and after the decimal sign together."""

_SPACES = " \t\u00a0\u2007\u2008\u2009\u202f"
_APOSTROPHES = "'\u2019"
_MINUSES = "-\u2212\u2013"
_SIGNS = _MINUSES + "+"
_SHOWN = 24
_ENGLISH_THOUSANDS = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")

_EXPECTED = N_("un nombre tel que 1 234,5 ou 1234.5")


def parse_number(text: str, locale: str = "fr", *, unit: str = "") -> Fraction:
    """Return the number that ``text`` says, exactly.

    ``unit`` may follow the number and is what it is counted in. A percent sign divides by one
    hundred when the number has no unit; counted in ``%``, 12,5 % is 12.5; elsewhere it is refused.

    :raises BadInput: naming what was found, the character and its position, and what is expected.
    """
    typed = text.strip(_SPACES + "\r\n")
    if not typed:
        raise BadInput(N_("rien ; attendu : %(expected)s", expected=_EXPECTED))
    if len(typed) > MAX_TYPED:
        raise _wrong(typed, N_("%(count)d caractères", count=len(typed)))
    bare, divisor = _without_unit(typed, unit)
    sign, digits = _without_sign(bare)
    start = len(bare) - len(digits)
    whole, decimals = _split(digits, start, locale=locale, typed=typed)
    if len(whole) + len(decimals) > MAX_DIGITS:
        raise _wrong(typed, N_("plus de %(most)d chiffres", most=MAX_DIGITS))
    return Fraction(sign * int(whole + decimals), divisor * 10 ** len(decimals))


def decimal_text(value: Fraction) -> str:
    """Return ``value`` as the shortest exact decimal, with a dot: ``-12.5``; what we store.

    :raises ValueError: for a fraction that no decimal writes exactly, such as 1/3.
    """
    digits, rest = 0, value.denominator
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest //= prime
            power += 1
        digits = max(digits, power)
    if rest != 1:
        raise ValueError(f"{value} has no exact decimal form")
    scaled = abs(value.numerator) * 10**digits // value.denominator
    text = str(scaled).rjust(digits + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else sign + text


def _without_unit(typed: str, unit: str) -> tuple[str, int]:
    """Return the text before its unit, and what a percent sign divides by."""
    if unit and typed.endswith(unit):
        return typed.removesuffix(unit).rstrip(_SPACES), 1
    if not unit and typed.endswith("%"):
        return typed.removesuffix("%").rstrip(_SPACES), 100
    return typed, 1


def _without_sign(text: str) -> tuple[int, str]:
    if text[:1] and text[0] in _SIGNS:
        return (-1 if text[0] in _MINUSES else 1), text[1:].lstrip(_SPACES)
    return 1, text


def _split(text: str, start: int, *, locale: str, typed: str) -> tuple[str, str]:
    """Return the digits before and after the decimal sign of ``text``, which has no sign.

    ``start`` is where ``text`` begins in ``typed``.
    """
    _check_characters(text, start, typed)
    mark = _decimal_mark(text, locale)
    whole, _, decimals = text.rpartition(mark) if mark else (text, "", "")
    if mark and not decimals.isdigit():
        raise _wrong(typed, N_("des chiffres manquent après « %(mark)s »", mark=mark))
    if mark and not whole:
        raise _wrong(typed, N_("un chiffre manque avant « %(mark)s »", mark=mark))
    return _ungrouped(whole, typed), decimals


def _check_characters(text: str, start: int, typed: str) -> None:
    """Refuse the first character that no number has, or a text without a digit."""
    for position, character in enumerate(text, start + 1):
        if not (character.isascii() and character.isdigit()) and character not in (
            ",." + _SPACES + _APOSTROPHES
        ):
            raise _wrong(
                typed,
                N_(
                    "caractère « %(character)s » en position %(position)d",
                    character=character if character.isprintable() else f"U+{ord(character):04X}",
                    position=position,
                ),
            )
    if not any(character.isdigit() for character in text):
        raise _wrong(typed, N_("aucun chiffre"))


def _decimal_mark(text: str, locale: str) -> str:
    """Return the decimal sign of ``text``: a comma, a dot, or ``""`` for a whole number."""
    commas, dots = text.count(","), text.count(".")
    if commas and dots:
        return "," if text.rindex(",") > text.rindex(".") else "."
    if commas + dots != 1:
        return ""
    if commas and locale.startswith("en") and _ENGLISH_THOUSANDS.fullmatch(text):
        return ""
    return "," if commas else "."


def _ungrouped(whole: str, typed: str) -> str:
    """Return the digits of a whole number without the signs between its groups."""
    marks = {"space" if character in _SPACES else character for character in whole} - set(
        "0123456789"
    )
    if not marks:
        return whole
    groups = re.split(r"[^0-9]", whole)
    is_sound = len(marks) == 1 and 1 <= len(groups[0]) <= 3
    if not is_sound or any(len(group) != 3 for group in groups[1:]):
        raise _wrong(typed, N_("les groupes de milliers n’ont pas trois chiffres"))
    return "".join(groups)


def _wrong(typed: str, what: Message) -> BadInput:
    shown = typed if len(typed) <= _SHOWN else typed[: _SHOWN - 1] + "…"
    return BadInput(
        N_(
            "« %(found)s » : %(what)s ; attendu : %(expected)s",
            found=shown,
            what=what,
            expected=_EXPECTED,
        )
    )
