"""What of the cascade a portfolio may name: objectives, and frozen reports of coherence."""

from qse_audit.objectives.records.objective import OBJECTIVE
from qse_audit.objectives.records.report import COHERENCE

__all__ = ["COHERENCE", "OBJECTIVE"]
