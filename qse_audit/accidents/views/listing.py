"""The register as a list, and its exports."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from qse_audit.accidents import queries, reports
from qse_audit.accidents.models import Accident
from qse_audit.accidents.queries import AccidentFilter, Show
from qse_audit.accidents.rules import EventKind, EventStatus
from qse_audit.accidents.views.blueprint import bp
from qse_audit.accounts.queries import sites_of
from qse_audit.core.clock import now
from qse_audit.core.permissions import Permission
from qse_audit.documents.names import MEDIA_TYPES
from qse_audit.processes.queries import processes_of
from qse_audit.web.database import session
from qse_audit.web.forms import choices_of
from qse_audit.web.guards import can, requires
from qse_audit.web.i18n import locale
from qse_audit.web.listing import Listing, listing
from qse_audit.web.paging import page
from qse_audit.web.sign_in import identity

FILTERS = ("q", "kind", "status", "process", "site", "year")


@bp.get("/")
@requires(Permission.ACCIDENT_LIST)
def index() -> ResponseReturnValue:
    """List the events that the person may read: the register, or what they declared."""
    shown = listing(("happened_at",), "-happened_at")
    wanted, who = asked_for(shown), identity()
    here = who.organisation_id
    descends = shown.sort[1]
    return render_template(
        "accidents/index.html",
        counts=queries.count_shown(session(), who, wanted),
        page=page(
            session(),
            queries.list_statement(who, wanted),
            [(Accident.happened_at.expression, descends), (Accident.id.expression, descends)],
            cursor=shown.cursor,
            make=queries.as_line,
        ),
        listing=shown,
        wanted=wanted,
        filters=FILTERS,
        shows=list(Show),
        kinds=choices_of(EventKind),
        statuses=choices_of(EventStatus),
        processes=[(each.id, each.name) for each in processes_of(session(), here)],
        sites=[(each.id, each.name) for each in sites_of(session(), here)],
        years=queries.years_of(session(), who),
        keeps_register=can(Permission.ACCIDENT_FIGURES),
    )


@bp.get("/export.csv", defaults={"extension": "csv"})
@bp.get("/export.xlsx", defaults={"extension": "xlsx"})
@requires(Permission.ACCIDENT_FIGURES)
def export(extension: str) -> ResponseReturnValue:
    """Send what the list shows as a spreadsheet, without a name or a function."""
    wanted, at = asked_for(listing(("happened_at",), "-happened_at")), now()
    found = queries.register(session(), identity(), wanted, at)
    return Response(
        reports.spreadsheet(found, extension, locale()),
        content_type=MEDIA_TYPES[extension],
        headers={"Content-Disposition": f"attachment; filename=registre-evenements.{extension}"},
    )


def asked_for(shown: Listing) -> AccidentFilter:
    """Return what the address of the list asks for; words that mean nothing are left out."""
    values = shown.values
    kind, status, show = (values.get(name, "") for name in ("kind", "status", "show"))
    return AccidentFilter(
        show=Show(show) if show in set(Show) else Show.ALL,
        search=values.get("q", "")[:200],
        kind=EventKind(kind) if kind in set(EventKind) else None,
        status=EventStatus(status) if status in set(EventStatus) else None,
        process_id=number(values.get("process")),
        site_id=number(values.get("site")),
        year=number(values.get("year")),
    )


def number(text: str | None) -> int | None:
    """Return a whole number of an address, ``None`` for anything else."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else None
