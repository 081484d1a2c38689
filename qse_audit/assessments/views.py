"""The pages where evaluators read frozen dossiers: from the criterion to the proof."""

from collections.abc import Mapping

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    redirect,
    render_template,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from qse_audit.assessments import queries, services
from qse_audit.assessments.forms import NoteForm
from qse_audit.assessments.rules import LEVELS, Reading
from qse_audit.core.clock import now
from qse_audit.core.errors import Conflict
from qse_audit.core.permissions import Permission
from qse_audit.documents.names import safe_name
from qse_audit.documents.seal import fingerprint, load_or_make_key
from qse_audit.portfolios.models import Dossier
from qse_audit.portfolios.queries.candidacies import dossiers_of, get_dossier
from qse_audit.portfolios.reports.reading import worded
from qse_audit.portfolios.services.dossiers import verify_file
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, files, session
from qse_audit.web.errors import wants_json
from qse_audit.web.guards import Target, can, requires
from qse_audit.web.listing import listing
from qse_audit.web.paging import page
from qse_audit.web.sign_in import identity

bp = Blueprint("assessments", __name__, url_prefix="/dossiers")

DOSSIER = Target(get_dossier, "dossier_id", read=Permission.DOSSIER_READ)
SANDBOX = "sandbox; default-src 'none'"


@bp.get("/")
@requires(Permission.DOSSIER_LIST)
def index() -> ResponseReturnValue:
    """List the dossiers that one evaluates or judges, with how far one is."""
    shown = listing((), "")
    search, state = shown.values.get("q", ""), shown.values.get("reading", "")
    lines = page(
        session(),
        queries.assigned_dossiers(identity(), search=search, state=state),
        queries.ORDER,
        cursor=shown.cursor,
        make=queries.as_assigned,
    )
    return render_template(
        "assessments/index.html",
        page=lines,
        listing=shown,
        search=search,
        state=state,
        states=list(Reading),
    )


@bp.get("/<int:dossier_id>")
@requires(Permission.DOSSIER_READ, on=DOSSIER)
def show(dossier: Dossier) -> ResponseReturnValue:
    """Read a frozen dossier: criterion, situation, proof; one’s own notes beside."""
    return _page(dossier)


def _page(dossier: Dossier, refused: Mapping[str, NoteForm] | None = None) -> str:
    """Show a frozen dossier; ``refused`` is the note that could not be kept, by capability."""
    is_evaluator = can(Permission.ASSESSMENT_NOTE, dossier)
    notes = queries.own_notes(session(), dossier.id, identity().user_id) if is_evaluator else {}
    return render_template(
        "assessments/show.html",
        dossier=dossier,
        d=worded(dossier.model),
        versions=dossiers_of(session(), dossier.candidacy_id),
        notes=notes,
        refused=refused or {},
        levels=LEVELS,
        is_evaluator=is_evaluator,
        is_own=can(Permission.CANDIDACY_READ, dossier),
    )


@bp.get("/<int:dossier_id>/files/<sha256>")
@requires(Permission.DOSSIER_READ, on=DOSSIER)
def file(dossier: Dossier, sha256: str) -> ResponseReturnValue:
    """Send a file that the dossier holds: photographs in the page, anything else to be saved."""
    listed = queries.file_in(dossier.model, sha256)
    return _sent(sha256, listed["media_type"], listed["name"], inline=listed["is_image"])


@bp.get("/<int:dossier_id>/download")
@requires(Permission.DOSSIER_READ, on=DOSSIER)
def download(dossier: Dossier) -> ResponseReturnValue:
    """Send the sealed ZIP."""
    name = safe_name(dossier.reference, ".zip")
    return _sent(dossier.sha256, "application/zip", name, inline=False)


@bp.get("/<int:dossier_id>/verification")
@requires(Permission.DOSSIER_READ, on=DOSSIER)
def verification(dossier: Dossier) -> ResponseReturnValue:
    """Check the sealed file again, now, byte by byte."""
    key = load_or_make_key(current_app.config["SETTINGS"].seal_key_path, now=now())
    ok, problem = verify_file(files().path(dossier.sha256), key.public)
    return render_template(
        "assessments/verification.html",
        dossier=dossier,
        ok=ok,
        problem=problem,
        fingerprint=fingerprint(key.public),
        checked_at=now(),
    )


@bp.post("/<int:dossier_id>/notes/<code>")
@requires(Permission.ASSESSMENT_NOTE, on=DOSSIER)
@commits
def save_note(dossier: Dossier, code: str) -> ResponseReturnValue:
    """Keep one’s own note on one capability, as it is typed."""
    form = NoteForm()
    capability_id = queries.capability_in(dossier.model, code)
    if not form.validate_on_submit():
        return _refused(dossier, code, form)
    try:
        note = services.save_note(
            session(),
            dossier,
            capability_id,
            level=form.level.data,
            text=form.text.data or "",
            version=form.stored_version,
            actor=identity(),
            now=now(),
        )
    except Conflict as conflict:
        return _written_meanwhile(dossier, code, form, conflict)
    if wants_json():
        return jsonify(version=note.version)
    return redirect(_place(dossier, code), 303)


def _refused(dossier: Dossier, code: str, form: NoteForm) -> ResponseReturnValue:
    if wants_json():
        return jsonify(errors=form.errors), 422
    return _page(dossier, {code: form.stand_at(code)}), 422


def _written_meanwhile(
    dossier: Dossier, code: str, form: NoteForm, conflict: Conflict
) -> ResponseReturnValue:
    """Show both notes: the same evaluator wrote elsewhere, on another device or in another tab."""
    capability_id = queries.capability_in(dossier.model, code)
    stored = queries.own_notes(session(), dossier.id, identity().user_id)[capability_id]
    if wants_json():
        return jsonify(theirs=conflict.theirs, version=stored.version), 409
    theirs = NoteForm(formdata=None, obj=stored)
    return conflict_page(form, theirs, version=stored.version, back_url=_place(dossier, code))


def _place(dossier: Dossier, code: str) -> str:
    return url_for("assessments.show", dossier_id=dossier.id, _anchor=code)


def _sent(sha256: str, media_type: str, name: str, *, inline: bool) -> Response:
    """Send a stored file; nothing in it may run."""
    response = send_file(
        files().sound(sha256),
        mimetype=media_type if inline else "application/octet-stream",
        as_attachment=not inline,
        download_name=name,
        etag=sha256,
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    return response
