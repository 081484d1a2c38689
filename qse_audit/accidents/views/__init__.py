"""The pages of the register."""

from qse_audit.accidents.views import declaring, detail, figures, listing
from qse_audit.accidents.views.blueprint import ACCIDENT, bp

__all__ = ["ACCIDENT", "bp", "declaring", "detail", "figures", "listing"]
