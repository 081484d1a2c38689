"""Read what is typed into the grid of periods and variables, cell by cell. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qse_audit.core.errors import BadInput
from qse_audit.core.numbers import parse_number
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.tables import NOTHING, Cell
from qse_audit.indicators.rules.entries import PeriodEntry
from qse_audit.indicators.rules.pasting import (
    CellProblem,
    Grid,
    Pasted,
    PastedValue,
    value_problem,
)

WINDOW = {
    Frequency.DAY: 31,
    Frequency.WEEK: 26,
    Frequency.MONTH: 12,
    Frequency.QUARTER: 12,
    Frequency.HALF: 10,
    Frequency.YEAR: 10,
}
"""How many periods a page of the grid shows."""
Typed = Mapping[tuple[Period, str], str]
"""What is in each cell, by period and variable, as it was typed."""


@dataclass(frozen=True, slots=True)
class Window:
    """The periods of one page of the grid."""

    periods: tuple[Period, ...]

    @classmethod
    def until(cls, last: Period) -> "Window":
        """Return the page that ends with ``last``."""
        first = last.shift(1 - WINDOW[last.frequency])
        return cls(tuple(first.to(last)))

    @property
    def earlier(self) -> Period:
        """Return the last period of the page before."""
        return self.periods[0].previous

    def later(self, newest: Period) -> Period | None:
        """Return the last period of the page after, at most ``newest``; ``None`` for no page."""
        last = self.periods[-1]
        return min(last.shift(len(self.periods)), newest) if last < newest else None


def read_cells(typed: Typed, grid: Grid, locale: str) -> Pasted:
    """Return the values in ``typed``, and what is wrong with each cell, in reading order."""
    values: list[PastedValue] = []
    problems: list[CellProblem] = []
    for row, period in enumerate(grid.periods, 2):
        for number, column in enumerate(grid.columns, 2):
            text = typed.get((period, column.name))
            if text is None:
                continue
            try:
                value = None
                if text.strip() not in NOTHING:
                    value = parse_number(text, locale, unit=column.unit)
                    if problem := value_problem(value, column):
                        raise BadInput(problem)
                values.append(PastedValue(period, column.name, value))
            except BadInput as error:
                problems.append(CellProblem(Cell(row, number), error.message))
    return Pasted(tuple(values), tuple(problems))


def as_entries(
    values: Iterable[PastedValue],
    *,
    comments: Mapping[Period, str],
    versions: Mapping[Period, int],
) -> tuple[PeriodEntry, ...]:
    """Return values as entries, one a period; of two values for one cell the last counts."""
    rows: dict[Period, dict[str, object]] = {}
    for each in values:
        rows.setdefault(each.period, {})[each.name] = each.value
    periods = sorted({*rows, *comments})
    return tuple(
        PeriodEntry(
            period=period,
            values=rows.get(period, {}),  # type: ignore[arg-type]  # of fractions or None
            comment=comments.get(period),
            version=versions.get(period),
        )
        for period in periods
    )
