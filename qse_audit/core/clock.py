"""The only place that asks what time it is; everything else is told."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
"""Where people look at dates."""


def now() -> datetime:
    """Return the current instant, in UTC."""
    return datetime.now(UTC)


def utc_text(at: datetime) -> str:
    """Return an instant as it is read back, also if it was just written in another zone."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def day_in_paris(at: datetime) -> date:
    """Return the calendar day of an instant, as read on a wall in France."""
    return at.astimezone(PARIS).date()


def begins_at(day: date) -> datetime:
    """Return the instant when a calendar day begins, as read on a wall in France."""
    return datetime.combine(day, time.min, PARIS).astimezone(UTC)
