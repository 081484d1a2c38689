"""The blueprint of the register, and what its pages share."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from qse_audit.accidents import queries
from qse_audit.core.errors import Refused
from qse_audit.core.permissions import Permission
from qse_audit.web.errors import wants_json
from qse_audit.web.forms import Form
from qse_audit.web.guards import Target

bp = Blueprint("accidents", __name__, url_prefix="/accidents")

ACCIDENT = Target(load=queries.get_accident, argument="accident_id", read=Permission.ACCIDENT_READ)


def accepted(form: Form, act: Callable[[], Any]) -> Any:
    """Return what ``act`` made of a valid form; refusals go onto the form, with all typed."""
    if not form.validate_on_submit():
        return None
    try:
        return act() or True
    except Refused as refused:
        if wants_json():
            raise
        form.refuse(refused)
        return None
