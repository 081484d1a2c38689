"""What our own records count by themselves, period by period. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from statistics import median

from qse_audit.accidents.rules import EventKind
from qse_audit.accidents.rules.rates import Register
from qse_audit.core.periods import Period
from qse_audit.indicators.rules.codes import AutomaticSource

REPORT_DAYS = 15
"""Days after the last day of an audit within which its report is on time."""
RECOUNTED = 13
"""Periods that are counted again each night: a record may be completed late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """An audit that was planned."""

    ends_on: date
    is_done: bool
    reported_on: date | None
    applicable: int = 0
    """Questions answered and applicable."""
    conforming: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord:
    """A finding that was made final."""

    grade: str
    is_nonconformity: bool
    final_on: date
    closed_on: date | None
    recurred: bool = False
    """Whether the same requirement failed again in the same process once it was closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRecord:
    """An action that was not cancelled."""

    asked_on: date
    due_on: date
    done_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRecord:
    """A value that some indicator was due."""

    due_on: date
    on_time: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """All that can be counted in one organisation."""

    audits: Sequence[AuditRecord] = ()
    findings: Sequence[FindingRecord] = ()
    actions: Sequence[ActionRecord] = ()
    judged: Sequence[tuple[date, bool]] = ()
    """The days when an action was judged, and whether it was effective."""
    values: Sequence[ValueRecord] = field(default=())
    register: Register = field(default_factory=Register)
    """Accidents, incidents and near misses, with the hours worked."""


Count = Callable[[Records, Period], Fraction | None]


def count(source: AutomaticSource, records: Records, period: Period) -> Fraction | None:
    """Return what ``source`` counts in ``period``; ``None`` when there is nothing to tell."""
    return COUNTS[source](records, period)


def _planned(records: Records, period: Period) -> list[AuditRecord]:
    return [audit for audit in records.audits if audit.ends_on in period]


def _reported(records: Records, period: Period) -> list[AuditRecord]:
    return [each for each in records.audits if each.reported_on and each.reported_on in period]


def _closed(records: Records, period: Period) -> list[FindingRecord]:
    return [
        each
        for each in records.findings
        if each.is_nonconformity and each.closed_on and each.closed_on in period
    ]


def _due(records: Records, period: Period) -> list[ActionRecord]:
    return [action for action in records.actions if action.due_on in period]


def _open(records: Records, period: Period) -> list[ActionRecord]:
    """Return the actions that were still to be done when the period ended."""
    end = period.ends_on
    return [
        each
        for each in records.actions
        if each.asked_on <= end and (each.done_on is None or each.done_on > end)
    ]


def _number(found: Iterable[object]) -> Fraction:
    return Fraction(sum(1 for _ in found))


def _grade(code: str) -> Count:
    return lambda records, period: _number(
        each for each in records.findings if each.grade == code and each.final_on in period
    )


def _on_time(records: Records, period: Period) -> Fraction:
    return _number(
        each
        for each in _reported(records, period)
        if each.reported_on and (each.reported_on - each.ends_on).days <= REPORT_DAYS
    )


def _done_in_time(records: Records, period: Period) -> Fraction:
    return _number(
        each for each in _due(records, period) if each.done_on and each.done_on <= each.due_on
    )


def _closure_days(records: Records, period: Period) -> Fraction | None:
    days = [
        (each.closed_on - each.final_on).days
        for each in _closed(records, period)
        if each.closed_on is not None
    ]
    return Fraction(median(days)) if days else None


S = AutomaticSource
COUNTS: Mapping[AutomaticSource, Count] = {
    S.AUDITS_PLANNED: lambda r, p: _number(_planned(r, p)),
    S.AUDITS_DONE: lambda r, p: _number(each for each in _planned(r, p) if each.is_done),
    S.REPORTS_ISSUED: lambda r, p: _number(_reported(r, p)),
    S.REPORTS_ON_TIME: _on_time,
    S.QUESTIONS_APPLICABLE: lambda r, p: Fraction(sum(a.applicable for a in _planned(r, p))),
    S.QUESTIONS_CONFORMING: lambda r, p: Fraction(sum(a.conforming for a in _planned(r, p))),
    S.FINDINGS_MAJOR: _grade("major_nonconformity"),
    S.FINDINGS_MINOR: _grade("minor_nonconformity"),
    S.FINDINGS_CONCERN: _grade("area_of_concern"),
    S.FINDINGS_OPPORTUNITY: _grade("improvement_opportunity"),
    S.NONCONFORMITIES_CLOSED: lambda r, p: _number(_closed(r, p)),
    S.NONCONFORMITIES_RECURRING: lambda r, p: _number(f for f in _closed(r, p) if f.recurred),
    S.MEDIAN_CLOSURE_DAYS: _closure_days,
    S.ACTIONS_DUE: lambda r, p: _number(_due(r, p)),
    S.ACTIONS_CLOSED_ON_TIME: _done_in_time,
    S.ACTIONS_OPEN: lambda r, p: _number(_open(r, p)),
    S.ACTIONS_OVERDUE: lambda r, p: _number(a for a in _open(r, p) if a.due_on < p.ends_on),
    S.ACTIONS_VERIFIED: lambda r, p: _number(day for day, _ in r.judged if day in p),
    S.ACTIONS_EFFECTIVE: lambda r, p: _number(day for day, good in r.judged if good and day in p),
    S.INDICATOR_VALUES_DUE: lambda r, p: _number(v for v in r.values if v.due_on in p),
    S.INDICATOR_VALUES_ON_TIME: lambda r, p: _number(
        v for v in r.values if v.on_time and v.due_on in p
    ),
    S.ACCIDENTS_STOP: lambda r, p: r.register.count([EventKind.STOP], p),
    S.ACCIDENTS_NO_STOP: lambda r, p: r.register.count([EventKind.NO_STOP], p),
    S.DAYS_LOST: lambda r, p: r.register.days_lost(p),
    S.NEAR_MISSES: lambda r, p: r.register.count([EventKind.NEAR_MISS], p),
    S.HOURS_WORKED: lambda r, p: r.register.hours(p),
    S.HEADCOUNT: lambda r, p: r.register.headcount(p),
}
"""How each source counts."""
