"""The pages about indicators."""

from qse_audit.indicators.views import card, library, listing, moves
from qse_audit.indicators.views.blueprint import INDICATOR, bp

__all__ = ["INDICATOR", "bp", "card", "library", "listing", "moves"]
