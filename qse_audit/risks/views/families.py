"""The page of a family: what an analysis began from, and what began from it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import now
from qse_audit.core.permissions import Permission
from qse_audit.risks import queries, services
from qse_audit.risks.models import RiskAnalysis
from qse_audit.risks.rules import METHODS
from qse_audit.risks.views.blueprint import ANALYSIS, bp
from qse_audit.risks.views.parts import words_of
from qse_audit.web.database import commits, session
from qse_audit.web.guards import requires
from qse_audit.web.sign_in import identity

P = Permission


@bp.get("/<int:analysis_id>/family")
@requires(P.RISK_READ, on=ANALYSIS)
def family(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Show the model of an analysis with what changed there, and the analyses that left from it."""
    card = METHODS[analysis.method]
    return render_template(
        "risks/family.html",
        analysis=analysis,
        model=queries.model_of(session(), analysis, identity()),
        copies=queries.copies_of(session(), analysis, identity()),
        card=card,
        labels={"section": card.section.label, **{each.code: each.label for each in card.columns}},
        words=lambda code, value: words_of(analysis.method, code, value),
    )


@bp.post("/<int:analysis_id>/family/mark")
@requires(P.RISK_EDIT, on=ANALYSIS)
@commits
def mark_family(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Offer an analysis as the model of a family, or no more."""
    is_family = request.form.get("family") == "yes"
    services.mark_family(session(), analysis, is_family=is_family, actor=identity(), now=now())
    done = _("L’analyse est le modèle d’une famille."), _("L’analyse n’est plus un modèle.")
    flash(done[0] if is_family else done[1], "success")
    return redirect(url_for("risks.family", analysis_id=analysis.id), 303)


@bp.post("/<int:analysis_id>/family/seen")
@requires(P.RISK_EDIT, on=ANALYSIS)
@commits
def seen_model(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Say that one looked at what changed in the model."""
    services.look_at_model(session(), analysis, actor=identity(), now=now())
    flash(_("Noté : seuls les changements à venir du modèle seront montrés."), "success")
    return redirect(url_for("risks.family", analysis_id=analysis.id), 303)
