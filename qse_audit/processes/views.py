"""The pages about processes."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import people_of, sites_of
from qse_audit.core.clock import now
from qse_audit.core.errors import Refused
from qse_audit.core.permissions import Permission
from qse_audit.processes import queries, services
from qse_audit.processes.forms import ProcessForm, values_of
from qse_audit.processes.models import Process
from qse_audit.processes.rules import KIND_NOTES
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.guards import Target, requires
from qse_audit.web.sign_in import identity

bp = Blueprint("processes", __name__, url_prefix="/processes")
PROCESS = Target(queries.get_process, "process_id", read=Permission.PROCESS_READ)
FIELD_OF = {"name_taken": "name", "person_foreign": "member_ids", "site_foreign": "site_ids"}


@bp.get("/")
@requires(Permission.PROCESS_READ)
def index() -> ResponseReturnValue:
    """Show the processes as a map, by family."""
    organisation_id = identity().organisation_id
    return render_template(
        "processes/index.html",
        bands=queries.process_map(session(), organisation_id),
        archived=queries.archived_processes(session(), organisation_id),
        notes=KIND_NOTES,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PROCESS_EDIT)
@commits
def new() -> ResponseReturnValue:
    """Add a process."""
    form = _offered(ProcessForm())
    if form.validate_on_submit():
        try:
            made = services.create_process(session(), form.draft(), actor=identity(), now=now())
            return redirect(url_for("processes.process", process_id=made.id), code=303)
        except Refused as refused:
            _tell(form, refused)
    return _form_page(form, None)


@bp.get("/<int:process_id>")
@requires(Permission.PROCESS_READ, on=PROCESS)
def process(process: Process) -> ResponseReturnValue:
    """Show one process: what it is for, who answers for it, who works in it and where."""
    return render_template("processes/process.html", process=process)


@bp.route("/<int:process_id>/edit", methods=["GET", "POST"])
@requires(Permission.PROCESS_EDIT, on=PROCESS)
@commits
def edit(process: Process) -> ResponseReturnValue:
    """Change a process."""
    form, url = _filled(process), url_for("processes.process", process_id=process.id)
    if not form.validate_on_submit():
        return _form_page(form, process)
    if form.stored_version != process.version:
        theirs = _filled(process, stored=True)
        return conflict_page(form, theirs, version=process.version, back_url=url)
    try:
        services.edit_process(session(), process, form.draft(), actor=identity(), now=now())
    except Refused as refused:
        _tell(form, refused)
        return _form_page(form, process)
    flash(_("Le processus est à jour."), "success")
    return redirect(url, code=303)


@bp.post("/<int:process_id>/archive")
@requires(Permission.PROCESS_EDIT, on=PROCESS)
@commits
def archive(process: Process) -> ResponseReturnValue:
    """Take a process out of the map."""
    services.archive_process(session(), process, actor=identity(), now=now())
    flash(_("« %(name)s » est archivé.", name=process.name), "success")
    return redirect(url_for("processes.index"), code=303)


@bp.post("/<int:process_id>/restore")
@requires(Permission.PROCESS_EDIT, on=PROCESS)
@commits
def restore(process: Process) -> ResponseReturnValue:
    """Put a process back on the map."""
    services.restore_process(session(), process, actor=identity(), now=now())
    flash(_("« %(name)s » est de nouveau sur la carte.", name=process.name), "success")
    return redirect(url_for("processes.process", process_id=process.id), code=303)


def _filled(process: Process, *, stored: bool = False) -> ProcessForm:
    """Return the form of a process: as sent if it was, as ``stored`` if that is asked."""
    values = values_of(process)
    form = ProcessForm(formdata=None, **values) if stored else ProcessForm(**values)
    return _offered(form, process)


def _offered(form: ProcessForm, process: Process | None = None) -> ProcessForm:
    """Offer the people and sites of the organisation, and those that the process has already."""
    organisation_id = identity().organisation_id
    people = {p.id: p.name for p in people_of(session(), organisation_id)}
    sites = {s.id: s.name for s in sites_of(session(), organisation_id)}
    if process is not None:
        kept = [*process.members, *filter(None, [process.owner])]
        people |= {p.id: p.name for p in kept}
        sites |= {s.id: s.name for s in process.sites}
    return form.offer(people.items(), sites.items())


def _tell(form: ProcessForm, refused: Refused) -> None:
    for refusal in refused.refusals:
        form.refuse(Refused([refusal]), FIELD_OF[refusal.code])


def _form_page(form: ProcessForm, process: Process | None) -> ResponseReturnValue:
    page = render_template("processes/edit.html", form=form, process=process)
    return page, 422 if form.is_submitted() else 200
