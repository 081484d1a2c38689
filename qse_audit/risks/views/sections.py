"""The pages where the tree of sections is made."""

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import now
from qse_audit.core.errors import Conflict, Refused
from qse_audit.core.permissions import Permission
from qse_audit.risks import queries, services
from qse_audit.risks.forms import SectionForm
from qse_audit.risks.models import RiskAnalysis
from qse_audit.risks.queries import SectionNode, SectionOf
from qse_audit.risks.rules import METHODS
from qse_audit.risks.views.blueprint import ANALYSIS, SECTION, bp
from qse_audit.risks.views.parts import SEPARATOR
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import requires
from qse_audit.web.i18n import translate
from qse_audit.web.sign_in import identity

P = Permission


@bp.route("/<int:analysis_id>/sections", methods=["GET", "POST"])
@requires(P.RISK_EDIT, on=ANALYSIS)
@commits
def sections(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Show the tree, and add a section to it."""
    found = queries.sections_of(session(), analysis.id)
    form = SectionForm()
    form.offer(paths_of(found))

    def add() -> None:
        services.add_section(
            session(),
            analysis,
            form.title.data or "",
            parent_id=form.parent_id.data,
            description=form.description.data or "",
            actor=identity(),
            now=now(),
        )

    if accepted(form, add):
        return redirect(url_for("risks.sections", analysis_id=analysis.id), 303)
    body = render_template(
        "risks/sections.html",
        form=form,
        analysis=analysis,
        sections=found,
        card=METHODS[analysis.method],
    )
    return body, 422 if form.is_submitted() else 200


@bp.route("/sections/<int:section_id>", methods=["GET", "POST"])
@requires(P.RISK_EDIT, on=SECTION)
@commits
def edit_section(found: SectionOf) -> ResponseReturnValue:
    """Rename a section, or put it under another one."""
    section, analysis = found.section, found.analysis
    nodes = queries.sections_of(session(), analysis.id)
    form = section_form(found, nodes)
    back = url_for("risks.sections", analysis_id=analysis.id)

    def change() -> None:
        words = form.title.data or "", form.description.data or ""
        seen, who = form.stored_version, identity()
        services.edit_section(session(), section, *words, version=seen, actor=who, now=now())
        if form.parent_id.data != section.parent_id:
            parent = form.parent_id.data
            services.place_section(session(), section, parent, actor=who, now=now())

    try:
        if accepted(form, change):
            return redirect(back, 303)
    except Conflict:
        stored = section_form(found, nodes, stored=True)
        return conflict_page(form, stored, version=section.version, back_url=back)
    body = render_template(
        "risks/section.html",
        form=form,
        section=section,
        analysis=analysis,
        card=METHODS[analysis.method],
    )
    return body, 422 if form.is_submitted() else 200


@bp.post("/<int:analysis_id>/sections/step")
@requires(P.RISK_EDIT, on=ANALYSIS)
@commits
def step(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Move a section one step up, down, in or out."""
    key = request.form.get("id", 0, type=int)
    found = queries.section_in(session(), analysis.id, key)
    direction = request.form.get("direction", "")
    services.step_section(session(), found, direction, actor=identity(), now=now())
    if request.accept_mimetypes.best == "application/json":
        return jsonify({})
    return redirect(url_for("risks.sections", analysis_id=analysis.id), 303)


@bp.post("/sections/<int:section_id>/remove")
@requires(P.RISK_EDIT, on=SECTION)
@commits
def remove_section(found: SectionOf) -> ResponseReturnValue:
    """Remove a section that is empty."""
    try:
        services.remove_section(session(), found.section, actor=identity(), now=now())
    except Refused as refused:
        flash(translate(refused.refusals[0].message), "warning")
    else:
        flash(_("Section retirée."), "success")
    return redirect(url_for("risks.sections", analysis_id=found.analysis.id), 303)


def paths_of(nodes: list[SectionNode]) -> list[tuple[int, str]]:
    """Return each section with its path, for a list of choices."""
    return [(node.id, SEPARATOR.join(node.path)) for node in nodes]


def section_form(
    found: SectionOf, nodes: list[SectionNode], *, stored: bool = False
) -> SectionForm:
    """Return the form with what is stored, and over it what was sent unless ``stored``."""
    section = found.section
    values = {
        "title": section.title,
        "description": section.description,
        "parent_id": section.parent_id,
        "version": section.version,
    }
    form = SectionForm(formdata=None, data=values) if stored else SectionForm(data=values)
    form.offer([choice for choice in paths_of(nodes) if choice[0] != section.id])
    return form
