"""Find the row of titles of a table, and what each of its columns holds."""

import re
from collections.abc import Sequence

from qse_audit.core.errors import BadInput
from qse_audit.core.tables import NOTHING, Cell, Line
from qse_audit.core.text import N_, Message
from qse_audit.risks.rules.headings import Heading, Names
from qse_audit.risks.rules.methods import MethodCard

MOST_BEFORE = 20
"""Rows that may stand above the titles."""


def title_row(lines: Sequence[Line], names: Names) -> int:
    """Return the place of the row that names most columns.

    :raises BadInput: when none names at least two.
    """
    best, most = 0, 0
    for place, line in enumerate(lines[:MOST_BEFORE]):
        named = sum(_is_named(names, title) for title in line.cells)
        if named > most:
            best, most = place, named
    if most < 2:
        raise BadInput(
            N_("aucune ligne de titres reconnue parmi les %(count)d premières ; attendu : par "
               "exemple %(expected)s", count=min(len(lines), MOST_BEFORE),
               expected=", ".join(_expected(names)[:6])),
        )  # fmt: skip
    return best


def headings(
    line: Line, below: Sequence[Line], *, names: Names, card: MethodCard
) -> tuple[Heading, ...]:
    """Return what each column holds, in their order.

    :raises BadInput: naming every title that is unknown or there twice; others in ``others``.
    """
    found: list[Heading] = []
    wrong: list[BadInput] = []
    for place, title in enumerate(line.cells):
        if not title.strip():
            continue
        heading = _heading(names, title, place, below=below)
        if heading is not None and heading.criterion and heading.key in {h.key for h in found}:
            heading = Heading(place, title, criterion=heading.criterion, is_planned=True)
        if heading is None:
            wrong.append(_unknown(line, place, title, names=names))
        elif heading.key != ("", "", False) and heading.key in {h.key for h in found}:
            wrong.append(_twice(line, place, title))
        else:
            found.append(heading)
    held = {heading.column.code for heading in found if heading.column}
    wrong.extend(
        BadInput(N_("pas de colonne « %(name)s »", name=column.label),
                 place=N_("ligne %(line)d", line=line.number))
        for column in card.columns if column.required and column.code not in held
    )  # fmt: skip
    if wrong:
        wrong[0].others = tuple(wrong[1:])
        raise wrong[0]
    return tuple(found)


def _is_named(names: Names, title: str) -> bool:
    heading = names.find(title, 0) if title.strip() else None
    return heading is not None and heading.key != ("", "", False)


def _heading(names: Names, title: str, place: int, *, below: Sequence[Line]) -> Heading | None:
    """Return what a column holds; « Détection » heads a note when only numbers stand below."""
    heading = names.find(title, place)
    note = names.note(title, place)
    if heading is None or note is None or heading.column is None:
        return heading
    texts = [line.cell(place) for line in below]
    filled = [text for text in texts if text not in NOTHING]
    return (
        note if filled and all(re.fullmatch(r"\d+([.,]0+)?", text) for text in filled) else heading
    )


def _expected(names: Names) -> list[str]:
    columns = {column.code: str(column.label) for column in names.columns.values()}
    letters = {each.code: each.letter for each in names.criteria.values()}
    return [*columns.values(), *letters.values()]


def _unknown(line: Line, place: int, title: str, *, names: Names) -> BadInput:
    message = N_("« %(found)s » ; attendu : l’un de %(known)s", found=title.strip()[:40],
                 known=", ".join(_expected(names)))  # fmt: skip
    return BadInput(message, place=_place(line, place))


def _twice(line: Line, place: int, title: str) -> BadInput:
    message = N_("« %(found)s » nomme une colonne qui est déjà là", found=title.strip()[:40])
    return BadInput(message, place=_place(line, place))


def _place(line: Line, place: int) -> Message:
    return N_("ligne %(line)d, colonne %(cell)s", line=line.number,
              cell=Cell(line.number, place + 1).name)  # fmt: skip
