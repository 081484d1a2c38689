"""Reading the register. Nothing here writes."""

from qse_audit.accidents.queries.events import (
    REPEATED,
    actions_of_event,
    duty_facts,
    event_facts,
    evidence_of_event,
    get_accident,
    owner_of,
    stop_rows,
    told_duties,
)
from qse_audit.accidents.queries.lists import (
    AccidentFilter,
    AccidentLine,
    Show,
    as_line,
    count_shown,
    list_statement,
    readable_by,
    register,
    years_of,
)

__all__ = [
    "REPEATED",
    "AccidentFilter",
    "AccidentLine",
    "Show",
    "actions_of_event",
    "as_line",
    "count_shown",
    "duty_facts",
    "event_facts",
    "evidence_of_event",
    "get_accident",
    "list_statement",
    "owner_of",
    "readable_by",
    "register",
    "stop_rows",
    "told_duties",
    "years_of",
]
