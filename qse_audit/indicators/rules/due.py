"""Which values are due, by when, and how complete a series is. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from qse_audit.core.periods import Frequency, Period

REMINDER_OFFSETS = (0, 7)
"""Days from the due day on which the owner hears of missing values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """From when on, how often and by when the values of an indicator are due."""

    frequency: Frequency
    starts_on: date
    delay_days: int
    closed_until: date | None = None
    """Periods that end by then are closed: nobody owes their values any more."""

    def due_on(self, period: Period) -> date:
        """Return the day by which the values of ``period`` are due."""
        return period.ends_on + timedelta(days=self.delay_days)

    def late_days(self, period: Period, entered_on: date) -> int:
        """Return how late values entered on a day are; 0 for those that nobody asked for yet."""
        if period.starts_on < self.starts_on:
            return 0
        return max((entered_on - self.due_on(period)).days, 0)

    def is_closed(self, period: Period) -> bool:
        """Say whether ``period`` takes no value any more."""
        return self.closed_until is not None and period.ends_on <= self.closed_until

    def due(self, today: date) -> Iterator[Period]:
        """Give the periods whose values are due before ``today``, the first one first."""
        period = Period.of(self.frequency, self.starts_on)
        if period.starts_on < self.starts_on:
            period = period.next
        while self.due_on(period) < today:
            yield period
            period = period.next

    def awaited(self, complete: Collection[date]) -> Period:
        """Return the first period that lacks values; ``complete``: first days of the rest."""
        period = Period.of(self.frequency, self.starts_on)
        if period.starts_on < self.starts_on:
            period = period.next
        while self.is_closed(period) or period.starts_on in complete:
            period = period.next
        return period


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many values are there of those due, and how many came late."""

    entered: int = 0
    due: int = 0
    late: int = 0

    @property
    def ratio(self) -> Fraction | None:
        """Return entered over due; ``None`` when nothing is due."""
        return Fraction(self.entered, self.due) if self.due else None

    @property
    def missing(self) -> int:
        """Return how many are due and not there."""
        return self.due - self.entered

    def __add__(self, other: "Completeness") -> "Completeness":
        return Completeness(
            self.entered + other.entered, self.due + other.due, self.late + other.late
        )


def due_reminder(due_on: date, today: date) -> int | None:
    """Return the offset that the owner should have heard of by ``today``; ``None`` for none."""
    passed = [offset for offset in REMINDER_OFFSETS if due_on + timedelta(days=offset) <= today]
    return max(passed, default=None)
