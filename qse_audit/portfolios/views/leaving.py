"""What leaves the company: the choice for each file, and the list of all."""

from typing import Any

from flask import (
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import now
from qse_audit.core.errors import NotFound, Refused
from qse_audit.core.permissions import Kind, Permission
from qse_audit.evidence.intake import Upload, mask_photo, take_in
from qse_audit.evidence.rules import MAX_ZONES, Hiding, Zone, refusal
from qse_audit.portfolios.forms import LeavingForm, read_zones
from qse_audit.portfolios.models import Candidacy, Disclosure, SituationRecord
from qse_audit.portfolios.queries.disclosures import (
    Source,
    get_disclosure,
    source_of,
    tied_by_key,
)
from qse_audit.portfolios.queries.frozen import Frozen, freeze
from qse_audit.portfolios.queries.portfolio import read_portfolio
from qse_audit.portfolios.rules import Way
from qse_audit.portfolios.services.disclosures import (
    Copy,
    brought_copy,
    disclose,
    masked_copy,
)
from qse_audit.portfolios.views.blueprint import CANDIDACY, TIED, bp
from qse_audit.web.database import commits, files, session
from qse_audit.web.guards import Target, reach, requires
from qse_audit.web.i18n import translate
from qse_audit.web.sign_in import identity

COPY = Target(get_disclosure, "copy_id", read=Permission.SITUATION_READ)
SANDBOX = "sandbox; default-src 'none'"
SPARE_LINES = 3
"""Empty lines for zones, without script."""


@bp.get("/<int:candidacy_id>/leaving")
@requires(Permission.SITUATION_READ, on=CANDIDACY)
def leaving(candidacy: Candidacy) -> ResponseReturnValue:
    """Show every file that leaves with the dossier as it is now, to the candidate and the tutor."""
    frozen = frozen_now(candidacy)
    return render_template(
        "portfolios/leaving.html",
        candidacy=candidacy,
        release=frozen.model["release"],
        edits=edits_of(candidacy, frozen),
    )


@bp.route("/records/<int:tied_id>/leaving", methods=["GET", "POST"])
@requires(Permission.CANDIDACY_EDIT, on=TIED)
@commits
def choose(tied: SituationRecord) -> ResponseReturnValue:
    """Choose how the file of a record leaves: whole, masked, or mentioned only."""
    form, key = LeavingForm(), tied.id
    source = source_of(session(), tied, locale=identity().locale)
    zones = read_zones(request.form)
    if form.validate_on_submit():
        try:
            return _chosen(tied, source, form, zones=zones)
        except Refused as refused:
            form.refuse(refused)
            tied = reach(TIED, key, Permission.CANDIDACY_EDIT)
            source = source_of(session(), tied, locale=identity().locale)
    return _page(tied, source, form, zones=zones)


@bp.get("/copies/<int:copy_id>/file")
@requires(Permission.SITUATION_READ, on=COPY)
def copy_file(copy: Disclosure) -> ResponseReturnValue:
    """Send a masked copy to be saved."""
    return _sent(copy, copy.sha256, name=copy.file_name)


@bp.get("/copies/<int:copy_id>/image")
@requires(Permission.SITUATION_READ, on=COPY)
def copy_image(copy: Disclosure) -> ResponseReturnValue:
    """Show a masked photo; we wrote it ourselves."""
    if not copy.is_image:
        raise NotFound
    return _sent(copy, copy.sha256)


def frozen_now(candidacy: Candidacy) -> Frozen:
    """Return what the dossier would say now, in the words of who asks."""
    return freeze(
        session(),
        candidacy,
        read_portfolio(session(), candidacy),
        files=files(),
        locale=identity().locale,
        now=now(),
    )


def edits_of(candidacy: Candidacy, frozen: Frozen) -> dict[str, int]:
    """Return where each record of a frozen model is edited: R1 → the id of a tie."""
    ties = tied_by_key(session(), candidacy.id)
    return {r["key"]: ties[Kind(r["kind"]), r["id"]] for r in frozen.model["records"]}


def _chosen(
    tied: SituationRecord, source: Source, form: LeavingForm, *, zones: list[Zone]
) -> ResponseReturnValue:
    """Make the copy while no transaction is open, then keep the decision."""
    key, way = tied.id, form.way.data
    session().rollback()  # a photo takes seconds: let other writers pass
    copy = _copy(source, form, zones) if way is Way.COPY else None
    tied = reach(TIED, key, Permission.CANDIDACY_EDIT)
    disclose(
        session(),
        tied,
        source,
        way,
        copy=copy,
        people=form.people.data or "",
        actor=identity(),
        now=now(),
    )
    flash(_("Choix enregistré pour ce fichier : %(way)s.", way=translate(way.label)), "success")
    return redirect(url_for("portfolios.choose", tied_id=key), 303)


def _copy(source: Source, form: LeavingForm, zones: list[Zone]) -> Copy:
    """Return the masked copy: of a photo by zones, of another file as it was sent.

    :raises Refused: when nothing acceptable was given.
    """
    if source.file.is_image:
        masked = mask_photo(files(), source.file.sha256, zones, name=source.title)
        return masked_copy(source, masked, zones)
    sent = form.file.data
    if not sent or not sent.filename:
        raise Refused([refusal("no_file", "")])
    most = current_app.config["SETTINGS"].upload_max_mib * 1024**2
    return brought_copy(
        source, take_in(files(), Upload(sent.filename, sent.stream), max_bytes=most)
    )


def _page(
    tied: SituationRecord, source: Source, form: LeavingForm, *, zones: list[Zone]
) -> ResponseReturnValue:
    stored = source.disclosure
    if request.method == "GET":
        form.way.data = source.way
        form.people.data = stored.people if stored else ""
    shown: list[Any] = list(zones) or (list(stored.zones) if stored else [])
    body = render_template(
        "portfolios/choose.html",
        tied=tied,
        source=source,
        form=form,
        zones=[*shown, *([None] * SPARE_LINES)],
        most=MAX_ZONES,
        hidings=list(Hiding),
    )
    return body, 422 if form.errors or form.form_errors else 200


def _sent(copy: Disclosure, sha256: str | None, *, name: str | None = None) -> Response:
    """Send a masked copy: to be saved under ``name``, or shown when it has none."""
    if sha256 is None:
        raise NotFound
    response = send_file(
        files().sound(sha256),
        mimetype=copy.media_type,
        as_attachment=name is not None,
        download_name=name,
        etag=sha256,
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-cache"
    return response
