"""The pages about lines: those of a section, one, to write it, to rate it, to take it out."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import history
from qse_audit.actions.queries import actions_readable
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import Conflict
from qse_audit.core.permissions import Kind, Permission
from qse_audit.risks import queries, services
from qse_audit.risks.forms import LineForm, ReasonForm, line_form, rating_form
from qse_audit.risks.models import Risk, RiskAnalysis
from qse_audit.risks.rules import METHODS, RatingStage
from qse_audit.risks.rules.analyses import VERBS, RatingDraft
from qse_audit.risks.rules.rerating import stage_to_rate
from qse_audit.risks.views.blueprint import ANALYSIS, RISK, bp
from qse_audit.risks.views.parts import (
    SEPARATOR,
    raised_by,
    scale_of,
    shown_notes,
    shown_rating,
    words_of,
)
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale
from qse_audit.web.listing import listing
from qse_audit.web.paging import Key, page
from qse_audit.web.sign_in import identity
from qse_audit.web.timeline import timeline

P = Permission
ORDER: list[Key] = [
    (queries.PLACE_IN_TREE, False),
    (Risk.position.expression, False),
    (Risk.id.expression, False),
]
"""As the tree is read, then as lines were written."""


@bp.get("/<int:analysis_id>/lines")
@requires(P.RISK_READ, on=ANALYSIS)
def lines(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Show the lines of an analysis, of one section when the address names one."""
    shown = listing(("position",), "position")
    nodes = queries.sections_of(session(), analysis.id)
    section = request.args.get("section", 0, type=int)
    withdrawn = shown.values.get("show") == "withdrawn"
    scale, language = scale_of(analysis.scale), locale()

    def make(row: Any) -> Any:
        line = queries.as_risk_line(row)
        return {
            "line": line,
            "rating": shown_rating(scale, line.score, line.band, language),
            "notes": shown_notes(scale, line.notes),
            "gross": shown_rating(scale, line.gross_score, line.gross_band, language),
            "planned": shown_rating(scale, line.planned_score, line.planned_band, language),
        }

    return render_template(
        "risks/lines.html",
        analysis=analysis,
        card=METHODS[analysis.method],
        scale=scale,
        page=page(
            session(),
            queries.lines_statement([analysis.id], section_id=section or None, withdrawn=withdrawn),
            ORDER,
            cursor=shown.cursor,
            make=make,
        ),
        listing=shown,
        sections=nodes,
        section=section,
        withdrawn=withdrawn,
        paths={node.id: node.path for node in nodes},
        separator=SEPARATOR,
    )


@bp.route("/<int:analysis_id>/lines/new", methods=["GET", "POST"])
@requires(P.RISK_EDIT, on=ANALYSIS)
@commits
def new_line(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Add a line, rated at once if one can."""
    paths = paths_by_text(analysis.id)
    asked = request.args.get("section", 0, type=int)
    here = SEPARATOR.join(queries.section_paths(session(), analysis.id).get(asked, ()))
    form = line_form(
        analysis.method, scale_of(analysis.scale), [(each, each) for each in paths], section=here
    )
    made: list[Risk] = []

    def add() -> None:
        draft, notes = form.draft(paths), form.notes()
        made.append(
            services.add_risk(session(), analysis, draft, notes=notes, actor=identity(), now=now())
        )

    if accepted(form, add):
        flash(_("Ligne %(number)s ajoutée.", number=made[0].number), "success")
        again = "again" in request.form
        url = url_for("risks.new_line", analysis_id=analysis.id, section=made[0].section_id)
        return redirect(url if again else url_for("risks.line", risk_id=made[0].id), 303)
    body = render_template(
        "risks/line_edit.html",
        form=form,
        analysis=analysis,
        risk=None,
        card=METHODS[analysis.method],
        section=asked,
    )
    return body, 422 if form.is_submitted() else 200


@bp.get("/lines/<int:risk_id>")
@requires(P.RISK_READ, on=RISK)
def line(risk: Risk) -> ResponseReturnValue:
    """Show one line: what it says, how it was rated over time, what is done about it."""
    analysis, today, language = risk.analysis, day_in_paris(now()), locale()
    scale, card = scale_of(analysis.scale), METHODS[analysis.method]
    return render_template(
        "risks/line.html",
        risk=risk,
        analysis=analysis,
        card=card,
        scale=scale,
        locale=language,
        rating=shown_rating(scale, risk.score, risk.band, language),
        planned=shown_rating(scale, risk.planned_score, risk.planned_band, language),
        raised=raised_by(scale, risk, language),
        written=[
            (column.label, words_of(analysis.method, column.code, value_of(risk, column.code)))
            for column in card.columns
        ],
        path=SEPARATOR.join(
            queries.section_paths(session(), analysis.id).get(risk.section_id or 0, ())
        ),
        ratings=[
            (
                each,
                shown_rating(scale, each.score, each.band, language),
                shown_notes(scale, each.notes),
            )
            for each in risk.ratings
        ],
        actions=actions_readable(session(), (Kind.RISK, risk.id), identity(), today),
        action_url=url_for("actions.create", kind="risk", origin_id=risk.id),
        warnings=queries.prevention_warnings_of(session(), risk),
        calls_for=queries.aspect_warnings_of(session(), risk),
        indicator=queries.indicator_of(session(), risk),
        to_rate=bool(queries.effective_since(session(), risk)),
        history=timeline(history(session(), Kind.RISK, risk.id), VERBS),
    )


@bp.route("/lines/<int:risk_id>/edit", methods=["GET", "POST"])
@requires(P.RISK_EDIT, on=RISK)
@commits
def edit_line(risk: Risk) -> ResponseReturnValue:
    """Say a line anew."""
    paths = paths_by_text(risk.analysis_id)
    form, back = filled(risk, paths), url_for("risks.line", risk_id=risk.id)

    def change() -> None:
        services.edit_risk(
            session(),
            risk,
            form.draft(paths),
            version=form.stored_version,
            actor=identity(),
            now=now(),
        )

    try:
        if accepted(form, change):
            flash(_("La ligne est à jour."), "success")
            return redirect(back, 303)
    except Conflict:
        stored = filled(risk, paths, formdata=None)
        return conflict_page(form, stored, version=risk.version, back_url=back)
    body = render_template(
        "risks/line_edit.html",
        form=form,
        analysis=risk.analysis,
        risk=risk,
        card=METHODS[risk.analysis.method],
        section=risk.section_id,
    )
    return body, 422 if form.is_submitted() else 200


@bp.route("/lines/<int:risk_id>/rate", methods=["GET", "POST"])
@requires(P.RISK_EDIT, on=RISK)
@commits
def rate(risk: Risk) -> ResponseReturnValue:
    """Rate a line: gross, net, planned, verified."""
    scale, effective = scale_of(risk.analysis.scale), queries.effective_since(session(), risk)
    facts = queries.rating_facts(session(), risk, RatingDraft(stage=RatingStage.NET, notes={}))
    held = {f"n_{code}": value for code, value in (risk.notes or {}).items()}
    form = rating_form(scale, list(RatingStage), stage=stage_to_rate(facts), **held)

    def keep() -> None:
        services.rate_risk(session(), risk, form.draft(), actor=identity(), now=now())

    if accepted(form, keep):
        flash(_("Cotation enregistrée."), "success")
        return redirect(url_for("risks.line", risk_id=risk.id), 303)
    body = render_template(
        "risks/rate.html",
        form=form,
        risk=risk,
        analysis=risk.analysis,
        scale=scale,
        effective=effective,
        locale=locale(),
    )
    return body, 422 if form.is_submitted() else 200


@bp.route("/lines/<int:risk_id>/withdraw", methods=["GET", "POST"])
@requires(P.RISK_EDIT, on=RISK)
@commits
def withdraw(risk: Risk) -> ResponseReturnValue:
    """Take a line out, with the reason."""
    form = ReasonForm()

    def out() -> None:
        reason = form.note.data or ""
        services.withdraw_risk(session(), risk, reason, actor=identity(), now=now())

    if accepted(form, out):
        flash(_("Ligne retirée : elle reste lisible, avec sa raison."), "success")
        return redirect(url_for("risks.line", risk_id=risk.id), 303)
    body = render_template("risks/withdraw.html", form=form, risk=risk, analysis=risk.analysis)
    return body, 422 if form.is_submitted() else 200


@bp.post("/lines/<int:risk_id>/restore")
@requires(P.RISK_EDIT, on=RISK)
@commits
def restore(risk: Risk) -> ResponseReturnValue:
    """Put a withdrawn line back."""
    services.restore_risk(session(), risk, actor=identity(), now=now())
    flash(_("Ligne remise dans l’analyse."), "success")
    return redirect(url_for("risks.line", risk_id=risk.id), 303)


# --- what the views are made of ---


def paths_by_text(analysis_id: int) -> dict[str, tuple[str, ...]]:
    """Return the sections by their path in words, in the order of the tree."""
    paths = queries.section_paths(session(), analysis_id)
    return {SEPARATOR.join(path): path for path in paths.values()}


def value_of(risk: Risk, code: str) -> Any:
    """Return what a line has in a column."""
    return risk.details.get(code) if code in risk.details else getattr(risk, code, "")


def filled(risk: Risk, paths: dict[str, tuple[str, ...]], **options: Any) -> LineForm:
    """Return the form of a line with what is stored, and over it what was sent."""
    analysis = risk.analysis
    path = queries.section_paths(session(), analysis.id).get(risk.section_id or 0, ())
    values = {
        f"c_{column.code}": value_of(risk, column.code)
        for column in METHODS[analysis.method].columns
    }
    return line_form(
        analysis.method,
        None,
        [(each, each) for each in paths],
        data={**values, "section": SEPARATOR.join(path), "version": risk.version},
        **options,
    )
