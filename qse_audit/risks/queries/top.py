"""The risks of all analyses on one list: their order is shared, their scales are not."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from qse_audit.policies import Identity
from qse_audit.risks.models import Risk, RiskAnalysis
from qse_audit.risks.queries.analyses import readable_by
from qse_audit.risks.queries.lines import LIVE_LINE, is_to_rate
from qse_audit.risks.rules import RiskMethod, RiskRank
from qse_audit.risks.rules.analyses import AnalysisStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class TopFilter:
    """What the list is asked to show."""

    rank: RiskRank | None = None
    """``None``: every rank."""
    unrated: bool = False
    """Only what nobody rated."""
    to_rate: bool = False
    """Only what must be rated again."""
    method: RiskMethod | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopLine:
    """One risk, with where it comes from."""

    id: int
    number: int
    event: str
    effect: str
    score: int | None
    band: str | None
    place: int
    """Its rank as the list is ordered by it: 3 to 1, then 0 for what is not rated."""
    analysis_id: int
    reference: str
    title: str
    method: RiskMethod
    scale: dict[str, Any]
    to_rate: bool


PLACE: ColumnElement[int] = func.coalesce(Risk.risk_rank, 0).label("place")


def top_statement(who: Identity, wanted: TopFilter) -> Select[Any]:
    """Return the risks of the analyses that ``who`` may read, unordered."""
    columns: list[Any] = [
        Risk.id, Risk.number, Risk.event, Risk.effect, Risk.score, Risk.band, PLACE,
        RiskAnalysis.id.label("analysis_id"), RiskAnalysis.reference, RiskAnalysis.title,
        RiskAnalysis.method, RiskAnalysis.scale, is_to_rate().label("to_rate"),
    ]  # fmt: skip
    return (
        select(*columns)
        .join(RiskAnalysis, RiskAnalysis.id == Risk.analysis_id)
        .where(
            readable_by(who),
            RiskAnalysis.status != AnalysisStatus.ARCHIVED,
            LIVE_LINE,
            *_kept(wanted),
        )
    )


def _kept(wanted: TopFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.rank is not None:
        conditions.append(Risk.risk_rank == int(wanted.rank))
    if wanted.unrated:
        conditions.append(Risk.risk_rank.is_(None))
    if wanted.to_rate:
        conditions.append(is_to_rate())
    if wanted.method is not None:
        conditions.append(RiskAnalysis.method == wanted.method)
    return conditions


def top_line(row: Row[Any]) -> TopLine:
    """Return a row of :func:`top_statement` as a line."""
    return TopLine(**row._mapping)


def counts_by_rank(session: Session, who: Identity) -> dict[int, int]:
    """Return how many risks stand at each rank, 0 for what is not rated: one statement."""
    rows = session.execute(
        select(PLACE, func.count())
        .join(RiskAnalysis, RiskAnalysis.id == Risk.analysis_id)
        .where(readable_by(who), RiskAnalysis.status != AnalysisStatus.ARCHIVED, LIVE_LINE)
        .group_by(PLACE)
    )
    return {row[0]: row[1] for row in rows}
