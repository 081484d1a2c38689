"""What the history and the register say of each act on the elements of the policy."""

from collections.abc import Mapping

from qse_audit.core.text import N_, Message

VERBS: Mapping[str, Message] = {
    "context_issue.add": N_("Enjeu noté"),
    "context_issue.edit": N_("Enjeu modifié"),
    "context_issue.review": N_("Enjeu revu"),
    "context_issue.withdraw": N_("Enjeu retiré"),
    "context.decide-climate": N_("Pertinence du changement climatique décidée"),
    "interested_party.add": N_("Partie intéressée notée"),
    "interested_party.edit": N_("Partie intéressée modifiée"),
    "interested_party.review": N_("Partie intéressée revue"),
    "interested_party.withdraw": N_("Partie intéressée retirée"),
    "interested_party.add-need": N_("Exigence d’une partie notée"),
    "interested_party.edit-need": N_("Exigence d’une partie modifiée"),
    "interested_party.remove-need": N_("Exigence d’une partie supprimée"),
    "proposal.add": N_("Proposition faite"),
    "proposal.edit": N_("Proposition modifiée"),
    "proposal.accept": N_("Proposition retenue"),
    "proposal.reject": N_("Proposition écartée"),
    "proposal.reopen": N_("Proposition rouverte"),
    "policy.start": N_("Version de la politique commencée"),
    "policy.edit": N_("Texte de la politique modifié"),
    "policy.choose-editions": N_("Normes de la politique choisies"),
    "policy.add-sentence": N_("Phrase ajoutée à la politique"),
    "policy.edit-sentence": N_("Phrase de la politique modifiée"),
    "policy.remove-sentence": N_("Phrase retirée de la politique"),
    "policy.order": N_("Phrases de la politique réordonnées"),
    "policy.cover": N_("Engagement attendu relié à la politique"),
    "policy.submit": N_("Politique soumise à la direction"),
    "policy.resume": N_("Rédaction de la politique reprise"),
    "policy.approve": N_("Politique approuvée"),
    "policy.return": N_("Politique renvoyée à la rédaction"),
    "policy.reject": N_("Politique refusée"),
    "policy.abandon": N_("Projet de politique abandonné"),
    "policy.supersede": N_("Politique remplacée"),
    "policy.communicate": N_("Politique communiquée"),
}
"""What each verb says to people."""

REPEATED = frozenset(
    {
        "context_issue.edit",
        "interested_party.edit",
        "interested_party.add-need",
        "interested_party.edit-need",
        "proposal.edit",
        "policy.edit",
        "policy.add-sentence",
        "policy.edit-sentence",
        "policy.order",
        "policy.cover",
    }
)
"""Acts that a history shows once when one person does them in a row."""
