"""The words of an analysis that are chosen from a list."""

from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_, Coded

SUBJECTS = frozenset(
    {Kind.FINDING, Kind.ACCIDENT, Kind.AUDIT, Kind.INDICATOR, Kind.SIGNAL, Kind.RISK_ANALYSIS,
     Kind.RISK}
)  # fmt: skip
"""The kinds of records whose causes are looked for."""


class CauseTool(Coded):
    """A tool that looks for causes."""

    QQOQCP = "qqoqcp", N_("QQOQCP")
    IS_IS_NOT = "is_is_not", N_("Est / n’est pas")
    PARETO = "pareto", N_("Pareto")
    ISHIKAWA = "ishikawa", N_("Ishikawa")
    FIVE_WHYS = "five_whys", N_("5 pourquoi")
    CAUSE_TREE = "cause_tree", N_("Arbre des causes")
    BOW_TIE = "bow_tie", N_("Nœud papillon")
    EIGHT_D = "eight_d", N_("8D")


class Neighbour(Coded):
    """A tool that answers a question of the same kind, and is kept elsewhere."""

    VOTE = "vote", N_("Vote en atelier")
    PRELIMINARY = "preliminary", N_("Analyse préliminaire des risques")
    SWOT = "swot", N_("SWOT")


class CauseStatus(Coded):
    """Where an analysis stands."""

    IN_ANALYSIS = "in_analysis", N_("En analyse")
    CONCLUDED = "concluded", N_("Conclue")
    REOPENED = "reopened", N_("Rouverte")


LIVE = frozenset({CauseStatus.IN_ANALYSIS, CauseStatus.REOPENED})
"""The statuses in which an analysis may be written."""


class NodeKind(Coded):
    """What one line of an analysis is."""

    ANSWER = "answer", N_("Réponse")
    CONTRAST = "contrast", N_("Contraste")
    LINE = "line", N_("Cause comptée")
    CAUSE = "cause", N_("Cause")
    WHY = "why", N_("Pourquoi")
    FACT = "fact", N_("Fait établi")
    EVENT = "event", N_("Événement redouté")
    THREAT = "threat", N_("Menace")
    CONSEQUENCE = "consequence", N_("Conséquence")
    BARRIER = "barrier", N_("Barrière")
    STEP = "step", N_("Étape")
    ITEM = "item", N_("Point")


class Slot(Coded):
    """A fixed place of a tool: a question, a family, a step."""

    WHO = "who", N_("Qui")
    WHAT = "what", N_("Quoi")
    WHERE = "where", N_("Où")
    WHEN = "when", N_("Quand")
    HOW = "how", N_("Comment")
    HOW_MANY = "how_many", N_("Combien")
    WHY = "why", N_("Pourquoi")

    MATERIAL = "material", N_("Matière")
    SURROUNDINGS = "surroundings", N_("Milieu")
    METHOD = "method", N_("Méthode")
    MACHINE = "machine", N_("Matériel")
    WORKFORCE = "workforce", N_("Main-d’œuvre")
    MEASUREMENT = "measurement", N_("Mesure")
    MANAGEMENT = "management", N_("Management")

    D0 = "d0", N_("D0 Préparer, parer à l’urgence")
    D1 = "d1", N_("D1 Former l’équipe")
    D2 = "d2", N_("D2 Décrire le problème")
    D3 = "d3", N_("D3 Contenir")
    D4 = "d4", N_("D4 Trouver les causes")
    D5 = "d5", N_("D5 Choisir les actions")
    D6 = "d6", N_("D6 Mettre en œuvre")
    D7 = "d7", N_("D7 Empêcher le retour")
    D8 = "d8", N_("D8 Clore et remercier")

    OCCURRENCE = "occurrence", N_("Apparition")
    """Why the problem arose."""
    ESCAPE = "escape", N_("Non-détection")
    """Why nobody saw it in time."""


QUESTIONS = (Slot.WHO, Slot.WHAT, Slot.WHERE, Slot.WHEN, Slot.HOW, Slot.HOW_MANY, Slot.WHY)
CONTRASTS = (Slot.WHAT, Slot.WHERE, Slot.WHEN, Slot.HOW_MANY, Slot.WHO)
FAMILIES = (
    Slot.MATERIAL,
    Slot.SURROUNDINGS,
    Slot.METHOD,
    Slot.MACHINE,
    Slot.WORKFORCE,
    Slot.MEASUREMENT,
    Slot.MANAGEMENT,
)
"""The families of causes; a 5M takes the first five, a 6M six, a 7M all."""
FEWEST_FAMILIES, MOST_FAMILIES = 5, 7
STEPS = (Slot.D0, Slot.D1, Slot.D2, Slot.D3, Slot.D4, Slot.D5, Slot.D6, Slot.D7, Slot.D8)
ORIGINS = (Slot.OCCURRENCE, Slot.ESCAPE)


class Gate(Coded):
    """How antecedents make a fact."""

    CHAIN = "chain", N_("Enchaînement : un seul fait a suffi")
    CONJUNCTION = "conjunction", N_("Conjonction : il a fallu plusieurs faits ensemble")


class Health(Coded):
    """How well a barrier stands today."""

    SOUND = "sound", N_("En place et vérifiée")
    WEAK = "weak", N_("Affaiblie")
    ABSENT = "absent", N_("Absente")
    UNKNOWN = "unknown", N_("Non vérifiée")


WORN = frozenset({Health.WEAK, Health.ABSENT})
"""The barriers that call for an action."""


class NodeField(Coded):
    """What a line may hold besides its text."""

    FACT = "fact", N_("Fait établi")
    NOTE = "note", N_("Note")
    VOTES = "votes", N_("Plausibilité")
    VERIFIED = "is_verified", N_("Vérifiée")
    ROOT = "is_root", N_("Cause racine")
    DISCARDED = "is_discarded", N_("Écartée")
    COUNT = "count", N_("Nombre")
    COST = "cost", N_("Coût")
    OWNER = "owner_id", N_("Responsable")
    HEALTH = "health", N_("État")
    GATE = "gate", N_("Lien")
    SAME_AS = "same_as_id", N_("Même fait que")
    DONE_AT = "done_at", N_("Fait le")
