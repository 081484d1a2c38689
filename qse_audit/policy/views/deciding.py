"""The pages where a version is submitted, taken back, decided on, and made into files."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Permission
from qse_audit.policy import queries, reports, services
from qse_audit.policy.forms import DecisionForm, ReasonForm
from qse_audit.policy.models import Policy
from qse_audit.policy.rules import POLICY_WORKFLOW, PolicyStatus, compare
from qse_audit.policy.views.blueprint import POLICY, bp
from qse_audit.policy.views.lists import sent
from qse_audit.web.database import commits, session
from qse_audit.web.guards import requires, requires_elevation, requires_move
from qse_audit.web.i18n import locale, translate
from qse_audit.web.sign_in import identity

P = Permission
DECISIONS = ("approve", "return", "reject")


@bp.route("/versions/<int:policy_id>/moves/<name>", methods=["GET", "POST"])
@requires_move(POLICY_WORKFLOW, on=POLICY)
@commits
def move(policy: Policy, name: str) -> ResponseReturnValue:
    """Submit a version, take it back or abandon it; deciding has a page of its own."""
    transition = POLICY_WORKFLOW.named(name)
    if transition is None or transition.permission is P.POLICY_DECIDE:
        raise NotFound(name)
    form, here = ReasonForm(), url_for("policy.show", policy_id=policy.id)
    if transition.asks_reason and not form.validate_on_submit():
        page = render_template("policy/move.html", policy=policy, transition=transition, form=form)
        return page, 422 if form.errors else 200
    if request.method == "GET":
        return redirect(here, 303)
    reason = form.reason.data or ""
    services.move_policy(session(), policy, name, reason=reason, actor=identity(), now=now())
    state = translate(policy.status.label)
    flash(_("Fait : la version %(n)s est « %(state)s ».", n=policy.number, state=state), "success")
    return redirect(here, 303)


@bp.route("/versions/<int:policy_id>/decide", methods=["GET", "POST"])
@requires(P.POLICY_DECIDE, on=POLICY)
@requires_elevation
@commits
def decide(policy: Policy) -> ResponseReturnValue:
    """Read what is submitted, what changes, what is covered; then decide."""
    here = url_for("policy.show", policy_id=policy.id)
    if policy.status is not PolicyStatus.SUBMITTED:
        return redirect(here, 303)
    form = DecisionForm()
    form.decision.choices = [
        (move.name, translate(move.label))
        for move in POLICY_WORKFLOW.available(policy.status)
        if move.name in DECISIONS
    ]
    if form.validate_on_submit() and has_reason(form):
        name, reason = form.decision.data, form.reason.data or ""
        services.move_policy(session(), policy, name, reason=reason, actor=identity(), now=now())
        flash(_("Votre décision est enregistrée."), "success")
        return redirect(here, 303)
    body = render_template("policy/decide.html", form=form, **to_decide(policy))
    return body, 422 if form.errors else 200


def has_reason(form: DecisionForm) -> bool:
    """Say whether the reason is there where the decision asks for one; tell it on the form."""
    chosen = POLICY_WORKFLOW.named(form.decision.data)
    if chosen is None or not chosen.asks_reason or (form.reason.data or "").strip():
        return True
    form.reason.errors = [*form.reason.errors, _("Dites pourquoi : les rédacteurs le liront.")]
    return False


def to_decide(policy: Policy) -> dict[str, Any]:
    """Return what management reads before it decides."""
    held = queries.in_force(session(), policy.organisation_id)
    sentences = queries.sentences_of(session(), policy.id)
    judged = queries.coverage(session(), policy)
    facts = queries.policy_facts(session(), policy, judged, today=day_in_paris(now()))
    return {
        "policy": policy,
        "held": held,
        "sentences": sentences,
        "changes": compare(queries.sentences_of(session(), held.id), sentences) if held else (),
        "judged": judged,
        "against": POLICY_WORKFLOW.refusals(policy.status, "approve", facts),
    }


@bp.get("/versions/<int:policy_id>/poster.pdf")
@requires(P.POLICY_TEXT_READ, on=POLICY)
def poster(policy: Policy) -> Response:
    """Send the policy as a poster, A4 or A3, in the language of the page."""
    size = "a3" if request.args.get("size") == "a3" else "a4"
    model = queries.poster_of(session(), policy)
    name = f"{policy.title} v{policy.number} {size.upper()} {locale()}"
    return sent(name, "pdf", reports.poster_pdf(model, size, locale()))


@bp.get("/versions/<int:policy_id>/text.docx")
@requires(P.POLICY_TEXT_READ, on=POLICY)
def text_docx(policy: Policy) -> Response:
    """Send a version as a Word file, to be discussed."""
    model = queries.poster_of(session(), policy)
    name = f"{policy.title} v{policy.number} {locale()}"
    return sent(name, "docx", reports.text_docx(model, locale()))
