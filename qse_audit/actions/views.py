"""The pages about actions."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qse_audit.core.permissions import Permission
from qse_audit.web.guards import requires

bp = Blueprint("actions", __name__, url_prefix="/actions")


@bp.get("/")
@requires(Permission.ACTION_LIST)
def index() -> ResponseReturnValue:
    """List what the person may read."""
    return render_template("actions/index.html")
