"""Freezing an analysis: what was approved never changes."""

import hashlib
from datetime import date, datetime

from sqlalchemy.orm import Session

from qse_audit.core.canonical import canonical_json
from qse_audit.db.trail import chain_head
from qse_audit.policies import Identity
from qse_audit.risks import queries
from qse_audit.risks.models import RiskAnalysis, RiskVersion


def freeze_version(
    session: Session,
    analysis: RiskAnalysis,
    reason: str,
    *,
    kept_until: date | None = None,
    actor: Identity,
    now: datetime,
) -> RiskVersion:
    """Keep the analysis exactly as it is now as its next version, and return it.

    It rests on the register as it was: the head of the chain is kept with it.
    """
    session.flush()
    head = chain_head(session, analysis.organisation_id)
    document = canonical_json(queries.content_of(session, analysis))
    version = RiskVersion(
        analysis_id=analysis.id,
        number=queries.last_version_number(session, analysis.id) + 1,
        document=document.decode(),
        sha256=hashlib.sha256(document).hexdigest(),
        reason=reason.strip(),
        approved_at=now,
        approved_by_id=actor.user_id,
        kept_until=kept_until,
        head_seq=head.seq,
        head_hash=head.hash,
    )
    session.add(version)
    session.flush()
    return version
