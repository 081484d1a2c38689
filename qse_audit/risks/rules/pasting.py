"""Read what is pasted from a spreadsheet into an analysis.

A paste either brings its own titles, in any order, or has its columns in the order of the page:
the section, the columns of the method, then the notes.
"""

from collections.abc import Sequence

from qse_audit.core.errors import BadInput
from qse_audit.core.tables import MAX_PASTED, Line, filled_size, pasted_rows
from qse_audit.core.text import N_
from qse_audit.risks.rules.headings import Heading, Names, Said
from qse_audit.risks.rules.methods import MethodCard
from qse_audit.risks.rules.scales import Scale
from qse_audit.risks.rules.tables import ReadLines, read_rows
from qse_audit.risks.rules.titles import headings, title_row

MOST_PASTED = MAX_PASTED * 5
"""Characters of one paste: 500 lines of prose."""


def own_headings(card: MethodCard, scale: Scale) -> tuple[Heading, ...]:
    """Return the columns of an analysis in the order of its page."""
    columns = [(column, None) for column in (card.section, *card.columns)]
    notes = [(None, criterion) for criterion in scale.criteria]
    return tuple(
        Heading(place, criterion.letter if criterion else str(column.label if column else ""),
                column=column, criterion=criterion)
        for place, (column, criterion) in enumerate([*columns, *notes])
    )  # fmt: skip


def read_paste(text: str, card: MethodCard, scale: Scale, *, said: Said) -> ReadLines:
    """Return the lines of a paste, with or without a row of titles, and every fault.

    :raises BadInput: when it is no table, is empty, too wide, or names an unknown column.
    """
    rows = pasted_rows(text, most=MOST_PASTED)
    height, width = filled_size(rows)
    if not height:
        raise BadInput(N_("rien ; attendu : des lignes copiées d’un tableur"), place=N_("collage"))
    lines = [Line(number, row[:width]) for number, row in enumerate(rows[:height], 1)]
    names = Names(card, scale, said)
    found = _titles(lines, names, card)
    if found is not None:
        at, titles = found
        return read_rows(lines[at + 1 :], titles, card, scale=scale, said=said)
    own = own_headings(card, scale)
    if width > len(own):
        message = N_("%(found)d colonnes ; attendu : au plus %(most)d, dans l’ordre de la page, ou "
                     "une ligne de titres", found=width, most=len(own))  # fmt: skip
        raise BadInput(message, place=N_("collage"))
    return read_rows(lines, own, card, scale=scale, said=said)


def _titles(
    lines: Sequence[Line], names: Names, card: MethodCard
) -> tuple[int, tuple[Heading, ...]] | None:
    """Return the row of titles and what it names, if there is one."""
    try:
        at = title_row(lines, names)
    except BadInput:
        return None
    return at, headings(lines[at], lines[at + 1 :], names=names, card=card)
