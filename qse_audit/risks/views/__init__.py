"""The pages about risk analyses."""

from qse_audit.risks.views import (
    analysis,
    bringing,
    copying,
    exports,
    families,
    grid,
    lines,
    listing,
    pictures,
    scales,
    sections,
    thresholds,
    versions,
)
from qse_audit.risks.views.blueprint import ANALYSIS, RISK, SCALE, SECTION, VERSION, bp

__all__ = [
    "ANALYSIS",
    "RISK",
    "SCALE",
    "SECTION",
    "VERSION",
    "analysis",
    "bp",
    "bringing",
    "copying",
    "exports",
    "families",
    "grid",
    "lines",
    "listing",
    "pictures",
    "scales",
    "sections",
    "thresholds",
    "versions",
]
