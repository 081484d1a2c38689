"""The list of candidacies, the page of one, and its moves."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import Conflict, NotFound
from qse_audit.core.permissions import Link, Permission, Role
from qse_audit.portfolios.forms import FrameForm, ReasonForm
from qse_audit.portfolios.models import Candidacy
from qse_audit.portfolios.queries.candidacies import (
    ORDER,
    as_line,
    candidacy_lines,
    dossiers_of,
    people_of_candidacy,
)
from qse_audit.portfolios.queries.portfolio import grid_of, read_portfolio
from qse_audit.portfolios.queries.records import first_records
from qse_audit.portfolios.rules import (
    CANDIDACY_WORKFLOW,
    CandidacyStatus,
    advise,
    registration_ended,
    route_is_open,
)
from qse_audit.portfolios.services import candidacies as services
from qse_audit.portfolios.views.blueprint import CANDIDACY, bp, conflicting, saved, wrong
from qse_audit.web.database import commits, session
from qse_audit.web.errors import wants_json
from qse_audit.web.guards import can, requires, requires_move
from qse_audit.web.listing import listing
from qse_audit.web.paging import page
from qse_audit.web.sign_in import identity


@bp.get("/")
@requires(Permission.CANDIDACY_LIST)
def index() -> ResponseReturnValue:
    """List the candidacies that the person may read."""
    shown = listing((), "")
    search, status = shown.values.get("q", ""), shown.values.get("status", "")
    lines = page(
        session(),
        candidacy_lines(identity(), search=search, status=status),
        ORDER,
        cursor=shown.cursor,
        make=as_line,
    )
    return render_template(
        "portfolios/index.html",
        page=lines,
        listing=shown,
        search=search,
        status_filter=status,
        statuses=list(CandidacyStatus),
        today=day_in_paris(now()),
        awaits_registration=Role.CANDIDATE in identity().roles,
    )


@bp.get("/<int:candidacy_id>")
@requires(Permission.CANDIDACY_READ, on=CANDIDACY)
def show(candidacy: Candidacy) -> ResponseReturnValue:
    """Show where a portfolio stands: what is there, what is missing, what to do next."""
    portfolio = read_portfolio(session(), candidacy)
    record = candidacy.certification.record
    writes = can(Permission.CANDIDACY_EDIT, candidacy)
    begins = writes and not portfolio.situations
    return render_template(
        "portfolios/show.html",
        candidacy=candidacy,
        portfolio=portfolio,
        advice=advise(candidacy.status, portfolio.readiness, portfolio.facts),
        offered=first_records(session(), candidacy) if begins else (),
        dossiers=dossiers_of(session(), candidacy.id),
        people=people_of_candidacy(session(), candidacy.id),
        frame=FrameForm(obj=candidacy),
        is_reader=can(Permission.SITUATION_READ, candidacy),
        is_candidate=writes,
        grid=grid_of(session(), candidacy.certification_version_id) if writes else {},
        is_tutor=identity().user_id in candidacy.access().links.get(Link.TUTOR, ()),
        has_ended=registration_ended(
            candidacy.certification.ends_on, starts_on=candidacy.starts_on
        ),
        is_open_route=route_is_open(record, candidacy.route),
        moves=CANDIDACY_WORKFLOW.available(candidacy.status),
    )


@bp.post("/<int:candidacy_id>/frame")
@requires(Permission.CANDIDACY_EDIT, on=CANDIDACY)
@commits
def save_frame(candidacy: Candidacy) -> ResponseReturnValue:
    """Keep what the candidate says of the company and of the mission."""
    form = FrameForm()
    if not form.validate_on_submit():
        return wrong(form)
    try:
        services.describe_frame(
            session(),
            candidacy,
            company_context=form.company_context.data or "",
            mission=form.mission.data or "",
            version=form.stored_version,
            actor=identity(),
            now=now(),
        )
    except Conflict as conflict:
        return conflicting(conflict.theirs, candidacy.version)
    if wants_json():
        return saved(candidacy.version)
    return redirect(url_for("portfolios.show", candidacy_id=candidacy.id), 303)


@bp.post("/<int:candidacy_id>/moves/<name>")
@requires_move(CANDIDACY_WORKFLOW, on=CANDIDACY)
@commits
def move(candidacy: Candidacy, name: str) -> ResponseReturnValue:
    """Start, withdraw or reopen a candidacy; submitting has its own page."""
    transition, form = CANDIDACY_WORKFLOW.named(name), ReasonForm()
    if name == "submit" or transition is None:
        raise NotFound(name)
    if transition.asks_reason and not form.validate_on_submit():
        return _why(candidacy, name, form), 422
    services.move_candidacy(
        session(),
        candidacy,
        name,
        reason=form.reason.data or "",
        actor=identity(),
        now=now(),
    )
    flash(_("C’est fait : %(status)s.", status=candidacy.status.label.lower()), "success")
    return redirect(url_for("portfolios.show", candidacy_id=candidacy.id), 303)


@bp.get("/<int:candidacy_id>/reopen")
@requires(Permission.CANDIDACY_ASSIGN, on=CANDIDACY)
def reopen(candidacy: Candidacy) -> ResponseReturnValue:
    """Ask why a submitted dossier is reopened."""
    return _why(candidacy, "reopen", ReasonForm())


@bp.get("/<int:candidacy_id>/withdraw")
@requires(Permission.CANDIDACY_EDIT, on=CANDIDACY)
def withdraw(candidacy: Candidacy) -> ResponseReturnValue:
    """Ask why a candidacy is given up."""
    return _why(candidacy, "withdraw", ReasonForm())


def _why(candidacy: Candidacy, name: str, form: ReasonForm) -> str:
    return render_template("portfolios/reason.html", candidacy=candidacy, name=name, form=form)


@bp.post("/<int:candidacy_id>/accept-lateness")
@requires(Permission.CANDIDACY_ASSIGN, on=CANDIDACY)
@commits
def accept_lateness(candidacy: Candidacy) -> ResponseReturnValue:
    """Accept a late dossier in one’s own name."""
    services.accept_lateness(session(), candidacy, actor=identity(), now=now())
    flash(_("Remise tardive acceptée en votre nom."), "success")
    return redirect(url_for("portfolios.show", candidacy_id=candidacy.id), 303)
