"""The files of an analysis: its lines as a spreadsheet, and on A3 paper."""

from flask import Response
from flask.typing import ResponseReturnValue

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.permissions import Permission
from qse_audit.documents.names import MEDIA_TYPES
from qse_audit.risks import queries
from qse_audit.risks.models import RiskAnalysis
from qse_audit.risks.reports.printed import lines_pdf
from qse_audit.risks.reports.sheets import lines_xlsx
from qse_audit.risks.views.blueprint import ANALYSIS, bp
from qse_audit.web.database import session
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale
from qse_audit.web.sign_in import identity

P = Permission


@bp.get("/<int:analysis_id>/lines.xlsx")
@requires(P.RISK_READ, on=ANALYSIS)
def lines_sheet(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Send the lines as a spreadsheet that can be brought back in."""
    content = lines_xlsx(queries.exported(session(), analysis, identity()), locale())
    return _file(content, "xlsx", analysis)


@bp.get("/<int:analysis_id>/lines.pdf")
@requires(P.RISK_READ, on=ANALYSIS)
def lines_paper(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Send the lines on A3 paper."""
    at = now()
    found = queries.exported(session(), analysis, identity())
    content = lines_pdf(found, today=day_in_paris(at), made_at=at, locale=locale())
    return _file(content, "pdf", analysis)


def _file(content: bytes, extension: str, analysis: RiskAnalysis) -> Response:
    name = f"{analysis.reference}.{extension}"
    return Response(
        content,
        content_type=MEDIA_TYPES[extension],
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )
