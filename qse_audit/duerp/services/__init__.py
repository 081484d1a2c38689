"""Making versions of a DUERP and keeping its registers; nothing here commits."""

from qse_audit.duerp.services.keeping import (
    Asked,
    Transmitted,
    answer_request,
    describe_measure,
    follow_event,
    note_event,
    note_headcount,
    note_request,
    note_transmission,
    write_place,
)
from qse_audit.duerp.services.preparing import (
    add_contribution,
    delete_version,
    move_version,
    prepare_version,
    remove_contribution,
    write_version,
)

__all__ = [
    "Asked",
    "Transmitted",
    "add_contribution",
    "answer_request",
    "delete_version",
    "describe_measure",
    "follow_event",
    "move_version",
    "note_event",
    "note_headcount",
    "note_request",
    "note_transmission",
    "prepare_version",
    "remove_contribution",
    "write_place",
    "write_version",
]
