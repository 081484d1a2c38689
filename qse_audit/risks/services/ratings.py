"""Rating a line: every rating stays, with its reason; the line shows the one that holds now."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.db.notes import note
from qse_audit.policies import Identity
from qse_audit.risks import queries
from qse_audit.risks.models import Risk, RiskRating
from qse_audit.risks.rules import Rating, RatingStage, Scale, rate, rating_refusals, scale_from
from qse_audit.risks.rules.analyses import HOUSE, RatingDraft
from qse_audit.risks.rules.rerating import rerating_refusals
from qse_audit.risks.services.analyses import still_open


def rate_risk(
    session: Session, risk: Risk, draft: RatingDraft, *, actor: Identity, now: datetime
) -> None:
    """Rate a line at a stage.

    A planned rating never replaces the one that holds; a verified one rests on actions that were
    verified since, and on a proof.

    :raises Refused: with every reason.
    """
    scale = scale_from(risk.analysis.scale)
    facts = queries.rating_facts(session, risk, draft)
    refuse_all(
        (
            *_ratable(risk, draft),
            *rating_refusals(scale, draft.notes, overrides_of(risk.details)),
            *rerating_refusals(scale, facts),
        )
    )
    verified = draft.stage is RatingStage.VERIFIED
    keep_rating(
        session,
        risk,
        draft.stage,
        notes=draft.notes,
        scale=scale,
        draft=draft,
        action_ids=queries.effective_since(session, risk) if verified else (),
        actor=actor,
        now=now,
    )
    session.flush()
    session.expire(risk)


def _ratable(risk: Risk, draft: RatingDraft) -> Iterator[Refusal]:
    if risk.withdrawn_at is not None:
        gone = N_("Cette ligne est retirée : elle ne se cote plus.")
        yield Refusal("withdrawn", gone, HOUSE)
    yield from still_open(risk.analysis)
    if not draft.notes:
        yield Refusal("notes", N_("Donnez toutes les notes."), HOUSE)


def keep_rating(
    session: Session,
    risk: Risk,
    stage: RatingStage,
    *,
    notes: Mapping[str, int],
    scale: Scale,
    draft: RatingDraft | None = None,
    action_ids: Sequence[int] = (),
    actor: Identity,
    now: datetime,
) -> None:
    """Add a rating that the rules accept, show it on the line, and record it."""
    overrides = overrides_of(risk.details)
    result = rate(scale, notes, overrides)
    assert result is not None  # the rules have just accepted it
    row = as_rating(
        risk.id,
        stage,
        dict(notes),
        result,
        overrides=overrides,
        draft=draft,
        action_ids=action_ids,
        actor=actor,
        now=now,
    )
    session.add(RiskRating(**row))
    if stage is not RatingStage.GROSS or risk.stage in {None, RatingStage.GROSS}:
        for name, value in rated_columns(stage, dict(notes), result, now=now).items():
            setattr(risk, name, value)
    risk.analysis.changed_at = now
    note(
        session,
        (Kind.RISK, risk),
        "rate",
        actor=actor,
        now=now,
        data={
            "reference": risk.analysis.reference,
            "number": risk.number,
            "stage": stage.value,
            "notes": dict(sorted(notes.items())),
            "band": result.band.code,
        },
        texts={"note": draft.reason.strip()} if draft else None,
    )


def as_rating(
    risk_id: int,
    stage: RatingStage,
    notes: Mapping[str, int],
    result: Rating,
    *,
    overrides: Sequence[str],
    draft: RatingDraft | None = None,
    action_ids: Sequence[int] = (),
    actor: Identity,
    now: datetime,
) -> dict[str, Any]:
    """Return a row of ``risk_rating``."""
    return {
        "risk_id": risk_id,
        "stage": stage,
        "notes": notes,
        "score": result.score,
        "band": result.band.code,
        "risk_rank": int(result.rank),
        "overrides": list(overrides),
        "reason": draft.reason.strip() if draft else "",
        "proof": draft.proof.strip() if draft else "",
        "design_change": draft.design_change.strip() if draft else "",
        "action_ids": list(action_ids),
        "rated_by_id": actor.user_id,
        "rated_at": now,
    }


def rated_columns(
    stage: RatingStage, notes: Mapping[str, int], result: Rating, *, now: datetime
) -> dict[str, Any]:
    """Return what a rating leaves on its line: the plan, or what holds; a proof ends the plan."""
    if stage is RatingStage.PLANNED:
        return {
            "planned_notes": notes,
            "planned_score": result.score,
            "planned_band": result.band.code,
            "planned_rank": int(result.rank),
        }
    held = held_columns(stage, notes, result, now=now)
    if stage is RatingStage.VERIFIED:
        gone = ("planned_notes", "planned_score", "planned_band", "planned_rank")
        held |= dict.fromkeys(gone)
    return held


def held_columns(
    stage: RatingStage, notes: Mapping[str, int], result: Rating, *, now: datetime
) -> dict[str, Any]:
    """Return what a rating that holds leaves on its line."""
    return {
        "notes": notes,
        "score": result.score,
        "band": result.band.code,
        "risk_rank": int(result.rank),
        "stage": stage,
        "rated_at": now,
    }


def overrides_of(details: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the facts of a line that count whatever its notes."""
    return tuple(details.get("overrides", ()))
