"""The pages about certifications."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qse_audit.core.permissions import Permission
from qse_audit.web.guards import requires

bp = Blueprint("certifications", __name__, url_prefix="/certifications")


@bp.get("/")
@requires(Permission.CERTIFICATION_READ)
def index() -> ResponseReturnValue:
    """List what the person may read."""
    return render_template("certifications/index.html")
