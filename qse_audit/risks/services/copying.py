"""Beginning an analysis from another: the family keeps its structure, each member rates its own."""

from datetime import datetime

from sqlalchemy.orm import Session

from qse_audit.core.domains import Domain
from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.db.notes import note
from qse_audit.policies import Identity
from qse_audit.risks import queries
from qse_audit.risks.models import RiskAnalysis, RiskCopy
from qse_audit.risks.rules import RiskMethod, scale_from
from qse_audit.risks.rules.analyses import HOUSE, AnalysisDraft
from qse_audit.risks.rules.families import Copied, digest_of
from qse_audit.risks.services.analyses import create_analysis
from qse_audit.risks.services.batches import Line, write_lines
from qse_audit.risks.services.sections import ensure_sections


def copy_analysis(
    session: Session, model: RiskAnalysis, title: str, *, actor: Identity, now: datetime
) -> RiskAnalysis:
    """Begin an analysis with the scale, the sections and the lines of ``model``, and return it.

    No rating comes along: what was true of one process is not known of another. Nor do actions,
    team, owner and review day; withdrawn lines stay behind.

    :raises Refused: without a title, or for a risk assessment document, which is one a firm.
    """
    if model.method is RiskMethod.OCCUPATIONAL:
        told = N_("Le document unique ne se copie pas : il se met à jour, version après version.")
        refuse_all([Refusal("title", told, HOUSE)])
    scale = scale_from(model.scale)
    draft = AnalysisDraft(
        title=title,
        method=model.method,
        domains=tuple(Domain(code) for code in model.domains),
        scale=scale.key,
        question=model.question,
        scope=model.scope,
        owner_id=actor.user_id,
        triggers=model.triggers,
    )
    made = create_analysis(session, draft, scale=scale, actor=actor, now=now)
    paths = queries.section_paths(session, model.id)
    ensure_sections(session, made, paths.values())
    drafts = {
        line.number: queries.draft_of(line, paths) for line in queries.lines_of(session, model.id)
    }
    lines = [Line(draft=draft) for draft in drafts.values()]
    write_lines(session, made, lines, actor=actor, now=now)
    copied = {
        number: Copied(here, digest_of(draft))
        for here, (number, draft) in enumerate(drafts.items(), start=1)
    }
    session.add(
        RiskCopy(
            analysis_id=made.id, model_id=model.id, lines=queries.as_stored(copied),
            copied_at=now, seen_at=now,
        )
    )  # fmt: skip
    note(
        session, (Kind.RISK_ANALYSIS, made), "copy", actor=actor, now=now,
        data={"reference": made.reference, "model": model.reference},
        texts={"title": model.title},
    )  # fmt: skip
    return made
