"""The three domains that one management system joins."""

from qse_audit.core.text import N_, Coded, Message


class Domain(Coded):
    """The three domains of a QSE system, in the order in which they are named."""

    QUALITY = "quality", N_("Qualité")
    SAFETY = "safety", N_("Santé et sécurité au travail")
    ENVIRONMENT = "environment", N_("Environnement")


SHORT_DOMAINS: dict[Domain, Message] = {
    Domain.QUALITY: N_("Qualité"),
    Domain.SAFETY: N_("Sécurité"),
    Domain.ENVIRONMENT: N_("Environnement"),
}
"""The same where there is little room."""
