"""The result of a workshop, worded and printed."""

from qse_audit.workshops.reports.pdf import result_pdf
from qse_audit.workshops.reports.words import attendance, score, table_of

__all__ = ["attendance", "result_pdf", "score", "table_of"]
