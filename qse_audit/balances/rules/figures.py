"""A figure of a balance: its definition, its value now and before, what it was counted from. Pure.

Written as JSON it is part of what is frozen; fractions are exact: ``"2/3"``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from qse_audit.balances.rules.codes import Absence, Drift, Section, Unit, Wanted
from qse_audit.core.permissions import Kind
from qse_audit.core.text import Message

MOST_SOURCES = 200
"""How many records a figure names; how many there are is told exactly."""


@dataclass(frozen=True, slots=True)
class Source:
    """One record that a figure was counted from."""

    kind: str
    id: int
    label: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was counted in one period."""

    value: Fraction | None
    absence: Absence | None = None
    sources: Sequence[Source] = ()
    of: tuple[int, int] | None = None
    """Of a part: how many, among how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a figure counts, whatever the period."""

    key: str
    section: Section
    label: Message | str
    """A text of ours, or the title of an indicator."""
    text: Message
    unit: Unit = Unit.COUNT
    wanted: Wanted = Wanted.EITHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What an indicator says besides the value of the period."""

    reference: str
    measure_unit: str
    decimals: int
    target: Fraction | None
    is_met: bool | None
    known: int
    """Values of the period that are complete."""
    expected: int
    mean: Fraction | None
    """The plain mean of the values."""
    totals: tuple[tuple[str, str, Fraction], ...] = ()
    """(label, unit, total) of what adds up."""
    signals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of one balance."""

    key: str
    section: Section
    label: str
    """The French source of its name, or the title of its indicator."""
    text: str
    """The French source of its definition."""
    unit: Unit
    wanted: Wanted
    value: Fraction | None
    absence: Absence | None
    before: Fraction | None
    before_absence: Absence | None
    is_comparable: bool
    """Whether the period before was recorded from its first day."""
    of: tuple[int, int] | None = None
    sources: tuple[Source, ...] = ()
    source_count: int = 0
    line: Line | None = None

    @property
    def drift(self) -> Drift:
        """Return how it moved since the period before."""
        if self.wanted is Wanted.EITHER:
            return Drift.NEITHER
        if self.value is None or self.before is None or not self.is_comparable:
            return Drift.UNKNOWN
        if self.value == self.before:
            return Drift.SAME
        return Drift.BETTER if (self.value > self.before) == (self.wanted is Wanted.UP) else (
            Drift.WORSE
        )  # fmt: skip

    @property
    def digits(self) -> int:
        """Return how many decimals are shown."""
        return self.line.decimals if self.line else {Unit.MEASURE: 1}.get(self.unit, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """How a section falls apart: rows of counts under headings."""

    key: str
    section: Section
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int | None, ...]], ...]
    """(label, counts); the label is a French source of ours, or a name that people gave."""


def figure_of(
    definition: Definition, now: Outcome, before: Outcome, *, is_comparable: bool
) -> Figure:
    """Return a figure with its value in both periods."""
    return Figure(
        key=definition.key,
        section=definition.section,
        label=str(getattr(definition.label, "msgid", definition.label)),
        text=definition.text.msgid,
        unit=definition.unit,
        wanted=definition.wanted,
        value=now.value,
        absence=now.absence,
        before=before.value,
        before_absence=before.absence,
        is_comparable=is_comparable,
        of=now.of,
        sources=tuple(now.sources[:MOST_SOURCES]),
        source_count=len(now.sources),
    )


def figure_json(figure: Figure) -> dict[str, Any]:
    """Return a figure as JSON."""
    line = figure.line
    return {
        "key": figure.key,
        "section": figure.section.value,
        "label": figure.label,
        "definition": figure.text,
        "unit": figure.unit.value,
        "wanted": figure.wanted.value,
        "value": _written(figure.value),
        "absence": figure.absence and figure.absence.value,
        "before": _written(figure.before),
        "before_absence": figure.before_absence and figure.before_absence.value,
        "comparable": figure.is_comparable,
        "of": list(figure.of) if figure.of else None,
        "sources": [[each.kind, each.id, each.label] for each in figure.sources],
        "source_count": figure.source_count,
        "indicator": _line_json(line) if line else None,
    }


def read_figure(found: Mapping[str, Any]) -> Figure:
    """Return the figure that :func:`figure_json` wrote."""
    line = found["indicator"]
    return Figure(
        key=found["key"],
        section=Section(found["section"]),
        label=found["label"],
        text=found["definition"],
        unit=Unit(found["unit"]),
        wanted=Wanted(found["wanted"]),
        value=_read(found["value"]),
        absence=Absence(found["absence"]) if found["absence"] else None,
        before=_read(found["before"]),
        before_absence=Absence(found["before_absence"]) if found["before_absence"] else None,
        is_comparable=found["comparable"],
        of=(found["of"][0], found["of"][1]) if found["of"] else None,
        sources=tuple(Source(kind, key, label) for kind, key, label in found["sources"]),
        source_count=found["source_count"],
        line=_read_line(line) if line else None,
    )


def breakdown_json(breakdown: Breakdown) -> dict[str, Any]:
    """Return a breakdown as JSON."""
    return {
        "key": breakdown.key,
        "section": breakdown.section.value,
        "title": breakdown.title,
        "columns": list(breakdown.columns),
        "rows": [[label, list(counts)] for label, counts in breakdown.rows],
    }


def read_breakdown(found: Mapping[str, Any]) -> Breakdown:
    """Return the breakdown that :func:`breakdown_json` wrote."""
    return Breakdown(
        key=found["key"],
        section=Section(found["section"]),
        title=found["title"],
        columns=tuple(found["columns"]),
        rows=tuple((label, tuple(counts)) for label, counts in found["rows"]),
    )


def with_line(figure: Figure, line: Line) -> Figure:
    """Return the figure of an indicator with what that says besides."""
    return replace(figure, line=line)


def source_of(kind: Kind, key: int, label: str) -> Source:
    """Return a record as a source."""
    return Source(kind.value, key, label)


def _written(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _read(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "reference": line.reference,
        "unit": line.measure_unit,
        "decimals": line.decimals,
        "target": _written(line.target),
        "met": line.is_met,
        "known": line.known,
        "expected": line.expected,
        "mean": _written(line.mean),
        "totals": [[label, unit, str(total)] for label, unit, total in line.totals],
        "signals": line.signals,
    }


def _read_line(found: Mapping[str, Any]) -> Line:
    return Line(
        reference=found["reference"],
        measure_unit=found["unit"],
        decimals=found["decimals"],
        target=_read(found["target"]),
        is_met=found["met"],
        known=found["known"],
        expected=found["expected"],
        mean=_read(found["mean"]),
        totals=tuple((label, unit, Fraction(total)) for label, unit, total in found["totals"]),
        signals=found["signals"],
    )
