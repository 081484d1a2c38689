"""Changing the register. Each function is one act: it checks, changes, records; none commits."""

from qse_audit.accidents.services.events import (
    assign_owner,
    declare_event,
    edit_event,
    move_event,
)
from qse_audit.accidents.services.following import answer_duty, enter_hours, record_stop

__all__ = [
    "answer_duty",
    "assign_owner",
    "declare_event",
    "edit_event",
    "enter_hours",
    "move_event",
    "record_stop",
]
