"""The papers of a DUERP: the document, its register, its measures, one page a work unit."""

from flask import Response, request
from flask_babel import gettext as _

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Permission
from qse_audit.duerp import queries, reports
from qse_audit.duerp.models import DuerpVersion
from qse_audit.duerp.views.blueprint import VERSION, bp, file_of, head_of, place_read
from qse_audit.web.database import session
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale

P = Permission


@bp.get("/versions/<int:duerp_id>/document.pdf")
@requires(P.DUERP_READ, on=VERSION)
def paper(version: DuerpVersion) -> Response:
    """Send a version as PDF: as it was approved, or as a project for those who are consulted."""
    edition = _edition(version)
    return file_of(reports.document_pdf(edition, locale()), "pdf", _name(version, edition))


@bp.get("/versions/<int:duerp_id>/document.docx")
@requires(P.DUERP_READ, on=VERSION)
def text(version: DuerpVersion) -> Response:
    """Send a version as a Word file, as it was approved or as a project."""
    edition = _edition(version)
    return file_of(reports.document_docx(edition, locale()), "docx", _name(version, edition))


@bp.get("/versions/<int:duerp_id>/register.xlsx")
@requires(P.DUERP_READ, on=VERSION)
def sheet(version: DuerpVersion) -> Response:
    """Send the risks and measures of a version as a spreadsheet, as they are now for a draft."""
    content = queries.content_of(session(), version, day_in_paris(now()))
    return file_of(reports.register_xlsx(content, locale()), "xlsx", head_of(version))


@bp.get("/versions/<int:duerp_id>/programme.pdf")
@requires(P.DUERP_READ, on=VERSION)
def programme_paper(version: DuerpVersion) -> Response:
    """Send the measures to come as PDF."""
    at = now()
    today = day_in_paris(at)
    content = queries.content_of(session(), version, today)
    made = version.approved_at or at
    file = reports.programme_pdf(content, today=today, made_at=made, locale=locale())
    return file_of(file, "pdf", f"{head_of(version)}-programme")


@bp.get("/versions/<int:duerp_id>/posters.pdf")
@requires(P.DUERP_READ, on=VERSION)
def posters(version: DuerpVersion) -> Response:
    """Send one page a work unit for the workers; ``?unit=`` for one of them.

    Only of what is in force: nobody posts a project.
    """
    edition, wanted = _edition(version), request.args.get("unit", "")
    content = edition.content
    if edition.is_project:
        raise NotFound(f"record of DUERP version {version.id}")
    keys = [each.key for each in content.units if each.key == wanted or not wanted]
    keys = [key for key in keys if content.by_unit[key]]  # nobody reads an empty page
    if not keys:
        raise NotFound(wanted)
    place = place_read(version.organisation_id)
    file = reports.posters_pdf(
        content, tuple(keys), place, made_at=edition.made_at, locale=locale()
    )
    return file_of(file, "pdf", f"{head_of(version)}-postes")


# --- what the views are made of ---


def _edition(version: DuerpVersion) -> reports.Edition:
    """Return a version as it was approved, or as it would be now."""
    record = queries.record_of(session(), version.id)
    if record is None:
        at = now()
        content = queries.live_content(session(), version, day_in_paris(at))
        return reports.Edition(content=content, made_at=at)
    return reports.Edition(
        content=queries.frozen_content(record),
        made_at=record.approved_at,
        sha256=record.sha256,
        head_seq=record.head_seq,
    )


def _name(version: DuerpVersion, edition: reports.Edition) -> str:
    """Return how the file is called: nobody takes a project for what is in force."""
    name, project = head_of(version), _("projet")
    return f"{name} {project}" if edition.is_project else name
