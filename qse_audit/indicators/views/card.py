"""The pages of one card: read it, write it, say how the number is made and what is aimed at."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from qse_audit.accounts.queries import history
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import Conflict
from qse_audit.core.expressions import FormulaError, as_mathml, parse, problems
from qse_audit.core.permissions import Kind, Permission
from qse_audit.documents.names import MEDIA_TYPES
from qse_audit.indicators import queries, services
from qse_audit.indicators.forms import AimForm, CardForm, DefinitionForm
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.reports.card import PrintedCard
from qse_audit.indicators.reports.card import card_pdf as make_pdf
from qse_audit.indicators.rules import VERBS
from qse_audit.indicators.views.blueprint import INDICATOR, bp, choices
from qse_audit.indicators.views.library import everything
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale
from qse_audit.web.sign_in import identity
from qse_audit.web.timeline import timeline

LIMITS = ("alert_low", "alert_high", "action_low", "action_high", "tolerance_low",
          "tolerance_high", "reaction_plan")  # fmt: skip
BLANK_TARGETS = 2
"""Empty rows at the end of a target path."""


@bp.get("/<int:indicator_id>")
@requires(Permission.INDICATOR_READ, on=INDICATOR)
def detail(indicator: Indicator) -> ResponseReturnValue:
    """Show the card: what it is for, how it is made, what is aimed at, what it lacks."""
    today = day_in_paris(now())
    calendars = {indicator.id: queries.calendar_of(indicator)}
    latest = queries.measured(session(), indicator, most=12)
    return render_template(
        "indicators/detail.html",
        indicator=indicator,
        places=queries.places_of(session(), indicator),
        formula=drawn(indicator),
        measured=latest,
        completeness=queries.completeness_of(session(), calendars, today)[indicator.id],
        offers=_offers(indicator),
        history=timeline(history(session(), Kind.INDICATOR, indicator.id), VERBS),
        context=[each for each in everything() if each.identifier == indicator.library_key],
        today=today,
    )


@bp.get("/<int:indicator_id>/card.pdf")
@requires(Permission.INDICATOR_READ, on=INDICATOR)
def card_pdf(indicator: Indicator) -> ResponseReturnValue:
    """Send the card as PDF."""
    organisation, person = queries.printing_names(session(), identity())
    card = PrintedCard(
        indicator=indicator,
        organisation=organisation,
        places=queries.places_of(session(), indicator),
        measured=queries.measured(session(), indicator, most=12),
        printed_at=now(),
        printed_by=person,
    )
    return Response(
        make_pdf(card, locale()),
        content_type=MEDIA_TYPES["pdf"],
        headers={"Content-Disposition": f"inline; filename={indicator.reference}.pdf"},
    )


@bp.route("/<int:indicator_id>/edit", methods=["GET", "POST"])
@requires(Permission.INDICATOR_EDIT, on=INDICATOR)
@commits
def edit(indicator: Indicator) -> ResponseReturnValue:
    """Change what the card says of itself."""
    form = CardForm(obj=indicator).offer(*_choices_with(indicator))
    back = url_for("indicators.detail", indicator_id=indicator.id)
    if form.is_submitted() and form.stored_version not in {None, indicator.version}:
        theirs = CardForm(formdata=None, obj=indicator).offer(*_choices_with(indicator))
        return conflict_page(form, theirs, version=indicator.version, back_url=back)

    def change() -> None:
        services.edit_indicator(session(), indicator, form.draft(), actor=identity(), now=now())

    if accepted(form, change):
        flash(_("La fiche est à jour."), "success")
        return redirect(back, 303)
    body = render_template("indicators/edit.html", form=form, indicator=indicator)
    return body, 422 if form.errors else 200


@bp.route("/<int:indicator_id>/formula", methods=["GET", "POST"])
@requires(Permission.INDICATOR_EDIT, on=INDICATOR)
@commits
def define(indicator: Indicator) -> ResponseReturnValue:
    """Change the formula and the quantities in it."""
    form = _definition_form(indicator)

    def change() -> None:
        services.define_indicator(
            session(), indicator, form.definition(),
            version=form.stored_version, actor=identity(), now=now(),
        )  # fmt: skip

    told = _("La formule est à jour ; les résultats sont recalculés.")
    return _changed("indicators/formula.html", indicator, form, change=change, told=told)


@bp.get("/<int:indicator_id>/formula/check")
@requires(Permission.INDICATOR_EDIT, on=INDICATOR)
def check_formula(indicator: Indicator) -> ResponseReturnValue:
    """Say what a formula being typed is, or the character where it goes wrong."""
    text = request.args.get("formula", "")
    known = [name for name in request.args.get("names", "")[:2000].split(",") if name]
    others = queries.neighbours(
        session(), indicator.organisation_id, indicator.frequency, except_id=indicator.id
    )
    wrong: Sequence[FormulaError] = ()
    drawing = None
    try:
        formula = parse(text) if text.strip() else None
        if formula is not None:
            wrong = problems(formula, {*known, *others}, itself=request.args.get("code", ""))
            drawing = Markup(as_mathml(formula.root, locale(), {}))
    except FormulaError as error:
        wrong = (error,)
    return render_template("indicators/_formula_check.html", wrong=wrong, drawing=drawing)


@bp.route("/<int:indicator_id>/targets", methods=["GET", "POST"])
@requires(Permission.INDICATOR_EDIT, on=INDICATOR)
@commits
def aim(indicator: Indicator) -> ResponseReturnValue:
    """Change the target path, the limits and the reaction plan."""
    form = _aim_form(indicator)

    def change() -> None:
        services.aim_indicator(
            session(), indicator, form.aim(indicator.frequency),
            version=form.stored_version, actor=identity(), now=now(),
        )  # fmt: skip

    told = _("Cibles et limites sont à jour.")
    return _changed("indicators/targets.html", indicator, form, change=change, told=told)


# --- what the views are made of ---


def drawn(indicator: Indicator) -> Markup | None:
    """Return the formula as people read it, quantities by their labels."""
    if not indicator.formula:
        return None
    labels = {each.name: each.label for each in indicator.variables}
    return Markup(as_mathml(parse(indicator.formula).root, locale(), labels))


def _offers(indicator: Indicator) -> dict[str, queries.Offer]:
    others = queries.neighbours(
        session(), indicator.organisation_id, indicator.frequency, except_id=indicator.id
    )
    return queries.offers(indicator, identity(), others, today=day_in_paris(now()))


def _choices_with(indicator: Indicator) -> tuple[list[tuple[int, str]], ...]:
    """Return what a card may name, and its owner even when they have left."""
    people, processes, sites = choices()
    if indicator.owner_id not in dict(people):
        people = [*people, (indicator.owner_id, indicator.owner.name)]
    return people, processes, sites


def _definition_form(indicator: Indicator) -> DefinitionForm:
    """Return the form of the formula, with room for one more quantity."""
    stored = queries.definition_of(indicator)
    form = DefinitionForm(obj=stored, version=str(indicator.version))
    if not form.is_submitted() and len(form.variables) < 20:
        form.variables.append_entry()
    return form


def _aim_form(indicator: Indicator) -> AimForm:
    """Return the form of the target path, with room for two more points."""
    rows = [
        {"period": each.period.iso, "value": each.value, "reason": each.reason}
        for each in queries.target_path(indicator)
    ]
    limits = {name: getattr(indicator, name) for name in LIMITS}
    form = AimForm(version=str(indicator.version), targets=rows, **limits)
    for _each in range(0 if form.is_submitted() else BLANK_TARGETS):
        form.targets.append_entry()
    return form


def _changed(
    template: str, indicator: Indicator, form: Any, *, change: Callable[[], None], told: str
) -> ResponseReturnValue:
    """Make a change of the card, or show its form again with what is wrong or was written."""
    try:
        if accepted(form, change):
            flash(told, "success")
            return redirect(url_for("indicators.detail", indicator_id=indicator.id), 303)
    except Conflict as conflict:
        return _written_meanwhile(template, indicator, form, conflict=conflict)
    body = render_template(template, form=form, indicator=indicator, theirs=())
    return body, 422 if form.errors else 200


def _written_meanwhile(
    template: str, indicator: Indicator, form: Any, *, conflict: Conflict
) -> ResponseReturnValue:
    """Answer with what is stored beside what was typed; sending it again writes over it."""
    theirs = [
        (name, text) for name, text in conflict.theirs.items() if text != conflict.yours.get(name)
    ]
    form.version.data = form.version.raw_data = str(indicator.version)
    return render_template(template, form=form, indicator=indicator, theirs=theirs), 409
