"""What the policy asks of management and of the coordinator."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, case, func, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Organisation
from qse_audit.core.clock import day_in_paris
from qse_audit.core.permissions import Kind, Link, Role
from qse_audit.core.text import N_
from qse_audit.dashboard.queries.lines import SHOWN, Line, Section, oversees
from qse_audit.db.participation import linked_to
from qse_audit.policies import Identity
from qse_audit.policy import commitments
from qse_audit.policy.models import CommitmentCoverage, Policy, Proposal
from qse_audit.policy.rules import Answer, PolicyStatus, ProposalStatus, chosen, judge

REVIEW_SOON_DAYS = 30
"""How long before its review a policy comes to mind."""
ALIVE = (PolicyStatus.DRAFT, PolicyStatus.SUBMITTED, PolicyStatus.IN_FORCE)
MAX_ROWS = 2_000


def policy_to_do(session: Session, who: Identity, now: datetime) -> Iterable[Section]:
    """Give the policy to decide on or to review, and the drafts that lack commitments."""
    if not oversees(who):
        return
    rows = _rows(session, who)
    versions: dict[int, list[Row[Any]]] = {}
    for row in rows:
        if row.id is not None:
            versions.setdefault(row.id, []).append(row)
    if Role.MANAGEMENT in who.roles:
        lines = [_to_decide(each[0]) for each in versions.values() if _awaits(each[0])]
        proposals = rows[0].proposals if rows else 0
        more = [_proposals(proposals)] if proposals else []
        yield Section(title=N_("Politique à décider"), lines=[*lines, *more], rank=20)
    if Role.COORDINATOR in who.roles:
        today = day_in_paris(now)
        due = [_to_review(each[0], today) for each in versions.values() if _is_due(each[0], today)]
        yield Section(title=N_("Politique à revoir"), lines=due, rank=18)
        lacking = [_lacking(each, count) for each in versions.values() if (count := _open(each))]
        title = N_("Engagements attendus sans phrase")
        yield Section(title=title, lines=lacking[:SHOWN], rank=27)


def _rows(session: Session, who: Identity) -> Sequence[Row[Any]]:
    """Return one row for each answer of a draft, one for each other version; never none."""
    written = linked_to(Kind.POLICY, Policy.id, who.user_id, [Link.AUTHOR])
    is_author = case((Policy.created_by_id == who.user_id, 1), (written, 1), else_=0)
    proposals = select(func.count(Proposal.id)).where(
        Proposal.organisation_id == who.organisation_id,
        Proposal.status == ProposalStatus.OPEN,
        Proposal.created_by_id != who.user_id,
    )
    return session.execute(
        select(
            Policy.id,
            Policy.number,
            Policy.title,
            Policy.status,
            Policy.review_on,
            Policy.referential_keys,
            CommitmentCoverage.expected_key,
            CommitmentCoverage.sentence_keys,
            CommitmentCoverage.note,
            is_author.label("is_author"),
            proposals.scalar_subquery().label("proposals"),
        )
        .select_from(Organisation)
        .outerjoin(
            Policy,
            and_(Policy.organisation_id == Organisation.id, Policy.status.in_(ALIVE)),
        )
        .outerjoin(
            CommitmentCoverage,
            and_(CommitmentCoverage.policy_id == Policy.id, Policy.status == PolicyStatus.DRAFT),
        )
        .where(Organisation.id == who.organisation_id)
        .order_by(Policy.number.desc(), CommitmentCoverage.id)
        .limit(MAX_ROWS)
    ).all()


def _awaits(row: Row[Any]) -> bool:
    return row.status is PolicyStatus.SUBMITTED and not row.is_author


def _to_decide(row: Row[Any]) -> Line:
    return Line(
        title=row.title,
        endpoint="policy.decide",
        values={"policy_id": row.id},
        meta=(N_("Version %(n)s", n=row.number),),
        status=row.status.value,
        status_label=row.status.label,
    )


def _proposals(count: int) -> Line:
    return Line(
        title=N_("Propositions à décider : %(count)s", count=count),
        endpoint="policy.proposals",
        values={"status": ProposalStatus.OPEN.value},
    )


def _is_due(row: Row[Any], today: date) -> bool:
    soon = today + timedelta(days=REVIEW_SOON_DAYS)
    in_force = row.status is PolicyStatus.IN_FORCE
    return in_force and row.review_on is not None and row.review_on <= soon


def _to_review(row: Row[Any], today: date) -> Line:
    late = row.review_on < today
    return Line(
        title=row.title,
        kind=Kind.POLICY,
        id=row.id,
        meta=(
            N_("Version %(n)s", n=row.number),
            N_("le %(starts_on)s", starts_on=row.review_on.isoformat()),
        ),
        status="late" if late else "due_soon",
        status_label=N_("En retard") if late else N_("Bientôt"),
    )


def _open(rows: Sequence[Row[Any]]) -> int:
    """Return how many expected commitments a draft neither covers nor explains."""
    first = rows[0]
    if first.status is not PolicyStatus.DRAFT:
        return 0
    answers = {
        row.expected_key: Answer(tuple(row.sentence_keys), row.note)
        for row in rows
        if row.expected_key is not None
    }
    named = {key for answer in answers.values() for key in answer.sentence_keys}
    checklists = chosen(commitments.shipped(), first.referential_keys)
    judged = judge(checklists, answers, dict.fromkeys(named, 1), is_communicated=False)
    return sum(len(each.missing) for each in judged)


def _lacking(rows: Sequence[Row[Any]], count: int) -> Line:
    first = rows[0]
    return Line(
        title=first.title,
        endpoint="policy.checklist",
        values={"policy_id": first.id},
        meta=(
            N_("Version %(n)s", n=first.number),
            N_("engagements sans phrase ni raison : %(count)s", count=count),
        ),
        status=first.status.value,
        status_label=first.status.label,
    )
