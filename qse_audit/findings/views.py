"""The pages about findings."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qse_audit.core.permissions import Permission
from qse_audit.findings import queries
from qse_audit.findings.models import Finding
from qse_audit.web.guards import Target, requires

bp = Blueprint("findings", __name__, url_prefix="/findings")

FINDING = Target(load=queries.get_finding, argument="finding_id", read=Permission.FINDING_READ)


@bp.get("/")
@requires(Permission.FINDING_LIST)
def index() -> ResponseReturnValue:
    """List what the person may read."""
    return render_template("findings/index.html")


@bp.get("/<int:finding_id>")
@requires(Permission.FINDING_READ, on=FINDING)
def detail(finding: Finding) -> ResponseReturnValue:
    """Show one finding."""
    return render_template("findings/detail.html", finding=finding)
