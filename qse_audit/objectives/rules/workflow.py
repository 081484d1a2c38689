"""How an objective moves: discussed before it runs, judged on its figures when it ends."""

from dataclasses import dataclass
from fractions import Fraction

from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Permission
from qse_audit.core.series import Direction
from qse_audit.core.text import N_, Message
from qse_audit.core.workflow import Transition, Workflow
from qse_audit.objectives.rules.codes import LIVE, ObjectiveStatus
from qse_audit.objectives.rules.drafts import HOUSE, PLANNING
from qse_audit.objectives.rules.facts import reaches


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFacts:
    """All that the rules may know of an objective that moves."""

    has_owner: bool
    has_due_date: bool
    target: Fraction | None
    direction: Direction | None
    last: Fraction | None
    """The last value of its indicator; ``None``: there is none."""
    is_agreed: bool
    note: str
    running_children: int = 0


def somebody_carries_it(facts: MoveFacts) -> Refusal | None:
    """An objective is proposed to somebody."""
    if facts.has_owner:
        return None
    return Refusal("owner_missing", N_("Nommez la personne à qui il est proposé."), PLANNING)


def target_and_day_are_given(facts: MoveFacts) -> Refusal | None:
    """What is discussed is a figure and a day."""
    if facts.target is not None and facts.has_due_date:
        return None
    return Refusal(
        "target_missing",
        N_("Donnez une cible et une échéance : c’est d’elles que l’on discute."),
        PLANNING,
    )


def it_is_agreed(facts: MoveFacts) -> Refusal | None:
    """Nobody carries what they did not accept."""
    if facts.is_agreed:
        return None
    return Refusal(
        "not_agreed",
        N_("L’échange n’a pas encore abouti à un accord sur cette cible et cette échéance."),
        HOUSE,
    )


def last_value_reaches(facts: MoveFacts) -> Refusal | None:
    """What is said to be reached shows in the figures."""
    if facts.target is None or facts.last is None:
        return Refusal(
            "nothing_measured",
            N_("Aucune valeur de l’indicateur ne permet de le dire atteint."),
            PLANNING,
        )
    if reaches(facts.last, facts.target, facts.direction):
        return None
    return Refusal(
        "target_not_reached",
        N_(
            "La dernière valeur (%(last)s) n’atteint pas la cible (%(target)s).",
            last=facts.last,
            target=facts.target,
        ),
        PLANNING,
    )


def sub_objectives_are_over(facts: MoveFacts) -> Refusal | None:
    """What still runs below is settled first."""
    if not facts.running_children:
        return None
    return Refusal(
        "children_live",
        N_(
            "Sous-objectifs encore ouverts : %(count)s. Terminez-les d’abord.",
            count=facts.running_children,
        ),
        HOUSE,
    )


def it_is_told(facts: MoveFacts) -> Refusal | None:
    """Why stays on record."""
    if facts.note.strip():
        return None
    return Refusal("note_missing", N_("Écrivez en une phrase ce qui a été vu ou décidé."), HOUSE)


S, P = ObjectiveStatus, Permission
OBJECTIVE_WORKFLOW: Workflow[ObjectiveStatus, MoveFacts] = Workflow(
    initial=S.DRAFT,
    transitions=(
        Transition(
            name="propose",
            label=N_("Proposer au responsable"),
            sources=frozenset({S.DRAFT}),
            target=S.PROPOSED,
            permission=P.OBJECTIVE_EDIT,
            guards=(somebody_carries_it, target_and_day_are_given),
        ),
        Transition(
            name="take-back",
            label=N_("Reprendre le projet"),
            sources=frozenset({S.PROPOSED}),
            target=S.DRAFT,
            permission=P.OBJECTIVE_EDIT,
            guards=(it_is_told,),
            asks_reason=True,
        ),
        Transition(
            name="start",
            label=N_("Lancer l’objectif"),
            sources=frozenset({S.PROPOSED}),
            target=S.RUNNING,
            permission=P.OBJECTIVE_DECIDE,
            guards=(it_is_agreed,),
        ),
        Transition(
            name="review",
            label=N_("Noter une revue"),
            sources=frozenset({S.RUNNING}),
            target=S.RUNNING,
            permission=P.OBJECTIVE_REVIEW,
            guards=(it_is_told,),
            asks_reason=True,
        ),
        Transition(
            name="reach",
            label=N_("Déclarer atteint"),
            sources=frozenset({S.RUNNING}),
            target=S.REACHED,
            permission=P.OBJECTIVE_DECIDE,
            guards=(last_value_reaches, sub_objectives_are_over, it_is_told),
            asks_reason=True,
        ),
        Transition(
            name="miss",
            label=N_("Déclarer non atteint"),
            sources=frozenset({S.RUNNING}),
            target=S.MISSED,
            permission=P.OBJECTIVE_DECIDE,
            guards=(sub_objectives_are_over, it_is_told),
            asks_reason=True,
        ),
        Transition(
            name="drop",
            label=N_("Abandonner"),
            sources=LIVE,
            target=S.DROPPED,
            permission=P.OBJECTIVE_DECIDE,
            guards=(sub_objectives_are_over, it_is_told),
            asks_reason=True,
        ),
        Transition(
            name="reopen",
            label=N_("Rouvrir"),
            sources=frozenset({S.REACHED, S.MISSED, S.DROPPED}),
            target=S.RUNNING,
            permission=P.OBJECTIVE_DECIDE,
            guards=(it_is_told,),
            asks_reason=True,
        ),
    ),
)

MOVED: dict[str, Message] = {
    "propose": N_("Objectif proposé : son responsable est prévenu."),
    "take-back": N_("L’objectif est de nouveau un projet."),
    "start": N_("L’objectif est lancé."),
    "review": N_("Revue notée."),
    "reach": N_("Objectif déclaré atteint."),
    "miss": N_("Objectif déclaré non atteint."),
    "drop": N_("Objectif abandonné."),
    "reopen": N_("Objectif rouvert."),
}
"""What is said to the person who has just moved an objective."""

VERBS: dict[str, Message] = {
    "objective.create": N_("Objectif créé"),
    "objective.edit": N_("Objectif modifié"),
    "objective.talk": N_("Échange"),
    "objective.propose": N_("Objectif proposé"),
    "objective.take-back": N_("Projet repris"),
    "objective.start": N_("Objectif lancé"),
    "objective.review": N_("Objectif revu"),
    "objective.reach": N_("Objectif atteint"),
    "objective.miss": N_("Objectif non atteint"),
    "objective.drop": N_("Objectif abandonné"),
    "objective.reopen": N_("Objectif rouvert"),
    "axis.create": N_("Axe créé"),
    "axis.edit": N_("Axe modifié"),
    "axis.archive": N_("Axe archivé"),
    "cascade.place": N_("Objectifs réordonnés"),
    "priority.create": N_("Priorité notée"),
    "priority.edit": N_("Priorité modifiée"),
    "priority.withdraw": N_("Priorité retirée"),
    "arbitration.declare": N_("Conflit entre objectifs déclaré"),
    "arbitration.settle": N_("Conflit entre objectifs arbitré"),
    "anomaly.accept": N_("Anomalie de cohérence acceptée"),
    "anomaly.withdraw": N_("Acceptation d’une anomalie retirée"),
    "coherence.freeze": N_("Rapport de cohérence figé"),
}
"""What each verb of the event chain says to people."""
