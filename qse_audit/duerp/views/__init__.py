"""The pages about the DUERP."""

from qse_audit.duerp.views import approving, keeping, papers, preparing, reading
from qse_audit.duerp.views.blueprint import VERSION, bp

__all__ = ["VERSION", "approving", "bp", "keeping", "papers", "preparing", "reading"]
