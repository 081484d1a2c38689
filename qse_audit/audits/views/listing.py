"""The list of audits and its exports."""

from io import BytesIO

from flask import render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.audits import queries, reports
from qse_audit.audits.queries import AuditFilter
from qse_audit.audits.rules import AuditStatus
from qse_audit.audits.views.blueprint import bp
from qse_audit.core.permissions import Permission
from qse_audit.documents.names import MEDIA_TYPES
from qse_audit.web.database import session
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale, translate
from qse_audit.web.listing import Listing, listing
from qse_audit.web.sign_in import identity


@bp.get("/")
@requires(Permission.AUDIT_LIST)
def index() -> ResponseReturnValue:
    """List the audits that the person may read."""
    shown, wanted = listing((), ""), asked_for()
    who = identity()
    processes = queries.processes_of(session(), who.organisation_id)
    years = queries.years_of(session(), who.organisation_id)
    return render_template(
        "audits/index.html",
        page=queries.audit_page(session(), who, wanted, cursor=shown.cursor),
        count=queries.count_audits(session(), who, wanted),
        listing=shown,
        wanted=wanted,
        chips=chips(shown, wanted, {process.id: process.name for process in processes}),
        statuses=[("", _("Tous")), *((status, status.label) for status in AuditStatus)],
        years=[("", _("Toutes")), *((y, str(y)) for y in years)],
        processes=[("", _("Tous")), *((process.id, process.name) for process in processes)],
        exports={
            name.upper(): shown.address(url_for(f"audits.export_{name}"))
            for name in ("csv", "xlsx")
        },
    )


@bp.get("/export.csv")
@requires(Permission.AUDIT_LIST)
def export_csv() -> ResponseReturnValue:
    """Send what the list shows as CSV."""
    return _sent("csv", reports.list_csv(_exported(), locale()))


@bp.get("/export.xlsx")
@requires(Permission.AUDIT_LIST)
def export_xlsx() -> ResponseReturnValue:
    """Send what the list shows as a workbook."""
    return _sent("xlsx", reports.list_xlsx(_exported(), locale()))


def _exported() -> list[queries.AuditLine]:
    return list(queries.all_audits(session(), identity(), asked_for()))


def _sent(extension: str, content: bytes) -> ResponseReturnValue:
    return send_file(
        BytesIO(content),
        mimetype=MEDIA_TYPES[extension],
        as_attachment=True,
        download_name=f"audits.{extension}",
    )


def asked_for() -> AuditFilter:
    """Return what the address narrows the list to; what makes no sense is left out."""
    status = request.args.get("status", "")
    return AuditFilter(
        text=request.args.get("q", "").strip()[:200],
        status=AuditStatus(status) if status in set(AuditStatus) else None,
        year=_within(request.args.get("year", type=int), 1900, 2200),
        process_id=_within(request.args.get("process", type=int), 1, 2**31 - 1),
        only_mine=request.args.get("mine") == "1",
    )


def _within(value: int | None, first: int, last: int) -> int | None:
    return value if value is not None and first <= value <= last else None


def chips(shown: Listing, wanted: AuditFilter, processes: dict[int, str]) -> list[tuple[str, str]]:
    """Return the filters that hold, each with the address without it."""
    found = []
    if wanted.text:
        found.append((_("« %(text)s »", text=wanted.text), shown.without("q")))
    if wanted.status is not None:
        found.append((translate(wanted.status.label), shown.without("status")))
    if wanted.year is not None:
        found.append((str(wanted.year), shown.without("year")))
    if wanted.process_id is not None:
        name = processes.get(wanted.process_id, _("Processus inconnu"))
        found.append((name, shown.without("process")))
    if wanted.only_mine:
        found.append((_("Les miens"), shown.without("mine")))
    return found
