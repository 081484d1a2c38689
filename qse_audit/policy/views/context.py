"""The pages about the context: boards, list, issues, climate."""

from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import Conflict, Refused
from qse_audit.core.permissions import Kind, Permission
from qse_audit.policy import queries, reports, services
from qse_audit.policy.forms import ClimateForm, IssueForm, ReasonForm, ReviewForm
from qse_audit.policy.models import ContextIssue
from qse_audit.policy.queries import ON_BOARDS, IssueFilter
from qse_audit.policy.rules import Domain, Level, Pestel, Standing, Swot
from qse_audit.policy.views.blueprint import ISSUE, bp, places, told
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
FIELD_OF = {"no_domain": "domains", "no_pestel": "pestel", "no_issue_fact": "fact"}
FILTERS = ("q", "swot", "pestel", "domain", "standing")


@bp.get("/context")
@requires(P.POLICY_READ)
def context() -> ResponseReturnValue:
    """Show the context on two boards, and what was decided on climate."""
    who, today = identity(), day_in_paris(now())
    found = queries.issues_on_boards(session(), who)
    issues = found[:ON_BOARDS]
    return render_template(
        "policy/context.html",
        tabs=places("context"),
        swot={box: [i for i in issues if i.swot is box] for box in Swot},
        pestel={box: [i for i in issues if i.pestel is box] for box in Pestel},
        count=len(issues),
        is_cut=len(found) > ON_BOARDS,
        due=sum(issue.review_on <= today for issue in issues),
        climate=queries.climate_decisions(session(), who),
        today=today,
    )


@bp.get("/issues")
@requires(P.POLICY_READ)
def issues() -> ResponseReturnValue:
    """List the issues."""
    who, today = identity(), day_in_paris(now())
    shown = listing(("weight",), "-weight")
    wanted = issues_asked_for(shown)
    columns = ContextIssue.__table__.c
    statement = queries.issue_lines().where(*queries.listed_issues(who, wanted, today))
    return render_template(
        "policy/issues.html",
        tabs=places("context"),
        page=page(
            session(),
            statement,
            [(columns.weight, shown.sort[1]), (columns.id, shown.sort[1])],
            cursor=shown.cursor,
            make=queries.as_issue_line,
        ),
        count=queries.count_issues(session(), who, wanted, today),
        listing=shown,
        wanted=wanted,
        filters=FILTERS,
        swots=choices_of(Swot),
        pestels=choices_of(Pestel),
        domains=choices_of(Domain),
        standings=choices_of(Standing),
        today=today,
    )


@bp.get("/issues/export.csv", defaults={"extension": "csv"})
@bp.get("/issues/export.xlsx", defaults={"extension": "xlsx"})
@requires(P.POLICY_READ)
def export_issues(extension: str) -> Response:
    """Send what the list of issues shows as a spreadsheet."""
    wanted = issues_asked_for(listing(("weight",), "-weight"))
    found = queries.all_issues(session(), identity(), wanted, day_in_paris(now()))
    return sent(_("Enjeux"), extension, reports.issues_sheet(found, extension, locale()))


@bp.route("/issues/new", methods=["GET", "POST"])
@requires(P.POLICY_PROPOSE)
@commits
def new_issue() -> ResponseReturnValue:
    """Note an issue."""
    form = IssueForm(review_on=in_a_year())
    if form.validate_on_submit():
        try:
            made = services.add_issue(session(), form.draft(), actor=identity(), now=now())
            return redirect(url_for("policy.issue", issue_id=made.id), 303)
        except Refused as refused:
            tell(form, refused, FIELD_OF)
    return issue_page(form, None)


@bp.get("/issues/<int:issue_id>")
@requires(P.POLICY_READ, on=ISSUE)
def issue(issue: ContextIssue) -> ResponseReturnValue:
    """Show one issue: its fact, its weight, who looked at it and when."""
    return render_template("policy/issue.html", **shown_issue(issue))


@bp.route("/issues/<int:issue_id>/edit", methods=["GET", "POST"])
@requires(P.POLICY_NOTE, on=ISSUE)
@commits
def edit_issue(issue: ContextIssue) -> ResponseReturnValue:
    """Write an issue anew."""
    form, url = IssueForm(data=values_of(issue)), url_for("policy.issue", issue_id=issue.id)
    if not form.validate_on_submit():
        return issue_page(form, issue)
    try:
        services.edit_issue(
            session(),
            issue,
            form.draft(),
            version=form.stored_version,
            actor=identity(),
            now=now(),
        )
    except Conflict:
        stored = IssueForm(formdata=None, data=values_of(issue))
        return conflict_page(form, stored, version=issue.version, back_url=url)
    except Refused as refused:
        tell(form, refused, FIELD_OF)
        return issue_page(form, issue)
    flash(_("L’enjeu est à jour."), "success")
    return redirect(url, 303)


@bp.post("/issues/<int:issue_id>/review")
@requires(P.POLICY_NOTE, on=ISSUE)
@commits
def review_issue(issue: ContextIssue) -> ResponseReturnValue:
    """Say that an issue was looked at and still holds."""
    form = ReviewForm()
    if not form.validate_on_submit():
        return render_template("policy/issue.html", **shown_issue(issue, review=form)), 422
    services.review(session(), issue, form.review_on.data, actor=identity(), now=now())
    flash(_("Enjeu revu."), "success")
    return redirect(url_for("policy.issue", issue_id=issue.id), 303)


@bp.post("/issues/<int:issue_id>/withdraw")
@requires(P.POLICY_NOTE, on=ISSUE)
@commits
def withdraw_issue(issue: ContextIssue) -> ResponseReturnValue:
    """Take an issue out of the boards, with the reason."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return render_template("policy/issue.html", **shown_issue(issue, withdraw=form)), 422
    services.withdraw(session(), issue, form.reason.data or "", actor=identity(), now=now())
    flash(_("Enjeu retiré ; sa fiche reste lisible."), "success")
    return redirect(url_for("policy.issue", issue_id=issue.id), 303)


@bp.route("/climate", methods=["GET", "POST"])
@requires(P.CLIMATE_DECIDE)
@commits
def climate() -> ResponseReturnValue:
    """Decide whether climate change is a relevant issue."""
    form = ClimateForm(review_on=in_a_year())
    if form.validate_on_submit():
        try:
            services.decide_climate(
                session(),
                is_relevant=form.is_relevant.data == "yes",
                reason=form.reason.data or "",
                review_on=form.review_on.data,
                actor=identity(),
                now=now(),
            )
            return redirect(url_for("policy.context", _anchor="climate"), 303)
        except Refused as refused:
            tell(form, refused, {"past_review": "review_on", "reason_asked": "reason"})
    body = render_template("policy/climate.html", form=form)
    return body, 422 if form.errors else 200


def issues_asked_for(shown: Listing) -> IssueFilter:
    """Return what the address of the list asks for; words that mean nothing are left out."""
    values = shown.values
    return IssueFilter(
        search=values.get("q", "")[:200],
        swot=chosen(Swot, values.get("swot")),
        pestel=chosen(Pestel, values.get("pestel")),
        domain=chosen(Domain, values.get("domain")),
        standing=chosen(Standing, values.get("standing")) or Standing.CURRENT,
    )


def values_of(issue: ContextIssue) -> dict[str, Any]:
    """Return a stored issue as the values of its form."""
    names = ("title", "swot", "pestel", "fact", "effect", "review_on")
    return {name: getattr(issue, name) for name in names} | {
        "weight": Level(str(issue.weight)),
        "domains": [Domain(code) for code in issue.domains],
        "version": str(issue.version),
    }


def shown_issue(
    issue: ContextIssue, *, review: ReviewForm | None = None, withdraw: ReasonForm | None = None
) -> dict[str, Any]:
    """Return what the page of one issue shows."""
    return {
        "issue": issue,
        "domains": [Domain(code) for code in issue.domains],
        "weight": Level(str(issue.weight)),
        "review_form": review or ReviewForm(formdata=None, review_on=in_a_year()),
        "withdraw_form": withdraw or ReasonForm(formdata=None),
        "history": told(Kind.CONTEXT_ISSUE, issue.id),
        "today": day_in_paris(now()),
    }


def issue_page(form: IssueForm, issue: ContextIssue | None) -> ResponseReturnValue:
    """Return the page where an issue is written."""
    body = render_template("policy/issue_edit.html", form=form, issue=issue)
    return body, 422 if form.errors else 200
