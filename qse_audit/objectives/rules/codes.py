"""The words of objectives that are chosen from a list."""

from qse_audit.core.text import N_, Coded


class Level(Coded):
    """Where in the organisation an objective is carried."""

    COMPANY = "company", N_("Entreprise")
    SITE = "site", N_("Site")
    PROCESS = "process", N_("Processus")
    UNIT = "unit", N_("Unité de travail")


class RollUp(Coded):
    """How the targets of the sub-objectives make the target of their parent."""

    NONE = "none", N_("Pas de calcul")
    SUM = "sum", N_("Somme")
    MEAN = "mean", N_("Moyenne pondérée")
    MINIMUM = "minimum", N_("Le plus petit")
    MAXIMUM = "maximum", N_("Le plus grand")


class ObjectiveStatus(Coded):
    """Where an objective stands."""

    DRAFT = "draft", N_("Projet")
    PROPOSED = "proposed", N_("En discussion")
    RUNNING = "running", N_("En cours")
    REACHED = "reached", N_("Atteint")
    MISSED = "missed", N_("Non atteint")
    DROPPED = "dropped", N_("Abandonné")


LIVE = frozenset({ObjectiveStatus.DRAFT, ObjectiveStatus.PROPOSED, ObjectiveStatus.RUNNING})
"""The statuses of objectives that still count: the checks of coherence look at no other."""


class TalkKind(Coded):
    """A turn of the talk between who asks for an objective and who carries it (catchball)."""

    PROPOSAL = "proposal", N_("Proposition")
    ANSWER = "answer", N_("Réponse")
    AGREEMENT = "agreement", N_("Accord")


class PriorityKind(Coded):
    """What makes something a priority that an objective should answer."""

    SIGNIFICANT_ASPECT = "significant_aspect", N_("Aspect environnemental significatif")
    HIGH_RISK = "high_risk", N_("Risque élevé")
    LEGAL_GAP = "legal_gap", N_("Écart à une obligation")
    IMPROVEMENT = "improvement", N_("Priorité d’amélioration")


class Strength(Coded):
    """How strongly two items of the X-matrix go together."""

    STRONG = "strong", N_("Lien fort")
    WEAK = "weak", N_("Lien faible")


class AnomalyCode(Coded):
    """The checks of coherence, in the order in which they are read."""

    K1 = "K1", N_("Engagement sans objectif")
    K2 = "K2", N_("Objectif sans engagement")
    K3 = "K3", N_("Objectif sans indicateur")
    K4 = "K4", N_("Objectif incomplet")
    K5 = "K5", N_("Cible non mesurable")
    K6 = "K6", N_("Sous-objectif plus tardif que son parent")
    K7 = "K7", N_("Les cibles ne s’additionnent pas")
    K8 = "K8", N_("Sens opposés sur un même indicateur")
    K9 = "K9", N_("Domaine ou site sans objectif")
    K10 = "K10", N_("Trop d’objectifs pour une personne")
    K11 = "K11", N_("Priorité sans objectif")
    K12 = "K12", N_("Conflit non arbitré")
    K13 = "K13", N_("Objectif sans revue récente")
    K14 = "K14", N_("Plan d’actions terminé, cible non atteinte")


class AnomalyState(Coded):
    """What became of an anomaly."""

    OPEN = "open", N_("À traiter")
    CHANGED = "changed", N_("Acceptée, puis changée")
    ACCEPTED = "accepted", N_("Acceptée")
    MENDED = "mended", N_("Corrigée")
