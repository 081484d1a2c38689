"""The pages about workshops: those of the facilitator, and those of whoever comes by the link."""

from qse_audit.workshops.views import coming, leading
from qse_audit.workshops.views.blueprint import STUDIES, WORKSHOP, bp

__all__ = ["STUDIES", "WORKSHOP", "bp", "coming", "leading"]
