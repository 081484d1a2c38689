"""Marking an analysis as the model of a family; saying that one looked at what changed in it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.db.notes import note
from qse_audit.policies import Identity
from qse_audit.risks import queries
from qse_audit.risks.models import RiskAnalysis, RiskCopy
from qse_audit.risks.rules import RiskMethod
from qse_audit.risks.rules.analyses import HOUSE
from qse_audit.risks.rules.families import Copied, digest_of
from qse_audit.risks.services.analyses import still_open


def mark_family(
    session: Session, analysis: RiskAnalysis, *, is_family: bool, actor: Identity, now: datetime
) -> None:
    """Offer an analysis as the model that others begin from, or no more; the same changes nothing.

    :raises Refused: for a risk assessment document, or an archived analysis.
    """
    if analysis.is_family == is_family:
        return
    refuse_all(still_open(analysis))
    if analysis.method is RiskMethod.OCCUPATIONAL:
        told = N_("Le document unique ne se copie pas : il se met à jour, version après version.")
        refuse_all([Refusal("family", told, HOUSE)])
    analysis.is_family = is_family
    note(
        session, (Kind.RISK_ANALYSIS, analysis), "family" if is_family else "no-family",
        actor=actor, now=now, data={"reference": analysis.reference},
        texts={"title": analysis.title},
    )  # fmt: skip


def look_at_model(
    session: Session, analysis: RiskAnalysis, *, actor: Identity, now: datetime
) -> None:
    """Say that one looked at what changed in the model: from now on only what follows is shown.

    :raises Refused: for an analysis without a model, or archived.
    """
    refuse_all(still_open(analysis))
    origin = session.scalars(
        select(RiskCopy).where(RiskCopy.analysis_id == analysis.id).with_for_update()
    ).first()
    if origin is None:
        refuse_all([Refusal("model", N_("Cette analyse n’est partie d’aucune autre."), HOUSE)])
        return
    before = queries.copied_lines(session, analysis.id)
    there = queries.drafts_of(session, origin.model_id)
    origin.lines = queries.as_stored(
        {
            number: Copied(before[number].number if number in before else 0, digest_of(draft))
            for number, draft in there.items()
        }
    )
    origin.seen_at = now
    note(
        session, (Kind.RISK_ANALYSIS, analysis), "model-seen", actor=actor, now=now,
        data={"reference": analysis.reference, "model": origin.model_id},
    )  # fmt: skip
