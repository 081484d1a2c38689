"""The pages about certifications."""

from datetime import date

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qse_audit.certifications import queries
from qse_audit.certifications.models import CertificationVersion
from qse_audit.certifications.rules import CriterionSource, has_expired, routes_of
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.permissions import Permission
from qse_audit.documents.text import day
from qse_audit.web.database import session
from qse_audit.web.guards import Target, requires
from qse_audit.web.i18n import locale

bp = Blueprint("certifications", __name__, url_prefix="/certifications")

CERTIFICATION = Target(
    load=queries.get_certification, argument="certification_id", read=Permission.CERTIFICATION_READ
)


@bp.get("/")
@requires(Permission.CERTIFICATION_READ)
def index() -> ResponseReturnValue:
    """List the certifications that the toolkit knows."""
    return render_template(
        "certifications/index.html",
        certifications=queries.certifications(session()),
        today=day_in_paris(now()),
        has_expired=has_expired,
    )


@bp.get("/<int:certification_id>")
@requires(Permission.CERTIFICATION_READ, on=CERTIFICATION)
def detail(certification: CertificationVersion) -> ResponseReturnValue:
    """Show one certification: its identity, blocks, criteria, routes and jury."""
    sources = {
        criterion.source
        for block in certification.blocks
        for capability in block.capabilities
        for criterion in capability.criteria
    }
    return render_template(
        "certifications/detail.html",
        certification=certification,
        record=certification.record,
        routes=routes_of(certification.record),
        expired=has_expired(certification.ends_on, day_in_paris(now())),
        day_of=_day_of,
        unofficial=CriterionSource.WORKING_GRID in sources,
    )


def _day_of(text: str) -> str:
    """Return a date of the record as people read it; a bare year or month as it is."""
    return day(date.fromisoformat(text), locale()) if len(text) == 10 else text
