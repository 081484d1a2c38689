"""The records that a balance is assembled from, as frozen facts, and its perimeter. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from qse_audit.accidents.rules import EventKind
from qse_audit.accidents.rules.stops import Span as StopSpan
from qse_audit.balances.rules.codes import BalanceDomain, Section
from qse_audit.core.expressions import Aggregation
from qse_audit.core.periods import Frequency
from qse_audit.core.series import Direction
from qse_audit.indicators.rules import Entry, TargetPoint

EVERYTHING = frozenset(each.value for each in BalanceDomain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Any record: how people call it, and where it belongs."""

    id: int
    reference: str
    sites: frozenset[int] = frozenset()
    """Empty: tied to no site."""
    domains: frozenset[str] = frozenset()
    """Empty: tied to no domain that a balance knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord(Record):
    """An audit that is more than a draft."""

    ends_on: date | None
    is_cancelled: bool = False
    is_held: bool = False
    """Whether its closing meeting took place or its report is issued, as known today."""
    reported_on: date | None = None
    closed_on: date | None = None
    labels: tuple[str, ...] = ()
    """The editions that it judges against: ``ISO 9001:2015``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord(Record):
    """A finding that was made final."""

    grade: str
    is_nonconformity: bool
    final_on: date
    closed_on: date | None = None
    clause: str = ""
    process_id: int | None = None
    process: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRecord(Record):
    """An action that was not cancelled."""

    asked_on: date
    due_on: date
    done_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedAction(Record):
    """One judgement of an action: somebody else looked whether it worked."""

    judged_on: date
    is_effective: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorRecord(Record):
    """An indicator that is followed, or was, with its values of both periods."""

    title: str
    section: Section
    direction: Direction
    frequency: Frequency
    starts_on: date
    dropped_on: date | None = None
    measure_unit: str = ""
    decimals: int = 1
    formula: str = ""
    aggregations: Mapping[str, Aggregation] = field(default_factory=dict)
    variables: Sequence[tuple[str, str, str]] = ()
    """(name, label, unit) of what is entered, in order."""
    targets: Sequence[TargetPoint] = ()
    entries: Sequence[Entry] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRecord(Record):
    """A logged signal of an indicator, called by the reference of that."""

    until_on: date
    is_favourable: bool | None
    is_analysed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveRecord(Record):
    """An objective that was decided: it runs, or it ended."""

    status: str
    starts_on: date
    due_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoherenceRecord(Record):
    """A frozen report of coherence."""

    made_on: date
    open_count: int
    accepted_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccidentRecord(Record):
    """An event of the register that counts in the rates."""

    kind: EventKind
    happened_on: date
    spans: Sequence[StopSpan] = ()
    """Its days of stop."""


R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """All that bears on a balance."""

    audits: Sequence[AuditRecord] = ()
    findings: Sequence[FindingRecord] = ()
    actions: Sequence[ActionRecord] = ()
    judged: Sequence[JudgedAction] = ()
    indicators: Sequence[IndicatorRecord] = ()
    signals: Sequence[SignalRecord] = ()
    objectives: Sequence[ObjectiveRecord] = ()
    accidents: Sequence[AccidentRecord] = ()
    coherence: Sequence[CoherenceRecord] = ()
    """Of the whole organisation: the cascade is one."""
    since: Mapping[Section, date] = field(default_factory=dict)
    """The first day that each section knows of; missing: nothing was ever recorded."""
    sites: Mapping[int, str] = field(default_factory=dict)
    """The names of the sites of the organisation."""


PLACED = (
    "audits",
    "findings",
    "actions",
    "judged",
    "indicators",
    "signals",
    "objectives",
    "accidents",
)
LEFT_OUT = ("audits", "findings", "actions", "indicators", "objectives", "accidents")
"""The records that are told of when nothing says where they belong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Perimeter:
    """What a balance looks at: nothing chosen means everything."""

    sites: frozenset[int] = frozenset()
    domains: frozenset[str] = EVERYTHING

    def holds(self, record: Record) -> bool | None:
        """Say whether a record belongs here; ``None`` when nothing says where it belongs."""
        is_narrow = not self.domains >= EVERYTHING
        if (self.sites and not record.sites) or (is_narrow and not record.domains):
            return None
        is_sited = not self.sites or not self.sites.isdisjoint(record.sites)
        return is_sited and (not is_narrow or not self.domains.isdisjoint(record.domains))


def within(records: Records, perimeter: Perimeter) -> tuple[Records, Mapping[str, int]]:
    """Return what belongs to ``perimeter``, and how many of each kind nothing says of."""
    kept: dict[str, Any] = {name: _kept(getattr(records, name), perimeter) for name in PLACED}
    unknown = {
        name: sum(perimeter.holds(each) is None for each in getattr(records, name))
        for name in LEFT_OUT
    }
    return replace(records, **kept), {name: count for name, count in unknown.items() if count}


def _kept(records: Iterable[R], perimeter: Perimeter) -> tuple[R, ...]:
    return tuple(each for each in records if perimeter.holds(each))
