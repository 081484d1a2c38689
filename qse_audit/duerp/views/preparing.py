"""The pages where a version is prepared, its contributors noted, and where it is approved."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import Conflict, NotFound, Refused, refuse_all
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_
from qse_audit.duerp import queries, services
from qse_audit.duerp.forms import ContributionForm, PrepareForm, SendBackForm, WriteForm
from qse_audit.duerp.models import DuerpContribution, DuerpVersion
from qse_audit.duerp.rules import APPROVED_IS_FROZEN, DUERP_WORKFLOW, VersionStatus
from qse_audit.duerp.views.blueprint import CONTRIBUTION, VERSION, bp, head_of
from qse_audit.duerp.views.reading import shown
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.forms import Form
from qse_audit.web.guards import requires, requires_move
from qse_audit.web.i18n import translate
from qse_audit.web.sign_in import identity

P = Permission
MOVED = {
    "consult": N_("Les contributeurs ont été consultés : la direction peut approuver."),
    "resume": N_("La préparation reprend."),
    "send-back": N_("La version est renvoyée en préparation : qui la prépare lira pourquoi."),
}
"""What is said after each move."""


@bp.route("/new", methods=["GET", "POST"])
@requires(P.DUERP_PREPARE)
@commits
def new() -> ResponseReturnValue:
    """Begin a version; then tick what it answers, if something happened."""
    form = PrepareForm()
    duerps = queries.duerps_of(session(), identity().organisation_id)
    form.offer((each.id, f"{each.reference} · {each.title}") for each in duerps)
    if form.validate_on_submit():
        key, reason = form.analysis.data, form.reason.data or ""
        try:
            made = services.prepare_version(session(), key, reason, actor=identity(), now=now())
            happened = queries.events_on_offer(session(), made)
            page = "duerp.edit" if happened else "duerp.show"
            return redirect(url_for(page, duerp_id=made.id), 303)
        except Refused as refused:
            form.refuse(refused)
    body = render_template("duerp/new.html", form=form, duerps=duerps)
    return body, 422 if form.errors or form.form_errors else 200


@bp.route("/versions/<int:duerp_id>/edit", methods=["GET", "POST"])
@requires(P.DUERP_EDIT, on=VERSION)
@commits
def edit(version: DuerpVersion) -> ResponseReturnValue:
    """Say anew why a version is made, and what it answers."""
    form = _write_form(version)
    if not form.validate_on_submit():
        return _form_page(form, version, _("Raison et faits nouveaux"))
    seen, events = form.stored_version, form.events.data or ()
    try:
        services.write_version(
            session(), version, form.reason.data or "", events, version_seen=seen,
            actor=identity(), now=now(),
        )  # fmt: skip
    except Conflict:
        stored = _write_form(version, formdata=None)
        return conflict_page(form, stored, version=version.version, back_url=_url(version))
    return redirect(_url(version), 303)


@bp.route("/versions/<int:duerp_id>/consultations/new", methods=["GET", "POST"])
@requires(P.DUERP_EDIT, on=VERSION)
@commits
def new_contribution(version: DuerpVersion) -> ResponseReturnValue:
    """Note who was asked about a version."""
    _refuse_approved(version)
    form = ContributionForm(consulted_on=day_in_paris(now()))
    if form.validate_on_submit():
        try:
            services.add_contribution(session(), version, form.draft(), actor=identity(), now=now())
            return redirect(_url(version, "contributors"), 303)
        except Refused as refused:
            form.refuse(refused)
    return _form_page(form, version, _("Noter une consultation"))


@bp.post("/consultations/<int:contribution_id>/remove")
@requires(P.DUERP_EDIT, on=CONTRIBUTION)
@commits
def remove_contribution(contribution: DuerpContribution) -> ResponseReturnValue:
    """Take back a contribution that was noted by mistake."""
    url = _url(contribution.version, "contributors")
    services.remove_contribution(session(), contribution, actor=identity(), now=now())
    flash(_("Consultation retirée ; le journal en garde le texte."), "success")
    return redirect(url, 303)


@bp.post("/versions/<int:duerp_id>/delete")
@requires(P.DUERP_KEEP, on=VERSION)
@commits
def delete(version: DuerpVersion) -> ResponseReturnValue:
    """Give up a version that was never approved; refuse the others, with the day of the law."""
    name = head_of(version)
    services.delete_version(session(), version, actor=identity(), now=now())
    flash(_("Version %(name)s abandonnée.", name=name), "success")
    return redirect(url_for("duerp.index"), 303)


@bp.post("/versions/<int:duerp_id>/<name>")
@requires_move(DUERP_WORKFLOW, on=VERSION)
@commits
def move(version: DuerpVersion, name: str) -> ResponseReturnValue:
    """Move a version: contributors consulted, preparation resumed; sent back by management.

    Approving has a page of its own.
    """
    if name == "approve":
        raise NotFound(name)
    return _sent_back(version) if name == "send-back" else _moved(version, name)


# --- what the views are made of ---


def _moved(version: DuerpVersion, name: str, reason: str = "") -> ResponseReturnValue:
    services.move_version(session(), version, name, reason=reason, actor=identity(), now=now())
    flash(translate(MOVED[name]), "success")
    return redirect(_url(version), 303)


def _sent_back(version: DuerpVersion) -> ResponseReturnValue:
    """Send a version back with what is to be done again; without a word the page asks for it."""
    form = SendBackForm()
    if form.validate_on_submit():
        return _moved(version, "send-back", form.reason.data or "")
    return render_template("duerp/show.html", **shown(version, form)), 422


def _refuse_approved(version: DuerpVersion) -> None:
    refuse_all([APPROVED_IS_FROZEN] if version.status is VersionStatus.APPROVED else [])


def _write_form(version: DuerpVersion, **given: Any) -> WriteForm:
    events = queries.events_on_offer(session(), version)
    values = {
        "reason": version.reason,
        "events": [each.id for each in events if each.version_id == version.id],
        "version": str(version.version),
    }
    form = WriteForm(data=values, **given)
    form.offer([(each.id, f"{each.happened_on:%d/%m/%Y} · {each.what}") for each in events])
    return form


def _form_page(form: Form, version: DuerpVersion, title: str) -> ResponseReturnValue:
    body = render_template(
        "duerp/form.html",
        form=form,
        title=title,
        crumbs=[(head_of(version), _url(version))],
        back_url=_url(version),
    )
    return body, 422 if form.errors or form.form_errors else 200


def _url(version: DuerpVersion, anchor: str | None = None) -> str:
    return url_for("duerp.show", duerp_id=version.id, _anchor=anchor)
