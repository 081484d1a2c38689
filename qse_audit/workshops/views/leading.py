"""The pages of who leads a workshop: the list, the screen, the result."""

from dataclasses import astuple
from io import BytesIO
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import get_organisation, history
from qse_audit.core.clock import now
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Kind, Permission
from qse_audit.documents.names import MEDIA_TYPES, safe_name
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import can, requires, requires_move
from qse_audit.web.i18n import locale
from qse_audit.web.listing import listing
from qse_audit.web.origins import OriginPage, may_do, origin_link, requires_on_origin
from qse_audit.web.paging import page
from qse_audit.web.sign_in import identity
from qse_audit.web.timeline import timeline
from qse_audit.workshops import queries, reports, services
from qse_audit.workshops.forms import MoveForm, ProposalForm, WorkshopForm
from qse_audit.workshops.models import Workshop, WorkshopProposal
from qse_audit.workshops.rules import SUBJECTS, VERBS, WORKSHOP_WORKFLOW
from qse_audit.workshops.views.blueprint import (
    PROPOSAL,
    WORKSHOP,
    bp,
    door_of,
    secret_key,
    stamp_of,
)

P = Permission
REPEATED = frozenset({"workshop.join", "workshop.propose", "workshop.withdraw"})
"""Acts that a history shows once when one person does them in a row."""


@bp.get("/")
@requires(P.WORKSHOP_LIST)
def index() -> ResponseReturnValue:
    """List the workshops that the person may read."""
    shown = listing(("reference",), "-reference")
    found = page(
        session(),
        queries.list_statement(identity()),
        [(Workshop.id.expression, shown.sort[1])],
        cursor=shown.cursor,
        make=queries.as_line,
    )
    return render_template("workshops/index.html", page=found, listing=shown)


@bp.route("/new", methods=["GET", "POST"])
@requires(P.WORKSHOP_START)
@commits
def new() -> ResponseReturnValue:
    """Prepare a workshop about a question of its own."""
    return prepared(None, None)


@bp.route("/new/<kind>/<int:origin_id>", methods=["GET", "POST"])
@requires_on_origin(P.WORKSHOP_START)
@commits
def about(origin: Any, page: OriginPage) -> ResponseReturnValue:
    """Prepare a workshop about a record: an analysis of causes, of risks."""
    kind = Kind(request.view_args["kind"] if request.view_args else "")
    if kind not in SUBJECTS:
        raise NotFound(kind)
    restricted = kind is Kind.ACCIDENT or origin.access().is_restricted
    place = (page.label(origin), page.url(origin))
    return prepared((kind, origin.id), place, title=page.title(origin), is_restricted=restricted)


def prepared(
    subject: tuple[Kind, int] | None,
    origin: tuple[str, str] | None,
    *,
    title: str = "",
    is_restricted: bool = False,
) -> ResponseReturnValue:
    """Show the form of a new workshop, or make it."""
    form = WorkshopForm(title=title)

    def create() -> Any:
        return services.create_workshop(
            session(), form.draft(), subject=subject, is_restricted=is_restricted,
            secret_key=secret_key(), actor=identity(), now=now(),
        )  # fmt: skip

    if made := accepted(form, create):
        flash(_("Atelier %(reference)s préparé.", reference=made.reference), "success")
        return redirect(url_for("workshops.lead", workshop_id=made.id), 303)
    back = url_for("workshops.index")
    body = render_template(
        "workshops/edit.html", form=form, workshop=None, origin=origin, back=back
    )
    return body, 422 if form.is_submitted() else 200


@bp.get("/<int:workshop_id>")
@requires(P.WORKSHOP_READ, on=WORKSHOP)
def lead(workshop: Workshop) -> ResponseReturnValue:
    """Show the facilitator’s screen, or the frozen result."""
    return render_template("workshops/lead.html", **screen(workshop, ProposalForm()))


@bp.get("/<int:workshop_id>/state")
@requires(P.WORKSHOP_READ, on=WORKSHOP)
def state(workshop: Workshop) -> ResponseReturnValue:
    """Say whether the screen should be read again."""
    return jsonify(stamp=stamp_of(workshop, *astuple(queries.count_of(session(), workshop.id))))


@bp.get("/<int:workshop_id>/poster")
@requires(P.WORKSHOP_LEAD, on=WORKSHOP)
def poster(workshop: Workshop) -> ResponseReturnValue:
    """Show how to come in, large enough for a wall or a sheet of paper; before it begins, too."""
    return render_template("workshops/poster.html", workshop=workshop, door=door_of(workshop))


@bp.route("/<int:workshop_id>/edit", methods=["GET", "POST"])
@requires(P.WORKSHOP_LEAD, on=WORKSHOP)
@commits
def edit(workshop: Workshop) -> ResponseReturnValue:
    """Change what a workshop says."""
    form, back = WorkshopForm(obj=workshop), url_for("workshops.lead", workshop_id=workshop.id)
    if form.is_submitted() and form.validate() and form.stored_version != workshop.version:
        theirs = WorkshopForm(formdata=None, obj=workshop)
        if form.draft() != theirs.draft():
            return conflict_page(form, theirs, version=workshop.version, back_url=back)

    def change() -> Any:
        seen = form.stored_version
        return services.edit_workshop(
            session(), workshop, form.draft(), version=seen, actor=identity(), now=now()
        )

    if accepted(form, change):
        return redirect(back, 303)
    body = render_template(
        "workshops/edit.html", form=form, workshop=workshop, origin=None, back=back
    )
    return body, 422 if form.is_submitted() else 200


@bp.post("/<int:workshop_id>/propose")
@requires(P.WORKSHOP_LEAD, on=WORKSHOP)
@commits
def propose(workshop: Workshop) -> ResponseReturnValue:
    """Add a proposal said aloud."""
    form, who = ProposalForm(), identity()

    def add() -> Any:
        text = form.text.data or ""
        return services.propose(session(), workshop, text, by=None, actor=who, now=now())

    if accepted(form, add):
        return redirect(url_for("workshops.lead", workshop_id=workshop.id), 303)
    return render_template("workshops/lead.html", **screen(workshop, form)), 422


@bp.post("/<int:workshop_id>/take-causes")
@requires(P.WORKSHOP_LEAD, on=WORKSHOP)
@commits
def take_causes(workshop: Workshop) -> ResponseReturnValue:
    """Propose the causes that the analysis already holds, each once."""
    for text in causes_on_offer(workshop):
        services.propose(session(), workshop, text, by=None, actor=identity(), now=now())
    return redirect(url_for("workshops.lead", workshop_id=workshop.id, _anchor="proposals"), 303)


@bp.post("/<int:workshop_id>/timer")
@requires(P.WORKSHOP_LEAD, on=WORKSHOP)
@commits
def timer(workshop: Workshop) -> ResponseReturnValue:
    """Start the timer, or stop it."""
    minutes = request.form.get("minutes", -1, type=int)
    services.set_timer(workshop, minutes, now=now())
    return redirect(url_for("workshops.lead", workshop_id=workshop.id), 303)


@bp.post("/<int:workshop_id>/renew")
@requires(P.WORKSHOP_LEAD, on=WORKSHOP)
@commits
def renew(workshop: Workshop) -> ResponseReturnValue:
    """Give the workshop another link."""
    services.renew_link(session(), workshop, secret_key=secret_key(), actor=identity(), now=now())
    flash(_("Nouveau lien ; l’ancien ne mène plus nulle part."), "success")
    return redirect(url_for("workshops.lead", workshop_id=workshop.id), 303)


@bp.post("/proposals/<int:workshop_proposal_id>/withdraw")
@requires(P.WORKSHOP_LEAD, on=PROPOSAL)
@commits
def withdraw(proposal: WorkshopProposal) -> ResponseReturnValue:
    """Take a proposal away, before the vote."""
    workshop_id = proposal.workshop_id
    services.withdraw(session(), proposal, actor=identity(), now=now())
    return redirect(url_for("workshops.lead", workshop_id=workshop_id), 303)


@bp.get("/<int:workshop_id>/result.pdf")
@requires(P.WORKSHOP_READ, on=WORKSHOP)
def paper(workshop: Workshop) -> ResponseReturnValue:
    """Print the frozen result."""
    result = queries.result_of(session(), workshop.id)
    if result is None:
        raise NotFound(workshop.reference)
    organisation = get_organisation(session(), workshop.organisation_id)
    content = reports.result_pdf(result, organisation.name, locale())
    return send_file(
        BytesIO(content),
        mimetype=MEDIA_TYPES["pdf"],
        as_attachment=True,
        download_name=safe_name(workshop.reference, ".pdf"),
    )


@bp.route("/<int:workshop_id>/<name>", methods=["GET", "POST"])
@requires_move(WORKSHOP_WORKFLOW, on=WORKSHOP)
@commits
def move(workshop: Workshop, name: str) -> ResponseReturnValue:
    """Show one move on a page of its own, or apply it."""
    form, back = MoveForm(), url_for("workshops.lead", workshop_id=workshop.id)

    def apply() -> Any:
        words = form.note.data or ""
        return services.move_workshop(session(), workshop, name, words, actor=identity(), now=now())

    if accepted(form, apply):
        return redirect(back, 303)
    count = queries.count_of(session(), workshop.id)
    body = render_template(
        "workshops/move.html",
        workshop=workshop,
        form=form,
        transition=WORKSHOP_WORKFLOW.named(name),
        offer=queries.offers(workshop, count, identity()).get(name),
        back=back,
    )
    return body, 422 if form.is_submitted() else 200


# --- what the views are made of ---


def causes_on_offer(workshop: Workshop) -> list[str]:
    """Return the causes of its analysis that nobody proposed yet, where the visitor reads it."""
    kind, key = workshop.subject_kind, workshop.subject_id
    if kind is not Kind.CAUSE_ANALYSIS or key is None:
        return []
    if not may_do(P.CAUSE_READ, kind, key):
        return []
    return queries.causes_not_proposed(session(), workshop.id, key)


def screen(workshop: Workshop, form: ProposalForm) -> dict[str, Any]:
    """Return what the facilitator’s screen shows."""
    count = queries.count_of(session(), workshop.id)
    result = queries.result_of(session(), workshop.id)
    document = queries.document_of(result) if result else None
    may_lead = can(P.WORKSHOP_LEAD, workshop)
    about = None
    if workshop.subject_kind is not None and workshop.subject_id is not None:
        about = origin_link(workshop.subject_kind, workshop.subject_id)
    return {
        "workshop": workshop,
        "count": count,
        "stamp": stamp_of(workshop, *astuple(count)),
        "door": door_of(workshop) if may_lead and workshop.status != "prepared" else None,
        "may_lead": may_lead,
        "subject": about,
        "offers": queries.offers(workshop, count, identity()),
        "proposals": () if document else queries.proposals_of(session(), workshop.id),
        "people": () if document else queries.participants_of(session(), workshop.id),
        "on_offer": causes_on_offer(workshop) if may_lead else (),
        "form": form,
        "result": result,
        "standings": reports.table_of(document, locale()) if document else (),
        "attendance": reports.attendance(document, locale()) if document else (),
        "history": timeline(
            history(session(), Kind.WORKSHOP, workshop.id, repeated=REPEATED), VERBS
        ),
    }
