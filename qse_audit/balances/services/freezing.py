"""Freezing a balance: from then on its facts and its reading never change."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Membership
from qse_audit.balances import queries
from qse_audit.balances.models import Balance, BalanceRecord
from qse_audit.balances.rules import BALANCE_WORKFLOW, document_of
from qse_audit.core.canonical import canonical_json
from qse_audit.core.clock import day_in_paris
from qse_audit.core.permissions import Kind, Role
from qse_audit.core.text import N_
from qse_audit.db.notes import note
from qse_audit.db.outbox import notify
from qse_audit.policies import Identity


def move_balance(
    session: Session, balance: Balance, name: str, *, actor: Identity, now: datetime
) -> BalanceRecord:
    """Apply the transition ``name``: freeze the facts as they are now, and tell management.

    :raises TransitionRefused: with every unmet condition; nothing is then changed.
    """
    session.refresh(balance, ["status", "version", "conclusion"], with_for_update=True)
    content = queries.live_content(session, balance, now)
    before = balance.status
    after = BALANCE_WORKFLOW.decide(before, name, content.workflow_facts(day_in_paris(now)))
    document = canonical_json(document_of(content))
    digest = hashlib.sha256(document).hexdigest()
    balance.status = after
    balance.frozen_at, balance.frozen_by_id = now, actor.user_id
    data = {
        "reference": balance.reference,
        "before": before,
        "after": after,
        "sha256": digest,
        "replaces": content.replaces or None,
    }
    head = note(session, (Kind.BALANCE, balance), name, actor=actor, now=now, data=data)
    record = BalanceRecord(
        balance_id=balance.id,
        document=document.decode(),
        sha256=digest,
        frozen_at=now,
        head_seq=head.seq,
        head_hash=head.hash,
    )
    session.add(record)
    session.flush()
    _tell(session, balance, actor=actor, now=now)
    return record


def _tell(session: Session, balance: Balance, *, actor: Identity, now: datetime) -> None:
    """Tell management that there is something to read, and to decide on."""
    managers = select(Membership.person_id).where(
        Membership.organisation_id == balance.organisation_id,
        Membership.role == Role.MANAGEMENT,
    )
    message = N_("Le bilan QSE %(reference)s est arrêté.", reference=balance.reference)
    for person_id in sorted(set(session.scalars(managers)) - {actor.user_id}):
        notify(
            session,
            message,
            key=f"balance/{balance.id}/freeze/{person_id}",
            person_id=person_id,
            organisation_id=balance.organisation_id,
            subject=(Kind.BALANCE, balance.id),
            now=now,
        )
