"""What can be done next with an analysis, and how it stands as a whole."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.core.errors import Refusal
from qse_audit.core.workflow import Transition
from qse_audit.policies import Identity, allows
from qse_audit.risks.models import Risk, RiskAnalysis
from qse_audit.risks.queries.lines import LIVE_LINE, is_to_rate, is_unanswered
from qse_audit.risks.rules import RiskRank
from qse_audit.risks.rules.analyses import ANALYSIS_WORKFLOW, AnalysisStatus, MoveFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many lines an analysis has, by how they stand now."""

    total: int = 0
    low: int = 0
    medium: int = 0
    high: int = 0
    unrated: int = 0
    to_rate: int = 0
    """Lines whose action was verified since they were rated."""
    unanswered: int = 0
    """High lines on which nobody was asked to act."""


def tally_of(session: Session, analysis_id: int) -> Tally:
    """Count the lines of an analysis: one statement."""

    def ranked(rank: RiskRank) -> object:
        return func.count().filter(Risk.risk_rank == int(rank))

    row = session.execute(
        select(  # type: ignore[call-overload]  # seven counts
            func.count(),
            ranked(RiskRank.LOW),
            ranked(RiskRank.MEDIUM),
            ranked(RiskRank.HIGH),
            func.count().filter(Risk.risk_rank.is_(None)),
            func.count().filter(is_to_rate()),
            func.count().filter(is_unanswered()),
        ).where(Risk.analysis_id == analysis_id, LIVE_LINE)
    ).one()
    total, low, medium, high, unrated, to_rate, unanswered = row
    return Tally(
        total=total,
        low=low,
        medium=medium,
        high=high,
        unrated=unrated,
        to_rate=to_rate,
        unanswered=unanswered,
    )


def move_facts(session: Session, analysis: RiskAnalysis, note: str, *, today: date) -> MoveFacts:
    """Return what the rules may know of an analysis that moves."""
    tally = tally_of(session, analysis.id)
    return MoveFacts(
        method=analysis.method,
        risk_count=tally.total,
        unrated_count=tally.unrated,
        team_count=len(analysis.members),
        has_owner=analysis.owner_id is not None,
        review_on=analysis.review_on,
        today=today,
        note=note,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A move that a person may make, and what still stands in its way."""

    transition: Transition[AnalysisStatus, MoveFacts]
    refusals: tuple[Refusal, ...]


def offers(
    session: Session, analysis: RiskAnalysis, who: Identity, today: date
) -> dict[str, Offer]:
    """Return the moves open to ``who``; what they still have to type is taken as given."""
    facts = move_facts(session, analysis, "…", today=today)
    return {
        t.name: Offer(
            transition=t, refusals=ANALYSIS_WORKFLOW.refusals(analysis.status, t.name, facts)
        )
        for t in ANALYSIS_WORKFLOW.available(analysis.status)
        if allows(who, t.permission, analysis.access())
    }
