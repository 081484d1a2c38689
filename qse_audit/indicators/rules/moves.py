"""How an indicator moves: from a draft card to values collected, to dropped. Pure."""

from dataclasses import dataclass

from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_, Message
from qse_audit.core.workflow import Transition, Workflow
from qse_audit.indicators.rules.cards import HOUSE
from qse_audit.indicators.rules.codes import IndicatorStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorFacts:
    """All that the rules may know of an indicator that moves."""

    lacks: tuple[Refusal, ...]
    """What its card still needs, from ``readiness_refusals`` and ``writing_refusals``."""
    reason: str


def reason_is_told(facts: IndicatorFacts) -> Refusal | None:
    """Why an indicator is given up, or taken up again, stays on record."""
    if not facts.reason.strip():
        return Refusal("reason_missing", N_("Dites pourquoi : la raison reste au journal."), HOUSE)
    return None


S, P = IndicatorStatus, Permission
INDICATOR_WORKFLOW: Workflow[IndicatorStatus, IndicatorFacts] = Workflow(
    initial=S.DRAFT,
    transitions=(
        Transition(
            name="activate",
            label=N_("Commencer le suivi"),
            sources=frozenset({S.DRAFT}),
            target=S.ACTIVE,
            permission=P.INDICATOR_EDIT,
        ),
        Transition(
            name="drop",
            label=N_("Abandonner l’indicateur"),
            sources=frozenset({S.DRAFT, S.ACTIVE}),
            target=S.DROPPED,
            permission=P.INDICATOR_EDIT,
            guards=(reason_is_told,),
            asks_reason=True,
        ),
        Transition(
            name="resume",
            label=N_("Reprendre comme projet"),
            sources=frozenset({S.DROPPED}),
            target=S.DRAFT,
            permission=P.INDICATOR_EDIT,
            guards=(reason_is_told,),
            asks_reason=True,
        ),
    ),
)


def move_refusals(status: IndicatorStatus, name: str, facts: IndicatorFacts) -> tuple[Refusal, ...]:
    """Return every reason why an indicator cannot move; to start, its card lacks nothing."""
    lacks = facts.lacks if name == "activate" else ()
    return (*INDICATOR_WORKFLOW.refusals(status, name, facts), *lacks)


VERBS: dict[str, Message] = {
    "indicator.create": N_("Indicateur créé"),
    "indicator.adopt": N_("Indicateur repris de la bibliothèque"),
    "indicator.edit": N_("Fiche modifiée"),
    "indicator.define": N_("Formule et grandeurs modifiées"),
    "indicator.aim": N_("Cibles et limites modifiées"),
    "indicator.activate": N_("Suivi commencé"),
    "indicator.drop": N_("Indicateur abandonné"),
    "indicator.resume": N_("Indicateur repris comme projet"),
    "indicator.close": N_("Périodes closes"),
    "indicator.measure": N_("Valeurs saisies"),
    "indicator.import": N_("Valeurs importées"),
    "indicator.compute": N_("Valeurs calculées depuis nos fiches"),
    "indicator.review": N_("Indicateur revu"),
    "indicator.signal": N_("Signal constaté"),
    "indicator.explain": N_("Signal expliqué"),
    "indicator.baseline": N_("Référence verrouillée"),
    "indicator.unlock": N_("Référence retirée"),
    "indicator.event": N_("Événement daté"),
    "indicator.withdraw-event": N_("Événement retiré"),
    "indicator.show": N_("Tableaux de bord composés"),
}
"""What each verb of the event chain says to people."""

MOVED: dict[str, Message] = {
    "activate": N_("Le suivi commence : le pilote sera prévenu quand des valeurs sont attendues."),
    "drop": N_("Indicateur abandonné, avec sa raison. Ses valeurs restent."),
    "resume": N_("Indicateur repris comme projet."),
}
"""What is said to the person who has just moved an indicator."""
