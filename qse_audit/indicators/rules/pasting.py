"""Read what is pasted from a spreadsheet into the grid of periods and variables.

Cells are named as on the page: column A holds the periods, row 1 the names, so that the first
value is in B2. A paste that starts in column A brings its own periods, in any order.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction

from qse_audit.core.errors import BadInput
from qse_audit.core.numbers import decimal_text, parse_number
from qse_audit.core.period_texts import parse_period
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.tables import NOTHING, Cell, filled_size, pasted_rows
from qse_audit.core.text import N_, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One variable of the grid, and what its values may be."""

    name: str
    label: str
    unit: str = ""
    minimum: Fraction | None = Fraction(0)
    maximum: Fraction | None = None
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """What is on the page: a row a period, a column a variable."""

    frequency: Frequency
    periods: tuple[Period, ...]
    columns: tuple[Column, ...]

    @property
    def last(self) -> Cell:
        """Return its lower right cell."""
        return Cell(len(self.periods) + 1, len(self.columns) + 1)


@dataclass(frozen=True, slots=True)
class PastedValue:
    """One value that was read; ``None`` empties the cell."""

    period: Period
    name: str
    value: Fraction | None


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Why a cell cannot be taken."""

    cell: Cell
    message: Message

    @property
    def text(self) -> Message:
        """Return the message with the name of the cell."""
        return N_("%(cell)s : %(message)s", cell=self.cell.name, message=self.message)


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a paste brings."""

    values: tuple[PastedValue, ...] = ()
    problems: tuple[CellProblem, ...] = ()
    """In reading order; nothing should be stored while there is one."""


def read_paste(
    text: str,
    grid: Grid,
    start: Cell,
    *,
    locale: str = "fr",
    closed_years: Collection[int] = (),
) -> Pasted:
    """Return the values that ``text`` puts into ``grid`` from cell ``start`` on.

    :raises BadInput: when it is no table, or larger than the grid from there on.
    """
    rows = pasted_rows(text)
    height, width = filled_size(rows)
    _check_size(height, width, grid, start=start)
    rows = [(row + [""] * width)[:width] for row in rows[:height]]
    reader = _Reader(grid, start, locale, closed_years=closed_years)
    values = tuple(reader.values(rows))
    return Pasted(values, tuple(reader.problems))


def value_problem(value: Fraction, column: Column) -> Message | None:
    """Return why ``value`` cannot stand in ``column``, if so."""
    if column.minimum is not None and value < column.minimum:
        return N_("%(found)s ; attendu : au moins %(least)s", found=_shown(value),
                  least=_shown(column.minimum))  # fmt: skip
    if column.maximum is not None and value > column.maximum:
        return N_("%(found)s ; attendu : au plus %(most)s", found=_shown(value),
                  most=_shown(column.maximum))  # fmt: skip
    if column.is_whole and value.denominator != 1:
        return N_("%(found)s ; attendu : un nombre entier", found=_shown(value))
    return None


def _shown(value: Fraction) -> str:
    return decimal_text(value)


def _check_size(height: int, width: int, grid: Grid, *, start: Cell) -> None:
    last = grid.last
    if not (2 <= start.row <= last.row and 1 <= start.column <= last.column):
        raise BadInput(
            N_("départ hors du tableau ; attendu : de A2 à %(last)s", last=last.name),
            place=start.name,
        )
    room_down = last.row - start.row + 1
    room_right = last.column - start.column + 1
    if height > room_down or width > room_right:
        raise BadInput(
            N_(
                "%(found)d cellules collées (%(rows)d lignes × %(columns)d colonnes) ; attendu : "
                "au plus %(most)d (%(most_rows)d × %(most_columns)d)",
                found=height * width,
                rows=height,
                columns=width,
                most=room_down * room_right,
                most_rows=room_down,
                most_columns=room_right,
            ),
            place=start.name,
        )


class _Reader:
    """Reads cells one by one and notes what is wrong with each."""

    def __init__(
        self, grid: Grid, start: Cell, locale: str, *, closed_years: Collection[int]
    ) -> None:
        self.grid, self.start, self.locale = grid, start, locale
        self.closed_years = closed_years
        self.problems: list[CellProblem] = []
        self.seen: dict[Period, Cell] = {}

    def values(self, rows: list[list[str]]) -> Iterator[PastedValue]:
        """Give what could be read, row by row."""
        for down, row in enumerate(rows):
            cells = [Cell(self.start.row + down, self.start.column + n) for n in range(len(row))]
            placed = list(zip(cells, row, strict=True))
            if self.start.column > 1:
                yield from self.row(placed, self.grid.periods[self.start.row + down - 2])
            elif any(row):
                yield from self.row(placed[1:], self.period(*placed[0]))

    def row(self, placed: list[tuple[Cell, str]], period: Period | None) -> Iterator[PastedValue]:
        """Give the values of one period; faults are noted even when the period is unknown."""
        for cell, text in placed:
            column = self.grid.columns[cell.column - 2]
            try:
                value = self.number(text, column)
                if period is not None:
                    self.check_open(period)
                    yield PastedValue(period, column.name, value)
            except BadInput as error:
                self.problems.append(CellProblem(cell, error.message))

    def number(self, text: str, column: Column) -> Fraction | None:
        """Return the number of a cell, ``None`` for an empty one."""
        if text in NOTHING:
            return None
        value = parse_number(text, self.locale, unit=column.unit)
        if problem := value_problem(value, column):
            raise BadInput(problem)
        return value

    def check_open(self, period: Period) -> None:
        """Refuse a period of a year that is closed."""
        if period.year in self.closed_years:
            raise BadInput(
                N_("%(period)s appartient à %(year)s, qui est clos ; attendu : une année ouverte",
                   period=period.label, year=str(period.year))
            )  # fmt: skip

    def period(self, cell: Cell, text: str) -> Period | None:
        """Return the period that the first cell of a row names, once; note why there is none."""
        try:
            period = parse_period(text, self.grid.frequency)
            self.check_place(period)
        except BadInput as error:
            self.problems.append(CellProblem(cell, error.message))
            return None
        self.seen[period] = cell
        return period

    def check_place(self, period: Period) -> None:
        """Refuse a period that is not in the grid, or came before."""
        if period not in self.grid.periods:
            raise BadInput(
                N_("%(period)s n’est pas dans le tableau ; attendu : de %(first)s à %(last)s",
                   period=period.label, first=min(self.grid.periods).label,
                   last=max(self.grid.periods).label)
            )  # fmt: skip
        if period in self.seen:
            raise BadInput(
                N_("%(period)s est déjà en %(cell)s ; attendu : une ligne par période",
                   period=period.label, cell=self.seen[period].name)
            )  # fmt: skip
