"""The page that begins an analysis from another."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import now
from qse_audit.core.permissions import Permission
from qse_audit.risks import queries, services
from qse_audit.risks.forms import CopyForm
from qse_audit.risks.models import RiskAnalysis
from qse_audit.risks.rules.analyses import TITLE_MAX
from qse_audit.risks.views.blueprint import ANALYSIS, bp
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import requires
from qse_audit.web.sign_in import identity

P = Permission


@bp.route("/<int:analysis_id>/copy", methods=["GET", "POST"])
@requires(P.RISK_CREATE, on=ANALYSIS)
@commits
def copy(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Begin an analysis with the structure and the lines of this one."""
    form = CopyForm(title=_("%(title)s (copie)", title=analysis.title)[:TITLE_MAX])
    made: list[RiskAnalysis] = []

    def begin() -> None:
        title = form.title.data or ""
        made.append(services.copy_analysis(session(), analysis, title, actor=identity(), now=now()))

    if accepted(form, begin):
        flash(_("Analyse commencée : ses lignes sont à coter."), "success")
        return redirect(url_for("risks.detail", analysis_id=made[0].id), 303)
    body = render_template(
        "risks/copy.html",
        form=form,
        analysis=analysis,
        tally=queries.tally_of(session(), analysis.id),
    )
    return body, 422 if form.is_submitted() else 200
