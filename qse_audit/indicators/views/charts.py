"""The page where the values of an indicator are read: charts, signals, baseline, dated events."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.permissions import Permission
from qse_audit.core.series import MINIMUM_VALUES, Rule
from qse_audit.indicators import services
from qse_audit.indicators.forms import BaselineForm, EventForm, WithdrawEventForm
from qse_audit.indicators.models import Baseline, Indicator, RareEvent
from qse_audit.indicators.queries import readings
from qse_audit.indicators.reports import images
from qse_audit.indicators.reports.charts import face_of, main_chart, other_charts
from qse_audit.indicators.rules import Chart, rolling_year
from qse_audit.indicators.views.blueprint import bp
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import Target, can, requires
from qse_audit.web.i18n import locale
from qse_audit.web.sign_in import identity

CHARTED = Target(load=readings.get_charted, argument="indicator_id", read=Permission.INDICATOR_READ)

BASELINE = Target(
    load=readings.get_baseline, argument="baseline_id", read=Permission.INDICATOR_READ
)
EVENT = Target(load=readings.get_event, argument="event_id", read=Permission.INDICATOR_READ)


@bp.get("/<int:indicator_id>/chart")
@requires(Permission.INDICATOR_READ, on=CHARTED)
def chart(indicator: Indicator) -> ResponseReturnValue:
    """Show what the values say: signal or noise, and whether the target is within reach."""
    return render_template("indicators/chart.html", **shown(indicator))


@bp.get("/<int:indicator_id>/chart.png")
@requires(Permission.INDICATOR_READ, on=CHARTED)
def picture(indicator: Indicator) -> ResponseReturnValue:
    """Send the main chart as a picture, to be put on a board or in a message."""
    reading = readings.reading_of(session(), indicator, day_in_paris(now()))
    spec = main_chart(reading.analysis, face_of(reading, locale()))
    return Response(
        images.png(spec),
        content_type="image/png",
        headers={"Content-Disposition": f"attachment; filename={indicator.reference}.png"},
    )


@bp.post("/<int:indicator_id>/baseline")
@requires(Permission.INDICATOR_EDIT, on=CHARTED)
@commits
def lock(indicator: Indicator) -> ResponseReturnValue:
    """Lock the stretch that the limits are computed from."""
    form = BaselineForm().offer(_periods(indicator))

    def act() -> None:
        services.lock_baseline(
            session(), indicator, form.draft(indicator.frequency), actor=identity(), now=now()
        )

    if accepted(form, act):
        flash(_("La référence est verrouillée : les limites ne bougeront plus."), "success")
        return redirect(url_for("indicators.chart", indicator_id=indicator.id), 303)
    return render_template("indicators/chart.html", **shown(indicator, baseline=form)), 422


@bp.post("/baselines/<int:baseline_id>/unlock")
@requires(Permission.INDICATOR_EDIT, on=BASELINE)
@commits
def unlock(baseline: Baseline) -> ResponseReturnValue:
    """Take back the last baseline."""
    indicator = baseline.indicator
    services.unlock_baseline(session(), indicator, baseline, actor=identity(), now=now())
    flash(_("La référence est retirée ; le journal la garde."), "success")
    return redirect(url_for("indicators.chart", indicator_id=indicator.id), 303)


@bp.post("/<int:indicator_id>/events")
@requires(Permission.INDICATOR_MEASURE, on=CHARTED)
@commits
def add_event(indicator: Indicator) -> ResponseReturnValue:
    """Date a rare event."""
    form = EventForm()

    def act() -> None:
        services.date_event(
            session(), indicator, form.happened_on.data, form.note.data or "",
            actor=identity(), now=now(),
        )  # fmt: skip

    if accepted(form, act):
        flash(_("Événement daté."), "success")
        return redirect(url_for("indicators.chart", indicator_id=indicator.id), 303)
    return render_template("indicators/chart.html", **shown(indicator, event=form)), 422


@bp.route("/events/<int:event_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.INDICATOR_MEASURE, on=EVENT)
@commits
def withdraw_event(event: RareEvent) -> ResponseReturnValue:
    """Take an event out of the series, with the reason."""
    indicator = event.indicator
    form = WithdrawEventForm()

    def act() -> None:
        services.withdraw_event(
            session(), indicator, event, form.reason.data or "", actor=identity(), now=now()
        )

    if accepted(form, act):
        flash(_("Événement retiré ; il reste au journal avec sa raison."), "success")
        return redirect(url_for("indicators.chart", indicator_id=indicator.id), 303)
    body = render_template(
        "indicators/withdraw_event.html", form=form, indicator=indicator, event=event
    )
    return body, 422 if form.errors else 200


def shown(
    indicator: Indicator, *, baseline: BaselineForm | None = None, event: EventForm | None = None
) -> dict[str, Any]:
    """Return all that the page of the charts shows."""
    signals = readings.signals_of(session(), indicator)
    reading = readings.reading_of(session(), indicator, day_in_paris(now()), signals=signals)
    face = face_of(reading, locale())
    analysis = reading.analysis
    rolling = rolling_year(reading.watched, reading.entries, analysis.series)
    charts = [main_chart(analysis, face), *other_charts(analysis, face, rolling)]
    periods = [(entry.period.iso, entry.period.label) for entry in reading.entries]
    is_locked_kind = indicator.chart is Chart.XMR and len(periods) >= MINIMUM_VALUES
    may_edit = can(Permission.INDICATOR_EDIT, indicator)
    may_measure = can(Permission.INDICATOR_MEASURE, indicator)
    return {
        "indicator": indicator,
        "reading": reading,
        "charts": charts,
        "signals": signal_rows([each for each in signals if each.is_open]),
        "past_signals": signal_rows([each for each in signals if not each.is_open]),
        "baseline_form": (baseline or BaselineForm().offer(periods))
        if is_locked_kind and may_edit
        else None,
        "event_form": (event or EventForm())
        if indicator.chart is Chart.G and may_measure
        else None,
        "may_edit": may_edit,
        "may_measure": may_measure,
    }


def signal_rows(lines: Sequence[readings.SignalLine]) -> list[dict[str, Any]]:
    """Return logged signals with the words of their rules."""
    return [{**asdict(line), "rule_label": Rule(line.rule).label} for line in lines]


def _periods(indicator: Indicator) -> list[tuple[str, Any]]:
    entries = readings.entries_of(session(), [indicator])[indicator.id]
    return [(entry.period.iso, entry.period.label) for entry in entries]
