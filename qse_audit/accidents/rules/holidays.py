"""The public holidays of France, and hours that do not count them. Pure.

The eleven days of article L3133-1 of the Labour Code. Alsace-Moselle adds two (Good Friday,
26 December): not counting them here can only make a due date fall earlier than the law’s.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from qse_audit.core.clock import PARIS

SUNDAY = 6
FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
"""Month and day of the holidays that do not move."""
AFTER_EASTER = (1, 39, 50)
"""Easter Monday, Ascension, Whit Monday: days after Easter Sunday."""


def easter(year: int) -> date:
    """Return Easter Sunday of a Gregorian year (the anonymous algorithm, Nature, 1876)."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - correction + 15) % 30
    leap_years, year_rest = divmod(rest, 4)
    weekday = (32 + 2 * century_rest + 2 * leap_years - epact - year_rest) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[date]:
    """Return the public holidays of a year."""
    sunday = easter(year)
    moving = {sunday + timedelta(days=days) for days in AFTER_EASTER}
    return frozenset({date(year, month, day) for month, day in FIXED} | moving)


def counts(day: date) -> bool:
    """Say whether the hours of a day count: it is no Sunday and no public holiday."""
    return day.weekday() != SUNDAY and day not in holidays(day.year)


def after_counted_hours(start: datetime, hours: int) -> datetime:
    """Return when ``hours`` have passed, Sundays and public holidays of France not counted."""
    left, at = timedelta(hours=hours), start.astimezone(UTC)
    while True:
        here = at.astimezone(PARIS).date()
        midnight = datetime.combine(here + timedelta(days=1), time.min, PARIS).astimezone(UTC)
        if counts(here):
            if left <= midnight - at:
                return at + left
            left -= midnight - at
        at = midnight
