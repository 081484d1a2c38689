"""The list of actions as a spreadsheet: lines in, bytes out."""

from collections.abc import Iterable, Sequence

from qse_audit.actions.queries import ActionLine
from qse_audit.core.text import N_
from qse_audit.documents.sheets import Cell, Column, Sheet, csv_bytes, xlsx
from qse_audit.documents.text import Texts

COLUMNS = (
    (N_("Référence"), 14),
    (N_("Action"), 50),
    (N_("Nature"), 18),
    (N_("Responsable"), 24),
    (N_("Échéance"), 12),
    (N_("Statut"), 22),
    (N_("Jours de retard"), 10),
    (N_("Vérification à partir du"), 14),
    (N_("Réouvertures"), 12),
)


def spreadsheet(lines: Sequence[ActionLine], extension: str, locale: str) -> bytes:
    """Return ``lines`` as a ``csv`` or ``xlsx`` file in one language."""
    texts = Texts(locale)
    title = texts.translate(N_("Actions"))
    columns = [Column(texts.translate(name), width) for name, width in COLUMNS]
    sheet = Sheet(title, columns, _rows(lines, texts))
    return csv_bytes(sheet, locale=locale) if extension == "csv" else xlsx([sheet], title=title)


def _rows(lines: Iterable[ActionLine], texts: Texts) -> Iterable[Sequence[Cell]]:
    for line in lines:
        yield (
            line.reference,
            line.title,
            texts.translate(line.kind.label),
            line.owner_name,
            line.due_on,
            texts.translate(line.status.label),
            line.late or None,
            line.verify_on,
            line.reopened_count,
        )
