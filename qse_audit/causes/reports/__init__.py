"""Analyses of causes drawn, worded and printed."""

from qse_audit.causes.reports.clocks import TONES, clock_text
from qse_audit.causes.reports.drawings import DRAWN, charts, drawing
from qse_audit.causes.reports.pdf import Paper, analysis_pdf
from qse_audit.causes.reports.words import Wording, told

__all__ = [
    "DRAWN",
    "TONES",
    "Paper",
    "Wording",
    "analysis_pdf",
    "charts",
    "clock_text",
    "drawing",
    "told",
]
