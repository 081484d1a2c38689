"""The registers beside the versions: headcount, events, measures, who received, who asked."""

from collections.abc import Sequence

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import get_organisation
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import Conflict, Refused
from qse_audit.core.permissions import Permission
from qse_audit.duerp import queries, reports, services
from qse_audit.duerp.forms import (
    EventForm,
    FollowForm,
    HeadcountForm,
    MeasureForm,
    PlaceForm,
    RequestForm,
    TransmissionForm,
)
from qse_audit.duerp.models import DuerpEvent, DuerpRequest, DuerpVersion
from qse_audit.duerp.queries import Described
from qse_audit.duerp.rules import Recipient, TriggerKind, in_force_between
from qse_audit.duerp.views.blueprint import (
    EVENT,
    REQUEST,
    VERSION,
    bp,
    file_of,
    head_of,
    place_read,
)
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.forms import Form
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale
from qse_audit.web.listing import listing
from qse_audit.web.paging import page
from qse_audit.web.sign_in import identity

P = Permission


@bp.route("/headcount", methods=["GET", "POST"])
@requires(P.DUERP_KEEP)
@commits
def headcount() -> ResponseReturnValue:
    """Show how the headcount changed, and note another."""
    form = HeadcountForm(since_on=day_in_paris(now()))
    if form.validate_on_submit():
        try:
            services.note_headcount(session(), form.draft(), actor=identity(), now=now())
            flash(_("Effectif noté."), "success")
            return redirect(url_for("duerp.headcount"), 303)
        except Refused as refused:
            form.refuse(refused)
    notes = queries.headcount_history(session(), identity().organisation_id)
    body = render_template("duerp/headcount.html", form=form, notes=notes)
    return body, _status(form)


@bp.route("/events/new", methods=["GET", "POST"])
@requires(P.DUERP_KEEP)
@commits
def new_event() -> ResponseReturnValue:
    """Note something that makes an update due; ``?kind=`` for what is chosen already."""
    kind = request.args.get("kind", "")
    chosen = TriggerKind(kind) if kind in set(TriggerKind) else None
    form = EventForm(happened_on=day_in_paris(now()), kind=chosen)
    if form.validate_on_submit():
        what, on = form.what.data or "", form.happened_on.data
        try:
            services.note_event(session(), form.kind.data, on, what, actor=identity(), now=now())
            flash(_("Fait nouveau noté : la mise à jour du document unique est due."), "success")
            return redirect(url_for("duerp.index", _anchor="events"), 303)
        except Refused as refused:
            form.refuse(refused)
    return _form_page(form, _("Noter un fait nouveau"), url_for("duerp.index"))


@bp.route("/events/<int:trigger_id>", methods=["GET", "POST"])
@requires(P.DUERP_KEEP, on=EVENT)
@commits
def follow(event: DuerpEvent) -> ResponseReturnValue:
    """Write what was done at once about an event."""
    form = FollowForm(data={"done": event.done, "version": str(event.version)})
    back = url_for("duerp.index", _anchor="events")
    if not form.validate_on_submit():
        return _form_page(form, event.what, back)
    seen, done = form.stored_version, form.done.data or ""
    try:
        services.follow_event(session(), event, done, version=seen, actor=identity(), now=now())
    except Conflict:
        stored = FollowForm(formdata=None, done=event.done)
        return conflict_page(form, stored, version=event.version, back_url=back)
    return redirect(back, 303)


@bp.route("/versions/<int:duerp_id>/measures/<int:measure>", methods=["GET", "POST"])
@requires(P.DUERP_KEEP, on=VERSION)
@commits
def describe(version: DuerpVersion, measure: int) -> ResponseReturnValue:
    """Write what the yearly programme says of an action."""
    described = queries.get_described(session(), version.analysis_id, measure)
    form, back = _measure_form(described), url_for("duerp.programme", duerp_id=version.id)
    title = f"{described.action.reference} · {described.action.title}"
    if not form.validate_on_submit():
        return _form_page(form, title, back)
    seen, draft, who = form.stored_version, form.draft(), identity()
    try:
        services.describe_measure(session(), described, draft, version=seen, actor=who, now=now())
    except Conflict:
        stored = MeasureForm(formdata=None, obj=described.measure)
        held = described.measure.version if described.measure else 0
        return conflict_page(form, stored, version=held, back_url=back)
    except Refused as refused:
        form.refuse(refused)
        return _form_page(form, title, back)
    flash(_("Mesure décrite."), "success")
    return redirect(back, 303)


@bp.route("/versions/<int:duerp_id>/transmissions/new", methods=["GET", "POST"])
@requires(P.DUERP_KEEP, on=VERSION)
@commits
def new_transmission(version: DuerpVersion) -> ResponseReturnValue:
    """Note that a version was handed over."""
    form = TransmissionForm(recipient=Recipient.HEALTH_SERVICE, sent_on=day_in_paris(now()))
    back = url_for("duerp.show", duerp_id=version.id, _anchor="transmissions")
    if form.validate_on_submit():
        try:
            services.note_transmission(
                session(), version, form.draft(), actor=identity(), now=now()
            )
            return redirect(back, 303)
        except Refused as refused:
            form.refuse(refused)
    return _form_page(form, _("Noter une transmission : %(name)s", name=head_of(version)), back)


@bp.get("/requests")
@requires(P.DUERP_KEEP)
def requests() -> ResponseReturnValue:
    """List who asked to read the DUERP, the newest first."""
    shown = listing(("asked_on",), "-asked_on")
    columns, here = DuerpRequest.__table__.c, identity().organisation_id
    found = page(
        session(),
        queries.request_lines(here),
        [(columns.asked_on, shown.sort[1]), (columns.id, shown.sort[1])],
        cursor=shown.cursor,
        make=queries.as_request_line,
    )
    return render_template("duerp/requests.html", page=found, listing=shown)


@bp.route("/requests/new", methods=["GET", "POST"])
@requires(P.DUERP_KEEP)
@commits
def new_request() -> ResponseReturnValue:
    """Note who asks to read the DUERP, and for which time."""
    form = RequestForm(recipient=Recipient.FORMER_WORKER, asked_on=day_in_paris(now()))
    if form.validate_on_submit():
        try:
            made = services.note_request(session(), form.draft(), actor=identity(), now=now())
            return redirect(url_for("duerp.asked", request_id=made.id), 303)
        except Refused as refused:
            form.refuse(refused)
    return _form_page(form, _("Noter une demande"), url_for("duerp.requests"))


@bp.get("/requests/<int:request_id>")
@requires(P.DUERP_KEEP, on=REQUEST)
def asked(request: DuerpRequest) -> ResponseReturnValue:
    """Show a request with the versions in force in the time that it names."""
    spans = queries.spans_of(session(), request.organisation_id)
    titles = {each.id: each for each in queries.duerps_of(session(), request.organisation_id)}
    found = [
        (titles[key], each)
        for key, versions in spans.items()
        for each in in_force_between(versions, request.from_on, request.until_on)
    ]
    return render_template("duerp/asked.html", request_row=request, found=found)


@bp.post("/requests/<int:request_id>/answer")
@requires(P.DUERP_KEEP, on=REQUEST)
@commits
def answer(request: DuerpRequest) -> ResponseReturnValue:
    """Note that the versions of a request were shown."""
    services.answer_request(session(), request, actor=identity(), now=now())
    flash(_("Consultation notée."), "success")
    return redirect(url_for("duerp.asked", request_id=request.id), 303)


@bp.route("/place", methods=["GET", "POST"])
@requires(P.DUERP_KEEP)
@commits
def place() -> ResponseReturnValue:
    """Write where the DUERP is read."""
    held = queries.place_of(session(), identity().organisation_id)
    form = PlaceForm(obj=held) if held else PlaceForm(version="0")
    if not form.validate_on_submit():
        return _form_page(form, _("Où se consulte le document unique"), url_for("duerp.index"))
    seen, who = form.stored_version, identity()
    try:
        services.write_place(session(), form.texts(), version=seen, actor=who, now=now())
    except Conflict:
        held = queries.place_of(session(), who.organisation_id)
        version, stored = held.version if held else 0, PlaceForm(formdata=None, obj=held)
        return conflict_page(form, stored, version=version, back_url=url_for("duerp.index"))
    return redirect(url_for("duerp.index"), 303)


@bp.get("/notice.pdf")
@requires(P.DUERP_LIST)
def notice() -> Response:
    """Send the notice that says where the DUERP is read."""
    here = identity().organisation_id
    name = get_organisation(session(), here).name
    file = reports.notice_pdf(name, place_read(here), made_at=now(), locale=locale())
    return file_of(file, "pdf", "avis-document-unique")


# --- what the views are made of ---


def _measure_form(described: Described) -> MeasureForm:
    held = described.measure
    return MeasureForm(obj=held) if held else MeasureForm(version="0")


def _form_page(
    form: Form, title: str, back_url: str, crumbs: Sequence[tuple[str, str]] = ()
) -> ResponseReturnValue:
    body = render_template(
        "duerp/form.html", form=form, title=title, crumbs=crumbs, back_url=back_url
    )
    return body, _status(form)


def _status(form: Form) -> int:
    return 422 if form.errors or form.form_errors else 200
