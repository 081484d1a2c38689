"""Setting where the bands of a scale begin: a house rule, fixed before anything is rated."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.db.notes import note
from qse_audit.policies import Identity
from qse_audit.risks.models import Risk, RiskAnalysis, RiskRating
from qse_audit.risks.rules import scale_data, scale_from, with_thresholds
from qse_audit.risks.rules.analyses import HOUSE
from qse_audit.risks.services.analyses import still_open


def set_thresholds(
    session: Session,
    analysis: RiskAnalysis,
    thresholds: Mapping[str, int],
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """Let the bands of an analysis begin at other products; the same again changes nothing.

    :raises Refused: once a line was rated, for a scale without thresholds, or for bands that no
        longer follow each other.
    """
    scale = scale_from(analysis.scale)
    changed = with_thresholds(scale, thresholds)
    if changed == scale:
        return
    refuse_all(_fixed(session, analysis))
    analysis.scale = scale_data(changed)
    analysis.changed_at = now
    note(
        session, (Kind.RISK_ANALYSIS, analysis), "thresholds", actor=actor, now=now,
        data={"reference": analysis.reference, "thresholds": dict(sorted(thresholds.items()))},
    )  # fmt: skip


def is_rated(session: Session, analysis_id: int) -> bool:
    """Say whether a line of an analysis was ever rated."""
    rated = select(RiskRating.id).join(Risk, Risk.id == RiskRating.risk_id)
    return bool(session.scalar(select(exists(rated.where(Risk.analysis_id == analysis_id)))))


def _fixed(session: Session, analysis: RiskAnalysis) -> tuple[Refusal, ...]:
    """Return why the thresholds no longer move: what was rated keeps its meaning."""
    if over := still_open(analysis):
        return over
    if is_rated(session, analysis.id):
        told = N_("Des lignes sont cotées : les seuils ne bougent plus, leurs niveaux gardent leur "
                  "sens. Partez de cette analyse pour en commencer une autre, puis réglez les "
                  "seuils avant de coter.")  # fmt: skip
        return (Refusal("rated", told, HOUSE),)
    return ()
