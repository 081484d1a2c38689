"""The pages about referentials."""

from qse_audit.referentials.views import importing, reading, requirements, writing
from qse_audit.referentials.views.blueprint import bp

__all__ = ["bp", "importing", "reading", "requirements", "writing"]
