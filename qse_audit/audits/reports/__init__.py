"""The papers of audits: a read model in, bytes out. No session, no request."""

from concurrent.futures import ThreadPoolExecutor

from qse_audit.audits.queries.report_model import AuditReport
from qse_audit.audits.reports.docx import report_docx
from qse_audit.audits.reports.lists import list_csv, list_xlsx
from qse_audit.audits.reports.pdf import report_pdf
from qse_audit.core.text import LOCALES

__all__ = ["MEDIA_TYPES", "list_csv", "list_xlsx", "report_docx", "report_files", "report_pdf"]

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def report_files(report: AuditReport) -> dict[str, bytes]:
    """Return every file of an issued report by format and language: ``pdf-fr``, ``docx-en``.

    The PDF files are made in processes of their own, at the same time as the Word files.
    """
    with ThreadPoolExecutor(max_workers=len(LOCALES)) as pool:
        printing = {locale: pool.submit(report_pdf, report, locale) for locale in LOCALES}
        files = {f"docx-{locale}": report_docx(report, locale) for locale in LOCALES}
        return files | {f"pdf-{locale}": made.result() for locale, made in printing.items()}
