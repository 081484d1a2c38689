"""The list of findings as a spreadsheet: records in, bytes out."""

from collections.abc import Iterable, Sequence

from qse_audit.core.text import N_
from qse_audit.documents.sheets import Cell, Column, Sheet, csv_bytes, xlsx
from qse_audit.documents.text import Texts
from qse_audit.findings.queries import FindingRecord

COLUMNS = (
    (N_("Référence"), 14),
    (N_("Gravité"), 22),
    (N_("Statut"), 12),
    (N_("Constat"), 40),
    (N_("Référentiel"), 18),
    (N_("Article"), 10),
    (N_("Processus"), 20),
    (N_("Ce qui est exigé"), 40),
    (N_("Ce qui a été vu"), 40),
    (N_("L’écart"), 40),
    (N_("Le risque"), 40),
    (N_("Preuves"), 9),
    (N_("Actions"), 9),
    (N_("Actions efficaces"), 9),
    (N_("Rédigé le"), 16),
    (N_("Définitif le"), 16),
    (N_("Clos le"), 16),
)


def spreadsheet(found: Iterable[FindingRecord], extension: str, locale: str) -> bytes:
    """Return ``found`` as a ``csv`` or ``xlsx`` file in one language."""
    texts = Texts(locale)
    title = texts.translate(N_("Constats"))
    columns = [Column(texts.translate(name), width) for name, width in COLUMNS]
    sheet = Sheet(title, columns, _rows(found, texts))
    return csv_bytes(sheet, locale=locale) if extension == "csv" else xlsx([sheet], title=title)


def _rows(found: Iterable[FindingRecord], texts: Texts) -> Iterable[Sequence[Cell]]:
    for finding in found:
        yield (
            finding.reference,
            texts.translate(finding.grade.label),
            texts.translate(finding.status.label),
            finding.title,
            finding.referential_label,
            finding.clause_ref,
            finding.process_name,
            finding.requirement_text,
            finding.evidence_text,
            finding.gap_text,
            finding.impact_text,
            finding.evidence_count,
            finding.action_count,
            finding.settled_count,
            finding.created_at,
            finding.finalised_at,
            finding.closed_at,
        )
