"""The pages about the policy and what it rests on."""

from qse_audit.policy.views import context, deciding, drafting, parties, proposals, texts
from qse_audit.policy.views.blueprint import ISSUE, PARTY, POLICY, PROPOSAL, bp

__all__ = [
    "ISSUE",
    "PARTY",
    "POLICY",
    "PROPOSAL",
    "bp",
    "context",
    "deciding",
    "drafting",
    "parties",
    "proposals",
    "texts",
]
