"""Reading whole registers at once: events, days of stop and hours in one statement."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    Boolean,
    Date,
    Integer,
    Row,
    Select,
    String,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from qse_audit.accidents.models import Accident, AccidentStop, Exposure
from qse_audit.accidents.rules import Category, EventKind, EventStatus
from qse_audit.accidents.rules.exposure import Entry, worked_of
from qse_audit.accidents.rules.rates import Occurrence, Register, Worked
from qse_audit.accidents.rules.stops import in_force
from qse_audit.core.clock import day_in_paris
from qse_audit.core.periods import Frequency, Period
from qse_audit.db.base import ExactNumber, UtcDateTime
from qse_audit.records import as_code

HOURS, EVENT, STOP = "hours", "event", "stop"
"""What a row of the statement tells."""


def registers(
    session: Session, organisations: Sequence[int], *, site_id: int | None = None
) -> Mapping[int, Register]:
    """Return what the register of each organisation knows, or of one site: one statement for all.

    A register is kept since the first month whose hours were entered, or the first declaration:
    before it, nothing recorded does not mean that nothing happened.
    """
    found: dict[int, list[Row[Any]]] = {key: [] for key in organisations}
    parts = (_hours(organisations), _events(organisations), _stops(organisations))
    for row in session.execute(union_all(*parts)):
        found[row.organisation_id].append(row)
    return {key: _register(rows, site_id) for key, rows in found.items()}


def _register(rows: Sequence[Row[Any]], site_id: int | None) -> Register:
    ordered = sorted(rows, key=lambda row: row.id)
    return Register(
        events=tuple(e for e in _occurrences(ordered) if site_id in {None, e.site_id}),
        worked=worked_of([_entry(row) for row in ordered if row.what == HOURS], site_id),
        since=min(_beginnings(rows), default=None),
    )


def _beginnings(rows: Iterable[Row[Any]]) -> Iterable[date]:
    """Give the months with hours and the days of declaration, of dismissed events too."""
    for row in rows:
        if row.what == HOURS:
            yield row.first_on
        elif row.what == EVENT:
            yield day_in_paris(row.declared_at)


def _occurrences(ordered: Sequence[Row[Any]]) -> Iterable[Occurrence]:
    spans: dict[int, list[tuple[date, date | None]]] = {}
    for row in ordered:
        if row.what == STOP:
            spans.setdefault(row.accident_id, []).append((row.first_on, row.last_on))
    told = [row for row in ordered if row.what == EVENT and row.status != EventStatus.DISMISSED]
    for row in sorted(told, key=lambda each: (each.happened_at, each.id)):
        yield Occurrence(
            id=row.id,
            kind=EventKind(row.kind),
            happened_on=day_in_paris(row.happened_at),
            category=Category(row.category) if row.category else None,
            site_id=row.site_id,
            reference=row.reference,
            spans=in_force(spans.get(row.id, [])),
        )


def _entry(row: Row[Any]) -> Entry:
    worked = Worked(
        hours=_exact(row.hours),
        headcount=_exact(row.headcount),
        covers_temporary=row.covers_temporary,
        incapacity_pct=_exact(row.incapacity_pct),
    )
    month = Period.of(Frequency.MONTH, row.first_on)
    return Entry(month=month, site_id=row.site_id, worked=worked)


def _exact(number: Any) -> Fraction | None:
    return None if number is None else Fraction(number)


NO_CODE, NO_AT, NO_DAY = null().cast(String), null().cast(UtcDateTime), null().cast(Date)
NO_KEY, NO_NUMBER = null().cast(Integer), null().cast(ExactNumber)


def _hours(organisations: Sequence[int]) -> Select[Any]:
    columns: list[Any] = [
        literal(HOURS).label("what"),
        Exposure.organisation_id,
        Exposure.id,
        NO_KEY.label("accident_id"),
        Exposure.site_id,
        *(NO_CODE.label(name) for name in ("reference", "kind", "category", "status")),
        NO_AT.label("happened_at"),
        NO_AT.label("declared_at"),
        Exposure.month_on.label("first_on"),
        NO_DAY.label("last_on"),
        Exposure.hours,
        Exposure.headcount,
        Exposure.incapacity_pct,
        Exposure.covers_temporary,
    ]
    return select(*columns).where(Exposure.organisation_id.in_(organisations))


def _events(organisations: Sequence[int]) -> Select[Any]:
    columns: list[Any] = [
        literal(EVENT),
        Accident.organisation_id,
        Accident.id,
        NO_KEY.label("accident_id"),
        Accident.site_id,
        Accident.reference,
        as_code(Accident.kind),
        as_code(Accident.category),
        as_code(Accident.status),
        Accident.happened_at,
        Accident.declared_at,
        *(NO_DAY.label(name) for name in ("first_on", "last_on")),
        *(NO_NUMBER.label(name) for name in ("hours", "headcount", "incapacity_pct")),
        null().cast(Boolean),
    ]
    return select(*columns).where(Accident.organisation_id.in_(organisations))


def _stops(organisations: Sequence[int]) -> Select[Any]:
    columns: list[Any] = [
        literal(STOP),
        AccidentStop.organisation_id,
        AccidentStop.id,
        AccidentStop.accident_id,
        NO_KEY.label("site_id"),
        *(NO_CODE.label(name) for name in ("reference", "kind", "category", "status")),
        NO_AT.label("happened_at"),
        NO_AT.label("declared_at"),
        AccidentStop.from_on,
        AccidentStop.until_on,
        *(NO_NUMBER.label(name) for name in ("hours", "headcount", "incapacity_pct")),
        null().cast(Boolean),
    ]
    return select(*columns).where(AccidentStop.organisation_id.in_(organisations))
