"""The signals that wait for an explanation, and the page that takes it."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.actions.queries import actions_of
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import Conflict
from qse_audit.core.permissions import Kind, Permission
from qse_audit.core.series import Rule
from qse_audit.indicators import services
from qse_audit.indicators.forms import ExplainForm
from qse_audit.indicators.models import LoggedSignal
from qse_audit.indicators.queries import readings
from qse_audit.indicators.reports.charts import face_of, main_chart
from qse_audit.indicators.views.blueprint import bp
from qse_audit.indicators.views.charts import signal_rows
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import Target, requires
from qse_audit.web.i18n import locale
from qse_audit.web.listing import listing
from qse_audit.web.paging import page
from qse_audit.web.sign_in import identity

SIGNAL = Target(load=readings.get_signal, argument="signal_id", read=Permission.INDICATOR_READ)


@bp.get("/signals")
@requires(Permission.INDICATOR_LIST)
def signals() -> ResponseReturnValue:
    """List the signals that nobody has explained yet."""
    shown = listing(("until_on",), "-until_on")
    found = page(
        session(),
        readings.open_signals(identity().organisation_id),
        [(LoggedSignal.until_on.expression, True), (LoggedSignal.id.expression, True)],
        cursor=shown.cursor,
        make=lambda row: readings.SignalLine(**row._mapping),
    )
    rows = signal_rows(found.rows)
    return render_template("indicators/signals.html", page=found, rows=rows, listing=shown)


@bp.route("/signals/<int:signal_id>", methods=["GET", "POST"])
@requires(Permission.INDICATOR_MEASURE, on=SIGNAL)
@commits
def explain(signal: LoggedSignal) -> ResponseReturnValue:
    """Say what happened, and what is done about it."""
    form = ExplainForm(obj=signal, finding=readings.finding_reference(session(), signal))
    back = url_for("indicators.chart", indicator_id=signal.indicator_id)

    def act() -> None:
        seen = form.stored_version or signal.version
        services.explain_signal(
            session(), signal, form.told(), version=seen, actor=identity(), now=now()
        )

    try:
        if accepted(form, act):
            flash(_("Le signal est expliqué."), "success")
            return redirect(back, 303)
    except Conflict:
        theirs = ExplainForm(formdata=None, obj=signal)
        return conflict_page(form, theirs, version=signal.version, back_url=back)
    body = render_template("indicators/explain.html", form=form, **_shown(signal))
    return body, 422 if form.errors else 200


def _shown(signal: LoggedSignal) -> dict[str, Any]:
    today = day_in_paris(now())
    reading = readings.reading_of(session(), signal.indicator, today)
    return {
        "signal": signal,
        "rule": Rule(signal.rule).label,
        "indicator": signal.indicator,
        "chart_spec": main_chart(reading.analysis, face_of(reading, locale())),
        "actions": actions_of(session(), Kind.SIGNAL, signal.id, today),
    }
