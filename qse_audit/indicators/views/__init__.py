"""The pages about indicators."""

from qse_audit.indicators.views import (
    card,
    charts,
    dashboards,
    importing,
    library,
    listing,
    moves,
    signals,
    values,
)
from qse_audit.indicators.views.blueprint import INDICATOR, bp
from qse_audit.indicators.views.signals import SIGNAL

__all__ = [
    "INDICATOR",
    "SIGNAL",
    "bp",
    "card",
    "charts",
    "dashboards",
    "importing",
    "library",
    "listing",
    "moves",
    "signals",
    "values",
]
