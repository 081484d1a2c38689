"""The words of the DUERP: who contributes, what makes an update due, who receives it. Pure."""

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_, Coded

CONTRIBUTORS = N_("Code du travail, L4121-3")
PROGRAMME = N_("Code du travail, L4121-3-1 III")
SENT_AT_EACH_UPDATE = N_("Code du travail, L4121-3-1 VI")
INVENTORY = N_("Code du travail, R4121-1")
UPDATES = N_("Code du travail, R4121-2")
KEPT = N_("Code du travail, R4121-4")
HOUSE = N_("règle de la maison")

TITLE_MAX = 200
NAME_MAX = 200
TEXT_MAX = 4_000
MOST_EMPLOYEES = 1_000_000
MOST_COST_EUROS = 1_000_000_000


class VersionStatus(Coded):
    """Where a version of the DUERP stands."""

    PREPARED = "prepared", N_("En préparation")
    CONSULTED = "consulted", N_("Contributeurs consultés")
    APPROVED = "approved", N_("Approuvée")


class Part(Coded):
    """Who contributes to the assessment, as the law names them."""

    CSE = "cse", N_("CSE")
    DESIGNATED = "designated", N_("Salarié désigné compétent")
    HEALTH_SERVICE = "health_service", N_("Service de prévention et de santé au travail")
    WORKERS = "workers", N_("Salariés du poste")
    OTHER = "other", N_("Autre")


class TriggerKind(Coded):
    """What makes an update due, whatever the headcount."""

    LAYOUT = "layout", N_("Changement d’implantation ou de locaux")
    MACHINE = "machine", N_("Nouvelle machine, nouveau produit ou procédé")
    ORGANISATION = "organisation", N_("Changement d’organisation ou d’horaires")
    INFORMATION = "information", N_("Information nouvelle sur un risque")
    ACCIDENT = "accident", N_("Accident, incident ou maladie professionnelle")


class Recipient(Coded):
    """Who may receive or read the DUERP, as R4121-4 lists them."""

    HEALTH_SERVICE = "health_service", N_("Service de prévention et de santé au travail")
    CSE = "cse", N_("CSE")
    WORKER = "worker", N_("Salarié")
    FORMER_WORKER = "former_worker", N_("Ancien salarié")
    LABOUR_INSPECTION = "labour_inspection", N_("Inspection du travail")
    SOCIAL_SECURITY = "social_security", N_("Service prévention de la sécurité sociale (Carsat)")
    PROFESSIONAL_BODY = "professional_body", N_("Organisme professionnel de santé et sécurité")
    RADIATION = "radiation", N_("Inspecteur de la radioprotection")


class Channel(Coded):
    """How a version was handed over."""

    MAIL = "mail", N_("Courriel")
    PORTAL = "portal", N_("Espace en ligne")
    POST = "post", N_("Courrier")
    HAND = "hand", N_("Remise en main propre")


NO_SUCH_HEADCOUNT = Refusal(
    "headcount_out_of_range", N_("Un effectif est un nombre de salariés, 0 ou plus.")
)
IN_THE_FUTURE = Refusal("in_the_future", N_("Ce jour n’est pas encore venu."))
NOT_APPROVED = Refusal(
    "not_approved", N_("Seule une version approuvée se transmet et se consulte."), KEPT
)
APPROVED_IS_FROZEN = Refusal(
    "approved_is_frozen",
    N_("Cette version est approuvée : elle ne change plus. Préparez-en une nouvelle."),
    KEPT,
)
NO_REASON = Refusal(
    "no_reason", N_("Dites pourquoi cette version est faite : la raison y reste écrite."), UPDATES
)
ONE_AT_A_TIME = Refusal(
    "one_at_a_time", N_("Une version est déjà en préparation : terminez-la d’abord."), HOUSE
)
