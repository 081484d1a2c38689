"""The list of analyses, and the page that says which tool fits which question."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from qse_audit.accounts.queries import people_of
from qse_audit.causes import queries
from qse_audit.causes.models import CauseAnalysis
from qse_audit.causes.queries import CauseFilter
from qse_audit.causes.rules import CHOICES, CauseStatus, CauseTool
from qse_audit.causes.views.blueprint import bp, chosen
from qse_audit.core.permissions import Permission
from qse_audit.web.database import session
from qse_audit.web.forms import choices_of
from qse_audit.web.guards import can, requires
from qse_audit.web.listing import Listing, listing
from qse_audit.web.paging import page
from qse_audit.web.sign_in import identity


@bp.get("/")
@requires(Permission.CAUSE_LIST)
def index() -> ResponseReturnValue:
    """List the analyses that the person may read."""
    shown = listing(("reference",), "-reference")
    wanted, who = asked_for(shown), identity()
    return render_template(
        "causes/index.html",
        page=page(
            session(),
            queries.list_statement(who, wanted),
            [(CauseAnalysis.id.expression, shown.sort[1])],
            cursor=shown.cursor,
            make=queries.as_line,
        ),
        listing=shown,
        wanted=wanted,
        tools=choices_of(CauseTool),
        statuses=choices_of(CauseStatus),
        people=[(each.id, each.name) for each in people_of(session(), who.organisation_id)],
    )


@bp.get("/tools")
@requires(Permission.CAUSE_LIST)
def tools() -> ResponseReturnValue:
    """Say which tool fits which question, and why."""
    begin_url = url_for("causes.new") if can(Permission.CAUSE_CREATE) else ""
    return render_template("causes/tools.html", choices=CHOICES, begin_url=begin_url, origin=None)


def asked_for(shown: Listing) -> CauseFilter:
    """Return what the address of the list asks for; words that mean nothing are left out."""
    values, owner = shown.values, request.args.get("owner", "")
    return CauseFilter(
        search=values.get("q", "")[:200],
        tool=chosen(CauseTool, values.get("tool")),
        status=chosen(CauseStatus, values.get("status")),
        owner_id=int(owner) if owner.isdecimal() and len(owner) < 10 else None,
    )
