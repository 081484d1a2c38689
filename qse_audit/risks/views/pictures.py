"""The page where an analysis is seen: heat maps and evolution."""

from flask import render_template
from flask.typing import ResponseReturnValue

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.permissions import Permission
from qse_audit.risks import queries
from qse_audit.risks.models import RiskAnalysis
from qse_audit.risks.reports.charts import charts_of
from qse_audit.risks.views.blueprint import ANALYSIS, bp
from qse_audit.risks.views.parts import scale_of
from qse_audit.web.database import session
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale

P = Permission


@bp.get("/<int:analysis_id>/map")
@requires(P.RISK_READ, on=ANALYSIS)
def picture(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Show where the lines of an analysis stand, and how that changed."""
    found = queries.drawn(session(), analysis.id)
    today = day_in_paris(now())
    return render_template(
        "risks/map.html",
        analysis=analysis,
        found=found,
        charts=charts_of(found, scale_of(analysis.scale), today=today, locale=locale()),
    )
