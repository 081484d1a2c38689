"""What of the indicators a portfolio may name: their cards, and the signals that were analysed."""

from qse_audit.indicators.records.card import INDICATOR
from qse_audit.indicators.records.signal import SIGNAL

__all__ = ["INDICATOR", "SIGNAL"]
