"""Reading the hours worked as they were entered, corrections included."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.accidents.models import Exposure
from qse_audit.accounts.models import Person, Site
from qse_audit.core.periods import Frequency, Period

HISTORY_SHOWN = 60
"""The last rows of hours that a page shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursLine:
    """One row of hours as it was entered."""

    month: Period
    site: str
    """Empty for the whole organisation."""
    hours: Decimal
    headcount: Decimal | None
    covers_temporary: bool
    incapacity_pct: Decimal | None
    note: str
    recorded_at: datetime
    by: str


def hours_entered(session: Session, organisation_id: int) -> tuple[HoursLine, ...]:
    """Return the last rows of hours, corrections included, the latest month first."""
    rows = session.execute(
        select(
            Exposure.month_on,
            func.coalesce(Site.name, "").label("site"),
            Exposure.hours,
            Exposure.headcount,
            Exposure.covers_temporary,
            Exposure.incapacity_pct,
            Exposure.note,
            Exposure.recorded_at,
            Person.name.label("by"),
        )
        .outerjoin(Site, Site.id == Exposure.site_id)
        .join(Person, Person.id == Exposure.recorded_by_id)
        .where(Exposure.organisation_id == organisation_id)
        .order_by(Exposure.month_on.desc(), Exposure.id.desc())
        .limit(HISTORY_SHOWN)
    )
    return tuple(
        HoursLine(
            month=Period.of(Frequency.MONTH, row.month_on),
            site=row.site,
            hours=row.hours,
            headcount=row.headcount,
            covers_temporary=row.covers_temporary,
            incapacity_pct=row.incapacity_pct,
            note=row.note,
            recorded_at=row.recorded_at,
            by=row.by,
        )
        for row in rows
    )
