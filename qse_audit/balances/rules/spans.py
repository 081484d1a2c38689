"""The period of a balance, day by day, and the one of the same length before it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from qse_audit.core.periods import FIRST_YEAR, Frequency, Period


@dataclass(frozen=True, slots=True)
class Span:
    """Days from one to another, both included."""

    from_on: date
    until_on: date

    def __contains__(self, day: date | None) -> bool:
        return day is not None and self.from_on <= day <= self.until_on

    @property
    def days(self) -> int:
        """Return how many days it lasts."""
        return (self.until_on - self.from_on).days + 1

    @property
    def months(self) -> int | None:
        """Return how many whole months it is; ``None`` when it cuts one."""
        first, last = (Period.of(Frequency.MONTH, day) for day in (self.from_on, self.until_on))
        whole = (first.starts_on, last.ends_on) == (self.from_on, self.until_on)
        return last.ordinal - first.ordinal + 1 if whole else None

    @property
    def before(self) -> Self:
        """Return the period just before, of the same length: in months where these are whole."""
        end = self.from_on - timedelta(days=1)
        if (months := self.months) is None:
            return type(self)(end - timedelta(days=self.days - 1), end)
        first = Period.of(Frequency.MONTH, self.from_on).shift(-months)
        return type(self)(first.starts_on, end)

    def seen(self, today: date) -> tuple[Self, Self]:
        """Return what is over of it, and as many days from the start of the period before.

        The whole of both once its last day is past.
        """
        if today >= self.until_on:
            return self, self.before
        start = self.before.from_on
        passed = max(today - self.from_on, timedelta(0))
        now = type(self)(self.from_on, self.from_on + passed)
        return now, type(self)(start, min(start + passed, self.before.until_on))

    def periods(self, frequency: Frequency) -> Iterator[Period]:
        """Give the periods that lie wholly inside, in order."""
        period = Period.of(frequency, max(self.from_on, date(FIRST_YEAR, 1, 1)))
        if period.starts_on < self.from_on:
            period = period.next
        while period.ends_on <= self.until_on:
            yield period
            period = period.next
