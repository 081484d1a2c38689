"""The pages about processes."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qse_audit.core.permissions import Permission
from qse_audit.web.guards import requires

bp = Blueprint("processes", __name__, url_prefix="/processes")


@bp.get("/")
@requires(Permission.PROCESS_READ)
def index() -> ResponseReturnValue:
    """List what the person may read."""
    return render_template("processes/index.html")
