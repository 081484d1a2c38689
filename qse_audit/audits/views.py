"""The pages about audits."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qse_audit.core.permissions import Permission
from qse_audit.web.guards import requires

bp = Blueprint("audits", __name__, url_prefix="/audits")


@bp.get("/")
@requires(Permission.AUDIT_LIST)
def index() -> ResponseReturnValue:
    """List what the person may read."""
    return render_template("audits/index.html")
