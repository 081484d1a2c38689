"""The blueprint of the pages about the DUERP, and how they find what they show."""

from typing import Any

from flask import Blueprint, Response

from qse_audit.core.permissions import Permission
from qse_audit.documents.names import MEDIA_TYPES
from qse_audit.duerp import queries
from qse_audit.duerp.models import DuerpVersion
from qse_audit.duerp.reports import Place, Wording
from qse_audit.duerp.rules import Content
from qse_audit.web.database import session
from qse_audit.web.guards import Target
from qse_audit.web.i18n import locale

bp = Blueprint("duerp", __name__, url_prefix="/duerp")

P = Permission
VERSION = Target(queries.get_version, "duerp_id", read=P.DUERP_READ)
CONTRIBUTION = Target(queries.get_contribution, "contribution_id", read=P.DUERP_READ)
EVENT = Target(queries.get_event, "trigger_id", read=P.DUERP_LIST)
REQUEST = Target(queries.get_request, "request_id", read=P.DUERP_KEEP)


def head_of(version: DuerpVersion) -> str:
    """Return how a version is called: ``AR-2026-001 v2``."""
    return f"{version.analysis.reference} v{version.number}"


def lines_of(content: Content, wording: Wording, unit_key: str) -> list[dict[str, Any]]:
    """Return the lines of one unit as pages show them, the gravest first."""
    return [
        {
            "hazard": line.hazard,
            "situation": line.situation,
            "family": wording.family(line),
            "harm": line.harm,
            "existing": line.existing,
            "exposed": wording.exposed(line),
            "exposure_note": line.exposure_note,
            "is_rated": line.rating is not None,
            "tone": wording.tone(line),
            "level": wording.level(line),
            "score": wording.score(line),
            "measures": [f"{m.reference} {m.title}" for m in content.by_line.get(line.key, ())],
        }
        for line in content.by_unit[unit_key]
    ]


def file_of(content: bytes, extension: str, name: str) -> Response:
    """Return a file to be saved."""
    safe = name.replace(" ", "-")
    headers = {"Content-Disposition": f"attachment; filename={safe}.{extension}"}
    return Response(content, content_type=MEDIA_TYPES[extension], headers=headers)


def place_read(organisation_id: int) -> Place:
    """Return where the DUERP is read, as papers say it."""
    held = queries.place_of(session(), organisation_id)
    return Place(held.location, held.hours, held.contact) if held else Place()


def wording_of(content: Content) -> Wording:
    """Return the words of a version in the language of the page."""
    return Wording(content, locale())
