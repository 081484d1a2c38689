"""Read the lines of an analysis from a CSV or XLSX file, or from what was pasted."""

from qse_audit.core.errors import BadInput
from qse_audit.core.tables import Line
from qse_audit.core.text import LOCALES, N_, Message
from qse_audit.documents.text import Texts
from qse_audit.referentials.formats.sheets import first_table, too_large, typed_text
from qse_audit.risks.rules import MethodCard, Scale
from qse_audit.risks.rules.pasting import read_paste
from qse_audit.risks.rules.tables import Block, ReadLines, read_lines

PASTED = "collage.tsv"
"""The name under which a paste waits."""


def read_file(content: bytes, name: str, card: MethodCard, scale: Scale) -> ReadLines:
    """Return the lines in a file, and every fault; of a workbook, its first sheet with cells.

    :raises BadInput: for a file that is no table, or whose titles name nothing known.
    """
    too_large(content)
    if not content.strip():
        raise BadInput(N_("fichier vide ; attendu : une ligne de titres, puis une par risque"))
    table = first_table(content, name)
    lines = [Line(row.number, [typed_text(cell) for cell in row.cells]) for row in table.rows]
    merged = [Block(each.top, each.left, each.bottom, each.right) for each in table.merged]
    return read_lines(lines, card, scale, said=said, merged=merged)


def read_content(content: bytes, name: str, card: MethodCard, scale: Scale) -> ReadLines:
    """Return the lines in a file, or in a paste that waits under the name :data:`PASTED`."""
    if name != PASTED:
        return read_file(content, name, card, scale)
    return read_paste(content.decode("utf-8"), card, scale, said=said)


def said(message: Message) -> tuple[str, ...]:
    """Return a message in every language of the interface."""
    return tuple(Texts(locale).translate(message) for locale in LOCALES)
