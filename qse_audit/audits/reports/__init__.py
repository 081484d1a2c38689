"""The papers of audits: a read model in, bytes out. No session, no request."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from qse_audit.audits.queries.report_model import AuditReport
from qse_audit.audits.reports.docx import report_docx
from qse_audit.audits.reports.lists import list_csv, list_xlsx
from qse_audit.audits.reports.pdf import report_pdf
from qse_audit.audits.reports.photos import read_photos
from qse_audit.core.text import LOCALES
from qse_audit.documents.store import FileStore

__all__ = [
    "list_csv",
    "list_xlsx",
    "read_photos",
    "report_docx",
    "report_files",
    "report_pdf",
]


def report_files(
    report: AuditReport,
    store: FileStore,
    *,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, bytes]:
    """Return every file of an issued report by format and language: ``pdf-fr``, ``docx-en``.

    The photos of its findings are read from ``store``. The PDF files are made in processes of
    their own, at the same time as the Word files; ``tell`` hears how many are made, of how many.
    """
    total, files, photos = 2 * len(LOCALES), {}, read_photos(report, store)
    with ThreadPoolExecutor(max_workers=len(LOCALES)) as pool:
        printing = {locale: pool.submit(report_pdf, report, locale, photos) for locale in LOCALES}
        tell(0, total)
        for locale in LOCALES:
            files[f"docx-{locale}"] = report_docx(report, locale, photos)
            tell(len(files), total)
        for locale, made in printing.items():
            files[f"pdf-{locale}"] = made.result()
            tell(len(files), total)
    return files
