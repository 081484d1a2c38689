"""The pages about actions."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import history, people_of
from qse_audit.actions import queries, reports, services
from qse_audit.actions.forms import NOTE_LABELS, ActionForm, EditActionForm, MoveForm
from qse_audit.actions.models import Action
from qse_audit.actions.queries import ActionFilter, Show
from qse_audit.actions.rules import (
    ACTION_WORKFLOW,
    MOVED,
    VERBS,
    ActionKind,
    ActionStatus,
    late_days,
)
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import Conflict, NotFound
from qse_audit.core.permissions import Kind, Permission, Role
from qse_audit.documents.names import MEDIA_TYPES
from qse_audit.documents.text import day
from qse_audit.evidence.models import Evidence
from qse_audit.evidence.queries import tombstone
from qse_audit.policies import allows
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted, choices_of
from qse_audit.web.guards import Target, can, requires, requires_move
from qse_audit.web.i18n import locale, translate
from qse_audit.web.listing import Listing, listing
from qse_audit.web.origins import OriginPage, origin_page, origin_url, requires_on_origin
from qse_audit.web.paging import page
from qse_audit.web.sign_in import identity
from qse_audit.web.timeline import timeline

bp = Blueprint("actions", __name__, url_prefix="/actions")

ACTION = Target(load=queries.get_action, argument="action_id", read=Permission.ACTION_READ)
CAUSE_LETTERS = 300
"""How much of a cause an address may write into the form of the action that removes it."""
TONES = {
    "action.do": "accent",
    "action.verify-effective": "success",
    "action.verify-ineffective": "danger",
    "action.cancel": "neutral",
}
"""What stands out in the history."""


@bp.get("/")
@requires(Permission.ACTION_LIST)
def index() -> ResponseReturnValue:
    """List the actions that the person may read."""
    today, shown = day_in_paris(now()), listing(("due_on",), "due_on")
    wanted, descends = asked_for(shown), shown.sort[1]
    return render_template(
        "actions/index.html",
        counts=queries.count_shown(session(), identity(), wanted, today),
        page=page(
            session(),
            queries.list_statement(identity(), wanted, today),
            queries.by_due_date(descends),
            cursor=shown.cursor,
            make=queries.line_maker(today),
        ),
        listing=shown,
        wanted=wanted,
        people=people_of(session(), identity().organisation_id) if sees_all() else (),
        shows=list(Show),
        kinds=choices_of(ActionKind),
        statuses=choices_of(ActionStatus),
    )


@bp.get("/export.csv", defaults={"extension": "csv"})
@bp.get("/export.xlsx", defaults={"extension": "xlsx"})
@requires(Permission.ACTION_LIST)
def export(extension: str) -> ResponseReturnValue:
    """Send what the list shows as a spreadsheet."""
    wanted = asked_for(listing(("due_on",), "due_on"))
    lines = queries.export_lines(session(), identity(), wanted, day_in_paris(now()))
    return Response(
        reports.spreadsheet(lines, extension, locale()),
        content_type=MEDIA_TYPES[extension],
        headers={"Content-Disposition": f"attachment; filename=actions.{extension}"},
    )


@bp.get("/<int:action_id>")
@requires(Permission.ACTION_READ, on=ACTION)
def detail(action: Action) -> ResponseReturnValue:
    """Show what is asked, of whom and by when, and what can be done next."""
    return render_template("actions/detail.html", **shown_detail(action))


@bp.route("/new/<kind>/<int:origin_id>", methods=["GET", "POST"])
@requires_on_origin(Permission.ACTION_PLAN)
@commits
def create(origin: Any, page: OriginPage) -> ResponseReturnValue:
    """Ask someone for an action that a finding calls for."""
    form = ActionForm(cause=request.args.get("cause", "")[:CAUSE_LETTERS])
    source = as_origin(origin, page)
    form.offer(people_of(session(), identity().organisation_id), origin=source.kind)

    def plan() -> Action:
        return services.plan_action(
            session(), form.draft(), origin=source, actor=identity(), now=now()
        )

    if action := accepted(form, plan):
        flash(_("Action %(reference)s demandée.", reference=action.reference), "success")
        return redirect(url_for("actions.detail", action_id=action.id), 303)
    body = render_template("actions/form.html", form=form, origin=shown_origin(source))
    return body, 422 if form.errors else 200


@bp.route("/<int:action_id>/edit", methods=["GET", "POST"])
@requires(Permission.ACTION_PLAN, on=ACTION)
@commits
def edit(action: Action) -> ResponseReturnValue:
    """Change what is asked, while nobody has done it."""
    if request.method == "GET" and action.status is not ActionStatus.OPEN:
        return redirect(url_for("actions.detail", action_id=action.id), 303)
    form = EditActionForm(obj=action)
    form.offer(people_of(session(), action.organisation_id), origin=action.origin_kind)

    def change() -> Action:
        draft, seen = form.draft(due_on=action.due_on), form.stored_version
        services.edit_action(session(), action, draft, version=seen, actor=identity(), now=now())
        return action

    try:
        if accepted(form, change):
            return redirect(url_for("actions.detail", action_id=action.id), 303)
    except Conflict as conflict:
        return both_texts(action, form, conflict), 409
    body = render_template("actions/edit.html", form=form, action=action, differences=())
    return body, 422 if form.errors else 200


@bp.route("/<int:action_id>/<name>", methods=["GET", "POST"])
@requires_move(ACTION_WORKFLOW, on=ACTION)
@commits
def move(action: Action, name: str) -> ResponseReturnValue:
    """Show one move on a page of its own, or apply it."""
    form = move_form(name)

    def apply() -> Action:
        services.move_action(session(), action, name, form.move(), actor=identity(), now=now())
        return action

    if accepted(form, apply):
        flash(translate(MOVED[name]), "success")
        return redirect(url_for("actions.detail", action_id=action.id), 303)
    body = render_template(
        "actions/move.html",
        action=action,
        form=form,
        name=name,
        transition=ACTION_WORKFLOW.named(name),
        offer=queries.offers(action, identity(), day_in_paris(now())).get(name),
    )
    return body, 422 if form.errors else 200


# --- what the views are made of ---


def sees_all() -> bool:
    """Say whether the person looks after everybody’s actions."""
    return bool({Role.COORDINATOR, Role.MANAGEMENT} & identity().roles)


def asked_for(shown: Listing) -> ActionFilter:
    """Return what the address of the list asks for; words that mean nothing are left out."""
    values = shown.values
    owner = values.get("owner", "")
    return ActionFilter(
        show=Show(values["show"]) if values.get("show") in set(Show) else Show.OPEN,
        search=values.get("q", "")[:200],
        kind=ActionKind(values["kind"]) if values.get("kind") in set(ActionKind) else None,
        status=(
            ActionStatus(values["status"]) if values.get("status") in set(ActionStatus) else None
        ),
        owner_id=int(owner) if owner.isdecimal() and len(owner) < 10 else None,
    )


def move_form(name: str) -> MoveForm:
    """Return the form of one move: each on the same page has field ids of its own."""
    form = MoveForm()
    form.note.label.text = NOTE_LABELS[name]
    for each in form:
        each.id = f"{name}-{each.short_name}"
        each.label.field_id = each.id
    return form


def both_texts(action: Action, form: EditActionForm, conflict: Conflict) -> str:
    """Return the form with what is stored beside what was typed; sending it again overwrites."""
    differences = [
        (form[name].label.text, worded_value(form, name, text))
        for name, text in conflict.theirs.items()
        if text != conflict.yours[name]
    ]
    form.version.data = form.version.raw_data = str(action.version)
    return render_template("actions/edit.html", form=form, action=action, differences=differences)


def worded_value(form: EditActionForm, name: str, text: str) -> str:
    """Return a stored value as people read it: the label of a choice, the day of a date."""
    choices = dict(getattr(form[name], "choices", None) or ())
    if name == "verify_on" and text:
        return day(date.fromisoformat(text), locale())
    return str(choices.get(int(text) if text.isdecimal() else text, text))


def shown_detail(action: Action) -> dict[str, Any]:
    """Return what the page of one action shows."""
    today, who = day_in_paris(now()), identity()
    offers = queries.offers(action, who, today)
    return {
        "action": action,
        "late": late_days(action.due_on, today) if action.status is ActionStatus.OPEN else 0,
        "offers": offers,
        "forms": {name: move_form(name) for name in offers},
        "proofs": [thumb(proof) for proof in queries.proofs_readable(action.proofs, who)],
        "prove_url": url_for("evidence.add", kind=Kind.ACTION.value, origin_id=action.id),
        "can_prove": can(Permission.EVIDENCE_ADD, action),
        "history": timeline(history(session(), Kind.ACTION, action.id, most=200), VERBS, TONES),
        "origin": shown_origin(origin_of(action)),
        "may_edit": action.status is ActionStatus.OPEN and can(Permission.ACTION_PLAN, action),
    }


def thumb(proof: Evidence) -> dict[str, Any]:
    """Return a proof as the grid of thumbnails shows it."""
    thumbnail = url_for("evidence.thumbnail", evidence_id=proof.id)
    return {
        "name": proof.title,
        "url": url_for("evidence.detail", evidence_id=proof.id),
        "thumb_url": thumbnail if proof.is_image else None,
        "note": day(proof.happened_on, locale()),
        "gone": translate(gone) if (gone := tombstone(proof, locale())) else None,
    }


def as_origin(origin: Any, page: OriginPage) -> services.Origin:
    """Return what the services need to know of what asks for an action."""
    context_kind, context_id = page.context(origin)
    return services.Origin(
        kind=Kind(request.view_args["kind"]) if request.view_args else Kind.FINDING,
        id=origin.id,
        context_kind=context_kind,
        context_id=context_id,
        organisation_id=page.organisation_id(origin),
    )


def origin_of(action: Action) -> services.Origin:
    """Return what asked for an action."""
    return services.Origin(
        kind=action.origin_kind,
        id=action.origin_id,
        context_kind=action.context_kind,
        context_id=action.context_id,
        organisation_id=action.organisation_id,
    )


def shown_origin(origin: services.Origin) -> tuple[str, str] | None:
    """Return (name, address) of what asks for an action, ``None`` if one may not read it."""
    try:
        page = origin_page(origin.kind)
        found = page.target.load(session(), origin.id)
    except NotFound:
        return None
    if not allows(identity(), page.target.read, found.access()):
        return None
    return page.label(found), origin_url(origin.kind, origin.id)
