"""The page where the thresholds of a scale are set."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import now
from qse_audit.core.permissions import Permission
from qse_audit.risks import services
from qse_audit.risks.forms import thresholds_form
from qse_audit.risks.models import RiskAnalysis
from qse_audit.risks.views.blueprint import ANALYSIS, bp
from qse_audit.risks.views.parts import scale_of
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import requires
from qse_audit.web.sign_in import identity

P = Permission


@bp.route("/<int:analysis_id>/thresholds", methods=["GET", "POST"])
@requires(P.RISK_EDIT, on=ANALYSIS)
@commits
def thresholds(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Set where the bands of the scale begin, before anything is rated."""
    scale = scale_of(analysis.scale)
    form = thresholds_form(scale)

    def keep() -> None:
        services.set_thresholds(session(), analysis, form.thresholds(), actor=identity(), now=now())

    if accepted(form, keep):
        flash(_("Seuils réglés."), "success")
        return redirect(url_for("risks.detail", analysis_id=analysis.id), 303)
    body = render_template(
        "risks/thresholds.html",
        form=form,
        analysis=analysis,
        scale=scale,
        is_rated=services.is_rated(session(), analysis.id),
    )
    return body, 422 if form.is_submitted() else 200
