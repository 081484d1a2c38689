"""The list of indicators and its exports."""

from typing import Any

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from qse_audit.accounts.queries import people_of
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.permissions import Permission
from qse_audit.documents.names import MEDIA_TYPES
from qse_audit.indicators import queries
from qse_audit.indicators.queries import IndicatorFilter, Show
from qse_audit.indicators.reports import sheets
from qse_audit.indicators.rules import Completeness, IndicatorDomain
from qse_audit.indicators.views.blueprint import bp
from qse_audit.processes.queries import processes_of
from qse_audit.web.database import session
from qse_audit.web.forms import choices_of
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale
from qse_audit.web.listing import Listing, listing
from qse_audit.web.paging import page
from qse_audit.web.sign_in import identity

MOST_ADDED_UP = 500
"""Indicators whose completeness is added up on each visit of the list."""


@bp.get("/")
@requires(Permission.INDICATOR_LIST)
def index() -> ResponseReturnValue:
    """List the indicators of the organisation."""
    shown, today = listing(("title",), "title"), day_in_paris(now())
    wanted, who = asked_for(shown), identity()
    statement = queries.list_statement(who, wanted, today)
    found = page(
        session(), statement, queries.by_title(shown.sort[1]),
        cursor=shown.cursor, make=queries.line_maker(today),
    )  # fmt: skip
    counts = queries.count_shown(session(), who, wanted, today)
    return render_template(
        "indicators/index.html",
        page=found,
        overall=None if wanted.is_narrowed else _overall(counts[Show.ACTIVE]),
        latest=queries.latest_values(session(), [line.id for line in found.rows]),
        counts=counts,
        listing=shown,
        wanted=wanted,
        **filters(),
    )


@bp.get("/export.csv", defaults={"extension": "csv"})
@bp.get("/export.xlsx", defaults={"extension": "xlsx"})
@requires(Permission.INDICATOR_LIST)
def export(extension: str) -> ResponseReturnValue:
    """Send what the list shows as a spreadsheet."""
    today, who = day_in_paris(now()), identity()
    wanted = asked_for(listing(("title",), "title"))
    lines = queries.export_lines(session(), who, wanted, today)
    latest = queries.latest_values(session(), [line.id for line in lines])
    return Response(
        sheets.listed(lines, latest, extension, locale=locale()),
        content_type=MEDIA_TYPES[extension],
        headers={"Content-Disposition": f"attachment; filename=indicators.{extension}"},
    )


def _overall(active: int) -> Completeness | None:
    """Return how complete all series are; of very many, nobody waits for it."""
    if not 0 < active <= MOST_ADDED_UP:
        return None
    today = day_in_paris(now())
    return queries.overall_completeness(session(), identity().organisation_id, today)


def filters() -> dict[str, Any]:
    """Return what the list can be narrowed to."""
    here = identity().organisation_id
    return {
        "shows": list(Show),
        "domains": choices_of(IndicatorDomain),
        "people": [(person.id, person.name) for person in people_of(session(), here)],
        "processes": [(process.id, process.name) for process in processes_of(session(), here)],
    }


def asked_for(shown: Listing) -> IndicatorFilter:
    """Return what the address of the list asks for; words that mean nothing are left out."""
    values = shown.values
    domain, show = values.get("domain"), values.get("show")
    return IndicatorFilter(
        show=Show(show) if show in set(Show) else Show.ACTIVE,
        search=values.get("q", "")[:200],
        domain=IndicatorDomain(domain) if domain in set(IndicatorDomain) else None,
        owner_id=_key(values.get("owner", "")),
        process_id=_key(values.get("process", "")),
    )


def _key(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None
