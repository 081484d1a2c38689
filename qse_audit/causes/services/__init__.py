"""Changing analyses of causes. Each function is one act: it checks, changes, records, tells."""

from qse_audit.causes.services.analyses import (
    add_member,
    create_analysis,
    draft_of,
    edit_analysis,
    move_analysis,
    remove_member,
)
from qse_audit.causes.services.lines import (
    add_node,
    delete_node,
    edit_node,
    place_node,
    step_node,
)

__all__ = [
    "add_member",
    "add_node",
    "create_analysis",
    "delete_node",
    "draft_of",
    "edit_analysis",
    "edit_node",
    "move_analysis",
    "place_node",
    "remove_member",
    "step_node",
]
