"""Taking a scale of the firm’s own, version after version; withdrawing it, putting it back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from qse_audit.core.canonical import canonical_json
from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.core.text import N_
from qse_audit.db.trail import Act, record
from qse_audit.db.upsert import insert_missing
from qse_audit.policies import Identity
from qse_audit.risks import queries
from qse_audit.risks.models import RiskScale, RiskScaleVersion
from qse_audit.risks.rules import Scale, scale_data
from qse_audit.risks.rules.analyses import HOUSE
from qse_audit.risks.rules.own_scales import (
    Prospect,
    TakeOutcome,
    taking_refusals,
    withdrawing_refusals,
)


def take_scale(session: Session, scale: Scale, *, actor: Identity, now: datetime) -> Prospect:
    """Keep ``scale`` as the version in force, and say what became of it; the same changes nothing.

    Analyses keep the version that they began with.

    :raises Refused: for a scale that was withdrawn.
    """
    row = _claimed(session, scale.key, actor.organisation_id)
    found = queries.prospect_on(row, scale)
    refuse_all(taking_refusals(found))
    if found.outcome is not TakeOutcome.UNCHANGED:
        data = scale_data(replace(scale, version=found.number))
        digest = sha256(canonical_json(data)).hexdigest()
        session.add(
            RiskScaleVersion(
                scale_id=row.id, number=found.number, data=data, sha256=digest,
                taken_at=now, taken_by_id=actor.user_id,
            )
        )  # fmt: skip
        told = {"key": row.key, "number": found.number, "sha256": digest}
        texts = {"title": scale.title["fr"]}
        _record(session, row, "take", data=told, texts=texts, actor=actor, now=now)
    session.expire(row)
    return replace(found, scale_id=row.id)


def withdraw_scale(
    session: Session, row: RiskScale, reason: str, *, actor: Identity, now: datetime
) -> None:
    """Offer a scale no more to analyses that begin; those that have it keep it.

    :raises Refused: without a reason, or for a scale that is withdrawn already.
    """
    is_withdrawn = row.withdrawn_at is not None
    refuse_all(withdrawing_refusals(is_withdrawn=is_withdrawn, reason=reason))
    row.withdrawn_at, row.withdrawn_reason = now, reason.strip()
    texts = {"note": row.withdrawn_reason}
    _record(session, row, "withdraw", data={"key": row.key}, texts=texts, actor=actor, now=now)


def restore_scale(session: Session, row: RiskScale, *, actor: Identity, now: datetime) -> None:
    """Offer a withdrawn scale again.

    :raises Refused: for one that is not withdrawn.
    """
    if row.withdrawn_at is None:
        refuse_all([Refusal("restored", N_("Cette échelle n’est pas retirée."), HOUSE)])
    row.withdrawn_at, row.withdrawn_reason = None, ""
    _record(session, row, "restore", data={"key": row.key}, texts={}, actor=actor, now=now)


def _claimed(session: Session, key: str, organisation_id: int) -> RiskScale:
    """Return the scale called ``key``, made if it was not there; other writers wait."""
    insert_missing(
        session, RiskScale, organisation_id=organisation_id, key=key, withdrawn_reason="", version=1
    )
    return session.scalars(
        select(RiskScale)
        .where(RiskScale.organisation_id == organisation_id, RiskScale.key == key)
        .options(selectinload(RiskScale.versions))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _record(
    session: Session,
    row: RiskScale,
    act: str,
    *,
    data: Mapping[str, object],
    texts: Mapping[str, str],
    actor: Identity,
    now: datetime,
) -> None:
    session.flush()
    done = Act(
        verb=f"risk_scale.{act}", kind="risk_scale", subject_id=row.id, data=data, texts=texts
    )
    record(session, done, organisation_id=row.organisation_id, actor_id=actor.user_id, now=now)
