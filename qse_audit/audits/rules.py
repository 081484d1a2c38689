"""What makes an audit acceptable, and how it moves. Pure."""

from qse_audit.core.text import N_, Coded


class AuditStatus(Coded):
    """Where an audit stands."""

    DRAFT = "draft", N_("Brouillon")
    PLANNED = "planned", N_("Planifié")
    IN_PROGRESS = "in_progress", N_("En cours")
    REPORTED = "reported", N_("Rapport émis")
    CLOSED = "closed", N_("Clos")
    CANCELLED = "cancelled", N_("Annulé")


class AuditMethod(Coded):
    """Where the auditors are while they audit (ISO 19011, 5.5.3)."""

    ON_SITE = "on_site", N_("Sur site")
    REMOTE = "remote", N_("À distance")
    HYBRID = "hybrid", N_("Mixte")


class Verdict(Coded):
    """The answer to one checklist question."""

    CONFORMING = "conforming", N_("Conforme")
    STRENGTH = "strength", N_("Point fort")
    IMPROVEMENT_OPPORTUNITY = "improvement_opportunity", N_("Piste de progrès")
    AREA_OF_CONCERN = "area_of_concern", N_("Point sensible")
    MINOR_NONCONFORMITY = "minor_nonconformity", N_("Non-conformité mineure")
    MAJOR_NONCONFORMITY = "major_nonconformity", N_("Non-conformité majeure")
    NOT_APPLICABLE = "not_applicable", N_("Non applicable")
