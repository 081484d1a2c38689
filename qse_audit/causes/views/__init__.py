"""The pages about analyses of causes."""

from qse_audit.causes.views import analysis, beginning, lines, lists, team
from qse_audit.causes.views.blueprint import CAUSE, bp

__all__ = ["CAUSE", "analysis", "beginning", "bp", "lines", "lists", "team"]
