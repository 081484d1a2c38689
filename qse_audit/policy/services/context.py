"""Noting the issues of the context, looking at them again, withdrawing them; climate."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.db.notes import change, note
from qse_audit.db.trail import Act, record
from qse_audit.policies import Identity
from qse_audit.policy.models import ClimateDecision, ContextIssue, InterestedParty
from qse_audit.policy.rules import REASON_ASKED, WITHDRAWN, IssueDraft, IssueKind, issue_refusals

PAST_REVIEW = Refusal("past_review", N_("La prochaine revue est un jour à venir."))


def add_issue(
    session: Session, draft: IssueDraft, *, actor: Identity, now: datetime
) -> ContextIssue:
    """Note an issue of the organisation of ``actor``.

    :raises Refused: with every reason.
    """
    refuse_all(issue_refusals(draft))
    issue = ContextIssue(
        organisation_id=actor.organisation_id,
        created_at=now,
        created_by_id=actor.user_id,
        reviewed_at=now,
        reviewed_by_id=actor.user_id,
        withdrawal_reason="",
        **issue_values(draft),
    )
    session.add(issue)
    _note(session, issue, "add", actor=actor, now=now)
    return issue


def edit_issue(
    session: Session,
    issue: ContextIssue,
    draft: IssueDraft,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Write an issue anew; whoever writes it has looked at it.

    :raises Refused: with every reason, or once it is withdrawn.
    :raises Conflict: when ``version`` is no longer the stored one.
    """
    refuse_all([WITHDRAWN] if issue.withdrawn_at else issue_refusals(draft))
    if changed := change(issue, issue_values(draft), version=version):
        issue.reviewed_at, issue.reviewed_by_id = now, actor.user_id
        _note(session, issue, "edit", actor=actor, now=now, changed=changed)


def issue_values(draft: IssueDraft) -> dict[str, Any]:
    """Return a draft as the columns of an issue; an internal one has no place in the PESTEL."""
    values = asdict(draft)
    values["domains"] = [domain.value for domain in draft.domains]
    if draft.kind is IssueKind.INTERNAL:
        values["pestel"] = None
    return values


def review(
    session: Session,
    row: ContextIssue | InterestedParty,
    review_on: date,
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """Say that an issue or a party was looked at and still holds, until ``review_on``.

    :raises Refused: for a day that is not to come, or once it is withdrawn.
    """
    refuse_all([WITHDRAWN] if row.withdrawn_at else [])
    refuse_all([PAST_REVIEW] if review_on <= now.date() else [])
    row.review_on = review_on
    row.reviewed_at, row.reviewed_by_id = now, actor.user_id
    data = {"review_on": review_on.isoformat()}
    note(session, (kind_of(row), row), "review", actor=actor, now=now, data=data)


def withdraw(
    session: Session,
    row: ContextIssue | InterestedParty,
    reason: str,
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """Take an issue or a party out of the boards; it stays readable, with its reason.

    :raises Refused: without a reason, or when it is withdrawn already.
    """
    refuse_all([WITHDRAWN] if row.withdrawn_at else [])
    refuse_all([] if reason.strip() else [REASON_ASKED])
    row.withdrawn_at, row.withdrawal_reason = now, reason.strip()
    texts = {"reason": row.withdrawal_reason}
    note(session, (kind_of(row), row), "withdraw", actor=actor, now=now, texts=texts)


def kind_of(row: ContextIssue | InterestedParty) -> Kind:
    """Return the kind of a row of the context."""
    return Kind.CONTEXT_ISSUE if isinstance(row, ContextIssue) else Kind.INTERESTED_PARTY


def decide_climate(
    session: Session,
    *,
    is_relevant: bool,
    reason: str,
    review_on: date,
    actor: Identity,
    now: datetime,
) -> ClimateDecision:
    """Decide whether climate change is a relevant issue; earlier decisions are kept.

    :raises Refused: without a reason, or for a review that is not to come.
    """
    refuse_all([] if reason.strip() else [REASON_ASKED])
    refuse_all([PAST_REVIEW] if review_on <= now.date() else [])
    decision = ClimateDecision(
        organisation_id=actor.organisation_id,
        is_relevant=is_relevant,
        reason=reason.strip(),
        review_on=review_on,
        decided_at=now,
        decided_by_id=actor.user_id,
    )
    session.add(decision)
    session.flush()
    act = Act(
        verb="context.decide-climate",
        kind="climate_decision",
        subject_id=decision.id,
        data={"is_relevant": is_relevant, "review_on": review_on.isoformat()},
        texts={"reason": decision.reason},
    )
    record(session, act, organisation_id=actor.organisation_id, actor_id=actor.user_id, now=now)
    return decision


def _note(
    session: Session,
    issue: ContextIssue,
    act: str,
    *,
    actor: Identity,
    now: datetime,
    changed: list[str] | None = None,
) -> None:
    data = {
        "kind": issue.kind,
        "swot": issue.swot,
        "weight": issue.weight,
        "domains": list(issue.domains),
        "review_on": issue.review_on.isoformat(),
        **({"changed": changed} if changed else {}),
    }
    texts = {"title": issue.title, "fact": issue.fact, "effect": issue.effect}
    subject = Kind.CONTEXT_ISSUE, issue
    note(session, subject, act, actor=actor, now=now, data=data, texts=texts)
