"""The pages about the interested parties and what they ask for."""

from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import Conflict, Refused
from qse_audit.core.permissions import Kind, Permission
from qse_audit.policy import queries, reports, services
from qse_audit.policy.forms import NeedForm, PartyForm, ReasonForm, ReviewForm
from qse_audit.policy.models import InterestedParty, PartyNeed
from qse_audit.policy.queries import PartyFilter
from qse_audit.policy.rules import Domain, Level, PartyKind, Standing
from qse_audit.policy.views.blueprint import NEED, PARTY, bp, places, told
from qse_audit.policy.views.lists import chosen, in_a_year, sent, tell
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.forms import choices_of
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale
from qse_audit.web.listing import Listing, listing
from qse_audit.web.paging import page
from qse_audit.web.sign_in import identity

P = Permission
FILTERS = ("q", "kind", "obligations", "standing")
NAME_FIELD = {"name_taken": "name"}
NEED_FIELDS = {"no_domain": "domains", "no_obligation_source": "obligation"}


@bp.get("/parties")
@requires(P.POLICY_READ)
def parties() -> ResponseReturnValue:
    """Show the interested parties: the map of influence and interest, then the list."""
    who, today = identity(), day_in_paris(now())
    shown = listing(("name",), "name")
    wanted = parties_asked_for(shown)
    columns = InterestedParty.__table__.c
    statement = queries.party_lines().where(*queries.listed_parties(who, wanted, today))
    return render_template(
        "policy/parties.html",
        tabs=places("parties"),
        map=quadrants(queries.parties_on_map(session(), who)),
        page=page(
            session(),
            statement,
            [(columns.name, shown.sort[1]), (columns.id, shown.sort[1])],
            cursor=shown.cursor,
            make=queries.as_party_line,
        ),
        count=queries.count_parties(session(), who, wanted, today),
        listing=shown,
        wanted=wanted,
        filters=FILTERS,
        kinds=choices_of(PartyKind),
        standings=choices_of(Standing),
        levels={int(level): level for level in Level},
        today=today,
    )


@bp.get("/parties/export.csv", defaults={"extension": "csv"})
@bp.get("/parties/export.xlsx", defaults={"extension": "xlsx"})
@requires(P.POLICY_READ)
def export_parties(extension: str) -> Response:
    """Send the requirements of the parties that the list shows as a spreadsheet."""
    wanted = parties_asked_for(listing(("name",), "name"))
    found = queries.all_needs(session(), identity(), wanted, day_in_paris(now()))
    return sent(
        _("Parties intéressées"), extension, reports.needs_sheet(found, extension, locale())
    )


@bp.route("/parties/new", methods=["GET", "POST"])
@requires(P.POLICY_PROPOSE)
@commits
def new_party() -> ResponseReturnValue:
    """Note an interested party."""
    form = PartyForm(review_on=in_a_year())
    if form.validate_on_submit():
        try:
            made = services.add_party(session(), form.draft(), actor=identity(), now=now())
            return redirect(url_for("policy.party", party_id=made.id), 303)
        except Refused as refused:
            tell(form, refused, NAME_FIELD)
    return party_page(form, None)


@bp.get("/parties/<int:party_id>")
@requires(P.POLICY_READ, on=PARTY)
def party(party: InterestedParty) -> ResponseReturnValue:
    """Show one party: what it asks for, what we must, how we answer."""
    return render_template("policy/party.html", **shown_party(party))


@bp.route("/parties/<int:party_id>/edit", methods=["GET", "POST"])
@requires(P.POLICY_NOTE, on=PARTY)
@commits
def edit_party(party: InterestedParty) -> ResponseReturnValue:
    """Write a party anew."""
    form, url = PartyForm(data=party_values(party)), url_for("policy.party", party_id=party.id)
    if not form.validate_on_submit():
        return party_page(form, party)
    seen, who = form.stored_version, identity()
    try:
        services.edit_party(session(), party, form.draft(), version=seen, actor=who, now=now())
    except Conflict:
        stored = PartyForm(formdata=None, data=party_values(party))
        return conflict_page(form, stored, version=party.version, back_url=url)
    except Refused as refused:
        tell(form, refused, NAME_FIELD)
        return party_page(form, party)
    flash(_("La partie intéressée est à jour."), "success")
    return redirect(url, 303)


@bp.post("/parties/<int:party_id>/review")
@requires(P.POLICY_NOTE, on=PARTY)
@commits
def review_party(party: InterestedParty) -> ResponseReturnValue:
    """Say that a party was looked at and still holds."""
    form = ReviewForm()
    if not form.validate_on_submit():
        return render_template("policy/party.html", **shown_party(party, review=form)), 422
    services.review(session(), party, form.review_on.data, actor=identity(), now=now())
    flash(_("Partie intéressée revue."), "success")
    return redirect(url_for("policy.party", party_id=party.id), 303)


@bp.post("/parties/<int:party_id>/withdraw")
@requires(P.POLICY_NOTE, on=PARTY)
@commits
def withdraw_party(party: InterestedParty) -> ResponseReturnValue:
    """Take a party out of the map, with the reason."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return render_template("policy/party.html", **shown_party(party, withdraw=form)), 422
    services.withdraw(session(), party, form.reason.data or "", actor=identity(), now=now())
    flash(_("Partie intéressée retirée ; sa fiche reste lisible."), "success")
    return redirect(url_for("policy.party", party_id=party.id), 303)


@bp.route("/parties/<int:party_id>/needs/new", methods=["GET", "POST"])
@requires(P.POLICY_NOTE, on=PARTY)
@commits
def new_need(party: InterestedParty) -> ResponseReturnValue:
    """Note what a party asks for."""
    form = NeedForm()
    if form.validate_on_submit():
        try:
            services.add_need(session(), party, form.draft(), actor=identity(), now=now())
            return redirect(url_for("policy.party", party_id=party.id, _anchor="needs"), 303)
        except Refused as refused:
            tell(form, refused, NEED_FIELDS)
    return need_page(form, party, None)


@bp.get("/needs/<int:need_id>")
@requires(P.POLICY_READ, on=NEED)
def need(need: PartyNeed) -> ResponseReturnValue:
    """Lead from a requirement to its place on the page of its party."""
    address = url_for("policy.party", party_id=need.party_id, _anchor=f"need-{need.id}")
    return redirect(address, 303)


@bp.route("/needs/<int:need_id>/edit", methods=["GET", "POST"])
@requires(P.POLICY_NOTE, on=NEED)
@commits
def edit_need(need: PartyNeed) -> ResponseReturnValue:
    """Write what a party asks for anew."""
    form = NeedForm(data=need_values(need))
    url = url_for("policy.party", party_id=need.party_id, _anchor="needs")
    if not form.validate_on_submit():
        return need_page(form, need.party, need)
    seen, who = form.stored_version, identity()
    try:
        services.edit_need(session(), need, form.draft(), version=seen, actor=who, now=now())
    except Conflict:
        stored = NeedForm(formdata=None, data=need_values(need))
        return conflict_page(form, stored, version=need.version, back_url=url)
    except Refused as refused:
        tell(form, refused, NEED_FIELDS)
        return need_page(form, need.party, need)
    return redirect(url, 303)


@bp.post("/needs/<int:need_id>/remove")
@requires(P.POLICY_NOTE, on=NEED)
@commits
def remove_need(need: PartyNeed) -> ResponseReturnValue:
    """Delete what a party no longer asks for."""
    url = url_for("policy.party", party_id=need.party_id, _anchor="needs")
    services.remove_need(session(), need, actor=identity(), now=now())
    flash(_("Exigence supprimée ; le journal en garde le texte."), "success")
    return redirect(url, 303)


def parties_asked_for(shown: Listing) -> PartyFilter:
    """Return what the address of the list asks for; words that mean nothing are left out."""
    values = shown.values
    return PartyFilter(
        search=values.get("q", "")[:200],
        kind=chosen(PartyKind, values.get("kind")),
        obligations_only=values.get("obligations") == "1",
        standing=chosen(Standing, values.get("standing")) or Standing.CURRENT,
    )


def quadrants(found: tuple[queries.PartyLine, ...]) -> list[list[list[queries.PartyLine]]]:
    """Return the parties by influence (rows, the strongest first) and interest (columns)."""
    levels = (1, 2, 3)
    return [
        [[p for p in found if (p.influence, p.interest) == (row, column)] for column in levels]
        for row in reversed(levels)
    ]


def party_values(party: InterestedParty) -> dict[str, Any]:
    """Return a stored party as the values of its form."""
    names = ("name", "kind", "heard_by", "review_on")
    return {name: getattr(party, name) for name in names} | {
        "influence": Level(str(party.influence)),
        "interest": Level(str(party.interest)),
        "version": str(party.version),
    }


def need_values(need: PartyNeed) -> dict[str, Any]:
    """Return a stored need as the values of its form."""
    names = ("text", "is_obligation", "obligation", "answer")
    return {name: getattr(need, name) for name in names} | {
        "domains": [Domain(code) for code in need.domains],
        "version": str(need.version),
    }


def shown_party(
    party: InterestedParty,
    *,
    review: ReviewForm | None = None,
    withdraw: ReasonForm | None = None,
) -> dict[str, Any]:
    """Return what the page of one party shows."""
    return {
        "party": party,
        "domains_of": {need.id: [Domain(code) for code in need.domains] for need in party.needs},
        "influence": Level(str(party.influence)),
        "interest": Level(str(party.interest)),
        "review_form": review or ReviewForm(formdata=None, review_on=in_a_year()),
        "withdraw_form": withdraw or ReasonForm(formdata=None),
        "history": told(Kind.INTERESTED_PARTY, party.id),
        "today": day_in_paris(now()),
    }


def party_page(form: PartyForm, party: InterestedParty | None) -> ResponseReturnValue:
    """Return the page where a party is written."""
    body = render_template("policy/party_edit.html", form=form, party=party)
    return body, 422 if form.errors else 200


def need_page(
    form: NeedForm, party: InterestedParty, need: PartyNeed | None
) -> ResponseReturnValue:
    """Return the page where a requirement is written."""
    body = render_template("policy/need_edit.html", form=form, party=party, need=need)
    return body, 422 if form.errors else 200
