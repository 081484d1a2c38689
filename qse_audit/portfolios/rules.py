"""What makes a portfolio acceptable, and when it is ready. Pure."""

from qse_audit.core.text import N_, Coded


class CandidacyStatus(Coded):
    """Where a candidacy stands (domain.md 1.5; the later phases come with the assessments)."""

    REGISTERED = "registered", N_("Inscrite")
    EVIDENCING = "evidencing", N_("Dossier en cours")
    SUBMITTED = "submitted", N_("Dossier remis")
    WITHDRAWN = "withdrawn", N_("Abandonnée")


class Observation(Coded):
    """What the company saw of a capability."""

    OBSERVED = "observed", N_("Observé")
    PARTLY = "partly", N_("Partiellement observé")
    NOT_OBSERVED = "not_observed", N_("Non observé")
