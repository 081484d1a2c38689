"""Reading what rates are made of: events with their days of stop, and the hours worked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.accidents.models import Accident, AccidentStop, Exposure
from qse_audit.accidents.rules import EventKind, EventStatus
from qse_audit.accidents.rules.exposure import Entry, worked_of
from qse_audit.accidents.rules.rates import Occurrence, Register, Worked
from qse_audit.accidents.rules.stops import in_force
from qse_audit.accounts.models import Person, Site
from qse_audit.core.clock import begins_at, day_in_paris
from qse_audit.core.periods import Frequency, Period

HISTORY_SHOWN = 60
"""The last rows of hours that a page shows."""


def occurrences(
    session: Session, organisations: Sequence[int]
) -> Mapping[int, Sequence[Occurrence]]:
    """Return the events of organisations that were not dismissed: two statements."""
    spans: dict[int, list[tuple[date, date | None]]] = {}
    for stop in session.execute(
        select(AccidentStop.accident_id, AccidentStop.from_on, AccidentStop.until_on)
        .where(AccidentStop.organisation_id.in_(organisations))
        .order_by(AccidentStop.id)
    ):
        spans.setdefault(stop.accident_id, []).append((stop.from_on, stop.until_on))
    found: dict[int, list[Occurrence]] = {}
    for row in session.execute(
        select(
            Accident.id,
            Accident.organisation_id,
            Accident.kind,
            Accident.happened_at,
            Accident.category,
            Accident.site_id,
            Accident.reference,
        )
        .where(
            Accident.organisation_id.in_(organisations),
            Accident.status != EventStatus.DISMISSED,
        )
        .order_by(Accident.happened_at, Accident.id)
    ):
        event = Occurrence(
            id=row.id,
            kind=row.kind,
            happened_on=day_in_paris(row.happened_at),
            category=row.category,
            site_id=row.site_id,
            reference=row.reference,
            spans=in_force(spans.get(row.id, [])),
        )
        found.setdefault(row.organisation_id, []).append(event)
    return found


def entries(session: Session, organisations: Sequence[int]) -> Mapping[int, Sequence[Entry]]:
    """Return the hours as they were entered, oldest first: one statement."""
    found: dict[int, list[Entry]] = {}
    for row in session.execute(
        select(
            Exposure.organisation_id,
            Exposure.site_id,
            Exposure.month_on,
            Exposure.hours,
            Exposure.headcount,
            Exposure.covers_temporary,
            Exposure.incapacity_pct,
        )
        .where(Exposure.organisation_id.in_(organisations))
        .order_by(Exposure.id)
    ):
        worked = Worked(
            hours=_exact(row.hours),
            headcount=_exact(row.headcount),
            covers_temporary=row.covers_temporary,
            incapacity_pct=_exact(row.incapacity_pct),
        )
        month = Period.of(Frequency.MONTH, row.month_on)
        entry = Entry(month=month, site_id=row.site_id, worked=worked)
        found.setdefault(row.organisation_id, []).append(entry)
    return found


def registers(session: Session, organisations: Sequence[int]) -> Mapping[int, Register]:
    """Return what the register of each organisation knows: five statements for all."""
    events, hours = occurrences(session, organisations), entries(session, organisations)
    since = kept_since(session, organisations)
    return {
        key: Register(
            events=events.get(key, ()),
            worked=worked_of(hours.get(key, ())),
            since=since.get(key),
        )
        for key in organisations
    }


def _exact(number: Decimal | None) -> Fraction | None:
    return None if number is None else Fraction(number)


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


def kept_since(session: Session, organisations: Sequence[int]) -> Mapping[int, date]:
    """Return the first day from which the register of each organisation is kept: two statements.

    The first month whose hours were entered, or the day of the first declaration: before it,
    nothing recorded does not mean that nothing happened.
    """
    first: dict[int, date] = {}
    for key, day in session.execute(
        select(Exposure.organisation_id, func.min(Exposure.month_on))
        .where(Exposure.organisation_id.in_(organisations))
        .group_by(Exposure.organisation_id)
    ):
        first[key] = day
    for key, at in session.execute(
        select(Accident.organisation_id, func.min(Accident.declared_at))
        .where(Accident.organisation_id.in_(organisations))
        .group_by(Accident.organisation_id)
    ):
        day = day_in_paris(at)
        first[key] = min(first.get(key, day), day)
    return first


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredEvent:
    """An event as the risk assessment looks at it: what may ask for its update."""

    id: int
    reference: str
    kind: EventKind
    happened_on: date
    place: str
    process_id: int | None
    site_id: int | None


def events_since(session: Session, organisation_id: int, day: date) -> tuple[RegisteredEvent, ...]:
    """Return the events declared on ``day`` or later that were not dismissed, oldest first.

    By the day of the declaration: an update of the assessment answers what was known by then.
    """
    rows = session.execute(
        select(
            Accident.id,
            Accident.reference,
            Accident.kind,
            Accident.happened_at,
            Accident.place,
            Accident.process_id,
            Accident.site_id,
        )
        .where(
            Accident.organisation_id == organisation_id,
            Accident.declared_at >= begins_at(day),
            Accident.status != EventStatus.DISMISSED,
        )
        .order_by(Accident.declared_at, Accident.id)
    )
    return tuple(
        RegisteredEvent(
            id=row.id,
            reference=row.reference,
            kind=row.kind,
            happened_on=day_in_paris(row.happened_at),
            place=row.place,
            process_id=row.process_id,
            site_id=row.site_id,
        )
        for row in rows
    )
