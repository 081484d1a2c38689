"""The blueprint of the register, and what its pages share."""

from flask import Blueprint

from qse_audit.accidents import queries
from qse_audit.core.permissions import Permission
from qse_audit.web.guards import Target

bp = Blueprint("accidents", __name__, url_prefix="/accidents")

ACCIDENT = Target(load=queries.get_accident, argument="accident_id", read=Permission.ACCIDENT_READ)
