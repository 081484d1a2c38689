"""Writing the lines of an analysis, one by one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.db.notes import change, note
from qse_audit.policies import Identity
from qse_audit.risks.models import Risk, RiskAnalysis
from qse_audit.risks.rules import (
    LineDraft,
    RatingStage,
    line_refusals,
    rating_refusals,
    scale_from,
)
from qse_audit.risks.rules.analyses import HOUSE
from qse_audit.risks.services.analyses import still_open
from qse_audit.risks.services.ratings import (
    keep_rating,
    overrides_of,
)
from qse_audit.risks.services.sections import ensure_sections

Notes = Mapping[str, int]
COMMON = ("situation", "event", "effect", "cause", "prevention", "detection", "family")


def add_risk(
    session: Session,
    analysis: RiskAnalysis,
    draft: LineDraft,
    *,
    notes: Notes | None = None,
    actor: Identity,
    now: datetime,
) -> Risk:
    """Add a line at the end of its section, with its net rating if one is given, and return it.

    :raises Refused: with every reason.
    """
    scale = scale_from(analysis.scale)
    refuse_all(
        (
            *still_open(analysis),
            *line_refusals(analysis.method, draft),
            *rating_refusals(scale, notes or {}, overrides_of(draft.details)),
        )
    )
    places = ensure_sections(session, analysis, [draft.section])
    analysis.last_number += 1
    risk = Risk(
        organisation_id=analysis.organisation_id,
        analysis_id=analysis.id,
        number=analysis.last_number,
        position=next_position(session, analysis),
        created_at=now,
        **columns_of(draft, places),
    )
    session.add(risk)
    session.flush()
    data = {"reference": analysis.reference, "number": risk.number}
    _note(session, analysis, risk, "create", actor=actor, now=now, data=data)
    if notes:
        keep_rating(session, risk, RatingStage.NET, notes=notes, scale=scale, actor=actor, now=now)
    session.flush()
    session.expire(risk)
    return risk


def edit_risk(
    session: Session,
    risk: Risk,
    draft: LineDraft,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Say a line anew; facts that count whatever the notes rate it again.

    :raises Refused: with every reason.
    :raises Conflict: when ``version`` is no longer the stored one.
    """
    analysis = risk.analysis
    refuse_all((*still_open(analysis), *line_refusals(analysis.method, draft)))
    places = ensure_sections(session, analysis, [draft.section])
    before = overrides_of(risk.details)
    changed = change(risk, columns_of(draft, places), version=version)
    if not changed:
        return
    session.flush()
    data = {"reference": analysis.reference, "number": risk.number, "changed": changed}
    _note(session, analysis, risk, "edit", actor=actor, now=now, data=data)
    if risk.notes and risk.stage and overrides_of(draft.details) != before:
        scale = scale_from(analysis.scale)
        keep_rating(session, risk, risk.stage, notes=risk.notes, scale=scale, actor=actor, now=now)
    session.flush()
    session.expire(risk)


def withdraw_risk(
    session: Session, risk: Risk, reason: str, *, actor: Identity, now: datetime
) -> None:
    """Take a line out of the analysis; it stays readable, with the reason.

    :raises Refused: without a reason, or when it is out already.
    """
    refusals = list(still_open(risk.analysis))
    if risk.withdrawn_at is not None:
        refusals.append(Refusal("withdrawn", N_("Cette ligne est déjà retirée."), HOUSE))
    if not reason.strip():
        told = N_("Dites pourquoi ce risque n’existe plus : la raison reste au journal.")
        refusals.append(Refusal("reason", told, HOUSE))
    refuse_all(refusals)
    risk.withdrawn_at, risk.withdrawn_reason = now, reason.strip()
    data = {"reference": risk.analysis.reference, "number": risk.number}
    texts = {"note": reason.strip()}
    _note(session, risk.analysis, risk, "withdraw", actor=actor, now=now, data=data, texts=texts)


def restore_risk(session: Session, risk: Risk, *, actor: Identity, now: datetime) -> None:
    """Put a withdrawn line back where it was; one that is not withdrawn stays as it is."""
    refuse_all(still_open(risk.analysis))
    if risk.withdrawn_at is None:
        return
    risk.withdrawn_at, risk.withdrawn_reason = None, ""
    data = {"reference": risk.analysis.reference, "number": risk.number}
    _note(session, risk.analysis, risk, "restore", actor=actor, now=now, data=data)


def columns_of(draft: LineDraft, places: Mapping[tuple[str, ...], int]) -> dict[str, Any]:
    """Return what a draft leaves in the columns of its line."""
    texts = {name: getattr(draft, name).strip() for name in COMMON}
    details = {
        name: value
        for name, value in sorted(draft.details.items())
        if value not in ("", None, [], ())
    }
    section = places[draft.section] if draft.section else None
    return {"section_id": section, **texts, "details": _plain(details)}


def _plain(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return details as JSON gives them back: codes as texts, sets as lists."""
    return {
        name: value if isinstance(value, str | int) else [str(each) for each in value]
        for name, value in details.items()
    }


def next_position(session: Session, analysis: RiskAnalysis) -> int:
    """Return the place after the last line of an analysis."""
    last = session.scalar(select(func.max(Risk.position)).where(Risk.analysis_id == analysis.id))
    return (last or 0) + 1


def _note(
    session: Session,
    analysis: RiskAnalysis,
    risk: Risk,
    act: str,
    *,
    actor: Identity,
    now: datetime,
    data: Mapping[str, object],
    texts: Mapping[str, str] | None = None,
) -> None:
    analysis.changed_at = now
    words = {"title": risk.event, **(texts or {})}
    note(session, (Kind.RISK, risk), act, actor=actor, now=now, data=data, texts=words)
