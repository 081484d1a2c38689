"""Reading indicators as charts do: values, limits, signals and the sentence, of one or of many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from qse_audit.accounts.models import Person
from qse_audit.core.expressions import Binary, Formula, FormulaError, Negation, parse
from qse_audit.core.expressions.tree import walk
from qse_audit.core.periods import Period
from qse_audit.core.permissions import Kind
from qse_audit.core.series import Phase, Tolerance
from qse_audit.db.loading import loaded
from qse_audit.findings.models import Finding
from qse_audit.indicators.models import (
    Baseline,
    Indicator,
    LoggedSignal,
    Measurement,
    RareEvent,
)
from qse_audit.indicators.queries.cards import exact, target_path
from qse_audit.indicators.rules import Analysis, Chart, Entry, Logged, Watched, analyse


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One indicator with its values and what they say."""

    indicator: Indicator
    watched: Watched
    entries: tuple[Entry, ...]
    analysis: Analysis

    @property
    def open_signals(self) -> int:
        """How many signals nobody has explained yet."""
        return sum(each.is_open for each in self.watched.logged)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalLine:
    """A logged signal as lists show it."""

    id: int
    indicator_id: int
    reference: str
    title: str
    rule: str
    from_on: date
    until_on: date
    is_favourable: bool | None
    analysis: str
    cause: str
    analysed_by: str | None
    is_open: bool
    version: int

    @property
    def logged(self) -> Logged:
        """Return it as rules see it."""
        return Logged(id=self.id, rule=self.rule, from_on=self.from_on, until_on=self.until_on,
                      is_favourable=self.is_favourable, is_open=self.is_open)  # fmt: skip


def reading_of(
    session: Session,
    indicator: Indicator,
    today: date,
    *,
    signals: Sequence[SignalLine] | None = None,
) -> Reading:
    """Return one indicator as its values read today, over all its periods.

    Two statements; one when its ``signals`` were asked for before.
    """
    entries = entries_of(session, [indicator])[indicator.id]
    if signals is None:
        logged = logged_signals(session, [indicator.id]).get(indicator.id, [])
    else:
        logged = [each.logged for each in signals]
    return _reading(indicator, entries, logged, today)


def readings_of(
    session: Session, indicators: Sequence[Indicator], today: date, *, since: date | None = None
) -> tuple[Reading, ...]:
    """Return ``indicators`` with their readings, in the same order: two statements.

    Their variables, targets, baselines and events are loaded by :func:`charted`.
    """
    keys = [indicator.id for indicator in indicators]
    entries = entries_of(session, indicators, since=since)
    logged = logged_signals(session, keys)
    return tuple(
        _reading(each, entries[each.id], logged.get(each.id, ()), today) for each in indicators
    )


def logged_signals(session: Session, keys: Sequence[int]) -> dict[int, list[Logged]]:
    """Return the signals logged before, by indicator.

    In the order of the index: another one, and SQLite reads the whole table instead.
    """
    s = LoggedSignal
    rows = session.execute(
        select(
            s.indicator_id, s.id, s.rule, s.from_on, s.until_on, s.is_favourable,
            s.analysed_at.is_(None).label("is_open"),
        )
        .where(s.indicator_id.in_(keys))
        .order_by(s.indicator_id, s.rule, s.from_on)
    )  # fmt: skip
    found: dict[int, list[Logged]] = {}
    for row in rows:
        values = dict(row._mapping)
        found.setdefault(values.pop("indicator_id"), []).append(Logged(**values))
    return found


def _reading(
    indicator: Indicator, entries: Sequence[Entry], logged: Sequence[Logged], today: date
) -> Reading:
    values = tuple(entries)
    watched = watched_of(indicator, values[0].period if values else None, logged)
    return Reading(
        indicator=indicator,
        watched=watched,
        entries=values,
        analysis=analyse(watched, values, today),
    )


CHARTED = (
    selectinload(Indicator.variables),
    selectinload(Indicator.targets),
    selectinload(Indicator.baselines),
    selectinload(Indicator.events),
)
"""What readings of many need of each indicator besides its own row."""
ALONE = (
    selectinload(Indicator.variables),
    selectinload(Indicator.targets),
    selectinload(Indicator.participations),
)
"""What the page of one needs; its baselines or its events follow, whichever its chart has."""


def watched_of(
    indicator: Indicator, first: Period | None, logged: Sequence[Logged] = ()
) -> Watched:
    """Return what bears on the reading of values, the first of which is of period ``first``."""
    return Watched(
        chart=indicator.chart,
        frequency=indicator.frequency,
        direction=indicator.direction,
        formula=_formula(indicator),
        aggregations={each.name: each.aggregation for each in indicator.variables},
        rule_set=indicator.rule_set,
        is_never_negative=is_never_negative(indicator),
        targets=target_path(indicator),
        phases=phases_of(indicator, first),
        tolerance=_tolerance(indicator),
        event_dates=event_dates(indicator),
        logged=tuple(logged),
    )


def is_never_negative(indicator: Indicator) -> bool:
    """Say whether nothing that enters the formula, nor the formula itself, goes below zero."""
    formula = _formula(indicator)
    if formula is None or any(each.minimum is None or each.minimum < 0
                              for each in indicator.variables):  # fmt: skip
        return False
    return not any(
        isinstance(node, Negation) or (isinstance(node, Binary) and node.operator == "-")
        for node in walk(formula.root)
    )


def phases_of(indicator: Indicator, first: Period | None) -> tuple[Phase, ...]:
    """Return the phases that people locked; what comes before the first is a phase of its own.

    Only individual values have any.
    """
    if indicator.chart is not Chart.XMR:
        return ()
    found = [_phase(indicator, each) for each in indicator.baselines]
    if found and first is not None and indicator.baselines[0].from_on > first.starts_on:
        found.insert(0, Phase())
    return tuple(found)


def event_dates(indicator: Indicator) -> tuple[date, ...]:
    """Return the days of the rare events that stand."""
    if indicator.chart is not Chart.G:
        return ()
    return tuple(each.happened_on for each in indicator.events if each.withdrawn_at is None)


def _phase(indicator: Indicator, baseline: Baseline) -> Phase:
    start = Period.of(indicator.frequency, baseline.from_on)
    locked = None
    if baseline.until_on is not None:
        locked = (start, Period.of(indicator.frequency, baseline.until_on))
    return Phase(start, baseline.cause, locked)


def _formula(indicator: Indicator) -> Formula | None:
    try:
        return parse(indicator.formula) if indicator.formula.strip() else None
    except FormulaError:
        return None


def _tolerance(indicator: Indicator) -> Tolerance | None:
    low, high = exact(indicator.tolerance_low), exact(indicator.tolerance_high)
    return None if low is None and high is None else Tolerance(low, high)


def entries_statement(
    keys: Sequence[int], since: date | None, whole: Sequence[int] = ()
) -> Select[*tuple[Any, ...]]:
    """Return what :func:`entries_of` asks: the index on indicator and period answers it.

    Of the indicators in ``whole`` everything, of the others what is not before ``since``.
    """
    t = Measurement
    statement = select(t.indicator_id, t.period_on, t.inputs, t.value).where(
        t.indicator_id.in_(keys)
    )
    if since is not None:
        statement = statement.where((t.period_on >= since) | t.indicator_id.in_(whole))
    return statement.order_by(t.indicator_id, t.period_on)


def entries_of(
    session: Session, indicators: Sequence[Indicator], *, since: date | None = None
) -> dict[int, list[Entry]]:
    """Return the values of each indicator by its id, the oldest first: one statement.

    A baseline that somebody locked may lie far back: with ``since`` its indicator is read whole.
    """
    keys = [indicator.id for indicator in indicators]
    locked = [each.id for each in indicators if each.baselines] if since is not None else ()
    statement = entries_statement(keys, since, locked)
    paces = {indicator.id: indicator.frequency for indicator in indicators}
    found: dict[int, list[Entry]] = {indicator.id: [] for indicator in indicators}
    number = lru_cache(maxsize=4096)(Fraction)  # the same hours and small counts again and again
    period = lru_cache(maxsize=4096)(Period.of)
    for key, day, inputs, value in session.execute(statement):
        numbers = {name: number(text) for name, text in inputs.items()}
        found[key].append(Entry(period(paces[key], day), numbers, exact(value)))
    return found


def signals_of(session: Session, indicator: Indicator) -> tuple[SignalLine, ...]:
    """Return the logged signals of one indicator, those without an explanation first."""
    rows = session.execute(
        signal_lines()
        .where(LoggedSignal.indicator_id == indicator.id)
        .order_by(LoggedSignal.analysed_at.isnot(None), LoggedSignal.until_on.desc())
    )
    return tuple(SignalLine(**row._mapping) for row in rows)


def signal_lines() -> Select[*tuple[Any, ...]]:
    """Return the columns of a :class:`SignalLine`."""
    s = LoggedSignal
    return (
        select(
            s.id, s.indicator_id, Indicator.reference, Indicator.title, s.rule, s.from_on,
            s.until_on, s.is_favourable, s.analysis, s.cause, Person.name.label("analysed_by"),
            s.analysed_at.is_(None).label("is_open"), s.version,
        )
        .join(Indicator, Indicator.id == s.indicator_id)
        .outerjoin(Person, Person.id == s.analysed_by_id)
    )  # fmt: skip


def get_signal(session: Session, signal_id: int) -> LoggedSignal:
    """Return a logged signal with its indicator and all that a reading of it needs.

    :raises NotFound: if there is none.
    """
    return loaded(
        session,
        LoggedSignal,
        signal_id,
        joinedload(LoggedSignal.indicator).options(*ALONE, joinedload(Indicator.owner)),
    )


def get_baseline(session: Session, baseline_id: int) -> Baseline:
    """Return a baseline with its indicator.

    :raises NotFound: if there is none.
    """
    found = loaded(session, Baseline, baseline_id)
    get_charted(session, found.indicator_id)
    return found


def get_event(session: Session, event_id: int) -> RareEvent:
    """Return a dated event with its indicator.

    :raises NotFound: if there is none.
    """
    found = loaded(session, RareEvent, event_id)
    get_charted(session, found.indicator_id)
    return found


def get_charted(session: Session, indicator_id: int) -> Indicator:
    """Return an indicator with all that its chart needs.

    :raises NotFound: if there is none.
    """
    return loaded(session, Indicator, indicator_id, *ALONE, joinedload(Indicator.owner))


def open_signals(organisation_id: int) -> Select[Any]:
    """Return the signals of an organisation that nobody has explained yet."""
    return signal_lines().where(
        LoggedSignal.organisation_id == organisation_id, LoggedSignal.analysed_at.is_(None)
    )


def finding_reference(session: Session, signal: LoggedSignal) -> str:
    """Return the reference of the finding that a signal is tied to; empty for none."""
    if signal.answer_kind != Kind.FINDING:
        return ""
    found = select(Finding.reference).where(Finding.id == signal.answer_id)
    return session.scalar(found) or ""
