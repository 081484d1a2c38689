"""Tables that people bring: rows of texts with their places, from a file or a paste."""

import csv
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from qse_audit.core.errors import BadInput
from qse_audit.core.text import N_, Message

MAX_PASTED = 200_000
"""Characters of one paste."""
NOTHING = frozenset({"", "—"})
"""What an empty cell holds; the dash is what our own tables show."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in a table, from (1, 1) for A1."""

    row: int
    column: int

    @property
    def name(self) -> str:
        """Return it as spreadsheets name it: ``C4``."""
        letters, rest = "", self.column
        while rest:
            rest, letter = divmod(rest - 1, 26)
            letters = chr(65 + letter) + letters
        return f"{letters}{self.row}"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: its number there, counted from 1, and its cells as texts."""

    number: int
    cells: Sequence[str]

    def cell(self, place: int) -> str:
        """Return the trimmed text at ``place``, counted from 0; ``""`` beyond the end."""
        return self.cells[place].strip() if place < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell cannot be taken: line and column, what was found and what is expected."""

    line: int
    column: str
    """The name of the column; ``""`` for the whole line."""
    cell: str
    """As spreadsheets name it: ``C12``."""
    message: Message

    @property
    def text(self) -> Message:
        """Return the fault with its place."""
        if not self.column:
            return N_("ligne %(line)d : %(message)s", line=self.line, message=self.message)
        return N_("ligne %(line)d, colonne %(column)s (%(cell)s) : %(message)s", line=self.line,
                  column=self.column, cell=self.cell, message=self.message)  # fmt: skip


def plain_title(text: str) -> str:
    """Return a title without case, accents and outer spaces."""
    parts = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def pasted_rows(text: str, *, most: int = MAX_PASTED) -> list[list[str]]:
    """Return the rows of a text with tabs, quoted as spreadsheets do.

    :raises BadInput: when it is too long, or a quote is never closed.
    """
    if len(text) > most:
        raise BadInput(
            N_("%(count)d caractères ; attendu : au plus %(most)d", count=len(text), most=most),
            place=N_("collage"),
        )  # fmt: skip
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(StringIO(lines, newline=""), delimiter="\t", strict=True)
    try:
        return [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise BadInput(
            N_("guillemet mal placé ou jamais fermé (%(problem)s)", problem=str(error)),
            place=N_("collage, ligne %(line)d", line=reader.line_num),
        ) from error


def filled_size(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Return how many rows and columns there are, without the empty ones at the end."""
    width = max((n for row in rows for n, cell in enumerate(row, 1) if cell), default=0)
    height = max((n for n, row in enumerate(rows, 1) if any(row)), default=0)
    return height, width
