"""The pages about proposals and what management decides on them."""

from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import now
from qse_audit.core.errors import Conflict, Refused
from qse_audit.core.permissions import Kind, Permission
from qse_audit.policy import queries, reports, services
from qse_audit.policy.forms import ProposalForm, ReasonForm
from qse_audit.policy.models import Proposal
from qse_audit.policy.queries import ProposalFilter
from qse_audit.policy.rules import (
    NEED_KIND,
    PROPOSAL_WORKFLOW,
    Domain,
    Fact,
    Priority,
    ProposalFacts,
    ProposalStatus,
    stored_facts,
)
from qse_audit.policy.views.blueprint import PROPOSAL, bp, places, told
from qse_audit.policy.views.lists import chosen, sent, tell
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.forms import choices_of
from qse_audit.web.guards import can, requires, requires_move
from qse_audit.web.i18n import locale
from qse_audit.web.listing import Listing, listing
from qse_audit.web.origins import facts_from_above, origin_url
from qse_audit.web.paging import page
from qse_audit.web.sign_in import identity

P = Permission
FILTERS = ("q", "status", "domain")
FIELD_OF = {"no_domain": "domains"}


@bp.get("/proposals")
@requires(P.POLICY_READ)
def proposals() -> ResponseReturnValue:
    """List the proposals, what comes first at the top."""
    who, shown = identity(), listing(("priority",), "priority")
    wanted = proposals_asked_for(shown)
    columns = Proposal.__table__.c
    return render_template(
        "policy/proposals.html",
        tabs=places("proposals"),
        page=page(
            session(),
            queries.proposal_lines().where(*queries.listed_proposals(who, wanted)),
            [(columns.priority, shown.sort[1]), (columns.id, shown.sort[1])],
            cursor=shown.cursor,
            make=queries.as_proposal_line,
        ),
        count=queries.count_proposals(session(), who, wanted),
        listing=shown,
        wanted=wanted,
        filters=FILTERS,
        statuses=choices_of(ProposalStatus),
        domains=choices_of(Domain),
        priorities={int(each): each for each in Priority},
    )


@bp.get("/proposals/export.csv", defaults={"extension": "csv"})
@bp.get("/proposals/export.xlsx", defaults={"extension": "xlsx"})
@requires(P.POLICY_READ)
def export_proposals(extension: str) -> Response:
    """Send what the list of proposals shows as a spreadsheet."""
    wanted = proposals_asked_for(listing(("priority",), "priority"))
    found = queries.all_proposals(session(), identity(), wanted)
    return sent(_("Propositions"), extension, reports.proposals_sheet(found, extension, locale()))


@bp.route("/proposals/new", methods=["GET", "POST"])
@requires(P.POLICY_PROPOSE)
@commits
def new_proposal() -> ResponseReturnValue:
    """Make a proposal."""
    form = offered(ProposalForm())
    if form.validate_on_submit():
        try:
            made = services.add_proposal(session(), form.draft(), actor=identity(), now=now())
            return redirect(url_for("policy.proposal", proposal_id=made.id), 303)
        except Refused as refused:
            tell(form, refused, FIELD_OF)
    return proposal_page(form, None)


@bp.get("/proposals/<int:proposal_id>")
@requires(P.POLICY_READ, on=PROPOSAL)
def proposal(proposal: Proposal) -> ResponseReturnValue:
    """Show one proposal, the facts behind it and what was decided."""
    return render_template("policy/proposal.html", **shown_proposal(proposal))


@bp.route("/proposals/<int:proposal_id>/edit", methods=["GET", "POST"])
@requires(P.POLICY_NOTE, on=PROPOSAL)
@commits
def edit_proposal(proposal: Proposal) -> ResponseReturnValue:
    """Write a proposal anew, until it is decided."""
    form = offered(ProposalForm(data=values_of(proposal)), proposal)
    if not form.validate_on_submit():
        return proposal_page(form, proposal)
    url = url_for("policy.proposal", proposal_id=proposal.id)
    seen, who, draft = form.stored_version, identity(), form.draft()
    try:
        services.edit_proposal(session(), proposal, draft, version=seen, actor=who, now=now())
    except Conflict:
        stored = offered(ProposalForm(formdata=None, data=values_of(proposal)), proposal)
        return conflict_page(form, stored, version=proposal.version, back_url=url)
    except Refused as refused:
        tell(form, refused, FIELD_OF)
        return proposal_page(form, proposal)
    return redirect(url, 303)


@bp.post("/proposals/<int:proposal_id>/<name>")
@requires_move(PROPOSAL_WORKFLOW, on=PROPOSAL)
@commits
def move_proposal(proposal: Proposal, name: str) -> ResponseReturnValue:
    """Decide on a proposal, with the reason."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return render_template("policy/proposal.html", **shown_proposal(proposal, form)), 422
    reason = form.reason.data or ""
    services.move_proposal(session(), proposal, name, reason=reason, actor=identity(), now=now())
    flash(_("La décision est enregistrée."), "success")
    return redirect(url_for("policy.proposal", proposal_id=proposal.id), 303)


def proposals_asked_for(shown: Listing) -> ProposalFilter:
    """Return what the address of the list asks for; words that mean nothing are left out."""
    values = shown.values
    return ProposalFilter(
        search=values.get("q", "")[:200],
        status=chosen(ProposalStatus, values.get("status")),
        domain=chosen(Domain, values.get("domain")),
    )


def offered(form: ProposalForm, proposal: Proposal | None = None) -> ProposalForm:
    """Offer the facts that the person may read, and those that the proposal keeps already."""
    kept = stored_facts(proposal.facts) if proposal else ()
    offer = [Fact(*each) for each in facts_from_above()]
    offer += queries.facts_on_offer(session(), identity())
    found = {(fact.kind, fact.id): fact for fact in offer}
    form.offer({**{(fact.kind, fact.id): fact for fact in kept}, **found}.values())
    return form


def values_of(proposal: Proposal) -> dict[str, Any]:
    """Return a stored proposal as the values of its form."""
    return {
        "title": proposal.title,
        "reason": proposal.reason,
        "priority": Priority(str(proposal.priority)),
        "domains": [Domain(code) for code in proposal.domains],
        "facts": [f"{fact.kind}:{fact.id}" for fact in stored_facts(proposal.facts)],
        "version": str(proposal.version),
    }


def fact_url(fact: Fact) -> str:
    """Return the address of what a fact is about; ``""`` for none."""
    if fact.kind == NEED_KIND:
        return url_for("policy.need", need_id=fact.id)
    return origin_url(fact.kind, fact.id)


def shown_proposal(proposal: Proposal, form: ReasonForm | None = None) -> dict[str, Any]:
    """Return what the page of one proposal shows."""
    facts = stored_facts(proposal.facts)
    moves = [
        (
            move,
            PROPOSAL_WORKFLOW.refusals(proposal.status, move.name, ProposalFacts(len(facts))),
        )
        for move in PROPOSAL_WORKFLOW.available(proposal.status)
        if can(move.permission, proposal)
    ]
    return {
        "proposal": proposal,
        "domains": [Domain(code) for code in proposal.domains],
        "priority": Priority(str(proposal.priority)),
        "facts_behind": [(fact.label, fact_url(fact)) for fact in facts],
        "moves": moves,
        "form": form or ReasonForm(formdata=None),
        "history": told(Kind.PROPOSAL, proposal.id),
    }


def proposal_page(form: ProposalForm, proposal: Proposal | None) -> ResponseReturnValue:
    """Return the page where a proposal is written."""
    body = render_template("policy/proposal_edit.html", form=form, proposal=proposal)
    return body, 422 if form.errors else 200
