"""The pages about risk analyses."""

from qse_audit.risks.views import (
    analysis,
    bringing,
    copying,
    exports,
    grid,
    lines,
    listing,
    pictures,
    sections,
    thresholds,
    versions,
)
from qse_audit.risks.views.blueprint import ANALYSIS, RISK, SECTION, VERSION, bp

__all__ = [
    "ANALYSIS",
    "RISK",
    "SECTION",
    "VERSION",
    "analysis",
    "bp",
    "bringing",
    "copying",
    "exports",
    "grid",
    "lines",
    "listing",
    "pictures",
    "sections",
    "thresholds",
    "versions",
]
