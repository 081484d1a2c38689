"""What makes one doubt that an indicator decides something. Pure."""

from dataclasses import dataclass
from datetime import date

from qse_audit.core.text import N_, Coded


class Doubt(Coded):
    """Why a review should ask whether an indicator is worth what it costs."""

    NO_DECISION = "no_decision", N_("aucune décision n’est dite")
    NO_VALUE = "no_value", N_("aucune valeur n’est suivie")
    UNEXPLAINED = "unexplained", N_("des signaux attendent une explication")
    REVIEW_DUE = "review_due", N_("la revue est échue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What a review looks at, of one indicator that is followed."""

    decision: str
    value_count: int
    open_signals: int
    review_on: date | None


def doubts(reviewed: Reviewed, today: date) -> tuple[Doubt, ...]:
    """Return every reason to doubt; none: it decides something, and it was looked at in time."""
    found = {
        Doubt.NO_DECISION: not reviewed.decision.strip(),
        Doubt.NO_VALUE: not reviewed.value_count,
        Doubt.UNEXPLAINED: reviewed.open_signals > 0,
        Doubt.REVIEW_DUE: reviewed.review_on is None or reviewed.review_on <= today,
    }
    return tuple(doubt for doubt, is_so in found.items() if is_so)
