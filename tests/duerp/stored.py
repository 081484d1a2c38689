"""A stored assessment: what a DUERP is made from."""

from sqlalchemy.orm import Session

from qse_audit.core.domains import Domain
from qse_audit.policies import Identity
from qse_audit.risks import services as risks
from qse_audit.risks.models import RiskAnalysis
from qse_audit.risks.rules import LineDraft, RiskMethod
from qse_audit.risks.rules.analyses import AnalysisDraft
from qse_audit.risks.services.batches import Line
from tests.factories import NOW

SCALE = "duerp-gravite-probabilite-maitrise"
LINES = (
    (("Usinage", "Tours"), "machine", "Pièce en rotation",
     {"gravity": 4, "probability": 3, "mastery": 2}),
    (("Usinage", "Tours"), "noise", "Bruit continu", None),
    (("Usinage",), "psychosocial", "Pics de charge",
     {"gravity": 2, "probability": 2, "mastery": 1}),
)  # fmt: skip


def make_duerp(session: Session, who: Identity, title: str = "Document unique") -> RiskAnalysis:
    """Store a DUERP of two units and three risks, one of them not rated."""
    draft = AnalysisDraft(
        title=title, method=RiskMethod.OCCUPATIONAL, domains=(Domain.SAFETY,), scale=SCALE
    )
    analysis = risks.create_analysis(session, draft, actor=who, now=NOW)
    lines = [
        Line(
            draft=LineDraft(
                section=section,
                family=family,
                situation="Chargement",
                event=event,
                effect="Lésion",
                prevention="Carter",
                details={"exposed_women": 1, "exposed_men": 4},
            ),
            notes=notes,
        )
        for section, family, event, notes in LINES
    ]
    risks.write_lines(session, analysis, lines, actor=who, now=NOW)
    session.commit()
    return analysis
