"""The pages about portfolios."""

from qse_audit.portfolios.views import (
    candidacies,
    leaving,
    opinions,
    registration,
    situations,
    submission,
)
from qse_audit.portfolios.views.blueprint import CANDIDACY, SITUATION, TIED, bp

__all__ = [
    "CANDIDACY",
    "SITUATION",
    "TIED",
    "bp",
    "candidacies",
    "leaving",
    "opinions",
    "registration",
    "situations",
    "submission",
]
