"""The pages about evidence files."""

from datetime import date
from pathlib import PurePath
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import Conflict, NotFound, Refused
from qse_audit.core.permissions import Permission
from qse_audit.evidence import queries, rules, services
from qse_audit.evidence.forms import FactsForm, UploadForm, WithdrawForm
from qse_audit.evidence.intake import TakenIn, Upload, take_in
from qse_audit.evidence.models import Evidence
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, files, session
from qse_audit.web.errors import wants_json
from qse_audit.web.guards import Target, check, reach, requires
from qse_audit.web.i18n import locale, translate
from qse_audit.web.origins import OriginPage, origin_link, release, requires_on_origin, ties_of
from qse_audit.web.sign_in import identity

bp = Blueprint("evidence", __name__, url_prefix="/evidence")

EVIDENCE = Target(load=queries.get_evidence, argument="evidence_id", read=Permission.EVIDENCE_READ)
SANDBOX = "sandbox; default-src 'none'"
STATUS = {rules.TOO_BIG: 413, **dict.fromkeys(rules.UNSUPPORTED, 415)}
"""How the refusal of a file is answered; 422 otherwise."""


@bp.route("/add/<kind>/<int:origin_id>", methods=["GET", "POST"])
@requires_on_origin(Permission.EVIDENCE_ADD)
@commits
def add(origin: Any, page: OriginPage) -> ResponseReturnValue:
    """Add a photo or a file to an object; a script sends only the file."""
    check(identity(), page.adds, origin.access())
    form = UploadForm()
    if request.method == "GET":
        form.happened_on.data = day_in_paris(now())
    if not form.validate_on_submit():
        return _form_page(form, origin, page)
    key = origin.id
    session().rollback()  # looking into a file takes time: let other writers pass
    try:
        taken = take_in(files(), _upload(form), max_bytes=_max_bytes())
        origin = reach(page.target, key, Permission.EVIDENCE_ADD)
        check(identity(), page.adds, origin.access())
        return _added(_keep(form, taken, origin, page), origin, page)
    except Refused as refused:
        origin = reach(page.target, key, Permission.EVIDENCE_ADD)
        return _refused(refused, form, origin, page=page)


@bp.get("/<int:evidence_id>")
@requires(Permission.EVIDENCE_READ, on=EVIDENCE)
def detail(evidence: Evidence) -> ResponseReturnValue:
    """Show one file, what is known of it, and what relies on it."""
    return render_template(
        "evidence/detail.html",
        evidence=evidence,
        origin=origin_link(evidence.origin_kind, evidence.origin_id),
        ties=ties_of(evidence.id),
        tombstone=queries.tombstone(evidence, locale()),
    )


@bp.route("/<int:evidence_id>/edit", methods=["GET", "POST"])
@requires(Permission.EVIDENCE_EDIT, on=EVIDENCE)
@commits
def edit(evidence: Evidence) -> ResponseReturnValue:
    """Correct what is said of a file while no final record relies on it."""
    form, here = FactsForm(obj=evidence), url_for("evidence.detail", evidence_id=evidence.id)
    if form.validate_on_submit():
        try:
            _correct(evidence, form)
            return redirect(here, 303)
        except Refused as refused:
            form.refuse(refused)
        except Conflict:
            stored = FactsForm(formdata=None, obj=evidence)
            return conflict_page(form, stored, version=evidence.version, back_url=here)
    body = render_template("evidence/edit.html", form=form, evidence=evidence)
    return body, 422 if form.errors else 200


@bp.route("/<int:evidence_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.EVIDENCE_WITHDRAW, on=EVIDENCE)
@commits
def withdraw(evidence: Evidence) -> ResponseReturnValue:
    """Withdraw a file that should not have been kept, and say why."""
    form, here = WithdrawForm(), url_for("evidence.detail", evidence_id=evidence.id)
    reason = "" if request.method == "GET" else form.reason.data or ""
    against = rules.withdrawal_refusals(status=evidence.status, reason=reason or "…")
    if form.validate_on_submit() and not against:
        at = now()
        services.withdraw_evidence(session(), evidence, reason=reason, actor=identity(), now=at)
        release(evidence, now=at)
        flash(_("Preuve retirée. Le fichier ne s’ouvre plus ; il s’efface du serveur."), "success")
        return redirect(here, 303)
    body = render_template(
        "evidence/withdraw.html", form=form, evidence=evidence, refusals=against, back_url=here
    )
    return body, 422 if request.method == "POST" else 200


@bp.get("/<int:evidence_id>/file")
@requires(Permission.EVIDENCE_READ, on=EVIDENCE)
def download(evidence: Evidence) -> ResponseReturnValue:
    """Send the file to be saved, never to be run."""
    if evidence.withdrawal is not None:
        raise NotFound
    return _sent(evidence.sha256, evidence.media_type, name=evidence.file_name)


@bp.get("/<int:evidence_id>/image")
@requires(Permission.EVIDENCE_READ, on=EVIDENCE)
def image(evidence: Evidence) -> ResponseReturnValue:
    """Show a photo; only what we wrote again ourselves is shown in a page."""
    if not evidence.is_image:
        raise NotFound
    return _sent(evidence.sha256, evidence.media_type)


@bp.get("/<int:evidence_id>/thumbnail")
@requires(Permission.EVIDENCE_READ, on=EVIDENCE)
def thumbnail(evidence: Evidence) -> ResponseReturnValue:
    """Show a photo in small."""
    if evidence.thumbnail_sha256 is None or not evidence.is_image:
        raise NotFound
    return _sent(evidence.thumbnail_sha256, rules.THUMBNAIL_MEDIA_TYPE)


# --- what the views are made of ---


def _max_bytes() -> int:
    """Return the largest file accepted here."""
    mebibytes: int = current_app.config["SETTINGS"].upload_max_mib
    return mebibytes * 1024**2


def _upload(form: UploadForm) -> Upload:
    """Return the file that was sent.

    :raises Refused: when there is none.
    """
    sent = form.file.data
    if not sent or not sent.filename:
        raise Refused([rules.refusal("no_file", "")])
    return Upload(sent.filename, sent.stream)


def _keep(form: UploadForm, taken: TakenIn, origin: Any, page: OriginPage) -> Evidence:
    """Save the row of a file, and tie it to what it was added to."""
    at = now()
    today = day_in_paris(at)
    evidence = services.keep_evidence(
        session(),
        taken,
        organisation_id=page.organisation_id(origin),
        origin=page.context(origin),
        title=form.title.data or PurePath(taken.file_name).stem,
        type=form.type.data or rules.default_type(rules.extension_of(taken.file_name)),
        happened_on=form.happened_on.data or _day_of(taken, today),
        place=form.place.data or "",
        actor=identity(),
        now=at,
    )
    if page.attach is not None:
        page.attach(session(), origin, evidence, actor=identity(), now=at)
    return evidence


def _day_of(taken: TakenIn, today: date) -> date:
    """Return the day that a camera says, unless its clock runs ahead."""
    return taken.taken_on if taken.taken_on and taken.taken_on <= today else today


def _added(evidence: Evidence, origin: Any, page: OriginPage) -> ResponseReturnValue:
    if wants_json():
        small = url_for("evidence.thumbnail", evidence_id=evidence.id)
        body = {
            "id": evidence.id,
            "name": evidence.title,
            "url": url_for("evidence.detail", evidence_id=evidence.id),
            "thumb_url": small if evidence.is_image else None,
        }
        return jsonify(body), 201
    flash(_("Preuve ajoutée à %(label)s.", label=page.label(origin)), "success")
    return redirect(page.url(origin), 303)


def _refused(
    refused: Refused, form: UploadForm, origin: Any, *, page: OriginPage
) -> ResponseReturnValue:
    """Answer what was refused, and why, to the person or to the script."""
    status = STATUS.get(refused.refusals[0].code, 422)
    if wants_json():
        sentences = [f"{translate(r.message)} {translate(r.source)}" for r in refused.refusals]
        return jsonify(status=status, error=" ".join(sentences).strip()), status
    about_facts = refused.refusals[0].code in rules.FACT_CODES
    form.refuse(refused, None if about_facts else "file")
    return _form_page(form, origin, page, status=status)


def _form_page(
    form: UploadForm, origin: Any, page: OriginPage, *, status: int | None = None
) -> ResponseReturnValue:
    if form.errors and wants_json():
        return jsonify(status=422, errors=form.errors), 422
    body = render_template(
        "evidence/add.html",
        form=form,
        origin_label=page.label(origin),
        origin_url=page.url(origin),
        max_bytes=_max_bytes(),
    )
    return body, status or (422 if form.errors else 200)


def _correct(evidence: Evidence, form: FactsForm) -> None:
    services.correct_evidence(
        session(),
        evidence,
        title=form.title.data or "",
        type=form.type.data,
        happened_on=form.happened_on.data,
        place=form.place.data or "",
        version=form.stored_version,
        actor=identity(),
        now=now(),
    )


def _sent(sha256: str, media_type: str, *, name: str | None = None) -> Response:
    """Send a kept file: to be saved under ``name``, or shown when it has none.

    :raises Damaged: when it is no longer what was kept.
    """
    response = send_file(
        files().sound(sha256),
        mimetype=media_type,
        as_attachment=name is not None,
        download_name=name,
        conditional=True,
        etag=sha256,
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-cache"
    return response
