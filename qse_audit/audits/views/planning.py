"""The pages where an audit is planned: what it is about, who takes part, against which criteria."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import people_of, sites_of
from qse_audit.audits import queries, services
from qse_audit.audits.forms import (
    CriteriaForm,
    NewAuditForm,
    PlanForm,
    TeamForm,
    chosen_criteria,
    stored_plan,
)
from qse_audit.audits.models import Audit
from qse_audit.audits.views.blueprint import AUDIT, bp
from qse_audit.core.clock import now
from qse_audit.core.errors import Conflict, Refused
from qse_audit.core.permissions import Link, Permission
from qse_audit.referentials.rules import EditionStatus
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.guards import requires
from qse_audit.web.i18n import translate
from qse_audit.web.sign_in import identity

P = Permission


@bp.route("/new", methods=["GET", "POST"])
@requires(P.AUDIT_PLAN)
@commits
def create() -> ResponseReturnValue:
    """Draft an audit."""
    form = NewAuditForm()
    editions = offer_plan(form, identity().organisation_id)
    if form.validate_on_submit():
        try:
            audit = services.create_audit(
                session(),
                form.plan(),
                criteria=dict.fromkeys(form.editions.data or ()),
                actor=identity(),
                now=now(),
            )
        except Refused as refused:
            session().rollback()
            form.refuse(refused)
        else:
            flash(_("Audit %(reference)s créé.", reference=audit.reference), "success")
            return redirect(url_for("audits.team", audit_id=audit.id), code=303)
    status = 422 if form.errors else 200
    return render_template("audits/new.html", form=form, editions=editions), status


@bp.route("/<int:audit_id>/edit", methods=["GET", "POST"])
@requires(P.AUDIT_PLAN, on=AUDIT)
@commits
def edit(audit: Audit) -> ResponseReturnValue:
    """Correct the plan of an audit."""
    form = PlanForm(data=stored_plan(audit))
    offer_plan(form, audit.organisation_id)
    if form.validate_on_submit():
        try:
            services.change_plan(
                session(),
                audit,
                form.plan(),
                version=form.stored_version,
                actor=identity(),
                now=now(),
            )
        except Conflict:
            return plan_conflict(audit, form)
        except Refused as refused:
            session().rollback()
            form.refuse(refused)
        else:
            flash(_("Plan enregistré."), "success")
            return redirect(url_for("audits.detail", audit_id=audit.id), code=303)
    return render_template("audits/edit.html", form=form, audit=audit), 422 if form.errors else 200


def offer_plan(form: PlanForm, organisation_id: int) -> tuple[queries.EditionChoice, ...]:
    """Give a plan form the choices of the organisation; return the editions if it asks for them."""
    form.offer(
        queries.processes_of(session(), organisation_id), sites_of(session(), organisation_id)
    )
    if not isinstance(form, NewAuditForm):
        return ()
    editions = queries.editions_for(session(), organisation_id)
    form.editions.choices = [(edition.id, told_edition(edition)) for edition in editions]
    return editions


def told_edition(edition: queries.EditionChoice) -> str:
    """Return what an edition is called, with its status when it is not the one in force."""
    if edition.status == EditionStatus.IN_FORCE:
        return edition.label
    return f"{edition.label} – {translate(EditionStatus(edition.status).label)}"


def plan_conflict(audit: Audit, form: PlanForm) -> ResponseReturnValue:
    """Show both texts of a plan that somebody else saved in between."""
    session().rollback()
    stored = PlanForm(formdata=None, data=stored_plan(audit))
    offer_plan(stored, audit.organisation_id)
    back_url = url_for("audits.edit", audit_id=audit.id)
    return conflict_page(form, stored, version=audit.version, back_url=back_url)


@bp.route("/<int:audit_id>/team", methods=["GET", "POST"])
@requires(P.AUDIT_PLAN, on=AUDIT)
@commits
def team(audit: Audit) -> ResponseReturnValue:
    """Name who takes part."""
    parts = queries.audit_parts(session(), audit.id)
    form = TeamForm(data=stored_team(audit, parts))
    proposed = () if parts.named(Link.AUDITEE) else _owners(parts)
    if request.method == "GET":
        for owner in proposed:
            form.participants.append_entry({"person": owner.id, "part": Link.AUDITEE.value})
        form.add_rows()
    form.offer(people_of(session(), audit.organisation_id))
    if form.validate_on_submit():
        try:
            services.set_team(
                session(),
                audit,
                form.team(),
                version=form.stored_version,
                actor=identity(),
                now=now(),
            )
        except Refused as refused:
            session().rollback()
            form.refuse(refused)
        else:
            flash(_("Équipe enregistrée."), "success")
            return redirect(after_team(audit), code=303)
    page = render_template(
        "audits/team.html", form=form, audit=audit, parts=parts, proposed=proposed
    )
    return page, 422 if form.errors else 200


def _owners(parts: queries.AuditParts) -> tuple[queries.Participant, ...]:
    ids = [process.id for process in parts.processes]
    owners = queries.owners_of(session(), ids) if ids else ()
    return tuple(owner for owner in owners if owner.id not in parts.team_ids)


def after_team(audit: Audit) -> str:
    """Return the page that follows: the criteria if there are none yet."""
    endpoint = "audits.detail" if audit.criteria else "audits.criteria"
    return url_for(endpoint, audit_id=audit.id)


def stored_team(audit: Audit, parts: queries.AuditParts) -> dict[str, object]:
    """Return the values that a team form starts from."""
    lead = parts.lead
    others = [p for p in parts.people if p.link is not Link.LEAD_AUDITOR]
    return {
        "version": audit.version,
        "lead": lead.id if lead else None,
        "participants": [{"person": p.id, "part": p.link.value} for p in others],
    }


@bp.route("/<int:audit_id>/criteria", methods=["GET", "POST"])
@requires(P.AUDIT_PLAN, on=AUDIT)
@commits
def criteria(audit: Audit) -> ResponseReturnValue:
    """Choose the editions, and the clauses of each, that the audit judges against."""
    form = CriteriaForm(version=audit.version)
    stored = queries.chosen_clauses(session(), audit.id)
    if form.validate_on_submit():
        wanted = chosen_criteria(request.form, stored)
        try:
            services.set_criteria(
                session(),
                audit,
                wanted,
                version=form.stored_version,
                actor=identity(),
                now=now(),
            )
        except Refused as refused:
            session().rollback()
            form.refuse(refused)
            stored = {key: None if keys is None else tuple(keys) for key, keys in wanted.items()}
        else:
            flash(_("Critères enregistrés."), "success")
            added = set(wanted) - set(stored)
            endpoint = "audits.criteria" if added and "refine" in request.form else "audits.detail"
            return redirect(url_for(endpoint, audit_id=audit.id), code=303)
    editions = {e.id: e for e in queries.editions_for(session(), audit.organisation_id)}
    page = render_template(
        "audits/criteria.html",
        form=form,
        audit=audit,
        stored=stored,
        editions=editions,
        trees=queries.clause_trees(session(), list(stored)),
    )
    return page, 422 if form.errors else 200


@bp.post("/<int:audit_id>/checklist/make")
@requires(P.AUDIT_PLAN, on=AUDIT)
@commits
def make_checklist(audit: Audit) -> ResponseReturnValue:
    """Make the checklist from the criteria, again if nothing was answered."""
    count = services.make_checklist(session(), audit, actor=identity(), now=now())
    flash(_("Grille préparée : %(count)s questions.", count=count), "success")
    return redirect(url_for("audits.conduct", audit_id=audit.id), code=303)
