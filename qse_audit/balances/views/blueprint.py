"""The blueprint of the pages about balances, and how they find what they show."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from qse_audit.accounts.queries import history
from qse_audit.balances import queries, reports
from qse_audit.balances.rules import FACT_KIND, REPEATED, VERBS
from qse_audit.core.permissions import Kind, Permission
from qse_audit.policies import Identity
from qse_audit.web.database import session
from qse_audit.web.guards import Target
from qse_audit.web.i18n import locale
from qse_audit.web.timeline import timeline

bp = Blueprint("balances", __name__, url_prefix="/balances")

P = Permission
BALANCE = Target(queries.get_balance, "balance_id", read=P.BALANCE_READ)
FACT = Target(queries.get_fact, "fact_id", read=P.BALANCE_READ)
TONES = {"balance.freeze": "success"}
"""What stands out in a history."""


def told(balance_id: int) -> Sequence[dict[str, Any]]:
    """Return the history of a balance as the timeline shows it."""
    found = history(session(), Kind.BALANCE, balance_id, text="reason", repeated=REPEATED)
    return timeline(found, VERBS, TONES)


def facts_on_offer(opened: Session, who: Identity) -> list[tuple[str, int, str]]:
    """Return the salient facts of the newest frozen balances, as proposals name them."""
    wording, found = reports.Wording(locale()), []
    for kept in queries.salient_facts(opened, who):
        shown = wording.figure(kept.figure)
        found.append((FACT_KIND, kept.id, f"{kept.balance} · {shown.label} : {shown.value}"[:300]))
    return found
