"""Proposing what should enter the policy, and deciding on it."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from qse_audit.accounts.rules import one_line
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import refuse_all
from qse_audit.core.permissions import Kind
from qse_audit.db.notes import change, note
from qse_audit.db.numbering import next_reference
from qse_audit.policies import Identity
from qse_audit.policy.models import Proposal
from qse_audit.policy.rules import (
    DECIDED,
    PROPOSAL_WORKFLOW,
    REASON_ASKED,
    ProposalDraft,
    ProposalFacts,
    ProposalStatus,
    domain_refusals,
)


def add_proposal(
    session: Session, draft: ProposalDraft, *, actor: Identity, now: datetime
) -> Proposal:
    """Make a proposal in the organisation of ``actor``.

    :raises Refused: without a domain.
    """
    refuse_all(domain_refusals(draft.domains))
    proposal = Proposal(
        organisation_id=actor.organisation_id,
        reference=next_reference(
            session, "PRO", organisation_id=actor.organisation_id, year=day_in_paris(now).year
        ),
        status=PROPOSAL_WORKFLOW.initial,
        created_at=now,
        created_by_id=actor.user_id,
        **_values(draft),
    )
    session.add(proposal)
    _note(session, proposal, "add", actor=actor, now=now)
    return proposal


def edit_proposal(
    session: Session,
    proposal: Proposal,
    draft: ProposalDraft,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Write a proposal anew, until it is decided.

    :raises Refused: without a domain, or once it is decided.
    :raises Conflict: when ``version`` is no longer the stored one.
    """
    refuse_all(domain_refusals(draft.domains))
    refuse_all([] if proposal.status is ProposalStatus.OPEN else [DECIDED])
    if change(proposal, _values(draft), version=version):
        _note(session, proposal, "edit", actor=actor, now=now)


def move_proposal(
    session: Session, proposal: Proposal, name: str, *, reason: str, actor: Identity, now: datetime
) -> None:
    """Apply the transition ``name``, with the reason of management.

    :raises TransitionRefused: with every unmet condition.
    :raises Refused: without a reason.
    """
    facts = ProposalFacts(fact_count=len(proposal.facts))
    before, reason = proposal.status, reason.strip()
    after = PROPOSAL_WORKFLOW.decide(before, name, facts)
    refuse_all([] if reason else [REASON_ASKED])
    is_open = after is ProposalStatus.OPEN
    proposal.status = after
    proposal.decision = "" if is_open else reason
    proposal.decided_at = None if is_open else now
    proposal.decided_by_id = None if is_open else actor.user_id
    data = {"reference": proposal.reference, "before": before, "after": after}
    subject = Kind.PROPOSAL, proposal
    note(session, subject, name, actor=actor, now=now, data=data, texts={"reason": reason})


def _values(draft: ProposalDraft) -> dict[str, Any]:
    return {
        "title": one_line(draft.title),
        "reason": draft.reason,
        "domains": [domain.value for domain in draft.domains],
        "priority": draft.priority,
        "facts": [fact.as_stored() for fact in draft.facts],
    }


def _note(
    session: Session, proposal: Proposal, act: str, *, actor: Identity, now: datetime
) -> None:
    data = {
        "reference": proposal.reference,
        "priority": proposal.priority,
        "domains": list(proposal.domains),
        "facts": [f"{each['kind']}/{each['id']}" for each in proposal.facts],
    }
    texts = {"title": proposal.title, "grounds": proposal.reason}
    subject = Kind.PROPOSAL, proposal
    note(session, subject, act, actor=actor, now=now, data=data, texts=texts)
