"""Acts of the past in the order in which they happened, so that the chain tells a true year."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from qse_audit.core.clock import PARIS, day_in_paris

FRIDAY = 4
Step = Callable[[datetime], None]
"""An act; it is told when it happens."""


@dataclass
class Timeline:
    """Steps to come, each with its instant."""

    now: datetime
    steps: list[tuple[datetime, int, Step]] = field(default_factory=list)

    def day(self, days_ago: int) -> date:
        """Return the working day so many days ago (to come, when negative), or the one before."""
        day = day_in_paris(self.now) - timedelta(days=days_ago)
        return day - timedelta(days=max(day.weekday() - FRIDAY, 0))

    def at(self, days_ago: int, clock: str, step: Step) -> None:
        """Plan ``step`` for a past day, at a wall-clock time in France (``08:30``)."""
        hour, minute = (int(part) for part in clock.split(":"))
        instant = datetime.combine(self.day(days_ago), time(hour, minute), PARIS)
        self.steps.append((min(instant, self.now), len(self.steps), step))

    def run(self) -> None:
        """Do everything in order; steps may not plan further steps."""
        for instant, _, step in sorted(self.steps, key=lambda each: each[:2]):
            step(instant)
