"""Reading what the pictures of an analysis are drawn from: two statements."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.core.clock import day_in_paris
from qse_audit.risks.models import Risk, RiskRating
from qse_audit.risks.rules import RatingStage
from qse_audit.risks.rules.pictures import Life, Moment, Rated


@dataclass(slots=True)
class Drawn:
    """What there is to draw."""

    now: list[Rated] = field(default_factory=list)
    planned: list[Rated] = field(default_factory=list)
    """As they will be: planned where a plan is, else as they are."""
    gross: list[Rated] = field(default_factory=list)
    lives: list[Life] = field(default_factory=list)
    unrated: int = 0
    plan_count: int = 0


def drawn(session: Session, analysis_id: int) -> Drawn:
    """Return the ratings of an analysis: what holds, what is planned, what was."""
    moments: dict[int, list[Moment]] = {}
    gross: dict[int, Rated] = {}
    r = RiskRating
    ratings = session.execute(
        select(r.risk_id, r.stage, r.notes, r.risk_rank, r.rated_at)
        .join(Risk, Risk.id == r.risk_id)
        .where(Risk.analysis_id == analysis_id)
        .order_by(r.id)
    )
    for key, stage, notes, rank, at in ratings:
        moments.setdefault(key, []).append(Moment(day_in_paris(at), stage, rank))
        if stage is RatingStage.GROSS:
            gross[key] = (notes, rank)
    columns: list[Any] = [
        Risk.id, Risk.notes, Risk.risk_rank, Risk.planned_notes, Risk.planned_rank,
        Risk.created_at, Risk.withdrawn_at,
    ]  # fmt: skip
    found = Drawn()
    for row in session.execute(select(*columns).where(Risk.analysis_id == analysis_id)):
        _add(found, row, gross)
        gone = day_in_paris(row.withdrawn_at) if row.withdrawn_at else None
        found.lives.append(Life(day_in_paris(row.created_at), gone, moments.get(row.id, [])))
    return found


def _add(found: Drawn, row: Any, gross: Mapping[int, Rated]) -> None:
    """Add a line to what holds, unless it is withdrawn."""
    if row.withdrawn_at is not None:
        return
    if row.id in gross:
        found.gross.append(gross[row.id])
    if row.notes is None:
        found.unrated += 1
        return
    held = (row.notes, row.risk_rank)
    found.now.append(held)
    if row.planned_notes is not None:
        found.plan_count += 1
    is_planned = row.planned_notes is not None
    found.planned.append((row.planned_notes, row.planned_rank) if is_planned else held)
