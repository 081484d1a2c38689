"""The pages about the frozen versions of an analysis."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from qse_audit.core.permissions import Permission
from qse_audit.risks import queries
from qse_audit.risks.models import RiskVersion
from qse_audit.risks.rules import METHODS, RiskMethod
from qse_audit.risks.views.analysis import took_part
from qse_audit.risks.views.blueprint import VERSION, bp
from qse_audit.risks.views.parts import scale_of, shown_rating, words_of
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale
from qse_audit.web.sign_in import identity

P = Permission


@bp.get("/versions/<int:version_id>")
@requires(P.RISK_READ, on=VERSION)
def version(found: RiskVersion) -> ResponseReturnValue:
    """Show a version exactly as it was approved."""
    content = queries.read_document(found)
    method, scale, language = RiskMethod(content["method"]), scale_of(content["scale"]), locale()
    shown = {
        line["number"]: shown_rating(
            scale, line["rating"]["score"], line["rating"]["band"], language
        )
        for line in content["lines"]
        if line["rating"]
    }
    return render_template(
        "risks/version.html",
        version=found,
        analysis=found.analysis,
        content=content,
        card=METHODS[method],
        shown=shown,
        words=lambda code, value: words_of(method, code, value),
        took_part=took_part(found.analysis) or made_it(found),
    )


def made_it(found: RiskVersion) -> bool:
    """Say whether the visitor made this version."""
    return any(each.person_id == identity().user_id for each in found.participations)


@bp.get("/versions/<int:version_id>/document.json")
@requires(P.RISK_READ, on=VERSION)
def document(found: RiskVersion) -> ResponseReturnValue:
    """Send the bytes whose hash was kept."""
    name = f"{found.analysis.reference}-v{found.number}.json"
    return Response(
        found.document.encode(),
        content_type="application/json",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )
