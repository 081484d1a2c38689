"""Reading the proposals, and the facts that they may rest on. Nothing here writes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session, aliased, joinedload

from qse_audit.accounts.models import Person
from qse_audit.core.permissions import Kind
from qse_audit.db.loading import loaded
from qse_audit.findings import queries as findings
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import FindingStatus
from qse_audit.policies import Identity
from qse_audit.policy.models import ContextIssue, InterestedParty, PartyNeed, Proposal
from qse_audit.policy.queries.context import holds, readable, touches
from qse_audit.policy.rules import NEED_KIND, Domain, Fact, ProposalStatus
from qse_audit.web.paging import counted

OFFERED = 60
"""How many records of each kind are offered as facts, the newest or weightiest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalLine:
    """One proposal, in a list."""

    id: int
    reference: str
    title: str
    reason: str
    domains: Sequence[str]
    priority: int
    facts: Sequence[dict[str, Any]]
    status: ProposalStatus
    decision: str
    decided_at: datetime | None
    decided_by: str | None
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFilter:
    """What a list of proposals is narrowed to."""

    search: str = ""
    status: ProposalStatus | None = None
    domain: Domain | None = None


def get_proposal(session: Session, proposal_id: int) -> Proposal:
    """Return a proposal with who made it and who decided.

    :raises NotFound: if there is none.
    """
    return loaded(
        session,
        Proposal,
        proposal_id,
        joinedload(Proposal.created_by),
        joinedload(Proposal.decided_by),
    )


def proposal_lines() -> Select[Any]:
    """Return the statement that selects every proposal as a line."""
    writer, decider = aliased(Person), aliased(Person)
    return (
        select(
            Proposal.id,
            Proposal.reference,
            Proposal.title,
            Proposal.reason,
            Proposal.domains,
            Proposal.priority,
            Proposal.facts,
            Proposal.status,
            Proposal.decision,
            Proposal.decided_at,
            decider.name.label("decided_by"),
            Proposal.created_at,
            writer.name.label("created_by"),
        )
        .join(writer, writer.id == Proposal.created_by_id)
        .outerjoin(decider, decider.id == Proposal.decided_by_id)
    )


def as_proposal_line(row: Row[Any]) -> ProposalLine:
    """Return a row of :func:`proposal_lines` as a line."""
    return ProposalLine(**dict(row._mapping))


def listed_proposals(who: Identity, wanted: ProposalFilter) -> Sequence[ColumnElement[bool]]:
    """Return the conditions of the proposals that a list shows."""
    conditions = [
        readable(Proposal, who),
        *holds(wanted.search, Proposal.reference, Proposal.title, Proposal.reason),
    ]
    if wanted.status is not None:
        conditions.append(Proposal.status == wanted.status)
    if wanted.domain is not None:
        conditions.append(touches(Proposal, wanted.domain))
    return conditions


def count_proposals(session: Session, who: Identity, wanted: ProposalFilter) -> int:
    """Return how many proposals a list shows, as far as counting goes."""
    rows = select(Proposal.id).where(*listed_proposals(who, wanted))
    return session.scalar(select(counted(rows))) or 0


def all_proposals(
    session: Session, who: Identity, wanted: ProposalFilter
) -> Iterator[ProposalLine]:
    """Give every proposal that a list shows, for an export."""
    statement = (
        proposal_lines()
        .where(*listed_proposals(who, wanted))
        .order_by(Proposal.priority, Proposal.id)
        .execution_options(yield_per=1_000)
    )
    for row in session.execute(statement):
        yield as_proposal_line(row)


def facts_on_offer(session: Session, who: Identity) -> tuple[Fact, ...]:
    """Return what a proposal may rest on and ``who`` may read: issues, needs, findings.

    A finding is named by its reference alone: who reads the proposal may not know the finding.
    """
    issues = session.execute(
        select(ContextIssue.id, ContextIssue.title)
        .where(readable(ContextIssue, who), ContextIssue.withdrawn_at.is_(None))
        .order_by(ContextIssue.weight.desc(), ContextIssue.id)
        .limit(OFFERED)
    )
    needs = session.execute(
        select(PartyNeed.id, InterestedParty.name, PartyNeed.text)
        .join(InterestedParty, InterestedParty.id == PartyNeed.party_id)
        .where(readable(InterestedParty, who), InterestedParty.withdrawn_at.is_(None))
        .order_by(InterestedParty.name, PartyNeed.id)
        .limit(OFFERED)
    )
    stated = session.execute(
        select(Finding.id, Finding.reference)
        .where(findings.readable_by(who), Finding.status != FindingStatus.DRAFT)
        .order_by(Finding.id.desc())
        .limit(OFFERED)
    )
    return (
        *(Fact(Kind.CONTEXT_ISSUE, row.id, row.title) for row in issues),
        *(Fact(NEED_KIND, row.id, f"{row.name} : {row.text}"[:300]) for row in needs),
        *(Fact(Kind.FINDING, row.id, row.reference) for row in stated),
    )
