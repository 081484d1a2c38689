"""The pages about portfolios."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qse_audit.core.permissions import Permission
from qse_audit.web.guards import requires

bp = Blueprint("portfolios", __name__, url_prefix="/candidacies")


@bp.get("/")
@requires(Permission.CANDIDACY_LIST)
def index() -> ResponseReturnValue:
    """List what the person may read."""
    return render_template("portfolios/index.html")
