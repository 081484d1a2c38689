"""The blueprint of the pages about risks, and how they find what a URL names."""

from flask import Blueprint

from qse_audit.core.permissions import Permission
from qse_audit.risks import queries
from qse_audit.web.guards import Target

P = Permission
bp = Blueprint("risks", __name__, url_prefix="/risks")

ANALYSIS = Target(queries.get_analysis, "analysis_id", read=P.RISK_READ)
SECTION = Target(queries.get_section, "section_id", read=P.RISK_READ)
RISK = Target(queries.get_risk, "risk_id", read=P.RISK_READ)
SCALE = Target(queries.get_scale, "scale_id", read=P.RISK_LIST)
VERSION = Target(queries.get_version, "version_id", read=P.RISK_READ)
