"""The pages about referentials."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qse_audit.core.permissions import Permission
from qse_audit.web.guards import requires

bp = Blueprint("referentials", __name__, url_prefix="/referentials")


@bp.get("/")
@requires(Permission.REFERENTIAL_READ)
def index() -> ResponseReturnValue:
    """List what the person may read."""
    return render_template("referentials/index.html")
