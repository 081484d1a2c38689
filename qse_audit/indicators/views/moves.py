"""The acts on an indicator: begin, drop, take up again, close the past."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.permissions import Permission
from qse_audit.indicators import queries, services
from qse_audit.indicators.forms import CloseForm, MoveForm, ReviewForm
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.rules import INDICATOR_WORKFLOW, MOVED
from qse_audit.indicators.views.blueprint import INDICATOR, bp
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import requires, requires_move
from qse_audit.web.i18n import translate
from qse_audit.web.sign_in import identity


@bp.route("/<int:indicator_id>/move/<name>", methods=["GET", "POST"])
@requires_move(INDICATOR_WORKFLOW, on=INDICATOR)
@commits
def move(indicator: Indicator, name: str) -> ResponseReturnValue:
    """Show one move on a page of its own, or apply it."""
    form = MoveForm()

    def apply() -> None:
        services.move_indicator(
            session(), indicator, name, reason=form.reason.data or "", actor=identity(), now=now()
        )

    if accepted(form, apply):
        flash(translate(MOVED[name]), "success")
        return redirect(url_for("indicators.detail", indicator_id=indicator.id), 303)
    return _move_page(indicator, name, form)


def _move_page(indicator: Indicator, name: str, form: MoveForm) -> ResponseReturnValue:
    others = queries.neighbours(
        session(), indicator.organisation_id, indicator.frequency, except_id=indicator.id
    )
    offers = queries.offers(indicator, identity(), others, today=day_in_paris(now()))
    body = render_template(
        "indicators/move.html",
        indicator=indicator,
        form=form,
        transition=INDICATOR_WORKFLOW.named(name),
        offer=offers.get(name),
    )
    return body, 422 if form.errors else 200


@bp.post("/<int:indicator_id>/count")
@requires(Permission.INDICATOR_MEASURE, on=INDICATOR)
@commits
def count(indicator: Indicator) -> ResponseReturnValue:
    """Count its automatic values from our records now."""
    changed = services.count_now(session(), indicator, actor=identity(), now=now())
    said = ngettext("%(num)s période recomptée.", "%(num)s périodes recomptées.", changed)
    flash(said if changed else _("Les comptes sont déjà à jour."), "success")
    return redirect(url_for("indicators.values", indicator_id=indicator.id), 303)


@bp.route("/<int:indicator_id>/close", methods=["GET", "POST"])
@requires(Permission.INDICATOR_EDIT, on=INDICATOR)
@commits
def close(indicator: Indicator) -> ResponseReturnValue:
    """Close the past: its periods take no value any more."""
    form = CloseForm(until=indicator.closed_until)

    def apply() -> None:
        until = form.until.data
        services.close_periods(session(), indicator, until, actor=identity(), now=now())

    if accepted(form, apply):
        flash(_("Ces périodes sont closes."), "success")
        return redirect(url_for("indicators.detail", indicator_id=indicator.id), 303)
    body = render_template("indicators/close.html", form=form, indicator=indicator)
    return body, 422 if form.errors else 200


@bp.route("/<int:indicator_id>/review", methods=["GET", "POST"])
@requires(Permission.INDICATOR_EDIT, on=INDICATOR)
@commits
def review(indicator: Indicator) -> ResponseReturnValue:
    """Ask whether the indicator still decides something, and note the answer."""
    form = ReviewForm()

    def apply() -> None:
        note, following = form.note.data or "", form.review_on.data
        services.review_indicator(
            session(), indicator, note, following, actor=identity(), now=now()
        )

    if accepted(form, apply):
        flash(_("La revue est notée."), "success")
        return redirect(url_for("indicators.detail", indicator_id=indicator.id), 303)
    body = render_template("indicators/review.html", form=form, indicator=indicator)
    return body, 422 if form.errors else 200
