"""Submitting a version of the policy, deciding on it, and making it known."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Membership
from qse_audit.core.canonical import canonical_json
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.core.permissions import Kind, Link, Role
from qse_audit.core.text import N_, Message
from qse_audit.db.notes import note
from qse_audit.db.outbox import notify
from qse_audit.db.trail import Head
from qse_audit.policies import Identity
from qse_audit.policy import queries
from qse_audit.policy.models import Policy, PolicyCommunication, PolicyRecord
from qse_audit.policy.rules import (
    POLICY_WORKFLOW,
    REASON_ASKED,
    CoveredList,
    PolicyFacts,
    PolicyStatus,
    Sentence,
)

RECORD_FORMAT = "qse-audit/policy/1"
TO_COME = Refusal("to_come", N_("On enregistre ce qui a eu lieu : aujourd’hui ou avant."))


def move_policy(
    session: Session,
    policy: Policy,
    name: str,
    *,
    reason: str = "",
    actor: Identity,
    now: datetime,
) -> None:
    """Apply the transition ``name``; approving freezes the text and supersedes the one in force.

    :raises TransitionRefused: with every unmet condition; nothing is then changed.
    :raises Refused: when the transition asks for a reason and none is given.
    """
    session.refresh(policy, ["status", "version"], with_for_update=True)
    judged = queries.coverage(session, policy)
    facts = queries.policy_facts(session, policy, judged, today=day_in_paris(now))
    before, reason = policy.status, reason.strip()
    after = POLICY_WORKFLOW.decide(before, name, facts)
    transition = POLICY_WORKFLOW.named(name)
    refuse_all([REASON_ASKED] if transition and transition.asks_reason and not reason else [])
    if after is PolicyStatus.IN_FORCE:
        _supersede(session, policy, actor=actor, now=now)
    policy.status = after
    _mark(policy, name, reason, actor=actor, now=now)
    data: dict[str, Any] = {"number": policy.number, "before": before, "after": after}
    document = b""
    if after is PolicyStatus.IN_FORCE:
        document = canonical_json(document_of(session, policy, judged))
        data["sha256"] = hashlib.sha256(document).hexdigest()
    texts = {"reason": reason}
    subject = Kind.POLICY, policy
    head = note(session, subject, name, actor=actor, now=now, data=data, texts=texts)
    if document:
        _freeze(session, policy, document, head=head, now=now)
    _tell(session, policy, name, actor=actor, now=now)


def _mark(policy: Policy, name: str, reason: str, *, actor: Identity, now: datetime) -> None:
    """Write who submitted or decided, and when."""
    if name == "submit":
        policy.submitted_at, policy.submitted_by_id = now, actor.user_id
        policy.decision_note = ""
    elif name in {"approve", "reject", "return"}:
        policy.decided_at, policy.decided_by_id = now, actor.user_id
        policy.decision_note = reason


def _supersede(session: Session, by: Policy, *, actor: Identity, now: datetime) -> None:
    """Take the version in force out of force: the next one is being approved."""
    held = session.scalars(
        select(Policy)
        .where(
            Policy.organisation_id == by.organisation_id,
            Policy.status == PolicyStatus.IN_FORCE,
        )
        .with_for_update()
    ).first()
    if held is None:
        return
    facts = PolicyFacts(today=day_in_paris(now), next_is_approved=True)
    before = held.status
    held.status = POLICY_WORKFLOW.decide(before, "supersede", facts)
    held.superseded_at = now
    data = {"number": held.number, "before": before, "after": held.status, "by": by.number}
    note(session, (Kind.POLICY, held), "supersede", actor=actor, now=now, data=data)


def document_of(
    session: Session, policy: Policy, judged: Collection[CoveredList]
) -> dict[str, Any]:
    """Return what is frozen when a version is approved."""
    return {
        "format": RECORD_FORMAT,
        "number": policy.number,
        "title": policy.title,
        "introduction": policy.introduction,
        "signature": policy.signature,
        "change_reason": policy.change_reason,
        "review_on": policy.review_on.isoformat() if policy.review_on else None,
        "submitted_at": policy.submitted_at.isoformat() if policy.submitted_at else None,
        "approved_at": policy.decided_at.isoformat() if policy.decided_at else None,
        "sentences": [_as_json(each) for each in queries.sentences_of(session, policy.id)],
        "coverage": {
            each.checklist.name: [
                {
                    "expected": line.expected.key,
                    "clause": line.expected.clause,
                    "sentences": list(line.positions),
                    "note": line.note,
                }
                for line in each.lines
            ]
            for each in judged
        },
    }


def _as_json(sentence: Sentence) -> Mapping[str, Any]:
    return asdict(sentence) | {"domains": list(sentence.domains)}


def _freeze(
    session: Session, policy: Policy, document: bytes, *, head: Head, now: datetime
) -> None:
    session.add(
        PolicyRecord(
            policy_id=policy.id,
            document=document.decode(),
            sha256=hashlib.sha256(document).hexdigest(),
            approved_at=now,
            head_seq=head.seq,
            head_hash=head.hash,
        )
    )
    session.flush()


TOLD: Mapping[str, Message] = {
    "approve": N_("La politique version %(number)s est approuvée : elle est en vigueur."),
    "return": N_("La politique version %(number)s est renvoyée à la rédaction."),
    "reject": N_("La politique version %(number)s est refusée."),
}
SUBMITTED = N_("La politique version %(number)s attend votre décision.")


def _tell(session: Session, policy: Policy, name: str, *, actor: Identity, now: datetime) -> None:
    """Tell management what waits for it, and the authors what was decided."""
    authors = policy.access().links[Link.AUTHOR]
    if name == "submit":
        message, people = SUBMITTED, _managers(session, policy.organisation_id) - authors
    elif name in TOLD:
        message, people = TOLD[name], authors
    else:
        return
    for person_id in sorted(people - {actor.user_id}):
        notify(
            session,
            Message(message.msgid, {"number": policy.number}),
            key=f"policy/{policy.id}/{name}/{now.isoformat()}/{person_id}",
            person_id=person_id,
            organisation_id=policy.organisation_id,
            subject=(Kind.POLICY, policy.id),
            now=now,
        )


def _managers(session: Session, organisation_id: int) -> frozenset[int]:
    return frozenset(
        session.scalars(
            select(Membership.person_id).where(
                Membership.organisation_id == organisation_id,
                Membership.role == Role.MANAGEMENT,
            )
        )
    )


def record_communication(
    session: Session,
    policy: Policy,
    *,
    happened_on: date,
    audience: str,
    channel: str,
    words: str = "",
    actor: Identity,
    now: datetime,
) -> PolicyCommunication:
    """Record when, to whom and how a policy was made known; what is recorded stays.

    :raises Refused: for a day to come.
    """
    refuse_all([TO_COME] if happened_on > day_in_paris(now) else [])
    made = PolicyCommunication(
        policy_id=policy.id,
        happened_on=happened_on,
        audience=audience.strip(),
        channel=channel.strip(),
        note=words.strip(),
        recorded_at=now,
        recorded_by_id=actor.user_id,
    )
    session.add(made)
    session.flush()
    data = {"number": policy.number, "on": happened_on.isoformat(), "communication": made.id}
    texts = {"audience": made.audience, "channel": made.channel, "note": made.note}
    subject = Kind.POLICY, policy
    note(session, subject, "communicate", actor=actor, now=now, data=data, texts=texts)
    return made
