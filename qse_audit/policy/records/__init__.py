"""What of the policy a portfolio may name: its versions, and what they rest on."""

from qse_audit.policy.records.notes import CONTEXT_ISSUE, INTERESTED_PARTY, PROPOSAL
from qse_audit.policy.records.texts import POLICY

__all__ = ["CONTEXT_ISSUE", "INTERESTED_PARTY", "POLICY", "PROPOSAL"]
