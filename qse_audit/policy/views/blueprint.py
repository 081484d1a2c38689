"""The blueprint of the pages about the policy, and how they find what they show."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _

from qse_audit.accounts.queries import history
from qse_audit.core.permissions import Kind, Permission
from qse_audit.policy import queries
from qse_audit.policy.rules import REPEATED, VERBS
from qse_audit.web.database import session
from qse_audit.web.guards import Target
from qse_audit.web.timeline import timeline

bp = Blueprint("policy", __name__, url_prefix="/policy")

P = Permission
ISSUE = Target(queries.get_issue, "issue_id", read=P.POLICY_READ)
PARTY = Target(queries.get_party, "party_id", read=P.POLICY_READ)
NEED = Target(queries.get_need, "need_id", read=P.POLICY_READ)
PROPOSAL = Target(queries.get_proposal, "proposal_id", read=P.POLICY_READ)
POLICY = Target(queries.get_policy, "policy_id", read=P.POLICY_TEXT_READ)
SENTENCE = Target(queries.get_sentence, "sentence_id", read=P.POLICY_TEXT_READ)

PLACES = ("index", "context", "parties", "proposals")


def places(here: str) -> list[tuple[str, str, bool]]:
    """Return the tabs of the policy: (label, address, whether one is there)."""
    labels = {
        "index": _("Politique QSE"),
        "context": _("Contexte"),
        "parties": _("Parties intéressées"),
        "proposals": _("Propositions"),
    }
    return [(labels[name], url_for(f"policy.{name}"), name == here) for name in PLACES]


def told(kind: Kind, subject_id: int) -> Sequence[dict[str, Any]]:
    """Return the history of an object as the timeline shows it."""
    found = history(session(), kind, subject_id, text="reason", repeated=REPEATED)
    return timeline(found, VERBS, TONES)


TONES = {
    "policy.submit": "accent",
    "policy.approve": "success",
    "policy.return": "warning",
    "policy.reject": "danger",
    "proposal.accept": "success",
    "proposal.reject": "warning",
    "context_issue.withdraw": "warning",
    "interested_party.withdraw": "warning",
}
"""What stands out in a history."""
