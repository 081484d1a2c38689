"""The pages about objectives."""

from qse_audit.objectives.views import around, coherence, objective, tree
from qse_audit.objectives.views.blueprint import OBJECTIVE, REPORT, bp

__all__ = ["OBJECTIVE", "REPORT", "around", "bp", "coherence", "objective", "tree"]
