"""The papers of the cascade: a read model in, bytes or a drawing out. No session, no request."""

from qse_audit.objectives.reports.listing import anomalies_json, as_lines
from qse_audit.objectives.reports.matrix_svg import matrix_svg
from qse_audit.objectives.reports.pdf import report_pdf
from qse_audit.objectives.reports.words import exact, say

__all__ = ["anomalies_json", "as_lines", "exact", "matrix_svg", "report_pdf", "say"]
