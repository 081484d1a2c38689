"""How the figures of the register of accidents are counted. Pure."""

from collections.abc import Sequence
from fractions import Fraction

from qse_audit.accidents.rules import EventKind
from qse_audit.balances.rules.counting import Count, counted, sources_of
from qse_audit.balances.rules.figures import Outcome
from qse_audit.balances.rules.records import AccidentRecord, Records
from qse_audit.balances.rules.spans import Span
from qse_audit.core.permissions import Kind


def events_of(*kinds: EventKind) -> Count:
    """Return the count of the events of some kinds that happened in the period."""
    return lambda records, span: counted(Kind.ACCIDENT, _happened(records, span, kinds))


def days_lost(records: Records, span: Span) -> Outcome:
    """Count the days of stop that fall in the period, also for earlier accidents."""
    found = [
        (each, days)
        for each in records.accidents
        if each.kind is EventKind.STOP
        and (days := sum(part.within(span.from_on, span.until_on) for part in each.spans))
    ]
    sources = sources_of(Kind.ACCIDENT, (each for each, _ in found))
    return Outcome(Fraction(sum(days for _, days in found)), sources=sources)


def _happened(records: Records, span: Span, kinds: Sequence[EventKind]) -> list[AccidentRecord]:
    return [e for e in records.accidents if e.kind in kinds and e.happened_on in span]
