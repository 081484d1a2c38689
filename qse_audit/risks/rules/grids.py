"""Read what is typed into the grid of a section: the rows that somebody touched, and no other.

Cells are named as on the page: row 1 holds the titles, column A the numbers of the lines.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from qse_audit.core.tables import Line
from qse_audit.risks.rules.headings import Heading, Said
from qse_audit.risks.rules.methods import MethodCard
from qse_audit.risks.rules.scales import Scale
from qse_audit.risks.rules.tables import ReadLines, read_rows

NOTE = "note-"
"""Before the code of a criterion, among the codes of cells."""
MOST_ROWS = 60
"""Rows of one grid."""


@dataclass(frozen=True, slots=True)
class TypedRow:
    """One row of the grid as it was sent."""

    place: int
    """On the page, from 2 on."""
    number: int | None
    """Of the line; ``None`` for a new one."""
    texts: Mapping[str, str]
    """By the code of the cell."""
    seen: str
    """The digest of the row when the page was made."""
    version: int = 0
    """The version of the line then."""

    @property
    def is_touched(self) -> bool:
        """Say whether somebody changed it."""
        if self.number is None:
            return any(text.strip() for text in self.texts.values())
        return digest(self.texts) != self.seen


def cell_codes(card: MethodCard, scale: Scale) -> tuple[str, ...]:
    """Return the codes of the cells of a row, in the order of the page."""
    notes = (f"{NOTE}{criterion.code}" for criterion in scale.criteria)
    return (*(column.code for column in card.columns), *notes)


def digest(texts: Mapping[str, str]) -> str:
    """Return a short text that is the same as long as the cells are."""
    cells = "\x1f".join(f"{code}={_even(texts[code])}" for code in sorted(texts))
    return hashlib.sha256(cells.encode()).hexdigest()[:16]


def read_grid(
    rows: Sequence[TypedRow],
    card: MethodCard,
    scale: Scale,
    *,
    section: tuple[str, ...],
    said: Said,
) -> ReadLines:
    """Return the lines of ``rows``, all of one section, and every fault with its cell."""
    codes = cell_codes(card, scale)
    lines = [
        Line(
            row.place, [str(row.number or ""), *(_even(row.texts.get(code, "")) for code in codes)]
        )
        for row in rows
    ]
    found = read_rows(lines, _headings(card, scale), card, scale=scale, said=said, is_typed=True)
    placed = (replace(line, draft=replace(line.draft, section=section)) for line in found.lines)
    return replace(found, lines=tuple(placed))


def _headings(card: MethodCard, scale: Scale) -> list[Heading]:
    columns = [Heading(0, str(each.label), column=each) for each in card.columns]
    notes = [Heading(0, each.letter, criterion=each) for each in scale.criteria]
    number = Heading(0, "", is_number=True)
    return [replace(each, place=place) for place, each in enumerate([number, *columns, *notes])]


def _even(text: str) -> str:
    """Return a text as forms send it on every system."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
