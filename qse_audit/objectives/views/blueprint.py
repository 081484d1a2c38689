"""The blueprint of the pages about objectives, and how they find what a URL names."""

from flask import Blueprint

from qse_audit.core.permissions import Permission
from qse_audit.objectives import queries
from qse_audit.web.guards import Target

P = Permission
bp = Blueprint("objectives", __name__, url_prefix="/objectives")

OBJECTIVE = Target(queries.get_objective, "objective_id", read=P.OBJECTIVE_READ)
AXIS = Target(queries.get_axis, "axis_id", read=P.OBJECTIVE_READ)
PRIORITY = Target(queries.get_priority, "priority_id", read=P.OBJECTIVE_READ)
ARBITRATION = Target(queries.get_arbitration, "arbitration_id", read=P.OBJECTIVE_READ)
REPORT = Target(queries.get_report, "coherence_id", read=P.OBJECTIVE_READ)
