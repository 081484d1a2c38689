"""How a workshop moves: opened, voted, frozen."""

from dataclasses import dataclass

from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_, Message
from qse_audit.core.workflow import Transition, Workflow
from qse_audit.workshops.rules.codes import WorkshopStatus
from qse_audit.workshops.rules.voting import HOUSE


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFacts:
    """All that the rules may know of a workshop that moves."""

    proposals: int
    ballots: int
    note: str = ""


def something_to_vote_on(facts: MoveFacts) -> Refusal | None:
    """A vote chooses between two proposals at least."""
    if facts.proposals >= 2:
        return None
    return Refusal("few_proposals", N_("Il faut au moins deux propositions pour voter."), HOUSE)


def somebody_voted(facts: MoveFacts) -> Refusal | None:
    """A result that nobody voted for is none."""
    if facts.ballots:
        return None
    return Refusal("no_ballot", N_("Personne n’a encore voté."), HOUSE)


def nobody_voted(facts: MoveFacts) -> Refusal | None:
    """Proposals do not change under those who have voted."""
    if not facts.ballots:
        return None
    told = N_("Des bulletins sont déjà déposés : les propositions ne bougent plus.")
    return Refusal("ballots_cast", told, HOUSE)


def it_is_told(facts: MoveFacts) -> Refusal | None:
    """What the team concludes is part of the result."""
    if facts.note.strip():
        return None
    return Refusal("note_missing", N_("Écrivez ce que l’équipe retient."), HOUSE)


S, P = WorkshopStatus, Permission
WORKSHOP_WORKFLOW: Workflow[WorkshopStatus, MoveFacts] = Workflow(
    initial=S.PREPARED,
    transitions=(
        Transition(
            name="open",
            label=N_("Ouvrir l’atelier"),
            sources=frozenset({S.PREPARED}),
            target=S.GATHERING,
            permission=P.WORKSHOP_LEAD,
        ),
        Transition(
            name="open-vote",
            label=N_("Ouvrir le vote"),
            sources=frozenset({S.GATHERING}),
            target=S.VOTING,
            permission=P.WORKSHOP_LEAD,
            guards=(something_to_vote_on,),
        ),
        Transition(
            name="gather-again",
            label=N_("Revenir aux propositions"),
            sources=frozenset({S.VOTING}),
            target=S.GATHERING,
            permission=P.WORKSHOP_LEAD,
            guards=(nobody_voted,),
        ),
        Transition(
            name="freeze",
            label=N_("Clore le vote et figer le résultat"),
            sources=frozenset({S.VOTING}),
            target=S.FROZEN,
            permission=P.WORKSHOP_LEAD,
            guards=(somebody_voted, it_is_told),
            asks_reason=True,
        ),
    ),
)

VERBS: dict[str, Message] = {
    "workshop.create": N_("Atelier préparé"),
    "workshop.edit": N_("Atelier modifié"),
    "workshop.renew": N_("Lien de l’atelier changé"),
    "workshop.join": N_("Participant entré"),
    "workshop.propose": N_("Proposition ajoutée"),
    "workshop.withdraw": N_("Proposition retirée"),
    "workshop.open": N_("Atelier ouvert"),
    "workshop.open-vote": N_("Vote ouvert"),
    "workshop.gather-again": N_("Retour aux propositions"),
    "workshop.freeze": N_("Résultat figé"),
}
"""What each verb of the event chain says to people; ballots are secret and leave no act."""
