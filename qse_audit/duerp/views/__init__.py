"""The pages about the DUERP."""

from qse_audit.duerp.views import keeping, preparing, reading
from qse_audit.duerp.views.blueprint import VERSION, bp

__all__ = ["VERSION", "bp", "keeping", "preparing", "reading"]
