"""The pages about findings."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qse_audit.core.permissions import Permission
from qse_audit.web.guards import requires

bp = Blueprint("findings", __name__, url_prefix="/findings")


@bp.get("/")
@requires(Permission.FINDING_LIST)
def index() -> ResponseReturnValue:
    """List what the person may read."""
    return render_template("findings/index.html")
