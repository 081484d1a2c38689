"""Spans of the calendar that values are recorded for: a day, an ISO week, a month… a year."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import total_ordering
from typing import Self

from qse_audit.core.text import N_, Coded, Message

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""The years that a period may belong to."""


class Frequency(Coded):
    """How often a value is recorded, from the shortest period to the longest."""

    DAY = "day", N_("Jour")
    WEEK = "week", N_("Semaine")
    MONTH = "month", N_("Mois")
    QUARTER = "quarter", N_("Trimestre")
    HALF = "half", N_("Semestre")
    YEAR = "year", N_("Année")

    @property
    def periods_a_year(self) -> int:
        """Return how many periods make twelve months; 52 for weeks."""
        return _A_YEAR[self]

    @property
    def months(self) -> int:
        """Return how many months a period lasts; 0 for days and weeks."""
        return _MONTHS[self]


_A_YEAR = dict(zip(Frequency, (365, 52, 12, 4, 2, 1), strict=True))
_MONTHS = dict(zip(Frequency, (0, 0, 1, 3, 6, 12), strict=True))
_LETTERS = {Frequency.WEEK: "W", Frequency.QUARTER: "Q", Frequency.HALF: "H"}

MONTHS: tuple[Message, ...] = (
    N_("janvier"),
    N_("février"),
    N_("mars"),
    N_("avril"),
    N_("mai"),
    N_("juin"),
    N_("juillet"),
    N_("août"),
    N_("septembre"),
    N_("octobre"),
    N_("novembre"),
    N_("décembre"),
)


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """One span of the calendar, named by its first day; made by :meth:`of` or :meth:`nth`.

    Ordered by first day, then the shorter one first.
    """

    frequency: Frequency
    starts_on: date

    def __post_init__(self) -> None:
        if self.starts_on != _first_day(self.frequency, self.starts_on):
            raise ValueError(f"no {self.frequency} starts on {self.starts_on}")
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise ValueError(f"{self.starts_on} is not between {FIRST_YEAR} and {LAST_YEAR}")

    @classmethod
    def of(cls, frequency: Frequency, day: date) -> Self:
        """Return the period that holds ``day``."""
        return cls(frequency, _first_day(frequency, day))

    @classmethod
    def nth(cls, frequency: Frequency, year: int, number: int = 1) -> Self:
        """Return week, month, quarter or half ``number`` of ``year``; days count from 1 January.

        :raises ValueError: when the year has no such period.
        """
        if number < 1:
            raise ValueError(f"{frequency} {number} of {year}")
        if frequency is Frequency.WEEK:
            return cls(frequency, date.fromisocalendar(year, number, 1))
        if frequency is Frequency.DAY:
            found = cls(frequency, date(year, 1, 1) + timedelta(number - 1))
            if found.year != year:
                raise ValueError(f"{frequency} {number} of {year}")
            return found
        return cls(frequency, date(year, (number - 1) * frequency.months + 1, 1))

    @classmethod
    def from_iso(cls, text: str) -> Self:
        """Return the period that :attr:`iso` wrote.

        :raises ValueError: for any other text.
        """
        for frequency, shape in _ISO.items():
            if found := shape.fullmatch(text):
                if frequency is Frequency.DAY:
                    return cls(frequency, date.fromisoformat(text))
                return cls.nth(frequency, *(int(part) for part in found.groups()))
        raise ValueError(f"no period: {text!r}")

    @property
    def iso(self) -> str:
        """Return the stored form: ``2026-03-01 2026-W12 2026-03 2026-Q1 2026-H1 2026``."""
        if self.frequency is Frequency.DAY:
            return self.starts_on.isoformat()
        if self.frequency is Frequency.YEAR:
            return f"{self.year:04d}"
        if self.frequency is Frequency.MONTH:
            return f"{self.year:04d}-{self.number:02d}"
        width = 2 if self.frequency is Frequency.WEEK else 1
        return f"{self.year:04d}-{_LETTERS[self.frequency]}{self.number:0{width}d}"

    @property
    def year(self) -> int:
        """Return the year it counts in; of a week, the year of its Thursday (ISO 8601)."""
        if self.frequency is Frequency.WEEK:
            return self.starts_on.isocalendar().year
        return self.starts_on.year

    @property
    def number(self) -> int:
        """Return which one of its year it is, from 1."""
        if self.frequency is Frequency.WEEK:
            return self.starts_on.isocalendar().week
        if self.frequency is Frequency.DAY:
            return self.starts_on.timetuple().tm_yday
        return (self.starts_on.month - 1) // self.frequency.months + 1

    @property
    def ends_on(self) -> date:
        """Return its last day."""
        if months := self.frequency.months:
            return _month_start(_month_index(self.starts_on) + months) - timedelta(1)
        return self.starts_on + timedelta(6 if self.frequency is Frequency.WEEK else 0)

    @property
    def ordinal(self) -> int:
        """Return its rank among the periods of its frequency: the next one has one more."""
        if months := self.frequency.months:
            return _month_index(self.starts_on) // months
        days = self.starts_on.toordinal()
        return (days - 1) // 7 if self.frequency is Frequency.WEEK else days

    def shift(self, count: int) -> Self:
        """Return the period ``count`` later, or earlier when negative.

        :raises ValueError: beyond the years that periods may belong to.
        """
        if abs(count) > 366 * (LAST_YEAR - FIRST_YEAR + 1):
            raise ValueError(f"{self.iso} shifted by {count}")
        if months := self.frequency.months:
            index = _month_index(self.starts_on) + count * months
            if not 12 * FIRST_YEAR <= index < 12 * (LAST_YEAR + 1):
                raise ValueError(f"{self.iso} shifted by {count}")
            return type(self)(self.frequency, _month_start(index))
        days = 7 if self.frequency is Frequency.WEEK else 1
        return type(self)(self.frequency, self.starts_on + timedelta(days * count))

    @property
    def next(self) -> Self:
        """Return the period after this one."""
        return self.shift(1)

    @property
    def previous(self) -> Self:
        """Return the period before this one."""
        return self.shift(-1)

    def to(self, last: "Period") -> Iterator[Self]:
        """Give the periods from this one to ``last``, both included; none when it is earlier.

        :raises ValueError: when ``last`` has another frequency.
        """
        if last.frequency is not self.frequency:
            raise ValueError(f"{self.iso} to {last.iso}: two frequencies")
        for count in range(last.ordinal - self.ordinal + 1):
            yield self.shift(count)

    def within(self, frequency: Frequency) -> "Period":
        """Return the longer period it counts in: a month’s quarter, a week’s month by Thursday.

        :raises ValueError: when ``frequency`` is shorter than its own.
        """
        if _RANK[frequency] < _RANK[self.frequency]:
            raise ValueError(f"{self.iso} is longer than a {frequency}")
        is_week = self.frequency is Frequency.WEEK
        return Period.of(frequency, self.starts_on + timedelta(3 if is_week else 0))

    def __contains__(self, day: date) -> bool:
        """Say whether ``day`` falls in it."""
        return self.starts_on <= day <= self.ends_on

    def __lt__(self, other: "Period") -> bool:
        if not isinstance(other, Period):
            return NotImplemented
        return (self.starts_on, self.ends_on) < (other.starts_on, other.ends_on)

    @property
    def label(self) -> Message:
        """Return its name for people: ``mars 2026``, ``T1 2026``, ``semaine 12 de 2026``."""
        year, number = f"{self.year:04d}", self.number
        match self.frequency:
            case Frequency.DAY:
                return N_("%(day)s/%(month)s/%(year)s", day=f"{self.starts_on:%d}",
                          month=f"{self.starts_on:%m}", year=year)  # fmt: skip
            case Frequency.WEEK:
                return N_("semaine %(number)d de %(year)s", number=number, year=year)
            case Frequency.MONTH:
                return N_("%(month)s %(year)s", month=MONTHS[number - 1], year=year)
            case Frequency.QUARTER:
                return N_("T%(number)d %(year)s", number=number, year=year)
            case Frequency.HALF:
                return N_("semestre %(number)d de %(year)s", number=number, year=year)
            case Frequency.YEAR:
                return N_("%(year)s", year=year)


_RANK = {frequency: rank for rank, frequency in enumerate(Frequency)}
_ISO = {
    Frequency.DAY: re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})"),
    Frequency.WEEK: re.compile(r"([0-9]{4})-W([0-9]{2})"),
    Frequency.MONTH: re.compile(r"([0-9]{4})-([0-9]{2})"),
    Frequency.QUARTER: re.compile(r"([0-9]{4})-Q([1-4])"),
    Frequency.HALF: re.compile(r"([0-9]{4})-H([12])"),
    Frequency.YEAR: re.compile(r"([0-9]{4})"),
}


def _first_day(frequency: Frequency, day: date) -> date:
    if frequency is Frequency.DAY:
        return day
    if frequency is Frequency.WEEK:
        return day - timedelta(day.weekday())
    index = _month_index(day)
    return _month_start(index - index % frequency.months)


def _month_index(day: date) -> int:
    """Return the months since year 0: 12 a year."""
    return day.year * 12 + day.month - 1


def _month_start(index: int) -> date:
    return date(index // 12, index % 12 + 1, 1)
