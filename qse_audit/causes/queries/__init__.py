"""Reading analyses of causes. Nothing here writes."""

from qse_audit.causes.queries.analyses import (
    CauseFilter,
    CauseLine,
    actions_readable,
    as_line,
    delays_of_last,
    get_analysis,
    get_member,
    get_node,
    last_families,
    list_statement,
    offers,
    readable_by,
    studies_about,
    tree_of,
)

__all__ = [
    "CauseFilter",
    "CauseLine",
    "actions_readable",
    "as_line",
    "delays_of_last",
    "get_analysis",
    "get_member",
    "get_node",
    "last_families",
    "list_statement",
    "offers",
    "readable_by",
    "studies_about",
    "tree_of",
]
