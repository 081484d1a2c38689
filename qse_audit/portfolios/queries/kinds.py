"""What a situation may rely on: one line a kind of record, in the order of the picker."""

from collections.abc import Mapping

from qse_audit.accidents.records import ACCIDENT
from qse_audit.actions.records import ACTION
from qse_audit.audits.records import AUDIT, REPORT
from qse_audit.balances.records import BALANCE
from qse_audit.causes.records import CAUSE_ANALYSIS
from qse_audit.core.permissions import Kind
from qse_audit.core.text import Message
from qse_audit.duerp.records import RISK_VERSION
from qse_audit.evidence.records import EVIDENCE
from qse_audit.findings.records import FINDING
from qse_audit.indicators.records import INDICATOR, SIGNAL
from qse_audit.objectives.records import COHERENCE, OBJECTIVE
from qse_audit.policy.records import CONTEXT_ISSUE, INTERESTED_PARTY, POLICY, PROPOSAL
from qse_audit.records import RecordKind
from qse_audit.risks.records import RISK_ANALYSIS
from qse_audit.workshops.records import WORKSHOP

RECORDS: Mapping[Kind, RecordKind] = {
    each.kind: each
    for each in (
        AUDIT,
        FINDING,
        CAUSE_ANALYSIS,
        WORKSHOP,
        REPORT,
        ACTION,
        ACCIDENT,
        POLICY,
        CONTEXT_ISSUE,
        INTERESTED_PARTY,
        PROPOSAL,
        BALANCE,
        OBJECTIVE,
        COHERENCE,
        INDICATOR,
        SIGNAL,
        RISK_ANALYSIS,
        RISK_VERSION,
        EVIDENCE,
    )
}
"""How each kind enters a portfolio and leaves in a dossier: the feature’s own word."""
VERBS: Mapping[str, Message] = {
    verb: word for each in RECORDS.values() for verb, word in each.verbs.items()
}
"""What the register’s acts on records are called; others show their code."""
