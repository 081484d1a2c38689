"""Read a period as people type it: ``2026-03``, ``03/2026``, ``mars 2026``, ``T1 2026``…

Days come before months (01/03/2026 is 1 March), in English too. A year has four digits, save after
the name of a month, where spreadsheets write two: ``janv-26`` is January 2026. ``S1 2026`` is a
week or a half year: only a known frequency decides, ``2026-W01`` and ``H1 2026`` always do.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from qse_audit.core.errors import BadInput
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.text import N_, Message

MAX_TYPED = 60
_SHOWN = 24

EXPECTED: dict[Frequency | None, Message] = {
    Frequency.DAY: N_("un jour tel que 01/03/2026, 2026-03-01 ou 1er mars 2026"),
    Frequency.WEEK: N_("une semaine telle que S12 2026 ou 2026-W12, ou l’un de ses jours"),
    Frequency.MONTH: N_("un mois tel que 2026-03, 03/2026 ou mars 2026, ou l’un de ses jours"),
    Frequency.QUARTER: N_("un trimestre tel que T1 2026 ou 2026-Q1, ou l’un de ses jours"),
    Frequency.HALF: N_("un semestre tel que S1 2026 ou 2026-H1, ou l’un de ses jours"),
    Frequency.YEAR: N_("une année telle que 2026, ou l’un de ses jours"),
    None: N_("une période telle que 01/03/2026, 2026-W12, mars 2026, T1 2026, H1 2026 ou 2026"),
}
"""What is accepted for each frequency; ``None`` when any is."""

_MONTH_NAMES: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january",
            "fevrier fevr fev february feb",
            "mars mar march",
            "avril avr april apr",
            "mai may",
            "juin june jun",
            "juillet juil july jul",
            "aout august aug",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        1,
    )
    for name in names.split()
}
_KINDS: dict[str, Frequency] = {
    name: frequency
    for frequency, names in {
        Frequency.WEEK: "w week sem semaine",
        Frequency.QUARTER: "t q trim trimestre quarter",
        Frequency.HALF: "h semestre half",
    }.items()
    for name in names.split()
}
_JOINT = r"[ ./-]*"
_YEAR = r"(?P<year>[0-9]{4})"
_KIND = r"(?P<kind>[a-z]+)\.?"
_NUMBER = r"(?P<number>[0-9]{1,2})(?:er|e|eme|st|nd|rd|th)?"
_NAME = r"(?P<name>[a-z]{3,})\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:er|st|nd|rd|th)?"


def parse_period(text: str, frequency: Frequency | None = None) -> Period:
    """Return the period that ``text`` names; with ``frequency``, any of its days names it too.

    :raises BadInput: naming what was found and what is accepted.
    """
    typed = " ".join(text.split())
    if not typed:
        raise BadInput(N_("rien ; attendu : %(expected)s", expected=EXPECTED[frequency]))
    if len(typed) > MAX_TYPED:
        raise _wrong(typed, N_("%(count)d caractères", count=len(typed)), frequency)
    try:
        found = _read(_plain(typed), frequency)
    except (ValueError, OverflowError):
        raise _wrong(typed, N_("cette date n’existe pas"), frequency) from None
    if found is None:
        raise _wrong(typed, _unread(typed, frequency), frequency)
    if frequency is None or found.frequency is frequency:
        return found
    if found.frequency is Frequency.DAY:
        return Period.of(frequency, found.starts_on)
    what = N_("la période est : %(kind)s", kind=found.frequency.label)
    raise _wrong(typed, what, frequency)


def _unread(typed: str, frequency: Frequency | None) -> Message:
    if frequency is None and re.search(r"\b[sS] ?[12]\b", typed):
        return N_("semaine ou semestre")
    return N_("période illisible")


def _plain(typed: str) -> str:
    """Return ``typed`` in small ASCII letters, without the time that spreadsheets add to a day."""
    bare = unicodedata.normalize("NFKD", typed.casefold())
    bare = "".join(character for character in bare if not unicodedata.combining(character))
    bare = re.sub("[\u2010-\u2015\u2212]", "-", " ".join(bare.split()))
    return re.sub(r"[ t][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?z?$", "", bare)


def _read(plain: str, frequency: Frequency | None) -> Period | None:
    """Return the period of the first shape that fits; ``None`` when none does.

    :raises ValueError: for a shape that fits with a month 13, a 30 February, a year 26.
    """
    for shape, make in _SHAPES:
        if match := shape.fullmatch(plain):
            found = make(match.groupdict(), frequency)
            if found is not None:
                return found
    return None


Parts = dict[str, str]


def _day(parts: Parts, _: Frequency | None) -> Period:
    day = date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
    return Period.of(Frequency.DAY, day)


def _named_day(parts: Parts, _: Frequency | None) -> Period | None:
    month = _MONTH_NAMES.get(parts["name"])
    if month is None:
        return None
    return Period.of(Frequency.DAY, date(int(parts["year"]), month, int(parts["day"])))


def _month(parts: Parts, _: Frequency | None) -> Period:
    return Period.nth(Frequency.MONTH, int(parts["year"]), int(parts["number"]))


def _named_month(parts: Parts, _: Frequency | None) -> Period | None:
    month = _MONTH_NAMES.get(parts["name"])
    if month is None:
        return None
    year = parts["year"]
    return Period.nth(Frequency.MONTH, int(year) + (2000 if len(year) == 2 else 0), month)


def _year(parts: Parts, _: Frequency | None) -> Period:
    return Period.nth(Frequency.YEAR, int(parts["year"]))


def _numbered(parts: Parts, frequency: Frequency | None) -> Period | None:
    """Return week, quarter or half so and so; ``S`` alone goes by ``frequency``."""
    number = int(parts["number"])
    kind = _KINDS.get(parts["kind"])
    if parts["kind"] == "s":
        can_be_half = number <= 2 and frequency is not Frequency.WEEK
        if can_be_half and frequency is None:
            return None
        kind = Frequency.HALF if frequency is Frequency.HALF else Frequency.WEEK
    return Period.nth(kind, int(parts["year"]), number) if kind else None


Make = Callable[[Parts, Frequency | None], Period | None]
_SHAPES: tuple[tuple[re.Pattern[str], Make], ...] = tuple(
    (re.compile(shape), make)
    for shape, make in (
        (_YEAR, _year),
        (rf"{_YEAR}[-/. ](?P<month>[0-9]{{1,2}})[-/. ](?P<day>[0-9]{{1,2}})", _day),
        (rf"(?P<day>[0-9]{{1,2}})[-/. ](?P<month>[0-9]{{1,2}})[-/. ]{_YEAR}", _day),
        (rf"{_YEAR}[-/. ](?P<number>[0-9]{{1,2}})", _month),
        (rf"(?P<number>[0-9]{{1,2}})[-/. ]{_YEAR}", _month),
        (rf"{_NAME}{_JOINT}(?P<year>[0-9]{{4}}|[0-9]{{2}})", _named_month),
        (rf"{_YEAR}{_JOINT}{_NAME}", _named_month),
        (rf"{_DAY}{_JOINT}{_NAME}{_JOINT}{_YEAR}", _named_day),
        (rf"{_NAME}{_JOINT}{_DAY},? {_YEAR}", _named_day),
        (rf"{_KIND}{_JOINT}{_NUMBER}(?:{_JOINT}| de | of ){_YEAR}", _numbered),
        (rf"{_YEAR}{_JOINT}{_KIND}{_JOINT}{_NUMBER}", _numbered),
        (rf"{_NUMBER}{_JOINT}{_KIND}(?:{_JOINT}| de | of ){_YEAR}", _numbered),
    )
)


def _wrong(typed: str, what: Message, frequency: Frequency | None) -> BadInput:
    shown = typed if len(typed) <= _SHOWN else typed[: _SHOWN - 1] + "…"
    return BadInput(
        N_(
            "« %(found)s » : %(what)s ; attendu : %(expected)s",
            found=shown,
            what=what,
            expected=EXPECTED[frequency],
        )
    )
