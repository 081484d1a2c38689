"""Changing indicators and their values: each function is one act; none commits."""

from qse_audit.indicators.services.baselines import (
    BaselineDraft,
    date_event,
    lock_baseline,
    unlock_baseline,
    withdraw_event,
)
from qse_audit.indicators.services.boards import show_indicators
from qse_audit.indicators.services.cards import (
    adopt_indicator,
    aim_indicator,
    create_indicator,
    define_indicator,
    edit_indicator,
)
from qse_audit.indicators.services.moves import close_periods, move_indicator
from qse_audit.indicators.services.signals import Explanation, explain_signal, watch
from qse_audit.indicators.services.values import Entered, enter_values

__all__ = [
    "BaselineDraft",
    "Entered",
    "Explanation",
    "adopt_indicator",
    "aim_indicator",
    "close_periods",
    "create_indicator",
    "date_event",
    "define_indicator",
    "edit_indicator",
    "enter_values",
    "explain_signal",
    "lock_baseline",
    "move_indicator",
    "show_indicators",
    "unlock_baseline",
    "watch",
    "withdraw_event",
]
