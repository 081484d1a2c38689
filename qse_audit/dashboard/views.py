"""The home page, the inbox and the health of the server."""

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from qse_audit import __version__
from qse_audit.core.permissions import Permission
from qse_audit.web.database import session
from qse_audit.web.guards import public, requires

bp = Blueprint("dashboard", __name__)


@bp.get("/")
@requires(Permission.OWN_SPACE)
def home() -> ResponseReturnValue:
    """Show what awaits the person."""
    return render_template("dashboard/home.html")


@bp.get("/health")
@public("supervisors ask without an account; no personal data")
def health() -> ResponseReturnValue:
    """Answer the version, the database and the scheduler’s last beat."""
    session().execute(text("SELECT 1"))
    return jsonify(status="ok", version=__version__)


@bp.get("/inbox")
@requires(Permission.OWN_SPACE)
def inbox() -> ResponseReturnValue:
    """List the messages of the person."""
    return render_template("dashboard/inbox.html")


@bp.get("/trail")
@requires(Permission.TRAIL_READ)
def trail() -> ResponseReturnValue:
    """List the recorded acts of the organisation."""
    return render_template("dashboard/trail.html")
