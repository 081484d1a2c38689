"""How values are worded in documents and pages, in French and English, without a request."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from gettext import NullTranslations
from typing import Any

from babel.dates import format_date
from babel.support import Translations

from qse_audit.core.clock import PARIS
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.text import N_, Message, typeset
from qse_audit.paths import translations_dir

NOTHING = "—"
"""What stands for a value that is absent or not computable."""

Number = int | float | Decimal | Fraction

_NARROW_SPACE = "\u202f"
_NO_BREAK_SPACE = "\u00a0"
_SEPARATORS = {"fr": str.maketrans({",": _NARROW_SPACE, ".": ","}), "en": {}}
"""What the separators of ``1,234.5`` become."""
_UNITS = {"fr": ("octets", "ko", "Mo", "Go"), "en": ("bytes", "kB", "MB", "GB")}


def number(value: Number | None, locale: str, *, digits: int = 0) -> str:
    """Return ``value`` with so many decimals: ``1 234,5``, ``1,234.5``, or ``—`` for none.

    Halves go away from zero, as people round: 0.125 with two decimals is 0.13.
    """
    if value is None:
        return NOTHING
    return _figures(value, digits).translate(_SEPARATORS[_known(locale)])


def percent(ratio: Number | None, locale: str, *, digits: int = 1) -> str:
    """Return a ratio from 0 to 1 as text: ``66,7 %``, ``66.7%``, or ``—`` for none."""
    if ratio is None:
        return NOTHING
    space = _NARROW_SPACE if _known(locale) == "fr" else ""
    return f"{number(ratio * 100, locale, digits=digits)}{space}%"


@lru_cache(maxsize=4096)  # a list shows the same few days again and again
def day(value: date | None, locale: str) -> str:
    """Return a date with its weekday: ``lun. 23 nov. 2026``, ``Mon 23 Nov 2026``.

    The first of a month is an ordinal in French: ``dim. 1er nov. 2026``.
    """
    if value is None:
        return NOTHING
    pattern = "EEE d'er' MMM y" if value.day == 1 and _known(locale) == "fr" else "EEE d MMM y"
    return format_date(value, pattern, locale=_known(locale))


def moment(value: datetime | None, locale: str) -> str:
    """Return an instant as read on a wall in France: ``lun. 23 nov. 2026 à 18:04``.

    :raises ValueError: for a time without a zone.
    """
    if value is None:
        return NOTHING
    if value.tzinfo is None:
        raise ValueError(f"a moment needs a zone: {value}")
    there = value.astimezone(PARIS)
    joint = " à " if _known(locale) == "fr" else ", "
    return f"{day(there.date(), locale)}{joint}{there:%H:%M}"


def file_size(size_bytes: int, locale: str) -> str:
    """Return a size in the largest unit that leaves a number: ``812 octets``, ``1,2 Mo``."""
    names = _UNITS[_known(locale)]
    power = 0
    while power < len(names) - 1 and size_bytes >= 999.5 * 1000**power:
        power += 1
    digits = 1 if power and size_bytes < 99.95 * 1000**power else 0
    value = number(Fraction(size_bytes, 1000**power), locale, digits=digits)
    return f"{value}{_NO_BREAK_SPACE}{names[power]}"


class Texts:
    """The words of one locale: source strings in, translations out."""

    def __init__(self, locale: str) -> None:
        self.locale = _known(locale)
        self._catalogue = catalogue(self.locale)

    def translate(self, text: Message | str) -> str:
        """Return ``text`` in this locale; the French source where the catalogue has nothing.

        The values of a :class:`Message` are translated too when they are messages themselves.
        """
        if not isinstance(text, Message):
            return self._catalogue.gettext(text) if text else ""
        sentence = self._catalogue.gettext(text.msgid) if text.msgid else ""
        return sentence % self._values(text.values) if text.values else sentence

    def days(self, first: date, last: date) -> str:
        """Return two days, both included: ``du mer. 1er oct. 2025 au mer. 30 sept. 2026``."""
        ends = {"first": day(first, self.locale), "last": day(last, self.locale)}
        return self.translate(N_("du %(first)s au %(last)s", **ends))

    def span(self, first: date, last: date) -> str:
        """Return the months when they are whole, else the days: ``août 2026 – octobre 2026``."""
        if first.day != 1 or (last + timedelta(days=1)).day != 1:
            return self.days(first, last)
        months = (Period.of(Frequency.MONTH, each).label for each in (first, last))
        return " – ".join(dict.fromkeys(map(self.translate, months)))

    def _values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``values`` with the messages among them translated."""
        return {
            name: self.translate(value) if isinstance(value, Message) else value
            for name, value in values.items()
        }


def _known(locale: str) -> str:
    """Return the language of ``locale`` that documents are written in: French unless English."""
    return "en" if locale.lower().startswith("en") else "fr"


class French(NullTranslations):
    """The source texts themselves, set as French is: spaces that hold, a plural from two."""

    def gettext(self, message: str) -> str:
        """Return ``message`` itself, with its no-break spaces."""
        return typeset(str(message))

    def ngettext(self, singular: str, plural: str, num: int) -> str:
        """Return the plural from two on: « 0 audit », « 2 audits »."""
        return typeset(str(singular if abs(num) < 2 else plural))

    ugettext, ungettext = gettext, ngettext


@cache
def catalogue(locale: str) -> NullTranslations:
    """Return the words of ``locale``: the compiled catalogue, or the French source."""
    known = _known(locale)
    return French() if known == "fr" else Translations.load(str(translations_dir()), [known])


def _figures(value: Number, digits: int) -> str:
    """Return ``value`` rounded half up, exactly, as ``1,234.5``; twenty times as fast as Babel."""
    above, below = value.as_integer_ratio()
    whole = (2 * abs(above) * 10**digits + below) // (2 * below)
    sign = "-" if above < 0 and whole else ""
    if not digits:
        return f"{sign}{whole:,}"
    units, rest = divmod(whole, 10**digits)
    return f"{sign}{units:,}.{rest:0{digits}d}"
