"""The pages about one analysis: to begin it, to read it, to say what it is about, to move it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import history
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.domains import Domain
from qse_audit.core.errors import Conflict
from qse_audit.core.permissions import Kind, Permission
from qse_audit.risks import queries, services
from qse_audit.risks.forms import AnalysisForm, ReasonForm, TeamForm
from qse_audit.risks.library import is_delivered
from qse_audit.risks.models import RiskAnalysis
from qse_audit.risks.queries import WORKING
from qse_audit.risks.rules import METHODS, RiskMethod
from qse_audit.risks.rules.analyses import ANALYSIS_WORKFLOW, MOVED, VERBS
from qse_audit.risks.views.blueprint import ANALYSIS, bp
from qse_audit.risks.views.parts import choices, scale_of
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import requires, requires_move
from qse_audit.web.i18n import locale, translate
from qse_audit.web.sign_in import identity
from qse_audit.web.timeline import timeline

P = Permission


@bp.route("/new", methods=["GET", "POST"])
@requires(P.RISK_CREATE)
@commits
def new() -> ResponseReturnValue:
    """Begin an analysis: choose the method, then say what it is about."""
    method = asked_method()
    if method is None:
        families = queries.families(session(), identity())
        return render_template("risks/choose.html", cards=list(METHODS.values()), families=families)
    own, delivered = queries.scales_to_begin(session(), identity().organisation_id, method)
    form = AnalysisForm(
        domains=METHODS[method].domains[:1],
        owner_id=identity().user_id,
        scale=next((each.key for each in (*delivered, *own)), ""),
    )
    form.offer(scales=delivered, own=own, **choices())
    made: list[RiskAnalysis] = []

    def begin() -> None:
        made.append(
            services.create_analysis(session(), form.draft(method), actor=identity(), now=now())
        )

    if accepted(form, begin):
        return redirect(url_for("risks.detail", analysis_id=made[0].id), 303)
    body = render_template("risks/edit.html", form=form, analysis=None, card=METHODS[method])
    return body, 422 if form.is_submitted() else 200


@bp.get("/<int:analysis_id>")
@requires(P.RISK_READ, on=ANALYSIS)
def detail(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Show an analysis: what it is about, where it stands, its sections, its versions."""
    today = day_in_paris(now())
    versions = queries.versions_of(session(), analysis.id)
    return render_template(
        "risks/detail.html",
        analysis=analysis,
        card=METHODS[analysis.method],
        scale=scale_of(analysis.scale),
        is_own_scale=not is_delivered(analysis.scale["key"]),
        locale=locale(),
        took_part=took_part(analysis),
        model=queries.model_of(session(), analysis, identity()),
        domains=[each.label for each in Domain if each.value in analysis.domains],
        tally=queries.tally_of(session(), analysis.id),
        sections=queries.sections_of(session(), analysis.id),
        versions=versions,
        is_ahead=bool(versions) and analysis.changed_at > versions[0].approved_at,
        offers=queries.offers(session(), analysis, identity(), today),
        history=timeline(history(session(), Kind.RISK_ANALYSIS, analysis.id), VERBS),
        today=today,
    )


@bp.route("/<int:analysis_id>/edit", methods=["GET", "POST"])
@requires(P.RISK_EDIT, on=ANALYSIS)
@commits
def edit(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Say anew what an analysis is about."""
    form, back = filled(analysis), url_for("risks.detail", analysis_id=analysis.id)

    def change() -> None:
        draft = form.draft(analysis.method, analysis.scale["key"])
        services.edit_analysis(
            session(), analysis, draft, version=form.stored_version, actor=identity(), now=now()
        )

    try:
        if accepted(form, change):
            flash(_("L’analyse est à jour."), "success")
            return redirect(back, 303)
    except Conflict:
        stored = filled(analysis, stored=True)
        return conflict_page(form, stored, version=analysis.version, back_url=back)
    body = render_template(
        "risks/edit.html", form=form, analysis=analysis, card=METHODS[analysis.method]
    )
    return body, 422 if form.is_submitted() else 200


@bp.route("/<int:analysis_id>/team", methods=["GET", "POST"])
@requires(P.RISK_EDIT, on=ANALYSIS)
@commits
def team(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Name the team: who looked, and what each one brings."""
    rows = [
        {"person_id": each.person_id, "name": each.name, "function": each.function}
        for each in analysis.members
    ]
    form = TeamForm(members=rows)
    form.offer(choices()["people"])

    def name() -> None:
        services.set_team(session(), analysis, form.drafts(), actor=identity(), now=now())

    if accepted(form, name):
        flash(_("L’équipe est à jour."), "success")
        return redirect(url_for("risks.detail", analysis_id=analysis.id), 303)
    body = render_template("risks/team.html", form=form, analysis=analysis)
    return body, 422 if form.is_submitted() else 200


@bp.route("/<int:analysis_id>/move/<name>", methods=["GET", "POST"])
@requires_move(ANALYSIS_WORKFLOW, on=ANALYSIS)
@commits
def move(analysis: RiskAnalysis, name: str) -> ResponseReturnValue:
    """Approve and freeze a version, archive, take up again: each with its reason."""
    form, back = ReasonForm(), url_for("risks.detail", analysis_id=analysis.id)
    today = day_in_paris(now())

    def apply() -> None:
        services.move_analysis(
            session(), analysis, name, form.note.data or "", actor=identity(), now=now()
        )

    if accepted(form, apply):
        flash(translate(MOVED[name]), "success")
        return redirect(back, 303)
    body = render_template(
        "risks/move.html",
        form=form,
        analysis=analysis,
        transition=ANALYSIS_WORKFLOW.named(name),
        offer=queries.offers(session(), analysis, identity(), today).get(name),
        unanswered=queries.tally_of(session(), analysis.id).unanswered * (name == "approve"),
    )
    return body, 422 if form.is_submitted() else 200


def took_part(analysis: RiskAnalysis) -> bool:
    """Say whether the visitor leads an analysis, began it or is of its team."""
    links = analysis.access().links
    return any(identity().user_id in links.get(link, ()) for link in WORKING)


def asked_method() -> RiskMethod | None:
    """Return the method that the address names, ``None`` for none or for no word of ours."""
    name = request.args.get("method", "")
    return RiskMethod(name) if name in set(RiskMethod) else None


def filled(analysis: RiskAnalysis, *, stored: bool = False) -> AnalysisForm:
    """Return the form with what is stored, and over it what was sent unless ``stored``."""
    values: dict[str, Any] = {
        "title": analysis.title,
        "domains": [Domain(each) for each in analysis.domains],
        "question": analysis.question,
        "scope": analysis.scope,
        "process_id": analysis.process_id,
        "site_id": analysis.site_id,
        "owner_id": analysis.owner_id,
        "review_on": analysis.review_on,
        "triggers": analysis.triggers,
        "version": analysis.version,
    }
    form = AnalysisForm(formdata=None, data=values) if stored else AnalysisForm(data=values)
    form.offer(scales=(), own=(), **choices())
    return form
