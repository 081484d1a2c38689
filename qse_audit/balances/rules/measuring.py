"""What the indicators of a perimeter say of a period. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from qse_audit.balances.rules.codes import Absence, Section, Unit, Wanted
from qse_audit.balances.rules.counting import counted, part, sources_of
from qse_audit.balances.rules.figures import (
    Definition,
    Figure,
    Line,
    Outcome,
    figure_of,
    with_line,
)
from qse_audit.balances.rules.records import IndicatorRecord, Records, SignalRecord
from qse_audit.balances.rules.spans import Span
from qse_audit.core.expressions import (
    Aggregation,
    Formula,
    FormulaError,
    Snapshot,
    evaluate,
    looks_back,
    parse,
)
from qse_audit.core.periods import Period
from qse_audit.core.permissions import Kind
from qse_audit.core.series import Direction
from qse_audit.core.text import N_
from qse_audit.indicators.rules import Entry, is_met, target_at

ABOUT = N_(
    "Formule appliquée à la moyenne, sur la période, de chacune de ses données : dans un taux, un "
    "mois creux pèse moins qu’un mois plein. Sans formule de ce genre : moyenne des valeurs."
)
WANTED = {Direction.UP: Wanted.UP, Direction.DOWN: Wanted.DOWN}


@dataclass(frozen=True, slots=True)
class Measured:
    """One indicator over one period."""

    value: Fraction | None
    absence: Absence | None
    target: Fraction | None
    known: int
    expected: int
    mean: Fraction | None
    totals: tuple[tuple[str, str, Fraction], ...]

    def is_met(self, direction: Direction) -> bool | None:
        """Say whether the target is reached; ``None`` without a value or a target."""
        if self.value is None or self.target is None:
            return None
        return is_met(self.value, self.target, direction)


def measure(indicator: IndicatorRecord, span: Span) -> Measured:
    """Return what an indicator says of a period: of the periods of its own that lie inside."""
    known = {each.period: each for each in indicator.entries}
    periods = [
        each
        for each in span.periods(indicator.frequency)
        if each in known or _is_asked(indicator, each)
    ]
    entered = [known[each] for each in periods if each in known]
    found = [each for each in entered if _is_complete(indicator, each)]
    values = [each.value for each in found if each.value is not None]
    mean = sum(values, Fraction(0)) / len(values) if values else None
    value = _over(indicator, found, mean)
    return Measured(
        value=value,
        absence=None if value is not None else _why(periods, found),
        target=target_at(indicator.targets, periods[-1]) if periods else None,
        known=len(found),
        expected=len(periods),
        mean=mean,
        totals=_totals(indicator, found),
    )


def _is_asked(indicator: IndicatorRecord, period: Period) -> bool:
    """Say whether values of ``period`` are due: from the first one on, until it is dropped."""
    gone = indicator.dropped_on is not None and period.ends_on >= indicator.dropped_on
    return period.starts_on >= indicator.starts_on and not gone


def _is_complete(indicator: IndicatorRecord, entry: Entry) -> bool:
    return all(name in entry.inputs for name, _, _ in indicator.variables)


def _why(periods: Sequence[Period], found: Sequence[Entry]) -> Absence:
    if not periods:
        return Absence.NO_WHOLE_PERIOD
    return Absence.NOT_COMPUTABLE if found else Absence.NO_RECORD


def _over(
    indicator: IndicatorRecord, found: Sequence[Entry], mean: Fraction | None
) -> Fraction | None:
    """Return the value over several periods: never the mean of rates where data can be added."""
    formula = _formula(indicator)
    names = {name for name, _, _ in indicator.variables}
    if not found or formula is None or looks_back(formula.root) or set(formula.names) - names:
        return mean
    inputs: dict[str, Fraction | None] = {
        name: _one(indicator.aggregations.get(name, Aggregation.SUM), name, found) for name in names
    }
    try:
        return evaluate(formula, Snapshot(inputs)).value
    except FormulaError:
        return mean


def _one(aggregation: Aggregation, name: str, found: Sequence[Entry]) -> Fraction:
    if aggregation is Aggregation.LAST:
        return found[-1].inputs[name]
    return sum((each.inputs[name] for each in found), Fraction(0)) / len(found)


def _formula(indicator: IndicatorRecord) -> Formula | None:
    try:
        return parse(indicator.formula) if indicator.formula.strip() else None
    except FormulaError:
        return None


def _totals(
    indicator: IndicatorRecord, found: Sequence[Entry]
) -> tuple[tuple[str, str, Fraction], ...]:
    """Return the totals of what adds up; none without a complete value."""
    if not found:
        return ()
    return tuple(
        (label, unit, sum((each.inputs[name] for each in found), Fraction(0)))
        for name, label, unit in indicator.variables
        if indicator.aggregations.get(name) is Aggregation.SUM
    )


def followed(records: Records, span: Span) -> list[IndicatorRecord]:
    """Return the indicators that were followed at some time of the period."""
    return [
        each
        for each in records.indicators
        if (each.starts_on <= span.until_on or _has_history(each, span))
        and (each.dropped_on is None or each.dropped_on >= span.from_on)
    ]


def _has_history(indicator: IndicatorRecord, span: Span) -> bool:
    """Say whether values of the period were taken over from before it was followed here."""
    return any(each.period.ends_on in span for each in indicator.entries)


def indicator_figure(
    records: Records, indicator: IndicatorRecord, span: Span, before_it: Span
) -> Figure:
    """Return the figure of one indicator, with its target and its signals."""
    now, before = measure(indicator, span), measure(indicator, before_it)
    definition = Definition(
        key=f"indicator-{indicator.id}",
        section=indicator.section,
        label=indicator.title,
        text=ABOUT,
        unit=Unit.MEASURE,
        wanted=WANTED.get(indicator.direction, Wanted.EITHER),
    )
    sources = sources_of(Kind.INDICATOR, [indicator])
    figure = figure_of(
        definition,
        Outcome(now.value, now.absence, sources),
        Outcome(before.value, _earlier(indicator, before, before_it)),
        is_comparable=_is_half_known(now) and _is_half_known(before),
    )
    line = Line(
        reference=indicator.reference,
        measure_unit=indicator.measure_unit,
        decimals=indicator.decimals,
        target=now.target,
        is_met=now.is_met(indicator.direction),
        known=now.known,
        expected=now.expected,
        mean=now.mean,
        totals=now.totals,
        signals=sum(each.id == indicator.id for each in _found(records, span)),
    )
    return with_line(figure, line)


def _is_half_known(measured: Measured) -> bool:
    """Say whether enough values are there to compare: half of those expected."""
    return 0 < measured.expected <= 2 * measured.known


def _earlier(indicator: IndicatorRecord, before: Measured, span: Span) -> Absence | None:
    """Return why there is no value of the period before: often nobody followed it yet."""
    if before.absence and indicator.starts_on > span.until_on:
        return Absence.BEFORE
    return before.absence


def _found(records: Records, span: Span) -> list[SignalRecord]:
    return [each for each in records.signals if each.until_on in span]


# --- counts of indicators; a signal is called by its indicator ---


def indicators_followed(records: Records, span: Span) -> Outcome:
    """Count the indicators followed in the period."""
    return counted(Kind.INDICATOR, followed(records, span))


def indicators_on_target(records: Records, span: Span) -> Outcome:
    """Return which part of the indicators with a value and a target reached it."""
    judged = [
        (each, met)
        for each in followed(records, span)
        if (met := measure(each, span).is_met(each.direction)) is not None
    ]
    return part(Kind.INDICATOR, [each for each, met in judged if met], [each for each, _ in judged])


def indicators_silent(records: Records, span: Span) -> Outcome:
    """Count the followed indicators that say nothing of the period."""
    silent = [each for each in followed(records, span) if measure(each, span).value is None]
    return counted(Kind.INDICATOR, silent)


def _signals(found: Iterable[SignalRecord]) -> Outcome:
    rows = list(found)
    return Outcome(Fraction(len(rows)), sources=sources_of(Kind.INDICATOR, rows))


def signals_found(records: Records, span: Span) -> Outcome:
    """Count the signals whose last period falls in this one."""
    return _signals(_found(records, span))


def signals_unfavourable(records: Records, span: Span) -> Outcome:
    """Count those that go the wrong way."""
    return _signals(each for each in _found(records, span) if each.is_favourable is False)


def signals_unanalysed(records: Records, span: Span) -> Outcome:
    """Count those that nobody has explained yet."""
    return _signals(each for each in _found(records, span) if not each.is_analysed)


def indicator_figures(records: Records, span: Span, before: Span) -> tuple[Figure, ...]:
    """Return the figure of each followed indicator, section by section, in order."""
    return tuple(
        indicator_figure(records, each, span, before)
        for section in Section
        for each in followed(records, span)
        if each.section is section
    )
