"""How each figure is counted from the records of a period. Pure."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from statistics import median
from typing import TypeAlias

from qse_audit.balances.rules.codes import Absence
from qse_audit.balances.rules.figures import Outcome, Source, source_of
from qse_audit.balances.rules.records import (
    ActionRecord,
    AuditRecord,
    FindingRecord,
    ObjectiveRecord,
    Record,
    Records,
)
from qse_audit.balances.rules.spans import Span
from qse_audit.core.permissions import Kind
from qse_audit.indicators.rules.automatic import REPORT_DAYS

Count: TypeAlias = Callable[[Records, Span], Outcome]


def counted(kind: Kind, found: Iterable[Record]) -> Outcome:
    """Return how many there are, with what they are."""
    sources = sources_of(kind, found)
    return Outcome(Fraction(len(sources)), sources=sources)


def part(kind: Kind, some: Sequence[Record], among: Sequence[Record]) -> Outcome:
    """Return which part ``some`` are ``among`` others; not computable among none."""
    if not among:
        return Outcome(None, Absence.NOT_COMPUTABLE)
    ratio = Fraction(len(some), len(among))
    return Outcome(ratio, sources=sources_of(kind, among), of=(len(some), len(among)))


def sources_of(kind: Kind, found: Iterable[Record]) -> tuple[Source, ...]:
    """Return records as sources, the newest reference first, each once."""
    named = {each.id: each.reference for each in found}
    ordered = sorted(named.items(), key=lambda each: (each[1], each[0]), reverse=True)
    return tuple(source_of(kind, key, reference) for key, reference in ordered)


# --- audits ---


def planned(records: Records, span: Span) -> list[AuditRecord]:
    """Return the audits whose last day falls in the period."""
    return [each for each in records.audits if each.ends_on in span and not each.is_cancelled]


def held(records: Records, span: Span) -> list[AuditRecord]:
    """Return those of the planned audits that took place."""
    return [each for each in planned(records, span) if each.is_held]


def reported(records: Records, span: Span) -> list[AuditRecord]:
    """Return the audits whose report was issued in the period."""
    return [each for each in records.audits if each.reported_on in span]


def audits_planned(records: Records, span: Span) -> Outcome:
    """Count the audits whose last day falls in the period."""
    return counted(Kind.AUDIT, planned(records, span))


def audits_held(records: Records, span: Span) -> Outcome:
    """Count those of them that took place."""
    return counted(Kind.AUDIT, held(records, span))


def audits_completion(records: Records, span: Span) -> Outcome:
    """Return which part of the planned audits took place."""
    return part(Kind.AUDIT, held(records, span), planned(records, span))


def audits_cancelled(records: Records, span: Span) -> Outcome:
    """Count the audits of the period that were cancelled."""
    gone = [each for each in records.audits if each.is_cancelled and each.ends_on in span]
    return counted(Kind.AUDIT, gone)


def audits_reported(records: Records, span: Span) -> Outcome:
    """Count the reports issued in the period."""
    return counted(Kind.AUDIT, reported(records, span))


def reports_on_time(records: Records, span: Span) -> Outcome:
    """Return which part of the reports came within the days that they are given."""
    issued = [each for each in reported(records, span) if each.ends_on]
    return part(Kind.AUDIT, [each for each in issued if _is_prompt(each)], issued)


def _is_prompt(audit: AuditRecord) -> bool:
    if audit.reported_on is None or audit.ends_on is None:
        return False
    return (audit.reported_on - audit.ends_on).days <= REPORT_DAYS


def audits_closed(records: Records, span: Span) -> Outcome:
    """Count the audits closed in the period."""
    return counted(Kind.AUDIT, [each for each in records.audits if each.closed_on in span])


# --- findings ---


def stated(records: Records, span: Span) -> list[FindingRecord]:
    """Return the findings made final in the period."""
    return [each for each in records.findings if each.final_on in span]


def nonconformities(records: Records, span: Span) -> list[FindingRecord]:
    """Return the nonconformities made final in the period."""
    return [each for each in stated(records, span) if each.is_nonconformity]


def recurring(records: Records, span: Span) -> list[FindingRecord]:
    """Return the nonconformities of the period whose gap had been closed before."""
    closed: dict[tuple[str, int | None], list[FindingRecord]] = {}
    for each in records.findings:
        if each.is_nonconformity and each.clause and each.closed_on:
            closed.setdefault((each.clause, each.process_id), []).append(each)
    return [
        each
        for each in nonconformities(records, span)
        if any(
            earlier.closed_on and earlier.closed_on < each.final_on
            for earlier in closed.get((each.clause, each.process_id), ())
        )
    ]


def findings_total(records: Records, span: Span) -> Outcome:
    """Count the findings made final in the period."""
    return counted(Kind.FINDING, stated(records, span))


def findings_of(grade: str) -> Count:
    """Return how to count the findings of one grade."""

    def count(records: Records, span: Span) -> Outcome:
        found = [each for each in stated(records, span) if each.grade == grade]
        return counted(Kind.FINDING, found)

    return count


def nonconformities_per_audit(records: Records, span: Span) -> Outcome:
    """Return how many nonconformities an audit reported in the period found, on average."""
    found, among = nonconformities(records, span), reported(records, span)
    if not among:
        return Outcome(None, Absence.NOT_COMPUTABLE)
    sources = sources_of(Kind.FINDING, found)
    return Outcome(Fraction(len(found), len(among)), sources=sources, of=(len(found), len(among)))


def findings_recurring(records: Records, span: Span) -> Outcome:
    """Count the gaps that came back."""
    return counted(Kind.FINDING, recurring(records, span))


def _closed_gaps(records: Records, span: Span) -> list[FindingRecord]:
    return [each for each in records.findings if each.is_nonconformity and each.closed_on in span]


def nonconformities_closed(records: Records, span: Span) -> Outcome:
    """Count the nonconformities closed in the period."""
    return counted(Kind.FINDING, _closed_gaps(records, span))


def closure_days(records: Records, span: Span) -> Outcome:
    """Return the median number of days from final to closed."""
    found = _closed_gaps(records, span)
    days = [(each.closed_on - each.final_on).days for each in found if each.closed_on]
    if not days:
        return Outcome(None, Absence.NOT_COMPUTABLE)
    return Outcome(Fraction(median(days)), sources=sources_of(Kind.FINDING, found))


def nonconformities_open(records: Records, span: Span) -> Outcome:
    """Count the nonconformities still open when the period ended."""
    end = span.until_on
    still = [
        each
        for each in records.findings
        if each.is_nonconformity
        and each.final_on <= end
        and (each.closed_on is None or each.closed_on > end)
    ]
    return counted(Kind.FINDING, still)


# --- actions ---


def _open_actions(records: Records, span: Span) -> list[ActionRecord]:
    end = span.until_on
    return [
        each
        for each in records.actions
        if each.asked_on <= end and (each.done_on is None or each.done_on > end)
    ]


def due_actions(records: Records, span: Span) -> list[ActionRecord]:
    """Return the actions that were due in the period."""
    return [each for each in records.actions if each.due_on in span]


def done_in_time(records: Records, span: Span) -> list[ActionRecord]:
    """Return those of them that were done by their day."""
    return [
        each for each in due_actions(records, span) if each.done_on and each.done_on <= each.due_on
    ]


def actions_opened(records: Records, span: Span) -> Outcome:
    """Count the actions asked for in the period."""
    return counted(Kind.ACTION, [each for each in records.actions if each.asked_on in span])


def actions_done(records: Records, span: Span) -> Outcome:
    """Count the actions done in the period and not opened again."""
    return counted(Kind.ACTION, [each for each in records.actions if each.done_on in span])


def actions_due(records: Records, span: Span) -> Outcome:
    """Count the actions due in the period."""
    return counted(Kind.ACTION, due_actions(records, span))


def actions_on_time(records: Records, span: Span) -> Outcome:
    """Return which part of the due actions were done by their day."""
    return part(Kind.ACTION, done_in_time(records, span), due_actions(records, span))


def actions_open(records: Records, span: Span) -> Outcome:
    """Count the actions still to be done when the period ended."""
    return counted(Kind.ACTION, _open_actions(records, span))


def actions_overdue(records: Records, span: Span) -> Outcome:
    """Count those of them that were late on the last day."""
    late = [each for each in _open_actions(records, span) if each.due_on < span.until_on]
    return counted(Kind.ACTION, late)


def actions_verified(records: Records, span: Span) -> Outcome:
    """Count the judgements of the period: an action judged twice counts twice."""
    found = [each for each in records.judged if each.judged_on in span]
    return Outcome(Fraction(len(found)), sources=sources_of(Kind.ACTION, found))


def actions_effective(records: Records, span: Span) -> Outcome:
    """Return which part of the judgements said that it worked."""
    found = [each for each in records.judged if each.judged_on in span]
    return part(Kind.ACTION, [each for each in found if each.is_effective], found)


# --- objectives ---


def _ended(status: str) -> Count:
    def count(records: Records, span: Span) -> Outcome:
        found = [each for each in _due_objectives(records, span) if each.status == status]
        return counted(Kind.OBJECTIVE, found)

    return count


def _due_objectives(records: Records, span: Span) -> list[ObjectiveRecord]:
    return [each for each in records.objectives if each.status != "dropped" and each.due_on in span]


objectives_reached, objectives_missed = _ended("reached"), _ended("missed")


def objectives_due(records: Records, span: Span) -> Outcome:
    """Count the objectives due in the period."""
    return counted(Kind.OBJECTIVE, _due_objectives(records, span))


def objectives_reached_ratio(records: Records, span: Span) -> Outcome:
    """Return which part of the due objectives is reached."""
    due = _due_objectives(records, span)
    return part(Kind.OBJECTIVE, [each for each in due if each.status == "reached"], due)


def _running(records: Records, span: Span) -> list[ObjectiveRecord]:
    end = span.until_on
    return [
        each
        for each in records.objectives
        if each.starts_on <= end and (each.closed_on is None or each.closed_on > end)
    ]


def objectives_running(records: Records, span: Span) -> Outcome:
    """Count the objectives that ran when the period ended."""
    return counted(Kind.OBJECTIVE, _running(records, span))


def objectives_late(records: Records, span: Span) -> Outcome:
    """Count those of them whose day had passed."""
    late = [each for each in _running(records, span) if each.due_on and each.due_on < span.until_on]
    return counted(Kind.OBJECTIVE, late)


def objectives_dropped(records: Records, span: Span) -> Outcome:
    """Count the objectives dropped in the period."""
    found = [e for e in records.objectives if e.status == "dropped" and e.closed_on in span]
    return counted(Kind.OBJECTIVE, found)


def anomalies(*, accepted: bool) -> Count:
    """Return how to tell the anomalies of the last report of coherence of a period."""

    def count(records: Records, span: Span) -> Outcome:
        known = [each for each in records.coherence if each.made_on <= span.until_on]
        last = max(known, key=lambda each: (each.made_on, each.id), default=None)
        if last is None:
            return Outcome(None, Absence.NO_REPORT)
        number = last.accepted_count if accepted else last.open_count
        return Outcome(Fraction(number), sources=sources_of(Kind.COHERENCE, [last]))

    return count
