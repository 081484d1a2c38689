"""Changing indicators and their values: each function is one act; none commits."""

from qse_audit.indicators.services.cards import (
    adopt_indicator,
    aim_indicator,
    create_indicator,
    define_indicator,
    edit_indicator,
)
from qse_audit.indicators.services.moves import close_periods, move_indicator
from qse_audit.indicators.services.values import Entered, enter_values

__all__ = [
    "Entered",
    "adopt_indicator",
    "aim_indicator",
    "close_periods",
    "create_indicator",
    "define_indicator",
    "edit_indicator",
    "enter_values",
    "move_indicator",
]
