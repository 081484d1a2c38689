"""What makes an action acceptable, and how it moves. Pure."""

from qse_audit.core.text import N_, Coded


class ActionKind(Coded):
    """What an action changes."""

    CORRECTION = "correction", N_("Correction")
    CONTAINMENT = "containment", N_("Confinement")
    CORRECTIVE = "corrective", N_("Action corrective")
    PREVENTIVE = "preventive", N_("Action préventive")
    IMPROVEMENT = "improvement", N_("Amélioration")


class ActionStatus(Coded):
    """Where an action stands."""

    OPEN = "open", N_("À faire")
    DONE = "done", N_("Réalisée, à vérifier")
    EFFECTIVE = "effective", N_("Vérifiée efficace")
    CANCELLED = "cancelled", N_("Annulée")
