"""The words of a workshop that are chosen from a list."""

from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_, Coded

SUBJECTS = frozenset({Kind.CAUSE_ANALYSIS, Kind.RISK_ANALYSIS, Kind.FINDING, Kind.ACCIDENT})
"""The kinds of records about which a team is gathered."""


class WorkshopStatus(Coded):
    """Where a workshop stands."""

    PREPARED = "prepared", N_("En préparation")
    GATHERING = "gathering", N_("Propositions ouvertes")
    VOTING = "voting", N_("Vote ouvert")
    FROZEN = "frozen", N_("Résultat figé")


LIVE = frozenset({WorkshopStatus.PREPARED, WorkshopStatus.GATHERING, WorkshopStatus.VOTING})
"""The statuses in which a workshop may still change."""
OPEN = frozenset({WorkshopStatus.GATHERING, WorkshopStatus.VOTING})
"""The statuses in which people may come in by the link."""


class VoteMethod(Coded):
    """How people vote."""

    POINTS = "points", N_("Points à répartir")
    RATING = "rating", N_("Note de 1 à 5 sur chaque proposition")
