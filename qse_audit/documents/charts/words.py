"""Words and figures of charts in French and English: short periods, amounts, sentences."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from babel.dates import format_date

from qse_audit.core.periods import Frequency, Period
from qse_audit.core.series import Place
from qse_audit.core.text import Message
from qse_audit.documents.charts.spec import Number, Scale, Values
from qse_audit.documents.text import NOTHING, Texts, number

_NARROW_SPACE = "\u202f"
_NO_BREAK_SPACE = "\u00a0"
_PATTERNS = {
    Frequency.WEEK: {"fr": "S{0.number:02}", "en": "W{0.number:02}"},
    Frequency.QUARTER: {"fr": "T{0.number}", "en": "Q{0.number}"},
    Frequency.HALF: {"fr": "S{0.number}", "en": "H{0.number}"},
}


@lru_cache(maxsize=4096)
def place_short(place: Place, locale: str) -> str:
    """Return a short name for an axis: ``janv. 26``, ``T1 26``, ``S03 26``, ``2026``, ``7``."""
    if not isinstance(place, Period):
        return str(place)
    if place.frequency is Frequency.YEAR:
        return str(place.year)
    if place.frequency is Frequency.MONTH:
        return format_date(place.starts_on, "MMM yy", locale=locale).replace(" ", _NO_BREAK_SPACE)
    if place.frequency is Frequency.DAY:
        return format_date(place.starts_on, "dd/MM/yy", locale=locale)
    name = _PATTERNS[place.frequency][locale].format(place)
    return f"{name}{_NO_BREAK_SPACE}{place.year % 100:02}"


def anchor_of(places: Sequence[Place]) -> int:
    """Return the index of the first period that opens a year, 0 when none does."""
    opening = (n for n, p in enumerate(places) if isinstance(p, Period) and p.number == 1)
    return next(opening, 0)


def with_unit(figure: str, unit: str, locale: str) -> str:
    """Return a figure followed by its unit: ``95 %``, ``95%``, ``12,5 jours``."""
    if not unit or figure == NOTHING:
        return figure
    if unit == "%":
        return f"{figure}{_NARROW_SPACE if locale == 'fr' else ''}%"
    return f"{figure}{_NO_BREAK_SPACE}{unit}"


def amount(value: Number | None, scale: Scale, locale: str) -> str:
    """Return a value with the decimals and the unit of its scale; a dash for none."""
    return with_unit(number(value, locale, digits=scale.digits), scale.unit, locale)


def figures(values: Values, scale: Scale, locale: str) -> list[str]:
    """Return a series without its unit; what stands again and again is worded once."""
    found: list[str] = []
    before: Number | None = None
    for value in values:
        if not found or value is not before:
            before, text = value, number(value, locale, digits=scale.digits)
        found.append(text)
    return found


def amounts(values: Values, scale: Scale, locale: str) -> list[str]:
    """Return a series with its unit."""
    return [with_unit(text, scale.unit, locale) for text in figures(values, scale, locale)]


def plain_amount(value: Number, scale: Scale, locale: str) -> str:
    """Return a value with its unit and no more decimals than it needs: 95, not 95,0."""
    exact = Fraction(value)
    needed = (n for n in range(scale.digits) if (exact * 10**n).denominator == 1)
    digits = next(needed, scale.digits)
    return with_unit(number(value, locale, digits=digits), scale.unit, locale)


def worded(message: Message, scale: Scale, locale: str) -> str:
    """Return a sentence of the pure layers, its exact numbers written on ``scale``."""
    return Texts(locale).translate(_ready(message, scale, locale))


def _ready(message: Message, scale: Scale, locale: str) -> Message:
    values: dict[str, object] = {}
    for name, value in message.values.items():
        if isinstance(value, Message):
            values[name] = _ready(value, scale, locale)
        elif isinstance(value, Fraction | Decimal):
            values[name] = plain_amount(value, scale, locale)
        else:
            values[name] = value
    return Message(message.msgid, values)
