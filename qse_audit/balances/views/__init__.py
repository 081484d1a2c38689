"""The pages about the QSE balances of a period."""

from qse_audit.balances.views import reading, writing
from qse_audit.balances.views.blueprint import BALANCE, FACT, bp, facts_on_offer

__all__ = ["BALANCE", "FACT", "bp", "facts_on_offer", "reading", "writing"]
