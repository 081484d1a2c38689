"""What makes a referential acceptable. Pure."""

from qse_audit.core.text import N_, Coded


class Domain(Coded):
    """What a referential is about."""

    QUALITY = "quality", N_("Qualité")
    SAFETY = "safety", N_("Sécurité")
    ENVIRONMENT = "environment", N_("Environnement")
    ENERGY = "energy", N_("Énergie")
    OTHER = "other", N_("Autre")


class EditionStatus(Coded):
    """Where an edition stands."""

    DRAFT = "draft", N_("En cours de rédaction")
    IN_FORCE = "in_force", N_("En vigueur")
    SUPERSEDED = "superseded", N_("Remplacée")
    TO_BE_CONFIRMED = "to_be_confirmed", N_("À confirmer")
