"""The pages that write one requirement."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import now
from qse_audit.core.errors import Refused
from qse_audit.core.permissions import Permission
from qse_audit.referentials import queries, services
from qse_audit.referentials.forms import RequirementForm, requirement_values
from qse_audit.referentials.models import Edition, Question, Requirement
from qse_audit.referentials.views.blueprint import (
    EDITION,
    REQUIREMENT,
    bp,
    name_of,
    refusals_of,
)
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.guards import reach, requires
from qse_audit.web.sign_in import identity


@bp.route("/editions/<int:edition_id>/requirements/new", methods=["GET", "POST"])
@requires(Permission.REFERENTIAL_EDIT, on=EDITION)
@commits
def add_requirement(edition: Edition) -> ResponseReturnValue:
    """Add a chapter, a clause or a check point."""
    form, parent = RequirementForm(assessable=True, weight=1), _parent()
    if not form.validate_on_submit():
        return _page(form, edition, parent=parent)
    try:
        made = services.add_requirement(
            session(), edition, form.draft(), parent=parent, actor=identity(), now=now()
        )
    except Refused as refused:
        form.refuse(refused, "ref" if refused.refusals[0].code == "ref_taken" else None)
        return _page(form, edition, parent=parent)
    flash(_("« %(ref)s » est ajouté.", ref=form.ref.data), "success")
    if "again" in request.form:
        return redirect(request.full_path.rstrip("?"), code=303)
    return redirect(_tree_url(edition, made), code=303)


def _parent() -> Requirement | None:
    """Return the requirement under which the address asks to add."""
    key = request.args.get("parent", type=int)
    found: Requirement | None = (
        reach(REQUIREMENT, key, Permission.REFERENTIAL_EDIT) if key else None
    )
    return found


def _tree_url(edition: Edition, requirement_id: int) -> str:
    anchor = f"item-{requirement_id}"
    return url_for("referentials.edit", edition_id=edition.id, _anchor=anchor)


@bp.route("/requirements/<int:requirement_id>", methods=["GET", "POST"])
@requires(Permission.REFERENTIAL_EDIT, on=REQUIREMENT)
@commits
def requirement(requirement: Requirement) -> ResponseReturnValue:
    """Change what a requirement says and asks."""
    edition, asked = requirement.edition, Question.requirement_id == requirement.id
    asks = queries.questions_of(session(), asked).get(requirement.id, [])
    form = RequirementForm(**requirement_values(requirement, asks))
    if not form.validate_on_submit():
        return _page(form, edition, requirement=requirement)
    url = _tree_url(edition, requirement.id)
    if form.stored_version != requirement.version:
        theirs = RequirementForm(formdata=None, **requirement_values(requirement, asks))
        return conflict_page(form, theirs, version=requirement.version, back_url=url)
    try:
        services.write_requirement(
            session(), requirement, form.draft(), actor=identity(), now=now()
        )
    except Refused as refused:
        form.refuse(refused, "ref" if refused.refusals[0].code == "ref_taken" else None)
        return _page(form, edition, requirement=requirement)
    flash(_("« %(ref)s » est enregistré.", ref=requirement.ref), "success")
    return redirect(url, code=303)


def _page(
    form: RequirementForm,
    edition: Edition,
    *,
    parent: Requirement | None = None,
    requirement: Requirement | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "referentials/requirement.html",
        form=form,
        edition=edition,
        name=name_of(edition),
        parent=parent,
        requirement=requirement,
        refusals=refusals_of(edition),
    )
    return page, 422 if form.is_submitted() else 200


@bp.post("/requirements/<int:requirement_id>/remove")
@requires(Permission.REFERENTIAL_EDIT, on=REQUIREMENT)
@commits
def remove_requirement(requirement: Requirement) -> ResponseReturnValue:
    """Delete a requirement with all below it."""
    edition, ref = requirement.edition, requirement.ref
    services.remove_requirement(session(), requirement, actor=identity(), now=now())
    flash(_("« %(ref)s » est supprimé.", ref=ref), "success")
    return redirect(url_for("referentials.edit", edition_id=edition.id), code=303)
