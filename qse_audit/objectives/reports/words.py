"""How the sentences of the rules are worded: exact numbers and days as people read them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from qse_audit.core.text import Message
from qse_audit.documents.text import Texts, day, number

DIGITS_MOST = 4
"""Decimals shown of a number that needs more: 14/3 is 4,667."""
ROUNDED = 3


def exact(amount: Fraction | Decimal | None, locale: str) -> str:
    """Return a number with the decimals that it needs: ``4,5``; rounded when it never ends."""
    if amount is None:
        return number(None, locale)
    value = Fraction(amount)
    for digits in range(DIGITS_MOST + 1):
        if (value * 10**digits).denominator == 1:
            return number(value, locale, digits=digits)
    return number(value, locale, digits=ROUNDED)


def say(message: Message, locale: str) -> str:
    """Return a sentence in ``locale``, its numbers and days worded too."""
    return Texts(locale).translate(_worded(message, locale)).replace("  ", " ").replace(" .", ".")


def _worded(message: Message, locale: str) -> Message:
    values: Mapping[str, Any] = {
        name: _value(value, locale) for name, value in message.values.items()
    }
    return Message(message.msgid, values)


def _value(value: object, locale: str) -> object:
    if isinstance(value, Message):
        return _worded(value, locale)
    if isinstance(value, Fraction):
        return exact(value, locale)
    return day(value, locale) if isinstance(value, date) else value
