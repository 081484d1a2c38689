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
from qse_audit.risks.models import RiskAnalysis
from qse_audit.risks.rules import LineDraft, RiskMethod, scale_from
from qse_audit.risks.rules.analyses import HOUSE, AnalysisDraft
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
    lines = [Line(draft=_draft(line, paths)) for line in queries.lines_of(session, model.id)]
    write_lines(session, made, lines, actor=actor, now=now)
    note(
        session, (Kind.RISK_ANALYSIS, made), "copy", actor=actor, now=now,
        data={"reference": made.reference, "model": model.reference},
        texts={"title": model.title},
    )  # fmt: skip
    return made


def _draft(line: queries.RiskLine, paths: dict[int, tuple[str, ...]]) -> LineDraft:
    return LineDraft(
        section=paths.get(line.section_id or 0, ()),
        situation=line.situation,
        event=line.event,
        effect=line.effect,
        cause=line.cause,
        prevention=line.prevention,
        detection=line.detection,
        family=line.family,
        details=line.details,
    )
