"""Read a table of values: a row a period, a column a quantity. Pure.

The first row names the columns: ``période`` (or ``period``), the quantities by name or by label,
and maybe ``source`` and ``commentaire``. Faults are gathered, each with its row and column.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from qse_audit.core.errors import BadInput
from qse_audit.core.numbers import parse_number
from qse_audit.core.period_texts import parse_period
from qse_audit.core.periods import Period
from qse_audit.core.tables import NOTHING, Cell, Fault, Line, plain_title
from qse_audit.core.text import N_, Message
from qse_audit.indicators.rules.entries import PeriodEntry, Sheet
from qse_audit.indicators.rules.pasting import value_problem

PERIOD = frozenset({"periode", "period", "date", "mois", "month"})
COMMENT = frozenset({"commentaire", "comment", "remarque", "note"})
OURS = frozenset(
    {"resultat", "result", "source", "saisie par", "entered by", "saisie le", "entered on",
     "corrections"}
)  # fmt: skip
"""Columns of our own export that say nothing to store."""
MOST_FAULTS = 200
"""Faults that are said one by one."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a table brings."""

    entries: tuple[PeriodEntry, ...] = ()
    faults: tuple[Fault, ...] = ()
    """Nothing is stored while there is one."""
    value_count: int = 0


@dataclass(frozen=True, slots=True)
class _Column:
    number: int
    title: str
    name: str
    """The variable; ``""`` for the comment."""


def read_table(lines: Sequence[Line], sheet: Sheet, locale: str = "fr") -> Read:
    """Return the entries in ``lines`` for an indicator, and every fault.

    :raises BadInput: when there is no header that names the periods and a quantity.
    """
    if not lines:
        raise BadInput(N_("fichier vide ; attendu : une ligne de titres, puis une par période"))
    period_at, columns = _header(lines[0], sheet)
    reader = _Reader(sheet, locale, period_at, columns=columns)
    entries = tuple(reader.entries(lines[1:]))
    return Read(entries, tuple(reader.faults), reader.value_count)


def _header(line: Line, sheet: Sheet) -> tuple[int, list[_Column]]:
    """Return where the periods are, and which variable each other column holds."""
    titles = [(number, title) for number, title in enumerate(line.cells) if title.strip()]
    period_at = next((number for number, title in titles if plain_title(title) in PERIOD), None)
    columns = [
        found
        for number, title in titles
        if number != period_at and (found := _column(line, number, title, sheet=sheet))
    ]
    place = N_("ligne %(line)d", line=line.number)
    if period_at is None:
        raise BadInput(N_("pas de colonne des périodes ; attendu : « période »"), place=place)
    if not any(column.name for column in columns):
        raise BadInput(_unknown("", sheet), place=place)
    return period_at, columns


def _column(line: Line, number: int, title: str, *, sheet: Sheet) -> _Column | None:
    """Return what a column holds; ``None`` for one that says nothing to store."""
    plain = plain_title(title)
    if plain in COMMENT:
        return _Column(number, title, "")
    for each in sheet.columns.values():
        if plain in {plain_title(each.name), plain_title(each.label)}:
            return _Column(number, title, each.name)
    if plain in OURS or title.strip() in sheet.automatic:
        return None
    place = N_("ligne %(line)d, colonne %(cell)s", line=line.number,
               cell=Cell(line.number, number + 1).name)  # fmt: skip
    raise BadInput(_unknown(title, sheet), place=place)


def _unknown(title: str, sheet: Sheet) -> Message:
    expected = ", ".join(sheet.columns) or "—"
    return N_("« %(found)s » ; attendu : période, %(expected)s, commentaire",
              found=title[:40], expected=expected)  # fmt: skip


class _Reader:
    """Reads rows one by one and notes what is wrong with each cell."""

    def __init__(
        self, sheet: Sheet, locale: str, period_at: int, *, columns: Sequence[_Column]
    ) -> None:
        self.sheet, self.locale = sheet, locale
        self.period_at, self.columns = period_at, columns
        self.faults: list[Fault] = []
        self.seen: dict[Period, int] = {}
        self.value_count = 0

    def entries(self, lines: Sequence[Line]) -> Iterator[PeriodEntry]:
        """Give an entry a row; rows with a fault give none."""
        for line in lines:
            if not any(cell.strip() for cell in line.cells):
                continue
            before = len(self.faults)
            period = self.period(line)
            values, comment = self.values(line)
            if period is None or len(self.faults) > before:
                continue
            self.value_count += len(values)
            place = N_("ligne %(line)d", line=line.number)
            yield PeriodEntry(period=period, values=values, comment=comment, place=place)

    def period(self, line: Line) -> Period | None:
        """Return the period of a row, once; note why there is none."""
        title = N_("période")
        try:
            period = parse_period(line.cell(self.period_at), self.sheet.calendar.frequency)
            if period in self.seen:
                raise BadInput(N_("%(period)s est déjà ligne %(line)d ; attendu : une ligne par "
                                  "période", period=period.label,
                                  line=self.seen[period]))  # fmt: skip
            if period.starts_on > self.sheet.today:
                raise BadInput(N_("%(period)s n’a pas commencé ; attendu : une période passée ou "
                                  "en cours", period=period.label))  # fmt: skip
            if self.sheet.calendar.is_closed(period):
                raise BadInput(N_("%(period)s est clos ; attendu : une période ouverte",
                                  period=period.label))  # fmt: skip
        except BadInput as error:
            self.fault(line, self.period_at, title, message=error.message)
            return None
        self.seen[period] = line.number
        return period

    def values(self, line: Line) -> tuple[Mapping[str, Fraction | None], str | None]:
        """Return the numbers of a row and its comment; empty cells say nothing."""
        values: dict[str, Fraction | None] = {}
        comment = None
        for column in self.columns:
            text = line.cell(column.number)
            if not column.name:
                comment = text.strip() or None
            elif text.strip() not in NOTHING:
                try:
                    values[column.name] = self.number(text, column.name)
                except BadInput as error:
                    self.fault(line, column.number, column.title, message=error.message)
        return values, comment

    def number(self, text: str, name: str) -> Fraction:
        """Return the number of a cell.

        :raises BadInput: saying what was found and expected.
        """
        column = self.sheet.columns[name]
        value = parse_number(text, self.locale, unit=column.unit)
        if problem := value_problem(value, column):
            raise BadInput(problem)
        return value

    def fault(self, line: Line, column: int, title: str, *, message: Message) -> None:
        """Note what is wrong with a cell."""
        if len(self.faults) < MOST_FAULTS:
            cell = Cell(line.number, column + 1).name
            self.faults.append(Fault(line.number, title, cell, message))
