"""Changing indicators and their values: each function is one act; none commits."""

from qse_audit.indicators.services.automatic import count_all, count_now
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
from qse_audit.indicators.services.imports import (
    IMPORT_WORK,
    Preview,
    Wanted,
    ask_import,
    import_file,
    import_values,
    indicator_named,
    preview_values,
    read_values,
)
from qse_audit.indicators.services.moves import (
    close_periods,
    move_indicator,
    review_indicator,
)
from qse_audit.indicators.services.signals import Explanation, explain_signal, watch, watch_events
from qse_audit.indicators.services.values import Entered, enter_values

__all__ = [
    "IMPORT_WORK",
    "BaselineDraft",
    "Entered",
    "Explanation",
    "Preview",
    "Wanted",
    "adopt_indicator",
    "aim_indicator",
    "ask_import",
    "close_periods",
    "count_all",
    "count_now",
    "create_indicator",
    "date_event",
    "define_indicator",
    "edit_indicator",
    "enter_values",
    "explain_signal",
    "import_file",
    "import_values",
    "indicator_named",
    "lock_baseline",
    "move_indicator",
    "preview_values",
    "read_values",
    "review_indicator",
    "show_indicators",
    "unlock_baseline",
    "watch",
    "watch_events",
    "withdraw_event",
]
