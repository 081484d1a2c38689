"""Series as people keep them in files: one value a line, or ``period;value``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from qse_audit.core.errors import BadInput
from qse_audit.core.numbers import parse_number
from qse_audit.core.period_texts import parse_period
from qse_audit.core.periods import Frequency
from qse_audit.core.series.points import Place, Point, Series, frequency
from qse_audit.core.text import N_, Message

MAX_POINTS = 20_000
HEADINGS = frozenset(
    {
        *("période", "periode", "period", "mois", "month", "date", "jour", "day", "semaine"),
        *("week", "trimestre", "quarter", "année", "annee", "year", "rang", "rank", "n°"),
        *("valeur", "valeurs", "value", "values"),
    }
)
"""First words of a line that names the columns."""
MISSING = frozenset({"", "-", "–", "—"})
_RANK = re.compile(r"[0-9]{1,3}|[0-9]{5,9}")
"""A whole number that cannot be a year."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line with something on it."""

    number: int
    cells: Sequence[str]

    def place(self, column: int) -> Message:
        return N_("ligne %(line)d, colonne %(column)d", line=self.number, column=column)


def read_series(content: bytes) -> Series:
    """Return the series of a file.

    Numbers are those of :func:`parse_number`; periods those of :func:`parse_period`, or ranks, in
    any order. A value that is empty or a dash is missing, and so
    is each month, week, quarter or year left out between two others. A first line of headings and
    empty lines are skipped.

    :raises BadInput: naming line and column of what cannot be read.
    """
    lines = _lines(_decoded(content))
    if not lines:
        raise BadInput(
            N_("fichier sans valeur ; attendu : une valeur par ligne, ou période;valeur")
        )
    if len(lines) > MAX_POINTS:
        raise BadInput(N_("plus de %(count)d lignes.", count=MAX_POINTS))
    width = len(lines[0].cells)
    for line in lines:
        if len(line.cells) != width or width > 2:
            raise BadInput(
                N_(
                    "nombre de colonnes : %(found)d ; attendu : une valeur, ou période;valeur, "
                    "comme à la première ligne",
                    found=len(line.cells),
                ),
                place=N_("ligne %(line)d", line=line.number),
            )
    if width == 1:
        return Series.ranked([_value(line, 1) for line in lines])
    return _with_periods(lines).filled()


def _lines(text: str) -> list[_Line]:
    """Return the lines that hold something, without headings."""
    lines: list[_Line] = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip().strip('"').strip() for cell in re.split("[;\t]", line)]
        while len(cells) > 2 and not cells[-1]:
            cells.pop()
        is_heading = not lines and cells[0].partition(" ")[0].casefold() in HEADINGS
        if any(cells) and not is_heading:
            lines.append(_Line(number, cells))
    return lines


def _with_periods(lines: Sequence[_Line]) -> Series:
    """Return the series of lines ``period;value``."""
    points: list[Point] = []
    seen: dict[Place, int] = {}
    known: Frequency | None = None
    for line in lines:
        text, place = line.cells[0], _place(line, known)
        known = frequency(place)
        if points and known is not frequency(points[0].period):
            raise BadInput(
                N_(
                    "« %(text)s » : les périodes ne sont pas toutes de même durée",
                    text=text,
                ),
                place=line.place(1),
            )
        if place in seen:
            raise BadInput(
                N_(
                    "« %(text)s » est déjà à la ligne %(line)d",
                    text=text,
                    line=seen[place],
                ),
                place=line.place(1),
            )
        seen[place] = line.number
        points.append(Point(place, _value(line, 2)))
    return Series.of(points)


def _place(line: _Line, known: Frequency | None) -> Place:
    """Return the period or rank of a line; ``known`` decides where a text may be read two ways."""
    text = line.cells[0]
    if _RANK.fullmatch(text):
        return int(text)
    try:
        ambiguous = known in {Frequency.WEEK, Frequency.HALF}
        return parse_period(text, known if ambiguous else None)
    except BadInput as error:
        raise BadInput(error.message, place=line.place(1)) from error


def _value(line: _Line, column: int) -> Fraction | None:
    """Return the value in a column, ``None`` when it is missing."""
    text = line.cells[column - 1]
    if text in MISSING:
        return None
    try:
        return parse_number(text)
    except BadInput as error:
        raise BadInput(error.message, place=line.place(column)) from error


def _decoded(content: bytes) -> str:
    """Return the text of a file from any French spreadsheet."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
