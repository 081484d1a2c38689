"""Telling what happened, in under a minute; completing it later."""

from pathlib import PurePath

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accidents import rules, services
from qse_audit.accidents.forms import DeclareForm, EditForm, as_fields, kinds_of, wall
from qse_audit.accidents.models import Accident
from qse_audit.accidents.views.blueprint import ACCIDENT, bp
from qse_audit.accounts.queries import sites_of
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import Conflict, Refused
from qse_audit.core.permissions import Kind, Permission
from qse_audit.evidence.intake import TakenIn, Upload, take_in
from qse_audit.evidence.rules import default_type, extension_of
from qse_audit.evidence.services import keep_evidence
from qse_audit.processes.queries import processes_of
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, files, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import can, requires
from qse_audit.web.sign_in import identity


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.ACCIDENT_DECLARE)
@commits
def declare() -> ResponseReturnValue:
    """Tell what happened; a photo may come with it."""
    form = DeclareForm()
    form.kind.choices = kinds_of(kinds_on_offer())
    if request.method == "GET":
        form.happened_on.data, form.happened_time.data = wall(now())
    if form.validate_on_submit() and (accident := told(form)):
        flash(_("%(reference)s déclaré, merci.", reference=accident.reference), "success")
        return redirect(url_for("accidents.detail", accident_id=accident.id), 303)
    body = render_template("accidents/declare.html", form=form, kinds=kinds_on_offer())
    return body, 422 if form.errors else 200


@bp.route("/<int:accident_id>/edit", methods=["GET", "POST"])
@requires(Permission.ACCIDENT_EDIT, on=ACCIDENT)
@commits
def edit(accident: Accident) -> ResponseReturnValue:
    """Complete or correct an event."""
    form, here = edit_form(accident), url_for("accidents.detail", accident_id=accident.id)

    def act() -> None:
        services.edit_event(
            session(),
            accident,
            form.draft(),
            version=form.stored_version,
            actor=identity(),
            now=now(),
        )

    try:
        if accepted(form, act):
            return redirect(here, 303)
    except Conflict:
        stored = edit_form(accident, stored=True)
        return conflict_page(form, stored, version=accident.version, back_url=here)
    body = render_template("accidents/edit.html", form=form, accident=accident)
    return body, 422 if form.errors else 200


# --- what the views are made of ---


def kinds_on_offer() -> tuple[rules.EventKind, ...]:
    """Return what the person may tell, what happens most first."""
    if can(Permission.ACCIDENT_RECORD):
        return (*rules.OPEN_TO_ALL, *(k for k in rules.EventKind if k not in rules.OPEN_TO_ALL))
    return rules.OPEN_TO_ALL


def told(form: DeclareForm) -> Accident | None:
    """Record what was told with its photo; refusals go onto the form, with all typed.

    Looking into a file takes time: no transaction is open meanwhile.
    """
    session().rollback()
    try:
        taken = photo_of(form)
    except Refused as refused:
        form.refuse(refused, "photo")
        return None
    try:
        return declared(form, taken)
    except Refused as refused:
        form.refuse(refused)
        return None


def photo_of(form: DeclareForm) -> TakenIn | None:
    """Return the photo that was sent, checked and kept.

    :raises Refused: for a file that is not acceptable.
    """
    sent = form.photo.data
    if not sent or not sent.filename:
        return None
    most = current_app.config["SETTINGS"].upload_max_mib * 1024**2
    return take_in(files(), Upload(sent.filename, sent.stream), max_bytes=most)


def declared(form: DeclareForm, taken: TakenIn | None) -> Accident:
    """Record what was told, with its photo."""
    at, who = now(), identity()
    accident = services.declare_event(session(), form.draft(), actor=who, now=at)
    if taken is not None:
        keep_evidence(
            session(),
            taken,
            organisation_id=accident.organisation_id,
            origin=(Kind.ACCIDENT, accident.id),
            title=PurePath(taken.file_name).stem,
            type=default_type(extension_of(taken.file_name)),
            happened_on=day_in_paris(accident.happened_at),
            place=accident.place,
            actor=who,
            now=at,
        )
    return accident


def edit_form(accident: Accident, *, stored: bool = False) -> EditForm:
    """Return the form of an event: as sent, or as ``stored``."""
    form = EditForm(
        obj=accident, data=as_fields(accident), **({"formdata": None} if stored else {})
    )
    here = accident.organisation_id
    processes = {each.id: each.name for each in processes_of(session(), here)}
    sites = {each.id: each.name for each in sites_of(session(), here)}
    if accident.process is not None:
        processes.setdefault(accident.process.id, accident.process.name)
    if accident.site is not None:
        sites.setdefault(accident.site.id, accident.site.name)
    form.offer(processes.items(), sites.items())
    return form
