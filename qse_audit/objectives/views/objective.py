"""The pages about one objective: to read, to write, to discuss, to move."""

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import history
from qse_audit.actions.queries import actions_readable
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.permissions import Kind, Permission
from qse_audit.documents.text import day, moment
from qse_audit.objectives import queries, services
from qse_audit.objectives.forms import (
    ConflictForm,
    MoveForm,
    ObjectiveForm,
    TalkForm,
    ids_and_labels,
    values_of,
)
from qse_audit.objectives.models import Objective, Talk
from qse_audit.objectives.queries import Check
from qse_audit.objectives.rules import (
    MOVED,
    OBJECTIVE_WORKFLOW,
    VERBS,
    Cascade,
    direction_of,
    reaches,
    rolled_up,
    smart,
    unit_of,
)
from qse_audit.objectives.views.blueprint import OBJECTIVE, bp
from qse_audit.objectives.views.parts import figure, offered, said, shown_anomalies
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import requires, requires_move
from qse_audit.web.i18n import locale, translate
from qse_audit.web.origins import origin_url
from qse_audit.web.sign_in import identity
from qse_audit.web.timeline import timeline


@bp.get("/<int:objective_id>")
@requires(Permission.OBJECTIVE_READ, on=OBJECTIVE)
def detail(objective: Objective) -> ResponseReturnValue:
    """Show one objective: its figures, its test, its anomalies, its talk, its actions."""
    today = day_in_paris(now())
    check = queries.check_of(session(), objective.organisation_id, today)
    return render_template(
        "objectives/detail.html",
        objective=objective,
        **measured(objective, check.cascade),
        **judged_of(objective, check),
        children=queries.children_of(session(), objective.id),
        conflicts=queries.conflicts_of(session(), objective.organisation_id, objective.id),
        actions=actions_readable(session(), (Kind.OBJECTIVE, objective.id), identity(), today),
        action_url=url_for("actions.create", kind="objective", origin_id=objective.id),
        offers=queries.offers(session(), objective, identity()),
        talks=[told_talk(talk) for talk in objective.talks],
        history=timeline(history(session(), Kind.OBJECTIVE, objective.id), VERBS),
        figure=figure,
    )


@bp.route("/<int:objective_id>/edit", methods=["GET", "POST"])
@requires(Permission.OBJECTIVE_EDIT, on=OBJECTIVE)
@commits
def edit(objective: Objective) -> ResponseReturnValue:
    """Change what an objective says."""
    form, back = filled(objective), url_for("objectives.detail", objective_id=objective.id)
    if form.is_submitted() and form.validate() and form.stored_version != objective.version:
        theirs = filled(objective, stored=True)
        if form.draft() != theirs.draft():
            return conflict_page(form, theirs, version=objective.version, back_url=back)

    def change() -> Any:
        seen = form.stored_version
        return services.edit_objective(
            session(), objective, form.draft(), version=seen, actor=identity(), now=now()
        )

    if accepted(form, change):
        flash(_("L’objectif est à jour."), "success")
        return redirect(back, code=303)
    page = render_template("objectives/edit.html", form=form, objective=objective)
    return page, 422 if form.is_submitted() else 200


@bp.route("/<int:objective_id>/talk", methods=["GET", "POST"])
@requires(Permission.OBJECTIVE_DISCUSS, on=OBJECTIVE)
@commits
def talk(objective: Objective) -> ResponseReturnValue:
    """Answer, propose other figures, or agree."""
    form = TalkForm()

    def say() -> Any:
        return services.say(
            session(),
            objective,
            form.kind.data,
            text=form.text.data or "",
            target=form.target.number,
            due_on=form.due_on.data,
            actor=identity(),
            now=now(),
        )

    if accepted(form, say):
        flash(_("C’est noté ; l’autre partie est prévenue."), "success")
        url = url_for("objectives.detail", objective_id=objective.id, _anchor="talk")
        return redirect(url, code=303)
    page = render_template(
        "objectives/talk.html",
        form=form,
        objective=objective,
        talks=[told_talk(each) for each in objective.talks],
    )
    return page, 422 if form.is_submitted() else 200


@bp.route("/<int:objective_id>/conflict", methods=["GET", "POST"])
@requires(Permission.CASCADE_EDIT, on=OBJECTIVE)
@commits
def conflict(objective: Objective) -> ResponseReturnValue:
    """Declare that another objective pulls the other way."""
    form = ConflictForm()
    choices = queries.objective_choices(session(), objective.organisation_id)
    others = ids_and_labels([each for each in choices if each.id != objective.id])
    form.other_id.choices = [("", "—"), *others]

    def declare() -> Any:
        other, text = form.other_id.data or 0, form.conflict.data or ""
        return services.declare_conflict(
            session(), objective, other, text, actor=identity(), now=now()
        )

    if found := accepted(form, declare):
        flash(_("Conflit déclaré : il attend un arbitrage."), "success")
        return redirect(url_for("objectives.settle", arbitration_id=found.id), code=303)
    page = render_template("objectives/conflict.html", form=form, objective=objective)
    return page, 422 if form.is_submitted() else 200


@bp.route("/<int:objective_id>/<name>", methods=["GET", "POST"])
@requires_move(OBJECTIVE_WORKFLOW, on=OBJECTIVE)
@commits
def move(objective: Objective, name: str) -> ResponseReturnValue:
    """Show one move on a page of its own, or apply it."""
    form = MoveForm()

    def apply() -> Any:
        note = form.note.data or ""
        return services.move_objective(
            session(), objective, name, note, actor=identity(), now=now()
        )

    if accepted(form, apply):
        flash(translate(MOVED[name]), "success")
        return redirect(url_for("objectives.detail", objective_id=objective.id), code=303)
    offer = queries.offers(session(), objective, identity()).get(name)
    page = render_template(
        "objectives/move.html",
        objective=objective,
        form=form,
        transition=OBJECTIVE_WORKFLOW.named(name),
        refusals=[(said(r.message), r.source) for r in offer.refusals] if offer else None,
    )
    return page, 422 if form.is_submitted() else 200


# --- what the views are made of ---


def filled(objective: Objective, *, stored: bool = False) -> ObjectiveForm:
    """Return the form of an objective: as sent if it was, as ``stored`` if that is asked."""
    values = values_of(services.draft_of(session(), objective))
    values["version"] = objective.version
    form = ObjectiveForm(formdata=None, **values) if stored else ObjectiveForm(**values)
    return offered(form, objective)


def measured(objective: Objective, cascade: Cascade) -> dict[str, Any]:
    """Return the figures of an objective: where it starts, where it is, where it goes."""
    facts = cascade.by_id[objective.id]
    card = cascade.indicators.get(facts.indicator_id or 0)
    last, way = (card.last if card else None), direction_of(facts, cascade)
    is_met = None
    if last is not None and facts.target is not None:
        is_met = reaches(last, facts.target, way)
    return {
        "facts": facts,
        "unit": unit_of(facts, cascade),
        "card": card,
        "card_url": origin_url(Kind.INDICATOR, card.id) if card else "",
        "way": way,
        "is_met": is_met,
        "rolled": rolled_up(facts, cascade),
        "commitments": [c for c in cascade.commitments if c.key in cascade.served[objective.id]],
        "parent": cascade.by_id.get(facts.parent_id or 0),
    }


def judged_of(objective: Objective, check: Check) -> dict[str, Any]:
    """Return the test of an objective and its anomalies."""
    agreed = queries.agreement_of(objective) is not None
    facts = replace(check.cascade.by_id[objective.id], is_agreed=agreed)
    return {
        "smart": [
            {
                "letter": verdict.letter.value,
                "label": translate(verdict.letter.label),
                "missing": [said(each) for each in verdict.missing],
            }
            for verdict in smart(facts, check.cascade)
        ],
        "anomalies": shown_anomalies(check.of("objective", objective.id), check.cascade),
        "agreed": agreed,
    }


def told_talk(talk: Talk) -> dict[str, Any]:
    """Return a turn of the talk as the timeline shows it."""
    figures = []
    if talk.target is not None:
        figures.append(_("cible : %(target)s", target=figure(queries.as_fraction(talk.target))))
    if talk.due_on is not None:
        figures.append(_("échéance : %(day)s", day=day(talk.due_on, locale())))
    return {
        "title": translate(talk.kind.label),
        "when": moment(talk.said_at, locale()),
        "datetime": talk.said_at.isoformat(),
        "who": talk.said_by.name,
        "detail": " · ".join([*figures, *([talk.text] if talk.text else [])]),
        "tone": "success" if talk.kind == "agreement" else None,
    }
