"""The words of an indicator card that are chosen from a list."""

from qse_audit.core.text import N_, Coded


class IndicatorStatus(Coded):
    """Where an indicator stands."""

    DRAFT = "draft", N_("Projet")
    ACTIVE = "active", N_("Suivi")
    DROPPED = "dropped", N_("Abandonné")


class IndicatorDomain(Coded):
    """What an indicator watches over."""

    QUALITY = "quality", N_("Qualité")
    SAFETY = "safety", N_("Santé et sécurité au travail")
    ENVIRONMENT = "environment", N_("Environnement")
    SYSTEM = "system", N_("Système de management")


class Timing(Coded):
    """Whether an indicator speaks before or after what it is about."""

    LEADING = "leading", N_("Avancé : ce que l’on fait pour que cela aille bien")
    LAGGING = "lagging", N_("Retardé : ce qui est arrivé")


class Chart(Coded):
    """How the values are best shown."""

    XMR = "xmr", N_("Carte XmR")
    P = "p", N_("Carte p (proportions)")
    U = "u", N_("Carte u (taux par unité)")
    C = "c", N_("Carte c (nombres)")
    G = "g", N_("Carte g (intervalle entre deux événements)")
    RUN = "run", N_("Courbe")
    PARETO = "pareto", N_("Pareto")
    STACKED = "stacked", N_("Barres empilées")


class AutomaticSource(Coded):
    """What the records of this application count by themselves, period by period."""

    AUDITS_PLANNED = "audits_planned", N_("Audits prévus")
    AUDITS_DONE = "audits_done", N_("Audits réalisés")
    REPORTS_ISSUED = "reports_issued", N_("Rapports d’audit émis")
    REPORTS_ON_TIME = "reports_on_time", N_("Rapports d’audit émis dans le délai")
    QUESTIONS_APPLICABLE = "questions_applicable", N_("Questions d’audit applicables")
    QUESTIONS_CONFORMING = "questions_conforming", N_("Questions d’audit conformes")
    FINDINGS_MAJOR = "findings_major", N_("Non-conformités majeures")
    FINDINGS_MINOR = "findings_minor", N_("Non-conformités mineures")
    FINDINGS_CONCERN = "findings_concern", N_("Points sensibles")
    FINDINGS_OPPORTUNITY = "findings_opportunity", N_("Pistes de progrès")
    NONCONFORMITIES_CLOSED = "nonconformities_closed", N_("Non-conformités closes")
    NONCONFORMITIES_RECURRING = "nonconformities_recurring", N_("Non-conformités récidivantes")
    MEDIAN_CLOSURE_DAYS = "median_closure_days", N_("Délai médian de clôture, en jours")
    ACTIONS_DUE = "actions_due", N_("Actions échues")
    ACTIONS_CLOSED_ON_TIME = "actions_closed_on_time", N_("Actions closes à l’échéance")
    ACTIONS_OVERDUE = "actions_overdue", N_("Actions en retard")
    ACTIONS_OPEN = "actions_open", N_("Actions ouvertes")
    ACTIONS_VERIFIED = "actions_verified", N_("Actions dont l’efficacité est vérifiée")
    ACTIONS_EFFECTIVE = "actions_effective", N_("Actions vérifiées efficaces")
    INDICATOR_VALUES_DUE = "indicator_values_due", N_("Valeurs d’indicateurs attendues")
    INDICATOR_VALUES_ON_TIME = "indicator_values_on_time", N_("Valeurs saisies dans le délai")
    ACCIDENTS_STOP = "accidents_stop", N_("Accidents du travail avec arrêt, au registre")
    ACCIDENTS_NO_STOP = "accidents_no_stop", N_("Accidents du travail sans arrêt, au registre")
    DAYS_LOST = "days_lost", N_("Jours d’arrêt, au registre")
    NEAR_MISSES = "near_misses", N_("Presque accidents, au registre")
    HOURS_WORKED = "hours_worked", N_("Heures travaillées, au registre")
    HEADCOUNT = "headcount", N_("Effectif moyen, au registre")
