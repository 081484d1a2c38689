"""What the register of accidents knows: words, moves, clocks of the law, days, rates. Pure."""

from qse_audit.accidents.rules.codes import (
    HARMS,
    OPEN,
    OPEN_TO_ALL,
    STOPS_IN,
    WORK_ACCIDENTS,
    Category,
    DutyCode,
    EventKind,
    EventStatus,
    Potential,
)
from qse_audit.accidents.rules.events import EVENT_WORKFLOW, VERBS, EventDraft, EventFacts

__all__ = [
    "EVENT_WORKFLOW",
    "HARMS",
    "OPEN",
    "OPEN_TO_ALL",
    "STOPS_IN",
    "VERBS",
    "WORK_ACCIDENTS",
    "Category",
    "DutyCode",
    "EventDraft",
    "EventFacts",
    "EventKind",
    "EventStatus",
    "Potential",
]
