"""Reading balances and the records that they are made from. Nothing here writes."""

from qse_audit.balances.queries.balances import (
    BalanceLine,
    Kept,
    as_line,
    balance_lines,
    content_of,
    frozen_content,
    frozen_lines,
    get_balance,
    get_fact,
    is_replaced,
    live_content,
    readable_by,
    readings_of,
    record_of,
    replaced_by,
    salient_facts,
    salient_of,
)
from qse_audit.balances.queries.records import records_of
from qse_audit.balances.queries.sources import readable_sources

__all__ = [
    "BalanceLine",
    "Kept",
    "as_line",
    "balance_lines",
    "content_of",
    "frozen_content",
    "frozen_lines",
    "get_balance",
    "get_fact",
    "is_replaced",
    "live_content",
    "readable_by",
    "readable_sources",
    "readings_of",
    "record_of",
    "records_of",
    "replaced_by",
    "salient_facts",
    "salient_of",
]
