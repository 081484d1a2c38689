"""The pages around the objectives: axes, priorities, conflicts."""

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import now
from qse_audit.core.errors import Refused
from qse_audit.core.permissions import Kind, Permission
from qse_audit.objectives import queries, services
from qse_audit.objectives.forms import (
    AxisForm,
    PriorityForm,
    SettleForm,
    axis_values,
    ids_and_labels,
    priority_values,
)
from qse_audit.objectives.models import Arbitration, Axis, Priority
from qse_audit.objectives.rules import PriorityKind
from qse_audit.objectives.rules.drafts import TITLE_MAX
from qse_audit.objectives.views.blueprint import ARBITRATION, AXIS, PRIORITY, bp
from qse_audit.objectives.views.parts import commitment_choices
from qse_audit.risks.models import Risk
from qse_audit.risks.rules import RiskMethod
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import reach, requires
from qse_audit.web.i18n import translate
from qse_audit.web.origins import origin_page
from qse_audit.web.sign_in import identity

P = Permission


@bp.get("/axes")
@requires(P.OBJECTIVE_READ)
def axes() -> ResponseReturnValue:
    """List the strategic axes, the commitments that they carry and the priorities."""
    here = identity().organisation_id
    cascade_axes = queries.axes_of(session(), here)
    return render_template(
        "objectives/axes.html",
        axes=cascade_axes,
        carried=queries.commitments_by_axis(session(), here),
        commitments=queries.commitments_of(session(), here),
        priorities=queries.priorities_of(session(), here),
        conflicts=queries.conflicts_of(session(), here),
        to_note=queries.risks_to_note(session(), identity()),
    )


@bp.route("/axes/new", methods=["GET", "POST"])
@requires(P.CASCADE_EDIT)
@commits
def new_axis() -> ResponseReturnValue:
    """Add an axis."""
    form = AxisForm()
    form.commitments.choices = commitment_choices()

    def create() -> Any:
        return services.create_axis(session(), form.draft(), actor=identity(), now=now())

    if accepted(form, create):
        return redirect(url_for("objectives.axes"), code=303)
    return around_page(form, _("Nouvel axe stratégique"))


@bp.route("/axes/<int:axis_id>/edit", methods=["GET", "POST"])
@requires(P.CASCADE_EDIT, on=AXIS)
@commits
def edit_axis(axis: Axis) -> ResponseReturnValue:
    """Change an axis."""
    values = axis_values(axis, queries.axis_commitments(session(), axis.id))
    form, theirs = AxisForm(**values), AxisForm(formdata=None, **values)
    for each in (form, theirs):
        each.commitments.choices = commitment_choices()
    if form.is_submitted() and form.validate() and stale(form, theirs, axis.version):
        back = url_for("objectives.axes")
        return conflict_page(form, theirs, version=axis.version, back_url=back)

    def change() -> Any:
        version = form.stored_version
        services.edit_axis(
            session(), axis, form.draft(), version=version, actor=identity(), now=now()
        )

    if accepted(form, change):
        flash(_("L’axe est à jour."), "success")
        return redirect(url_for("objectives.axes"), code=303)
    return around_page(form, _("Modifier l’axe"), archive=axis)


@bp.post("/axes/<int:axis_id>/archive")
@requires(P.CASCADE_EDIT, on=AXIS)
@commits
def archive_axis(axis: Axis) -> ResponseReturnValue:
    """Take an axis out of use."""
    try:
        services.archive_axis(session(), axis, actor=identity(), now=now())
        flash(_("« %(title)s » est archivé.", title=axis.title), "success")
    except Refused as refused:
        for refusal in refused.refusals:
            flash(translate(refusal.message), "danger")
    return redirect(url_for("objectives.axes"), code=303)


@bp.route("/priorities/new", methods=["GET", "POST"])
@requires(P.CASCADE_EDIT)
@commits
def new_priority() -> ResponseReturnValue:
    """Note a priority, from scratch or from a line of a risk analysis."""
    risk = asked_risk()
    form = PriorityForm(**(values_of_risk(risk) if risk else {}))
    form.objectives.choices = objective_choices()

    def create() -> Any:
        draft = replace(form.draft(), risk_id=risk.id if risk else None)
        return services.create_priority(session(), draft, actor=identity(), now=now())

    if accepted(form, create):
        return redirect(url_for("objectives.axes", _anchor="priorities"), code=303)
    return around_page(form, _("Nouvelle priorité"))


@bp.route("/priorities/<int:priority_id>/edit", methods=["GET", "POST"])
@requires(P.CASCADE_EDIT, on=PRIORITY)
@commits
def edit_priority(priority: Priority) -> ResponseReturnValue:
    """Change a priority, or what answers it."""
    values = priority_values(priority)
    form, theirs = PriorityForm(**values), PriorityForm(formdata=None, **values)
    for each in (form, theirs):
        each.objectives.choices = objective_choices(priority)
    back = url_for("objectives.axes", _anchor="priorities")
    if form.is_submitted() and form.validate() and stale(form, theirs, priority.version):
        return conflict_page(form, theirs, version=priority.version, back_url=back)

    def change() -> Any:
        version = form.stored_version
        services.edit_priority(
            session(), priority, form.draft(), version=version, actor=identity(), now=now()
        )

    if accepted(form, change):
        flash(_("La priorité est à jour."), "success")
        return redirect(back, code=303)
    return around_page(form, _("Modifier la priorité"), withdraw=priority)


@bp.post("/priorities/<int:priority_id>/withdraw")
@requires(P.CASCADE_EDIT, on=PRIORITY)
@commits
def withdraw_priority(priority: Priority) -> ResponseReturnValue:
    """Take a priority off the list."""
    services.withdraw_priority(session(), priority, actor=identity(), now=now())
    flash(_("« %(title)s » n’est plus une priorité.", title=priority.title), "success")
    return redirect(url_for("objectives.axes", _anchor="priorities"), code=303)


@bp.route("/conflicts/<int:arbitration_id>/settle", methods=["GET", "POST"])
@requires(P.COHERENCE_JUDGE, on=ARBITRATION)
@commits
def settle(found: Arbitration) -> ResponseReturnValue:
    """Settle a conflict between two objectives."""
    form = SettleForm()

    def decide() -> Any:
        text = form.reason.data or ""
        return services.settle_conflict(session(), found, text, actor=identity(), now=now())

    if accepted(form, decide):
        flash(_("Arbitrage enregistré, avec votre nom."), "success")
        return redirect(url_for("objectives.coherence"), code=303)
    page = render_template("objectives/settle.html", form=form, conflict=found)
    return page, 422 if form.is_submitted() else 200


# --- what the views are made of ---


def stale(form: AxisForm | PriorityForm, theirs: AxisForm | PriorityForm, version: int) -> bool:
    """Say whether somebody saved something else in between."""
    return form.stored_version != version and form.draft() != theirs.draft()


def asked_risk() -> Risk | None:
    """Return the line of a risk analysis that the address names, if the visitor may read it."""
    key = request.args.get("risk", type=int)
    if key is None:
        return None
    found: Risk = reach(origin_page(Kind.RISK).target, key, P.RISK_READ)
    return found


def values_of_risk(risk: Risk) -> dict[str, Any]:
    """Return what the form of a priority is filled with when it comes from a risk."""
    aspect = risk.analysis.method is RiskMethod.ENVIRONMENTAL
    kind = PriorityKind.SIGNIFICANT_ASPECT if aspect else PriorityKind.HIGH_RISK
    fact = f"{risk.analysis.reference} n° {risk.number}"
    return {"kind": kind, "title": risk.event[:TITLE_MAX], "fact": f"{fact} : {risk.effect}"}


def objective_choices(priority: Priority | None = None) -> list[tuple[int, str]]:
    """Return the objectives that still count, and those that answer already."""
    found = ids_and_labels(queries.objective_choices(session(), identity().organisation_id))
    known = {key for key, _label in found}
    kept = priority.objectives if priority is not None else []
    return [*found, *((o.id, f"{o.reference} {o.title}") for o in kept if o.id not in known)]


def around_page(
    form: AxisForm | PriorityForm,
    title: str,
    *,
    archive: Axis | None = None,
    withdraw: Priority | None = None,
) -> ResponseReturnValue:
    """Return the page of a short form."""
    page = render_template(
        "objectives/around.html", form=form, title=title, archive=archive, withdraw=withdraw
    )
    return page, 422 if form.is_submitted() else 200
