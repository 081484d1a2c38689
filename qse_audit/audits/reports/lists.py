"""The list of audits as spreadsheet files."""

from collections.abc import Iterable

from qse_audit.audits.queries.lists import AuditLine
from qse_audit.core.text import N_
from qse_audit.documents.sheets import Column, Sheet, csv_bytes, xlsx
from qse_audit.documents.text import Texts

TITLE = N_("Audits")
COLUMNS = (
    (N_("Référence"), 16),
    (N_("Titre"), 50),
    (N_("Statut"), 16),
    (N_("Premier jour"), 14),
    (N_("Dernier jour"), 14),
    (N_("Responsable d’audit"), 26),
    (N_("Questions"), 12),
    (N_("Réponses"), 12),
    (N_("Constats"), 12),
    (N_("Non-conformités"), 16),
)


def list_csv(lines: Iterable[AuditLine], locale: str) -> bytes:
    """Return ``lines`` as CSV."""
    return csv_bytes(_sheet(lines, locale), locale=locale)


def list_xlsx(lines: Iterable[AuditLine], locale: str) -> bytes:
    """Return ``lines`` as a workbook."""
    return xlsx([_sheet(lines, locale)], title=Texts(locale).translate(TITLE))


def _sheet(lines: Iterable[AuditLine], locale: str) -> Sheet:
    translate = Texts(locale).translate
    return Sheet(
        translate(TITLE),
        [Column(translate(title), width) for title, width in COLUMNS],
        (
            (
                line.reference,
                line.title,
                translate(line.status.label),
                line.starts_on,
                line.ends_on,
                line.lead,
                line.question_count,
                line.answered_count,
                line.finding_count,
                line.nonconformity_count,
            )
            for line in lines
        ),
    )
