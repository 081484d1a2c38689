"""Reading the values of an indicator: its series, its grid, its corrections, its completeness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Person
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.text import Message
from qse_audit.indicators.models import Correction, Indicator, Measurement
from qse_audit.indicators.rules import (
    Calendar,
    Completeness,
    IndicatorStatus,
    Known,
    Stored,
    hours_of_rate,
    small_hours_warning,
)

COMPLETENESS_DAYS = 366
"""Over how many days completeness is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The values of one period as pages and charts read them."""

    period: Period
    inputs: Mapping[str, str]
    value: Decimal | None
    """``None``: not computable."""
    is_complete: bool
    late_days: int
    source: str
    comment: str
    entered_at: datetime
    entered_by: str | None
    """``None``: counted from our own records."""
    correction_count: int
    version: int


def measured(
    session: Session,
    indicator: Indicator,
    *,
    since: date | None = None,
    until: date | None = None,
    most: int | None = None,
) -> tuple[Measured, ...]:
    """Return the values of an indicator, the oldest first: one statement, by its index.

    With ``most``, the last ones only.
    """
    t = Measurement
    corrections = (
        select(func.count()).where(Correction.measurement_id == t.id).correlate(t).scalar_subquery()
    )
    statement = (
        select(
            t.period_on, t.inputs, t.value, t.is_complete, t.late_days, t.source, t.comment,
            t.entered_at, Person.name.label("entered_by"),
            corrections.label("correction_count"), t.version,
        )
        .outerjoin(Person, Person.id == t.entered_by_id)
        .where(t.indicator_id == indicator.id)
        .order_by(t.period_on.desc())
        .limit(most)
    )  # fmt: skip
    if since is not None:
        statement = statement.where(t.period_on >= since)
    if until is not None:
        statement = statement.where(t.period_on <= until)
    found = []
    for row in session.execute(statement):
        values = dict(row._mapping)
        period = Period.of(indicator.frequency, values.pop("period_on"))
        found.append(Measured(period=period, **values))
    return tuple(reversed(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Stored):
    """What the services compute with, besides what rules see."""

    value: Decimal | None
    is_complete: bool
    late_days: int
    source: str


def stored_rows(session: Session, indicator_id: int, frequency: Frequency) -> dict[Period, Row]:
    """Return everything stored for an indicator, by period: one statement."""
    t = Measurement
    rows = session.execute(
        select(
            t.id, t.period_on, t.inputs, t.comment, t.version, t.value, t.is_complete,
            t.late_days, t.source,
        )
        .where(t.indicator_id == indicator_id)
        .order_by(t.period_on)
    )  # fmt: skip
    found = {}
    for row in rows:
        values = dict(row._mapping)
        period = Period.of(frequency, values.pop("period_on"))
        found[period] = Row(period=period, **values)
    return found


def rows_of_many(
    session: Session, frequencies: Mapping[int, Frequency]
) -> dict[int, dict[Period, Row]]:
    """Return everything stored for several indicators, by id, then by period: one statement."""
    t = Measurement
    rows = session.execute(
        select(
            t.indicator_id, t.id, t.period_on, t.inputs, t.comment, t.version, t.value,
            t.is_complete, t.late_days, t.source,
        ).where(t.indicator_id.in_(list(frequencies)))
    )  # fmt: skip
    found: dict[int, dict[Period, Row]] = {}
    for row in rows:
        values = dict(row._mapping)
        key = values.pop("indicator_id")
        period = Period.of(frequencies[key], values.pop("period_on"))
        found.setdefault(key, {})[period] = Row(period=period, **values)
    return found


def results_by_name(
    session: Session, organisation_id: int, frequency: Frequency, names: Sequence[str]
) -> Known:
    """Return the results of other indicators by short name, then rank of the period."""
    if not names:
        return {}
    rows = session.execute(
        select(Indicator.short_name, Measurement.period_on, Measurement.value)
        .join(Measurement, Measurement.indicator_id == Indicator.id)
        .where(
            Indicator.organisation_id == organisation_id,
            Indicator.frequency == frequency,
            Indicator.status != IndicatorStatus.DROPPED,
            Indicator.short_name.in_(list(names)),
        )
    )
    found: dict[str, dict[int, Fraction]] = {}
    for name, day, value in rows:
        if value is not None:
            found.setdefault(name, {})[Period.of(frequency, day).ordinal] = Fraction(value)
    return found


def small_hours(session: Session, indicator: Indicator, newest: Period) -> Message | None:
    """Return the warning that a rate per million rests on few hours over twelve months, if so."""
    units = {each.name: each.measure_unit for each in indicator.variables}
    name = hours_of_rate(indicator.formula, units) if indicator.formula else None
    if name is None:
        return None
    year = newest.frequency.periods_a_year
    rows = session.scalars(
        select(Measurement.inputs).where(
            Measurement.indicator_id == indicator.id,
            Measurement.period_on > newest.shift(-year).starts_on,
        )
    )
    found = [Fraction(inputs[name]) for inputs in rows if name in inputs]
    return small_hours_warning(sum(found, Fraction(0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """One correction: what was there before, when, by whom and why."""

    period: Period
    inputs_before: Mapping[str, str]
    value_before: Decimal | None
    reason: str
    at: datetime
    who: str | None
    """``None``: computed again by the nightly job."""


def corrections_of(
    session: Session, indicator: Indicator, *, since: date, until: date, most: int = 200
) -> tuple[Corrected, ...]:
    """Return the corrections of the values of a span, the newest first: one statement."""
    rows = session.execute(
        select(
            Measurement.period_on,
            Correction.inputs_before,
            Correction.value_before,
            Correction.reason,
            Correction.corrected_at.label("at"),
            Person.name.label("who"),
        )
        .join(Measurement, Measurement.id == Correction.measurement_id)
        .outerjoin(Person, Person.id == Correction.corrected_by_id)
        .where(
            Measurement.indicator_id == indicator.id,
            Measurement.period_on >= since,
            Measurement.period_on <= until,
        )
        .order_by(Correction.id.desc())
        .limit(most)
    )
    found = []
    for row in rows:
        values = dict(row._mapping)
        period = Period.of(indicator.frequency, values.pop("period_on"))
        found.append(Corrected(period=period, **values))
    return tuple(found)


def completeness_of(
    session: Session, calendars: Mapping[int, Calendar], today: date
) -> Mapping[int, Completeness]:
    """Return how complete each series was over the last twelve months, by indicator id.

    Entered of those due, and how many came late: one statement.
    """
    since = today - timedelta(days=COMPLETENESS_DAYS)
    due = {key: _due(calendar, since, today) for key, calendar in calendars.items()}
    first = min((min(days) for days in due.values() if days), default=today)
    found: dict[int, list[int]] = {key: [0, 0] for key in due}
    rows = session.execute(
        select(Measurement.indicator_id, Measurement.period_on, Measurement.late_days).where(
            Measurement.indicator_id.in_(list(due)),
            Measurement.period_on >= first,
            Measurement.is_complete,
        )
    )
    for key, day, late_days in rows:
        if day in due[key]:
            found[key][0] += 1
            found[key][1] += late_days > 0
    return {
        key: Completeness(entered, len(due[key]), late) for key, (entered, late) in found.items()
    }


def overall_completeness(session: Session, organisation_id: int, today: date) -> Completeness:
    """Return how complete all series of an organisation are together: two statements."""
    each = completeness_of(session, calendars_of(session, organisation_id), today)
    return sum(each.values(), Completeness())


def _due(calendar: Calendar, since: date, today: date) -> frozenset[date]:
    """Return the first days of the periods due in a span."""
    start = max(calendar.starts_on, since)
    late = replace(calendar, starts_on=start)
    return frozenset(each.starts_on for each in late.due(today))


def calendars_of(session: Session, organisation_id: int) -> Mapping[int, Calendar]:
    """Return when values are due, of each indicator that an organisation follows."""
    rows = session.execute(
        select(
            Indicator.id,
            Indicator.frequency,
            Indicator.starts_on,
            Indicator.delay_days,
            Indicator.closed_until,
        ).where(
            Indicator.organisation_id == organisation_id,
            Indicator.status == IndicatorStatus.ACTIVE,
        )
    )
    return {key: Calendar(frequency=f, starts_on=s, delay_days=d, closed_until=c)
            for key, f, s, d, c in rows}  # fmt: skip
