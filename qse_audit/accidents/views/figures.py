"""The rates of the register, and the hours that they divide by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accidents import queries, reports, services
from qse_audit.accidents.forms import HoursForm
from qse_audit.accidents.queries import AccidentFilter, figures
from qse_audit.accidents.queries.registers import registers
from qse_audit.accidents.reports import charts
from qse_audit.accidents.rules import EventStatus
from qse_audit.accidents.rules.events import FIRST_YEAR
from qse_audit.accidents.rules.rates import (
    FORMULAS,
    REFERENCES,
    UNITS,
    Occurrence,
    RateCode,
    Rates,
    Worked,
    months_to,
    rates,
)
from qse_audit.accidents.views.blueprint import bp
from qse_audit.accidents.views.listing import number
from qse_audit.accounts.queries import get_organisation, sites_of
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import NotFound
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.permissions import Permission
from qse_audit.documents.names import MEDIA_TYPES
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import can, requires
from qse_audit.web.i18n import locale
from qse_audit.web.listing import listing
from qse_audit.web.sign_in import identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the rates of a page are made of."""

    events: Sequence[Occurrence]
    worked: Mapping[Period, Worked]
    last: Period
    """The last month that the page counts."""


@bp.get("/rates")
@requires(Permission.ACCIDENT_FIGURES)
def rates_page() -> ResponseReturnValue:
    """Show the rates over twelve months, with what they are made of."""
    values = listing((), "").values
    site_id = number(values.get("site"))
    counted = counted_for(site_id, values.get("until", ""))
    months = months_to(counted.last)
    year = rates(months, counted.events, counted.worked)
    before = rates(months_to(months[0].previous), counted.events, counted.worked)
    language = locale()
    shown = months_to(counted.last, charts.SHOWN_MONTHS)
    return render_template(
        "accidents/rates.html",
        year=year,
        rows=rate_rows(year, before, rates([counted.last], counted.events, counted.worked)),
        last=counted.last,
        untils=[(each.iso, each.label) for each in offered_months(counted)],
        site_id=site_id,
        sites=[(each.id, each.name) for each in sites_of(session(), identity().organisation_id)],
        charts=[
            *charts.rolling_charts(shown, counted.events, counted.worked, locale=language),
            charts.monthly_chart(months, counted.events, locale=language),
            charts.between(counted.events, counted.worked, day_in_paris(now()), locale=language),
        ],
        references=REFERENCES,
        reference_codes=(RateCode.TF1, RateCode.TG, RateCode.IF),
        may_enter=can(Permission.ACCIDENT_HOURS),
    )


@bp.route("/hours", methods=["GET", "POST"])
@requires(Permission.ACCIDENT_HOURS)
@commits
def hours() -> ResponseReturnValue:
    """Enter the hours worked and the headcount of a month."""
    here = identity().organisation_id
    form = HoursForm().offer([(each.id, each.name) for each in sites_of(session(), here)])
    if not form.month.raw_data:
        form.month.data = Period.of(Frequency.MONTH, day_in_paris(now())).previous.iso

    def enter() -> None:
        services.enter_hours(session(), form.draft(locale()), actor=identity(), now=now())

    if accepted(form, enter):
        flash(_("Les heures du mois sont enregistrées."), "success")
        return redirect(url_for("accidents.hours"), 303)
    lines = figures.hours_entered(session(), here)
    body = render_template("accidents/hours.html", form=form, lines=lines)
    return body, 422 if form.errors else 200


@bp.get("/years/<int:year>/sheet.pdf")
@requires(Permission.ACCIDENT_FIGURES)
def year_sheet(year: int) -> ResponseReturnValue:
    """Send the register of a year as PDF, without anything about a person."""
    at, who = now(), identity()
    if not FIRST_YEAR <= year <= day_in_paris(at).year:
        raise NotFound(f"year {year}")
    found = queries.register(session(), who, AccidentFilter(year=year), at)
    lines = [line for line in found if line.status is not EventStatus.DISMISSED]
    counted = counted_for(None)
    months = months_of(year, day_in_paris(at))
    sheet = reports.Year(
        year=year,
        organisation=get_organisation(session(), who.organisation_id).name,
        rates=rates(months, counted.events, counted.worked),
        events=lines,
        printed_at=at,
    )
    return pdf_of(sheet)


# --- what the views are made of ---


def months_of(year: int, today: date) -> tuple[Period, ...]:
    """Return the months of a year that are over; its first one at least."""
    first = Period.nth(Frequency.MONTH, year)
    last = min(first.shift(11), Period.of(Frequency.MONTH, today).previous)
    return tuple(first.to(max(first, last)))


def pdf_of(sheet: reports.Year) -> Response:
    """Return the sheet of a year as a file."""
    return Response(
        reports.year_pdf(sheet, locale()),
        content_type=MEDIA_TYPES["pdf"],
        headers={"Content-Disposition": f"attachment; filename=registre-{sheet.year}.pdf"},
    )


def counted_for(site_id: int | None, until: str = "") -> Counted:
    """Return what happened and what was worked, of one site or of the whole organisation."""
    here = identity().organisation_id
    register = registers(session(), [here], site_id=site_id)[here]
    events, worked = register.events, register.worked
    this_month = Period.of(Frequency.MONTH, day_in_paris(now()))
    known = [month for month, each in worked.items() if each.hours is not None]
    last = max(known, default=this_month.previous)
    return Counted(events=events, worked=worked, last=_asked(until, this_month) or last)


def _asked(until: str, this_month: Period) -> Period | None:
    """Return the month that an address names; ``None`` for what is no month or is to come."""
    try:
        found = Period.from_iso(until)
    except ValueError:
        return None
    return found if found.frequency is Frequency.MONTH and found <= this_month else None


def offered_months(counted: Counted) -> list[Period]:
    """Return the months that may end the twelve: those with hours, the latest first."""
    return sorted({*counted.worked, counted.last}, reverse=True)[:36]


def rate_rows(year: Rates, before: Rates, month: Rates) -> list[dict[str, Any]]:
    """Return each rate with its words, over twelve months, the twelve before, and the month."""
    return [
        {
            "code": code,
            "unit": UNITS[code],
            "formula": FORMULAS[code],
            "year": year.rates[code],
            "before": before.rates[code],
            "month": month.rates[code],
        }
        for code in RateCode
    ]
