"""The grid of a section: many lines at once, by the keys of a spreadsheet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import now
from qse_audit.core.errors import Conflict, Refusal, Refused, refuse_all
from qse_audit.core.permissions import Permission
from qse_audit.core.tables import Cell, Fault
from qse_audit.core.text import N_, Message
from qse_audit.risks import queries, services
from qse_audit.risks.files import said
from qse_audit.risks.forms import GridForm
from qse_audit.risks.models import RiskAnalysis
from qse_audit.risks.queries.grids import ROWS
from qse_audit.risks.rules import METHODS, Column, Kind
from qse_audit.risks.rules.grids import (
    MOST_ROWS,
    NOTE,
    TypedRow,
    cell_codes,
    digest,
    read_grid,
)
from qse_audit.risks.views.blueprint import ANALYSIS, bp
from qse_audit.risks.views.parts import (
    SEPARATOR,
    Shown,
    results_of,
    scale_of,
    shown_rating,
    words_of,
)
from qse_audit.web.database import commits, session
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale
from qse_audit.web.sign_in import identity

P = Permission
NEW_ROWS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """One row of the page."""

    key: str
    """``12`` for line 12, ``n1`` for a new one."""
    place: int
    texts: Mapping[str, str]
    seen: str = ""
    version: int = 0
    risk_id: int | None = None
    rating: Shown | None = None
    number: int | None = None


class WrongCells(Refused):
    """Raised when cells cannot be read; carries each with its place."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__([Refusal("cell", each.text) for each in faults])
        self.faults = tuple(faults)


@bp.get("/<int:analysis_id>/grid")
@requires(P.RISK_EDIT, on=ANALYSIS)
def grid(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Show the lines of a section as a grid to fill."""
    return _page(analysis, GridForm(formdata=None))


@bp.post("/<int:analysis_id>/grid")
@requires(P.RISK_EDIT, on=ANALYSIS)
@commits
def fill(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Store the rows that were touched: everything, or nothing with each cell named."""
    form, typed = GridForm(), typed_rows(analysis)
    if not form.validate_on_submit():
        return _page(analysis, form, typed=typed)
    try:
        done = _stored(analysis, form, typed)
    except Conflict as conflict:
        return _page(analysis, form, typed=typed, theirs=conflict.theirs)
    except Refused as refused:
        form.refuse(refused)
        faults = refused.faults if isinstance(refused, WrongCells) else ()
        return _page(analysis, form, typed=typed, faults=faults)
    told = _(
        "Lignes ajoutées : %(added)d ; modifiées : %(changed)d ; cotées : %(rated)d.",
        added=done.added,
        changed=done.changed,
        rated=done.rated,
    )
    flash(told, "success")
    section, after = request.args.get("section"), request.args.get("after")
    url = url_for("risks.grid", analysis_id=analysis.id, section=section, after=after)
    return redirect(url, 303)


# --- what is sent ---


def typed_rows(analysis: RiskAnalysis) -> list[TypedRow]:
    """Return the rows that were sent."""
    sent, rows = request.form, []
    codes = cell_codes(METHODS[analysis.method], scale_of(analysis.scale))
    for place, key in enumerate(sent.getlist("row")[:MOST_ROWS], start=2):
        version = sent.get(f"v-{key}", "")
        rows.append(
            TypedRow(
                place=place,
                number=int(key) if key.isascii() and key.isdecimal() and len(key) < 8 else None,
                texts={code: sent.get(f"c-{key}-{code}", "") for code in codes},
                seen=sent.get(f"h-{key}", ""),
                version=int(version) if version.isascii() and version.isdecimal() else 0,
            )
        )
    return rows


def _stored(analysis: RiskAnalysis, form: GridForm, typed: Sequence[TypedRow]) -> services.Written:
    """Store the rows that were touched.

    :raises Conflict: for cells that somebody else changed meanwhile, by place and code.
    :raises WrongCells: naming each cell that cannot be read.
    """
    touched = [row for row in typed if row.is_touched]
    numbers = [row.number for row in touched if row.number is not None]
    stored = queries.grid_lines(session(), analysis.id, numbers)
    _check_versions(analysis, touched, stored)
    refuse_all([each for row in touched for each in _emptied(row, stored.get(row.number or 0))])
    paths = queries.section_paths(session(), analysis.id)
    read = read_grid(
        touched,
        METHODS[analysis.method],
        scale_of(analysis.scale),
        section=paths.get(asked_section(paths) or 0, ()),
        said=said,
    )
    if read.faults:
        raise WrongCells(read.faults)
    reason = form.reason.data or ""
    return services.import_lines(
        session(), analysis, read, reason=reason, actor=identity(), now=now()
    )


def _emptied(row: TypedRow, line: Any) -> Iterator[Refusal]:
    """Give that the notes of a rated line were all taken away."""
    notes = [text for code, text in row.texts.items() if code.startswith(NOTE)]
    if line is not None and line.notes and not any(text.strip() for text in notes):
        told = N_("ligne %(line)d : une cotation ne s’efface pas ; donnez d’autres notes, ou "
                  "retirez la ligne.", line=row.place)  # fmt: skip
        yield Refusal("notes_emptied", told)


def _check_versions(
    analysis: RiskAnalysis, touched: Sequence[TypedRow], stored: Mapping[int, Any]
) -> None:
    theirs: dict[str, str] = {}
    yours: dict[str, str] = {}
    for row in touched:
        line = stored.get(row.number or 0)
        if line is None or line.version == row.version:
            continue
        texts = texts_of(analysis, line)
        for code, text in row.texts.items():
            if text.replace("\r\n", "\n").strip() != texts[code]:
                theirs[f"{row.place} {code}"], yours[f"{row.place} {code}"] = texts[code], text
    if theirs:
        raise Conflict(theirs=theirs, yours=yours)


# --- what is shown ---


def asked_section(paths: Mapping[int, tuple[str, ...]]) -> int | None:
    """Return the section that the address asks for; the first one by default."""
    asked = request.args.get("section", 0, type=int)
    return asked if asked in paths else next(iter(paths), None)


def texts_of(analysis: RiskAnalysis, line: Any) -> dict[str, str]:
    """Return what the cells of a stored line hold."""
    texts = {
        column.code: _cell(
            analysis, column, line.details.get(column.code, getattr(line, column.code, ""))
        )
        for column in METHODS[analysis.method].columns
    }
    notes = line.notes or {}
    criteria = scale_of(analysis.scale).criteria
    return texts | {f"{NOTE}{each.code}": str(notes.get(each.code, "")) for each in criteria}


def _cell(analysis: RiskAnalysis, column: Column, value: Any) -> str:
    if column.kind is Kind.FLAGS:
        return " ; ".join(words_of(analysis.method, column.code, [each]) for each in value or ())
    return "" if value is None else str(value)


def _page(
    analysis: RiskAnalysis,
    form: GridForm,
    *,
    typed: Sequence[TypedRow] = (),
    faults: Sequence[Fault] = (),
    theirs: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """Return the page of the grid, with all that was typed."""
    paths = queries.section_paths(session(), analysis.id)
    section = asked_section(paths)
    rows, further = _typed(analysis, typed, theirs or {}) if typed else _fresh(analysis, section)
    wrong: dict[str, Message] = {fault.cell: fault.message for fault in faults}
    page = render_template(
        "risks/grid.html",
        analysis=analysis,
        form=form,
        card=METHODS[analysis.method],
        scale=scale_of(analysis.scale),
        results=results_of(analysis.scale),
        rows=rows,
        further=further,
        wrong=wrong,
        spots=_spots(analysis, rows, faults),
        theirs=theirs or {},
        section=section,
        sections=[(key, SEPARATOR.join(path)) for key, path in paths.items()],
    )
    return page, 409 if theirs else 422 if form.errors else 200


def _spots(analysis: RiskAnalysis, rows: Sequence[GridRow], faults: Sequence[Fault]) -> list[str]:
    """Return the id of the cell of each fault; ``""`` for the fault of a whole line."""
    codes = cell_codes(METHODS[analysis.method], scale_of(analysis.scale))
    places = {
        Cell(row.place, column).name: f"c-{row.key}-{code}"
        for row in rows
        for column, code in enumerate(codes, start=2)
    }
    return [places.get(fault.cell, "") for fault in faults]


def _fresh(analysis: RiskAnalysis, section: int | None) -> tuple[list[GridRow], int | None]:
    """Return the stored rows with empty ones below, and where the next page begins."""
    after = request.args.get("after", 0, type=int)
    lines = queries.grid_page(session(), analysis.id, section, after=after)
    rows = [_row(analysis, line, place) for place, line in enumerate(lines[:ROWS], start=2)]
    further = lines[ROWS - 1].position if len(lines) > ROWS else None
    empty = dict.fromkeys(cell_codes(METHODS[analysis.method], scale_of(analysis.scale)), "")
    fresh = [
        GridRow(key=f"n{n}", place=len(rows) + 1 + n, texts=empty) for n in range(1, NEW_ROWS + 1)
    ]
    return [*rows, *fresh], further


def _row(analysis: RiskAnalysis, line: Any, place: int) -> GridRow:
    texts = texts_of(analysis, line)
    return GridRow(
        key=str(line.number),
        number=line.number,
        place=place,
        texts=texts,
        seen=digest(texts),
        version=line.version,
        risk_id=line.id,
        rating=shown_rating(scale_of(analysis.scale), line.score, line.band, locale()),
    )


def _typed(
    analysis: RiskAnalysis, typed: Sequence[TypedRow], theirs: Mapping[str, str]
) -> tuple[list[GridRow], int | None]:
    """Return the rows as they were sent; what somebody else changed is theirs no longer."""
    numbers = [row.number for row in typed if row.number is not None]
    stored = queries.grid_lines(session(), analysis.id, numbers)
    met = {key.split(" ")[0] for key in theirs}
    rows: list[GridRow] = []
    fresh = count(1)
    for row in typed:
        line = stored.get(row.number or 0)
        kept = _row(analysis, line, row.place) if line is not None else None
        is_met = str(row.place) in met
        rows.append(
            GridRow(
                key=str(row.number) if kept else f"n{next(fresh)}",
                number=row.number if kept else None,
                place=row.place,
                texts=row.texts,
                seen=row.seen,
                version=kept.version if kept and is_met else row.version,
                risk_id=kept.risk_id if kept else None,
                rating=kept.rating if kept else None,
            )
        )
    return rows, None
