"""The grid of values: look at it, fill it, paste into it, take it away as a spreadsheet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import BadInput, Conflict, Refusal, Refused
from qse_audit.core.periods import Period
from qse_audit.core.permissions import Permission
from qse_audit.core.tables import Cell
from qse_audit.documents.names import MEDIA_TYPES
from qse_audit.indicators import queries, services
from qse_audit.indicators.forms import ValuesForm
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.reports import sheets
from qse_audit.indicators.rules import (
    CellProblem,
    Grid,
    Pasted,
    PeriodEntry,
    read_paste,
)
from qse_audit.indicators.rules.cells import Window, as_entries, read_cells
from qse_audit.indicators.views.blueprint import INDICATOR, bp
from qse_audit.web.database import commits, session
from qse_audit.web.guards import can, requires
from qse_audit.web.i18n import locale
from qse_audit.web.sign_in import identity


@bp.get("/<int:indicator_id>/values")
@requires(Permission.INDICATOR_READ, on=INDICATOR)
def values(indicator: Indicator) -> ResponseReturnValue:
    """Show the values of some periods: a grid to fill for those who may."""
    return _page(indicator, ValuesForm(formdata=None))


@bp.post("/<int:indicator_id>/values")
@requires(Permission.INDICATOR_MEASURE, on=INDICATOR)
@commits
def enter(indicator: Indicator) -> ResponseReturnValue:
    """Store what was typed or pasted: everything, or nothing with each cell named."""
    form = ValuesForm()
    if not form.validate_on_submit():
        return _page(indicator, form)
    try:
        done = _stored(indicator, form)
    except Conflict as conflict:
        return _page(indicator, form, theirs=conflict.theirs)
    except (Refused, BadInput) as error:
        form.refuse(error)
        return _page(indicator, form, problems=getattr(error, "cells", ()))
    flash(_said(done), "success")
    return redirect(_here(indicator, window_of(indicator).periods[-1]), 303)


@bp.get("/<int:indicator_id>/values.csv", defaults={"extension": "csv"})
@bp.get("/<int:indicator_id>/values.xlsx", defaults={"extension": "xlsx"})
@requires(Permission.INDICATOR_READ, on=INDICATOR)
def export_values(indicator: Indicator, extension: str) -> ResponseReturnValue:
    """Send every value of the indicator as a spreadsheet."""
    rows = queries.measured(session(), indicator)
    columns = [(each.name, each.label) for each in indicator.variables]
    content = sheets.valued(indicator.reference, columns, rows, extension, locale=locale())
    name = f"{indicator.reference}.{extension}"
    return Response(
        content,
        content_type=MEDIA_TYPES[extension],
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


# --- what the views are made of ---


class WrongCells(Refused):
    """Raised when cells cannot be read; carries each with its place."""

    def __init__(self, cells: tuple[CellProblem, ...]) -> None:
        super().__init__([Refusal("cell", each.text) for each in cells])
        self.cells = cells


@dataclass(frozen=True, slots=True)
class GridRow:
    """One period of the grid, as the page writes it."""

    period: Period
    row: queries.Measured | None
    is_open: bool
    texts: Mapping[str, str]
    """What each cell holds, by variable."""
    comment: str
    version: int


def window_of(indicator: Indicator) -> Window:
    """Return the periods that the address asks for: up to the current one by default."""
    newest = Period.of(indicator.frequency, day_in_paris(now()))
    try:
        last = Period.from_iso(request.args.get("until", ""))
    except ValueError:
        last = newest
    return Window.until(min(last, newest) if last.frequency is newest.frequency else newest)


def grid_of(indicator: Indicator, window: Window) -> Grid:
    """Return the grid that people fill: what is counted from our records is not in it."""
    entered = [each for each in indicator.variables if each.automatic is None]
    columns = tuple(queries.column_of(each) for each in entered)
    return Grid(indicator.frequency, window.periods, columns)


def _stored(indicator: Indicator, form: ValuesForm) -> services.Entered:
    """Store what the form brings.

    :raises WrongCells: naming each cell that cannot be read.
    """
    grid = grid_of(indicator, window_of(indicator))
    return services.enter_values(
        session(),
        indicator,
        _entries(indicator, grid, form),
        reason=form.reason.data or "",
        source=form.source.data or "",
        actor=identity(),
        now=now(),
    )


def _entries(indicator: Indicator, grid: Grid, form: ValuesForm) -> tuple[PeriodEntry, ...]:
    sent = request.form
    typed = {
        (period, column.name): sent[key]
        for period in grid.periods
        for column in grid.columns
        if (key := f"c-{period.iso}-{column.name}") in sent
    }
    read = read_cells(typed, grid, locale())
    pasted = _pasted(indicator, grid, form)
    if problems := (*read.problems, *pasted.problems):
        raise WrongCells(problems)
    comments = {p: sent[f"n-{p.iso}"] for p in grid.periods if f"n-{p.iso}" in sent}
    found = as_entries((*read.values, *pasted.values), comments=comments, versions=_versions(grid))
    return tuple(each for each in found if _says_something(each))


def _says_something(entry: PeriodEntry) -> bool:
    """Leave out the rows of periods that hold nothing, and held nothing."""
    has_words = any(value is not None for value in entry.values.values()) or entry.comment
    return bool(has_words) or bool(entry.version)


def _versions(grid: Grid) -> dict[Period, int]:
    sent = {period: request.form.get(f"v-{period.iso}", "") for period in grid.periods}
    return {period: int(text) for period, text in sent.items() if text.isdecimal()}


def _pasted(indicator: Indicator, grid: Grid, form: ValuesForm) -> Pasted:
    """Return what the text area brings."""
    text = form.paste.data or ""
    if not text.strip():
        return Pasted()
    first = Cell(2, 1) if form.with_periods.data else Cell(2, 2)
    closed = range(1900, closed_year(indicator) + 1)
    return read_paste(text, grid, first, locale=locale(), closed_years=closed)


def closed_year(indicator: Indicator) -> int:
    """Return the last year that is closed as a whole; 0 for none."""
    until = indicator.closed_until
    if until is None:
        return 0
    return until.year if (until.month, until.day) == (12, 31) else until.year - 1


def _here(indicator: Indicator, last: Period) -> str:
    return url_for("indicators.values", indicator_id=indicator.id, until=last.iso)


def _said(done: services.Entered) -> str:
    if not (done.added or done.corrected):
        return str(_("Rien n’a changé."))
    added = ngettext("%(num)s période enregistrée", "%(num)s périodes enregistrées", done.added)
    fixed = ngettext("%(num)s corrigée", "%(num)s corrigées", done.corrected)
    return str(_("%(added)s, %(fixed)s.", added=added, fixed=fixed))


def _page(
    indicator: Indicator,
    form: ValuesForm,
    *,
    problems: tuple[CellProblem, ...] = (),
    theirs: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """Return the page of the grid, with all that was typed."""
    window = window_of(indicator)
    first, last = window.periods[0], window.periods[-1]
    newest = Period.of(indicator.frequency, day_in_paris(now()))
    later = window.later(newest)
    stored = queries.measured(session(), indicator, since=first.starts_on, until=last.starts_on)
    body = render_template(
        "indicators/values.html",
        indicator=indicator,
        form=form,
        grid=grid_of(indicator, window),
        rows=_rows(indicator, window, {each.period: each for each in stored}),
        wrong={each.cell.name: each.message for each in problems},
        theirs=theirs or {},
        corrections=queries.corrections_of(
            session(), indicator, since=first.starts_on, until=last.starts_on
        ),
        warning=queries.small_hours(session(), indicator, newest),
        may_fill=can(Permission.INDICATOR_MEASURE, indicator),
        here=_here(indicator, last),
        earlier=_here(indicator, window.earlier),
        later=_here(indicator, later) if later else None,
    )
    return body, 409 if theirs else 422 if form.errors else 200


def _rows(
    indicator: Indicator, window: Window, stored: Mapping[Period, queries.Measured]
) -> list[GridRow]:
    calendar, sent = queries.calendar_of(indicator), request.form
    rows = []
    for period in window.periods:
        row = stored.get(period)
        texts: dict[str, Any] = {}
        for each in indicator.variables:
            kept = (row.inputs if row else {}).get(each.name, "")
            shown = kept.replace(".", ",") if locale() == "fr" else kept
            texts[each.name] = sent.get(f"c-{period.iso}-{each.name}", shown)
        rows.append(
            GridRow(
                period,
                row,
                not calendar.is_closed(period),
                texts,
                sent.get(f"n-{period.iso}", row.comment if row else ""),
                row.version if row else 0,
            )
        )
    return rows
