"""What makes a process acceptable. Pure."""

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_, Coded, Message

PURPOSE_MAX = 5_000


class ProcessKind(Coded):
    """The three families of the process map."""

    MANAGEMENT = "management", N_("Management")
    OPERATIONAL = "operational", N_("Réalisation")
    SUPPORT = "support", N_("Support")


KIND_NOTES: dict[ProcessKind, Message] = {
    ProcessKind.MANAGEMENT: N_("Décider, orienter, mesurer, améliorer."),
    ProcessKind.OPERATIONAL: N_("De la demande du client au produit livré."),
    ProcessKind.SUPPORT: N_("Les moyens : personnes, machines, achats, documents."),
}
"""What a family holds, in one sentence."""

NAME_TAKEN = Refusal("name_taken", N_("Un processus porte déjà ce nom : choisissez-en un autre."))
PERSON_FOREIGN = Refusal(
    "person_foreign", N_("Cette personne ne fait pas partie de l’organisation.")
)
SITE_FOREIGN = Refusal("site_foreign", N_("Ce site n’est pas un site de l’organisation."))
