"""The pages about audits."""

from qse_audit.audits.views import conduct, detail, listing, planning, reporting
from qse_audit.audits.views.blueprint import AUDIT, ITEM, REPORT, bp

__all__ = [
    "AUDIT",
    "ITEM",
    "REPORT",
    "bp",
    "conduct",
    "detail",
    "listing",
    "planning",
    "reporting",
]
