"""The words of a balance that are chosen from a list, and what bounds it."""

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_, Coded

TITLE_MAX = 200
TEXT_MAX = 4_000
LONGEST_DAYS = 5 * 366
"""The longest period that one balance covers."""
HOUSE = N_("Règle de la maison, à confirmer")
"""What stands behind a refusal that no standard asks for."""
FACT_KIND = "balance_fact"
"""What a fact is that a proposal rests on when the author of a frozen balance kept it."""


class BalanceStatus(Coded):
    """Where a balance stands."""

    DRAFT = "draft", N_("En préparation")
    FROZEN = "frozen", N_("Arrêté")


class BalanceDomain(Coded):
    """What a balance looks at."""

    QUALITY = "quality", N_("Qualité")
    SAFETY = "safety", N_("Sécurité")
    ENVIRONMENT = "environment", N_("Environnement")


class Section(Coded):
    """The parts of a balance, in the order in which they are read."""

    AUDITS = "audits", N_("Audits")
    FINDINGS = "findings", N_("Constats")
    ACTIONS = "actions", N_("Actions")
    INDICATORS = "indicators", N_("Indicateurs")
    ACCIDENTS = "accidents", N_("Accidents du travail")
    COMPLAINTS = "complaints", N_("Réclamations et satisfaction des clients")
    COMPLIANCE = "compliance", N_("Conformité réglementaire et événements environnementaux")
    OBJECTIVES = "objectives", N_("Objectifs et cohérence")


class Absence(Coded):
    """Why a figure has no value; nothing unknown is ever a zero."""

    NO_RECORD = "no_record", N_("Aucune donnée enregistrée")
    BEFORE = "before", N_("Pas encore enregistré à cette époque")
    NOT_COMPUTABLE = "not_computable", N_("Non calculable : rien à diviser sur la période")
    NO_WHOLE_PERIOD = "no_whole_period", N_("Aucun relevé entier dans la période")
    NO_REPORT = "no_report", N_("Aucun rapport de cohérence à cette date")


class Unit(Coded):
    """What a figure counts in."""

    COUNT = "count", N_("nombre")
    RATIO = "ratio", N_("part")
    DAYS = "days", N_("jours")
    MEASURE = "measure", N_("mesure")
    """In the unit of its indicator."""


class Wanted(Coded):
    """Which way a figure should go."""

    UP = "up", N_("à la hausse")
    DOWN = "down", N_("à la baisse")
    EITHER = "either", N_("sans sens voulu")


class Drift(Coded):
    """How a figure moved since the period before."""

    BETTER = "better", N_("Mieux")
    WORSE = "worse", N_("Moins bien")
    SAME = "same", N_("Stable")
    NEITHER = "neither", N_("Sans sens voulu")
    UNKNOWN = "unknown", N_("Comparaison impossible")


PERIOD_BACKWARDS = Refusal("period_backwards", N_("La période finit avant de commencer."))
PERIOD_TOO_LONG = Refusal("period_too_long", N_("Un bilan couvre cinq ans au plus."))
NO_DOMAIN = Refusal("no_domain", N_("Choisissez au moins un domaine."))
NO_REASON = Refusal("no_reason", N_("Dites pourquoi ce bilan en remplace un autre."))
FROZEN = Refusal(
    "frozen",
    N_("Ce bilan est arrêté : il ne change plus. Une révision est un nouveau bilan."),
    "ISO 9001:2015, 7.5.3.2 c",
)
NOT_FROZEN = Refusal("not_frozen", N_("On ne remplace qu’un bilan arrêté."))
REPLACED = Refusal("replaced", N_("Ce bilan est déjà remplacé par un autre."))
