"""Writing balances, and freezing them."""

from qse_audit.balances.services.freezing import move_balance
from qse_audit.balances.services.writing import (
    delete_balance,
    edit_balance,
    start_balance,
    write_conclusion,
    write_reading,
)

__all__ = [
    "delete_balance",
    "edit_balance",
    "move_balance",
    "start_balance",
    "write_conclusion",
    "write_reading",
]
