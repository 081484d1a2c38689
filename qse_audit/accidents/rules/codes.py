"""The words of the register: what happened, to whom, how grave it could be, where it stands."""

from qse_audit.core.text import N_, Coded


class EventKind(Coded):
    """What happened."""

    STOP = "work_stop", N_("Accident du travail avec arrêt")
    NO_STOP = "work_no_stop", N_("Accident du travail sans arrêt")
    FIRST_AID = "first_aid", N_("Accident bénin soigné sur place")
    COMMUTING = "commuting", N_("Accident de trajet")
    DISEASE = "occupational_disease", N_("Maladie professionnelle déclarée")
    NEAR_MISS = "near_miss", N_("Presque accident")
    DANGEROUS = "dangerous_situation", N_("Situation dangereuse")
    ENVIRONMENTAL = "environmental", N_("Incident environnemental")


OPEN_TO_ALL = (EventKind.NEAR_MISS, EventKind.DANGEROUS, EventKind.ENVIRONMENTAL)
"""What everybody in the company may tell: nobody was hurt."""
WORK_ACCIDENTS = frozenset({EventKind.STOP, EventKind.NO_STOP, EventKind.FIRST_AID})
HARMS = WORK_ACCIDENTS | {EventKind.COMMUTING, EventKind.DISEASE}
"""What hurt somebody."""
STOPS_IN = frozenset({EventKind.STOP, EventKind.COMMUTING, EventKind.DISEASE})
"""What days of stop belong to."""
BECOME_STOP = frozenset({EventKind.NO_STOP, EventKind.FIRST_AID})
"""What days of stop turn into an accident with stop."""


class Category(Coded):
    """For whom the person hurt works."""

    EMPLOYEE = "employee", N_("Salarié de l’entreprise")
    TEMPORARY = "temporary", N_("Intérimaire")
    SUBCONTRACTOR = "subcontractor", N_("Salarié d’une entreprise extérieure")


class Potential(Coded):
    """How grave it could have been, in other circumstances."""

    MINOR = "minor", N_("Faible : un soin sur place")
    SERIOUS = "serious", N_("Sérieuse : un arrêt")
    SEVERE = "severe", N_("Grave : des séquelles")
    FATAL = "fatal", N_("Très grave : un décès")


class EventStatus(Coded):
    """Where the treatment of an event stands."""

    DECLARED = "declared", N_("Déclaré")
    INVESTIGATING = "investigating", N_("En enquête")
    CLOSED = "closed", N_("Clos")
    DISMISSED = "dismissed", N_("Écarté")


OPEN = (EventStatus.DECLARED, EventStatus.INVESTIGATING)


class DutyCode(Coded):
    """What the law asks of the employer after an event."""

    DECLARE = "declare", N_("Déclarer l’accident à la caisse d’assurance maladie")
    INSCRIBE = "inscribe", N_("Inscrire l’accident au registre des accidents bénins")
    AGENCY = "agency", N_("Informer l’entreprise de travail temporaire")
    INSPECTION = "inspection", N_("Informer l’inspection du travail du décès")
    ENVIRONMENT = "environment", N_("Déclarer l’incident à l’inspection des installations classées")
