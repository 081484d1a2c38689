"""The pages about findings."""

from collections.abc import Container, Sequence
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import history
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import Conflict, Refusal, Refused
from qse_audit.core.permissions import Kind, Permission
from qse_audit.documents.names import MEDIA_TYPES
from qse_audit.documents.text import day
from qse_audit.evidence.queries import EvidenceLine, evidence_among, evidence_at
from qse_audit.evidence.rules import ACCEPT_ATTRIBUTE
from qse_audit.findings import queries, reports, rules, services
from qse_audit.findings.forms import PARTS, FindingForm, MoveForm
from qse_audit.findings.models import Finding
from qse_audit.findings.queries import REPEATED, FindingFilter
from qse_audit.findings.rules import FINDING_WORKFLOW, FindingStatus, Grade
from qse_audit.processes.queries import processes_of
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.errors import wants_json
from qse_audit.web.forms import choices_of
from qse_audit.web.guards import Target, can, requires, requires_move
from qse_audit.web.i18n import locale, translate
from qse_audit.web.listing import Listing, listing
from qse_audit.web.origins import origin_link
from qse_audit.web.paging import page
from qse_audit.web.sign_in import identity
from qse_audit.web.timeline import timeline

bp = Blueprint("findings", __name__, url_prefix="/findings")

FINDING = Target(load=queries.get_finding, argument="finding_id", read=Permission.FINDING_READ)
TONES = {"finding.finalise": "accent", "finding.close": "success", "finding.reopen": "warning"}
"""What stands out in the history."""
FILTERS = ("q", "grade", "status", "process", "audit", "year")


@bp.get("/")
@requires(Permission.FINDING_LIST)
def index() -> ResponseReturnValue:
    """List the findings that the person may read."""
    shown = listing(("reference",), "-reference")
    wanted, who = asked_for(shown), identity()
    return render_template(
        "findings/index.html",
        counts=queries.count_listed(session(), who, wanted),
        page=page(
            session(),
            queries.list_statement(who, wanted),
            [(Finding.id.expression, shown.sort[1])],
            cursor=shown.cursor,
            make=queries.as_line,
        ),
        listing=shown,
        wanted=wanted,
        filters=FILTERS,
        grades=list(reversed(choices_of(Grade))),
        statuses=choices_of(FindingStatus),
        processes=processes_of(session(), who.organisation_id),
        years=queries.years_of(session(), who.organisation_id),
        audit=origin_link(*wanted.origin) if wanted.origin else None,
    )


@bp.get("/export.csv", defaults={"extension": "csv"})
@bp.get("/export.xlsx", defaults={"extension": "xlsx"})
@requires(Permission.FINDING_LIST)
def export(extension: str) -> ResponseReturnValue:
    """Send what the list shows as a spreadsheet."""
    wanted = asked_for(listing(("reference",), "-reference"))
    found = queries.records(session(), identity(), wanted)
    return Response(
        reports.spreadsheet(found, extension, locale()),
        content_type=MEDIA_TYPES[extension],
        headers={"Content-Disposition": f"attachment; filename=constats.{extension}"},
    )


@bp.get("/<int:finding_id>")
@requires(Permission.FINDING_READ, on=FINDING)
def detail(finding: Finding) -> ResponseReturnValue:
    """Show one finding, what was done about it, and what can be done next."""
    return render_template("findings/detail.html", **shown_detail(finding))


@bp.route("/<int:finding_id>/edit", methods=["GET", "POST"])
@requires(Permission.FINDING_EDIT, on=FINDING)
@commits
def edit(finding: Finding) -> ResponseReturnValue:
    """Write a draft; a script saves it as it is typed."""
    form = finding_form(finding)
    if not form.validate_on_submit():
        return edit_page(form, finding)
    try:
        services.edit_finding(
            session(),
            finding,
            form.statement(),
            version=form.stored_version,
            actor=identity(),
            now=now(),
        )
    except Conflict as conflict:
        return both_texts(form, finding, conflict)
    session().flush()
    return saved(finding)


@bp.post("/<int:finding_id>/attach")
@requires(Permission.FINDING_EDIT, on=FINDING)
@commits
def attach(finding: Finding) -> ResponseReturnValue:
    """Tie a file gathered where the finding comes from."""
    key, who = request.form.get("evidence_id", 0, type=int), identity()
    evidence = evidence_among(session(), (finding.origin_kind, finding.origin_id), key, who)
    services.attach_evidence(session(), finding, evidence, actor=who, now=now())
    return redirect(url_for("findings.edit", finding_id=finding.id) + "#evidence", 303)


@bp.post("/<int:finding_id>/detach")
@requires(Permission.FINDING_EDIT, on=FINDING)
@commits
def detach(finding: Finding) -> ResponseReturnValue:
    """Untie an evidence file from a draft."""
    key = request.form.get("evidence_id", 0, type=int)
    services.detach_evidence(session(), finding, key, actor=identity(), now=now())
    return redirect(url_for("findings.edit", finding_id=finding.id) + "#evidence", 303)


@bp.post("/<int:finding_id>/delete")
@requires(Permission.FINDING_EDIT, on=FINDING)
@commits
def delete(finding: Finding) -> ResponseReturnValue:
    """Delete a draft."""
    reference = finding.reference
    services.delete_finding(session(), finding, actor=identity(), now=now())
    flash(_("Brouillon %(reference)s supprimé.", reference=reference), "success")
    return redirect(url_for("findings.index"), 303)


@bp.post("/<int:finding_id>/<name>")
@requires_move(FINDING_WORKFLOW, on=FINDING)
@commits
def move(finding: Finding, name: str) -> ResponseReturnValue:
    """Apply one transition of the workflow."""
    form = MoveForm()
    if not form.validate_on_submit():
        return render_template("findings/detail.html", **shown_detail(finding, form)), 422
    reason = form.reason.data or ""
    services.move_finding(session(), finding, name, reason=reason, actor=identity(), now=now())
    return redirect(url_for("findings.detail", finding_id=finding.id), 303)


# --- what the views are made of ---


def asked_for(shown: Listing) -> FindingFilter:
    """Return what the address of the list asks for; words that mean nothing are left out."""
    values = shown.values
    grade, status = values.get("grade", ""), values.get("status", "")
    audit = number(values.get("audit"))
    return FindingFilter(
        search=values.get("q", "")[:200],
        grade=Grade(grade) if grade in set(Grade) else None,
        status=FindingStatus(status) if status in set(FindingStatus) else None,
        process_id=number(values.get("process")),
        year=number(values.get("year")),
        origin=None if audit is None else (Kind.AUDIT, audit),
    )


def number(text: str | None) -> int | None:
    """Return a whole number of an address, ``None`` for anything else."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


def shown_detail(finding: Finding, form: MoveForm | None = None) -> dict[str, Any]:
    """Return what the page of one finding shows."""
    who, today = identity(), day_in_paris(now())
    facts = queries.finding_facts(session(), finding, who.user_id)
    return {
        "finding": finding,
        "origin": origin_link(finding.origin_kind, finding.origin_id),
        "evidence": [thumb(line) for line in queries.evidence_for(session(), finding.id, who)],
        "actions": queries.actions_for(session(), finding, who, today),
        "moves": [
            (transition, FINDING_WORKFLOW.refusals(finding.status, transition.name, facts))
            for transition in FINDING_WORKFLOW.available(finding.status)
            if can(transition.permission, finding)
        ],
        "advice": rules.advice(facts) if can(Permission.FINDING_EDIT, finding) else (),
        "history": timeline(
            history(session(), Kind.FINDING, finding.id, text="reason", repeated=REPEATED),
            rules.VERBS,
            TONES,
        ),
        "move_form": form or MoveForm(formdata=None),
        "may_delete": may_delete(finding),
    }


def may_delete(finding: Finding) -> bool:
    """Say whether the person may delete this draft."""
    return can(Permission.FINDING_EDIT, finding) and services.may_delete(finding, identity())


def finding_form(finding: Finding, *, stored: bool = False) -> FindingForm:
    """Return the form of a finding: as sent, or as ``stored``."""
    given: dict[str, Any] = {"formdata": None} if stored else {}
    form = FindingForm(obj=finding, **given)
    process = finding.process
    form.offer(
        processes_of(session(), finding.organisation_id),
        (process.id, process.name) if process else None,
    )
    return form


def edit_page(form: FindingForm, finding: Finding) -> ResponseReturnValue:
    """Return the page where a draft is written, with what it still lacks."""
    if form.errors and wants_json():
        return jsonify(status=422, errors=form.errors), 422
    lines = queries.evidence_for(session(), finding.id, identity())
    offered = offered_to(finding, {line.id for line in lines})
    body = render_template(
        "findings/edit.html",
        finding=finding,
        form=form,
        parts=PARTS,
        grades=list(Grade),
        evidence=[(line.id, thumb(line)) for line in lines],
        offered=[(line.id, thumb(line)) for line in offered],
        accept=ACCEPT_ATTRIBUTE,
        origin=origin_link(finding.origin_kind, finding.origin_id),
        may_delete=may_delete(finding),
        **progress(finding),
    )
    return body, 422 if form.errors else 200


def offered_to(finding: Finding, tied: Container[int]) -> list[EvidenceLine]:
    """Return the files of the question behind a draft that it does not rely on yet."""
    if finding.checklist_item_id is None:
        return []
    origin = finding.origin_kind, finding.origin_id
    found = evidence_at(session(), origin, finding.checklist_item_id, identity())
    return [line for line in found if line.id not in tied and line.withdrawn_at is None]


def progress(finding: Finding) -> dict[str, Sequence[Refusal]]:
    """Return what a draft lacks before it can be final, and what would make it better."""
    facts = queries.finding_facts(session(), finding, identity().user_id)
    missing = FINDING_WORKFLOW.refusals(finding.status, "finalise", facts)
    return {"missing": missing, "advice": rules.advice(facts)}


def worded(refusal: Refusal) -> dict[str, str]:
    """Return a refusal, or an advice, in the language of the page."""
    return {"message": translate(refusal.message), "source": translate(refusal.source)}


def saved(finding: Finding) -> ResponseReturnValue:
    """Answer what was saved; go on to make it final when that was asked for."""
    if wants_json():
        state = {name: list(map(worded, found)) for name, found in progress(finding).items()}
        return jsonify(version=finding.version, **state)
    here = url_for("findings.edit", finding_id=finding.id)
    if request.form.get("then") == "finalise":
        try:
            services.move_finding(session(), finding, "finalise", actor=identity(), now=now())
        except Refused as refused:
            for refusal in refused.refusals:
                flash(f"{translate(refusal.message)} ({translate(refusal.source)})", "error")
            return redirect(here, 303)
        flash(_("Constat %(reference)s définitif.", reference=finding.reference), "success")
    return redirect(url_for("findings.detail", finding_id=finding.id), 303)


def both_texts(form: FindingForm, finding: Finding, conflict: Conflict) -> ResponseReturnValue:
    """Answer 409 with what is stored beside what was sent."""
    if wants_json():
        return jsonify(status=409, theirs=conflict.theirs, version=finding.version), 409
    stored = finding_form(finding, stored=True)
    back = url_for("findings.edit", finding_id=finding.id)
    return conflict_page(form, stored, version=finding.version, back_url=back)


def thumb(line: EvidenceLine) -> dict[str, Any]:
    """Return an evidence file as the grid of thumbnails shows it."""
    small = url_for("evidence.thumbnail", evidence_id=line.id)
    return {
        "name": line.title,
        "file": line.file_name,
        "url": url_for("evidence.detail", evidence_id=line.id),
        "thumb_url": small if line.has_thumbnail else None,
        "note": " · ".join(filter(None, [day(line.happened_on, locale()), line.place])),
        "gone": translate(gone) if (gone := line.tombstone(locale())) else None,
    }
