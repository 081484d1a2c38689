"""The page of one audit, and its moves."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import history
from qse_audit.audits import queries, services
from qse_audit.audits.forms import ReasonForm
from qse_audit.audits.models import Audit
from qse_audit.audits.rules import (
    AUDIT_WORKFLOW,
    REPORT_ITEMS,
    REPORT_LETTERS,
    AuditFacts,
    AuditStatus,
    Verdict,
    missing_items,
)
from qse_audit.audits.views.blueprint import AUDIT, bp, picture
from qse_audit.audits.views.reporting import publish
from qse_audit.core.clock import now
from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Kind, Permission
from qse_audit.core.text import N_, Message
from qse_audit.evidence.queries import evidence_of
from qse_audit.web.database import commits, session
from qse_audit.web.guards import can, requires, requires_move
from qse_audit.web.i18n import translate
from qse_audit.web.sign_in import identity
from qse_audit.web.timeline import timeline
from qse_audit.web.work import starts_work

P = Permission
STEPS = (
    AuditStatus.DRAFT,
    AuditStatus.PLANNED,
    AuditStatus.IN_PROGRESS,
    AuditStatus.REPORTED,
    AuditStatus.CLOSED,
)
PLACES = {
    "plan": "audits.edit",
    "team": "audits.team",
    "criteria": "audits.criteria",
    "checklist": "audits.conduct",
    "nonconformities": "audits.conduct",
    "report": "audits.write",
    "findings": "audits.detail",
}
"""Where each part of an audit is written."""
FILTERS = {"checklist": "unanswered", "nonconformities": "nonconforming"}
FIXES = {
    "not_scheduled": "plan#starts_on",
    "no_criteria": "criteria",
    "no_scope": "plan#processes",
    "no_auditee": "team",
    "team_not_impartial": "team",
    "no_checklist": "criteria",
    "untreated_nonconformities": "findings#findings",
    "open_majors": "findings#findings",
}
"""Where each refusal of a move is mended."""
VERBS = {
    "audit.draft": N_("Audit créé"),
    "audit.change_plan": N_("Plan modifié"),
    "audit.set_team": N_("Équipe modifiée"),
    "audit.set_criteria": N_("Critères modifiés"),
    "audit.make_checklist": N_("Grille préparée"),
    "audit.share_sections": N_("Sections réparties"),
    "audit.plan": N_("Audit planifié"),
    "audit.start": N_("Audit démarré"),
    "audit.write_report": N_("Texte du rapport enregistré"),
    "audit.report": N_("Rapport émis"),
    "audit.revise": N_("Rapport révisé"),
    "audit.close": N_("Audit clos"),
    "audit.cancel": N_("Audit annulé"),
}
"""How the history words each act."""
LOOKS = {
    Verdict.CONFORMING: ("success", "check-circle-fill"),
    Verdict.STRENGTH: ("accent", "star-fill"),
    Verdict.IMPROVEMENT_OPPORTUNITY: ("info", "lightbulb-fill"),
    Verdict.AREA_OF_CONCERN: ("neutral", "eye-fill"),
    Verdict.MINOR_NONCONFORMITY: ("warning", "triangle-fill"),
    Verdict.MAJOR_NONCONFORMITY: ("danger", "octagon-fill"),
    Verdict.NOT_APPLICABLE: ("neutral", "dash-circle"),
}
"""The tone and the shape of each verdict in the bar of answers."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a move is refused, and where to mend it."""

    message: Message
    source: Message | str
    url: str


@dataclass(frozen=True, slots=True)
class Move:
    """One move that the person may make, now or once nothing stands against it."""

    name: str
    label: Message
    reasons: tuple[Reason, ...]
    asks_reason: bool


@bp.get("/<int:audit_id>")
@requires(P.AUDIT_READ, on=AUDIT)
def detail(audit: Audit) -> ResponseReturnValue:
    """Show one audit and what can be done next."""
    parts = queries.audit_parts(session(), audit.id)
    findings = queries.finding_lines(session(), audit.id)
    counts = queries.verdict_counts(session(), audit.id)
    facts = queries.facts_from(session(), audit, parts, findings=findings, counts=counts)
    evidence = evidence_of(session(), Kind.AUDIT, audit.id, identity())
    return render_template(
        "audits/detail.html",
        audit=audit,
        parts=parts,
        findings=findings,
        finding_url=url_for("findings.index"),
        counts=counts,
        verdict_parts=[(v.label, n, *LOOKS[v]) for v, n in counts.by_verdict.items()],
        missing=missing(audit, facts),
        letters=REPORT_LETTERS,
        labels_of_letters={item.letter: item.label for item in REPORT_ITEMS}.items(),
        moves=moves(audit, facts),
        steps=steps(audit),
        evidence=evidence,
        pictures=[picture(line) for line in evidence],
        reports=queries.report_lines(session(), audit.id),
        events=timeline(history(session(), Kind.AUDIT, audit.id, text="reason", most=30), VERBS),
    )


@bp.route("/<int:audit_id>/moves/<name>", methods=["GET", "POST"])
@requires_move(AUDIT_WORKFLOW, on=AUDIT)
@starts_work
@commits
def move(audit: Audit, name: str) -> ResponseReturnValue:
    """Apply one transition of the workflow, with its reason when it asks for one."""
    transition = AUDIT_WORKFLOW.named(name)
    assert transition is not None  # the guard has looked it up
    form, here = ReasonForm(), url_for("audits.detail", audit_id=audit.id)
    if not form.is_submitted():
        return render_template("audits/move.html", audit=audit, transition=transition, form=form)
    if name == "report":
        return publish(audit, number=1)
    if transition.asks_reason and not form.validate():
        page = render_template("audits/move.html", audit=audit, transition=transition, form=form)
        return page, 422
    reason = form.reason.data or ""
    services.move_audit(session(), audit, name, reason=reason, actor=identity(), now=now())
    flash(
        _("Fait : l’audit est à l’état « %(state)s ».", state=translate(audit.status.label)),
        "success",
    )
    return redirect(here, code=303)


def place_url(audit: Audit, place: str) -> str:
    """Return the address of a place such as ``plan#objectives``."""
    name, _anchor, anchor = place.partition("#")
    values: dict[str, Any] = {"show": FILTERS[name]} if name in FILTERS else {}
    return url_for(PLACES[name], audit_id=audit.id, _anchor=anchor or None, **values)


def missing(audit: Audit, facts: AuditFacts) -> dict[str, list[Reason]]:
    """Return what the report still lacks, by letter."""
    found: dict[str, list[Reason]] = {}
    for item in missing_items(facts):
        url = place_url(audit, _place(item.place))
        found.setdefault(item.letter, []).append(Reason(item.message, item.label, url))
    return found


def _place(place: str) -> str:
    return "findings#findings" if place == "findings" else place


def moves(audit: Audit, facts: AuditFacts) -> list[Move]:
    """Return the moves that the visitor may make, with what stands against each."""
    found = []
    for transition in AUDIT_WORKFLOW.available(audit.status):
        if not can(transition.permission, audit):
            continue
        refusals = AUDIT_WORKFLOW.refusals(audit.status, transition.name, facts)
        reasons = tuple(_reason(audit, refusal) for refusal in refusals)
        found.append(Move(transition.name, transition.label, reasons, transition.asks_reason))
    return found


def _reason(audit: Audit, refusal: Refusal) -> Reason:
    places = [FIXES[refusal.code]] if refusal.code in FIXES else []
    places += [item.place for item in REPORT_ITEMS if item.message == refusal.message]
    url = place_url(audit, _place(places[0])) if places else ""
    return Reason(refusal.message, refusal.source, url)


def steps(audit: Audit) -> list[tuple[Message, str, None]]:
    """Return the steps of the workflow, as the stepper draws them."""
    if audit.status is AuditStatus.CANCELLED:
        return [(AuditStatus.DRAFT.label, "done", None), (audit.status.label, "stopped", None)]
    here = STEPS.index(audit.status)
    last = len(STEPS) - 1
    states = ["done" if n < here or n == here == last else "todo" for n in range(len(STEPS))]
    if here < last:
        states[here] = "current"
    return [(step.label, state, None) for step, state in zip(STEPS, states, strict=True)]
