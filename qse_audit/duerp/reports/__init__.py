"""The papers of a DUERP: read models in, bytes out. No session, no request."""

from qse_audit.duerp.reports.document import document_pdf
from qse_audit.duerp.reports.edition import Edition
from qse_audit.duerp.reports.parts import SILENT, programme_title
from qse_audit.duerp.reports.posters import Place, notice_pdf, posters_pdf
from qse_audit.duerp.reports.programme import programme_pdf
from qse_audit.duerp.reports.sheets import register_xlsx
from qse_audit.duerp.reports.text import document_docx
from qse_audit.duerp.reports.words import UNRATED_LABEL, Wording

__all__ = [
    "SILENT",
    "UNRATED_LABEL",
    "Edition",
    "Place",
    "Wording",
    "document_docx",
    "document_pdf",
    "notice_pdf",
    "posters_pdf",
    "programme_pdf",
    "programme_title",
    "register_xlsx",
]
