"""The pages where the policy is read: in force, version by version, compared."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.permissions import Kind, Permission
from qse_audit.policy import queries, services
from qse_audit.policy.forms import CommunicationForm
from qse_audit.policy.models import Policy
from qse_audit.policy.rules import POLICY_WORKFLOW, PolicyStatus, compare
from qse_audit.policy.views.blueprint import POLICY, bp, places, told
from qse_audit.web.database import commits, session
from qse_audit.web.guards import can, reach, requires
from qse_audit.web.listing import listing
from qse_audit.web.paging import page
from qse_audit.web.sign_in import identity

P = Permission
BY_PAGE = ("approve", "return", "reject", "supersede")
"""Moves that have a page of their own, or no button at all."""


@bp.get("/")
@requires(P.POLICY_READ)
def index() -> ResponseReturnValue:
    """Show the policy in force, and every version that the person may read."""
    who, shown = identity(), listing(("number",), "-number")
    held = queries.in_force(session(), who.organisation_id)
    columns = Policy.__table__.c
    return render_template(
        "policy/index.html",
        tabs=places("index"),
        held=held,
        sentences=queries.sentences_of(session(), held.id) if held else (),
        page=page(
            session(),
            queries.version_lines(who),
            [(columns.number, shown.sort[1])],
            cursor=shown.cursor,
            make=queries.as_policy_line,
        ),
        listing=shown,
        today=day_in_paris(now()),
    )


@bp.get("/versions/<int:policy_id>")
@requires(P.POLICY_TEXT_READ, on=POLICY)
def show(policy: Policy) -> ResponseReturnValue:
    """Show one version: its text, what it covers, what was decided, how it was made known."""
    return render_template("policy/show.html", **shown_policy(policy))


@bp.get("/versions/<int:policy_id>/compare")
@requires(P.POLICY_TEXT_READ, on=POLICY)
def compared(policy: Policy) -> ResponseReturnValue:
    """Show what changed from another version to this one, sentence by sentence."""
    versions = queries.versions_of(session(), identity())
    others = [line for line in versions if line.id != policy.id]
    earlier = [line.id for line in others if line.number < policy.number]
    key = request.args.get("with", type=int) or next(iter(earlier), None)
    if key is None:
        flash(_("Il n’y a pas d’autre version à comparer."), "info")
        return redirect(url_for("policy.show", policy_id=policy.id), 303)
    other = reach(POLICY, key, P.POLICY_TEXT_READ)
    before, after = sorted((other, policy), key=lambda version: version.number)
    changes = compare(
        queries.sentences_of(session(), before.id), queries.sentences_of(session(), after.id)
    )
    return render_template(
        "policy/compare.html",
        policy=policy,
        before=before,
        after=after,
        changes=changes,
        others=[(line.id, line.number, line.status) for line in others],
        other_id=other.id,
    )


@bp.post("/versions/<int:policy_id>/communications")
@requires(P.POLICY_COMMUNICATE, on=POLICY)
@commits
def communicate(policy: Policy) -> ResponseReturnValue:
    """Record when, to whom and how the policy was made known."""
    form = CommunicationForm()
    if not form.validate_on_submit():
        return render_template("policy/show.html", **shown_policy(policy, form)), 422
    services.record_communication(
        session(),
        policy,
        happened_on=form.happened_on.data,
        audience=form.audience.data or "",
        channel=form.channel.data or "",
        words=form.note.data or "",
        actor=identity(),
        now=now(),
    )
    flash(_("Communication enregistrée."), "success")
    return redirect(url_for("policy.show", policy_id=policy.id, _anchor="communications"), 303)


def shown_policy(policy: Policy, form: CommunicationForm | None = None) -> dict[str, Any]:
    """Return what the page of one version shows."""
    today = day_in_paris(now())
    judged = queries.coverage(session(), policy)
    facts = queries.policy_facts(session(), policy, judged, today=today)
    moves = [
        (move, POLICY_WORKFLOW.refusals(policy.status, move.name, facts))
        for move in POLICY_WORKFLOW.available(policy.status)
        if move.name not in BY_PAGE and can(move.permission, policy)
    ]
    awaits = policy.status is PolicyStatus.SUBMITTED
    return {
        "policy": policy,
        "sentences": queries.sentences_of(session(), policy.id),
        "judged": judged,
        "moves": moves,
        "may_decide": awaits and can(P.POLICY_DECIDE, policy),
        "record": queries.record_of(session(), policy.id),
        "communications": queries.communications_of(session(), policy.id),
        "form": form or CommunicationForm(formdata=None, happened_on=today),
        "history": told(Kind.POLICY, policy.id),
        "today": today,
    }
