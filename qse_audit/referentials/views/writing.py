"""The pages that write in-house referentials and their editions."""

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import now
from qse_audit.core.errors import BadInput, Refused
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_
from qse_audit.referentials import queries, services
from qse_audit.referentials.forms import IdentityForm, NewForm, NextForm, identity_values
from qse_audit.referentials.models import Edition
from qse_audit.referentials.rules import Place
from qse_audit.referentials.views.blueprint import EDITION, bp, name_of, refusals_of
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.errors import wants_json
from qse_audit.web.forms import only_digits
from qse_audit.web.guards import reach, requires
from qse_audit.web.sign_in import identity

FIELD_OF = {"referential_taken": "ref", "label_taken": "label"}


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.REFERENTIAL_EDIT)
@commits
def new() -> ResponseReturnValue:
    """Begin an in-house referential, empty or as a copy."""
    form = _offered(NewForm(copied_id=request.args.get("copied", type=int), label=str(now().year)))
    if not form.validate_on_submit():
        return _new_page(form)
    chosen = form.copied_id.data
    copied = reach(EDITION, chosen, Permission.REFERENTIAL_READ) if chosen else None
    try:
        edition = services.create_in_house(
            session(), form.identity(), copied=copied, actor=identity(), now=now()
        )
    except Refused as refused:
        _tell(form, refused)
        return _new_page(form)
    return redirect(url_for("referentials.edit", edition_id=edition.id), code=303)


def _offered(form: NewForm) -> NewForm:
    """Offer the editions that can be copied."""
    found = queries.editions_for(session(), identity().organisation_id)
    empty = ("", _("Une page blanche"))
    form.copied_id.choices = [empty, *((str(choice.id), choice.name) for choice in found)]
    return form


def _new_page(form: NewForm) -> ResponseReturnValue:
    page = render_template("referentials/describe.html", form=form, edition=None, name="")
    return page, 422 if form.is_submitted() else 200


def _tell(form: IdentityForm | NextForm, refused: Refused) -> None:
    for refusal in refused.refusals:
        form.refuse(Refused([refusal]), FIELD_OF.get(refusal.code))


@bp.route("/editions/<int:edition_id>/describe", methods=["GET", "POST"])
@requires(Permission.REFERENTIAL_EDIT, on=EDITION)
@commits
def describe(edition: Edition) -> ResponseReturnValue:
    """Change what is said of a referential and of this edition."""
    form, url = IdentityForm(**identity_values(edition)), _edit_url(edition)
    if not form.validate_on_submit():
        return _describe_page(form, edition)
    if form.stored_version != edition.version:
        theirs = IdentityForm(formdata=None, **identity_values(edition))
        return conflict_page(form, theirs, version=edition.version, back_url=url)
    try:
        services.describe_edition(session(), edition, form.identity(), actor=identity(), now=now())
    except Refused as refused:
        _tell(form, refused)
        return _describe_page(form, edition)
    return redirect(url, code=303)


def _describe_page(form: IdentityForm, edition: Edition) -> ResponseReturnValue:
    name = name_of(edition)
    page = render_template("referentials/describe.html", form=form, edition=edition, name=name)
    return page, 422 if form.is_submitted() else 200


def _edit_url(edition: Edition, anchor: str | None = None) -> str:
    return url_for("referentials.edit", edition_id=edition.id, _anchor=anchor)


@bp.get("/editions/<int:edition_id>/edit")
@requires(Permission.REFERENTIAL_EDIT, on=EDITION)
def edit(edition: Edition) -> ResponseReturnValue:
    """Show the tree of an edition, to write and to put in order."""
    refusals = refusals_of(edition)
    return render_template(
        "referentials/edit.html",
        edition=edition,
        referential=edition.referential,
        name=name_of(edition),
        items=() if refusals else queries.items_of(session(), edition.id),
        refusals=refusals,
    )


@bp.post("/editions/<int:edition_id>/order")
@requires(Permission.REFERENTIAL_EDIT, on=EDITION)
@commits
def order(edition: Edition) -> ResponseReturnValue:
    """Put the requirements of an edition in another order: all at once, or one a step."""
    if request.is_json:
        services.reorder(session(), edition, _places(), actor=identity(), now=now())
    else:
        services.move_requirement(
            session(),
            edition,
            request.form.get("id", 0, type=int),
            direction=request.form.get("direction", ""),
            actor=identity(),
            now=now(),
        )
    if wants_json() or request.is_json:
        return jsonify(version=edition.version)
    return redirect(_edit_url(edition), code=303)


def _places() -> list[Place]:
    """Return the order that a script sent.

    :raises BadInput: for anything else than a list of ids with their parents.
    """
    sent = request.get_json(silent=True)
    rows = sent.get("order") if isinstance(sent, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadInput(N_("attendu : une liste d’identifiants avec leur parent"), place="order")
    places = [(only_digits(row.get("id")), only_digits(row.get("parent"))) for row in rows]
    return [Place(key or 0, parent) for key, parent in places]


@bp.route("/editions/<int:edition_id>/next", methods=["GET", "POST"])
@requires(Permission.REFERENTIAL_EDIT, on=EDITION)
@commits
def next_edition(edition: Edition) -> ResponseReturnValue:
    """Begin the next edition as a copy of this one."""
    form = NextForm()
    if form.validate_on_submit():
        try:
            made = services.next_edition(
                session(), edition, label=form.label.data, actor=identity(), now=now()
            )
        except Refused as refused:
            _tell(form, refused)
        else:
            return redirect(_edit_url(made), code=303)
    page = render_template(
        "referentials/next.html", form=form, edition=edition, name=name_of(edition)
    )
    return page, 422 if form.is_submitted() else 200


@bp.post("/editions/<int:edition_id>/publish")
@requires(Permission.REFERENTIAL_EDIT, on=EDITION)
@commits
def publish(edition: Edition) -> ResponseReturnValue:
    """Put a draft in force."""
    services.publish(session(), edition, actor=identity(), now=now())
    flash(_("%(name)s est en vigueur : les audits peuvent l’utiliser.", name=name_of(edition)))
    return redirect(url_for("referentials.edition", edition_id=edition.id), code=303)


@bp.post("/editions/<int:edition_id>/remove")
@requires(Permission.REFERENTIAL_EDIT, on=EDITION)
@commits
def remove(edition: Edition) -> ResponseReturnValue:
    """Delete a draft."""
    name = name_of(edition)
    services.delete_draft(session(), edition, actor=identity(), now=now())
    flash(_("Le brouillon %(name)s est supprimé.", name=name), "success")
    return redirect(url_for("referentials.index"), code=303)
