"""The elements of the policy on paper and in spreadsheets: read models in, bytes out."""

from qse_audit.policy.reports.lists import (
    issues_sheet,
    needs_sheet,
    proposals_sheet,
)
from qse_audit.policy.reports.posters import poster_pdf, text_docx

__all__ = [
    "issues_sheet",
    "needs_sheet",
    "poster_pdf",
    "proposals_sheet",
    "text_docx",
]
