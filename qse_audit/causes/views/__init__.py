"""The pages about analyses of causes."""

from qse_audit.causes.views import analysis, beginning, lines, lists, team
from qse_audit.causes.views.blueprint import CAUSE, STUDIES, bp

__all__ = ["CAUSE", "STUDIES", "analysis", "beginning", "bp", "lines", "lists", "team"]
