"""How an analysis moves: concluded when its tool was used to the end, reopened for a reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from qse_audit.causes.rules.codes import CauseStatus
from qse_audit.causes.rules.lines import HOUSE
from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_, Message
from qse_audit.core.workflow import Guard, Transition, Workflow


@dataclass(frozen=True, slots=True)
class MoveFacts:
    """All that the rules may know of an analysis that moves."""

    lacks: Sequence[Refusal]
    """What its tool still asks for."""
    note: str
    """The conclusion, or the reason to reopen."""


def it_is_told(facts: MoveFacts) -> Refusal | None:
    """What was found, or why one looks again, stays on record."""
    if facts.note.strip():
        return None
    return Refusal("note_missing", N_("Écrivez-le en une phrase ou deux."), HOUSE)


def _lacks(position: int) -> Guard[MoveFacts]:
    """Return the guard of the ``position``-th thing that lacks: a workflow tells them all."""
    return lambda facts: facts.lacks[position] if position < len(facts.lacks) else None


SHOWN = 25
"""How many things that are missing are told at once."""

S, P = CauseStatus, Permission
CAUSE_WORKFLOW: Workflow[CauseStatus, MoveFacts] = Workflow(
    initial=S.IN_ANALYSIS,
    transitions=(
        Transition(
            name="conclude",
            label=N_("Conclure l’analyse"),
            sources=frozenset({S.IN_ANALYSIS, S.REOPENED}),
            target=S.CONCLUDED,
            permission=P.CAUSE_CONCLUDE,
            guards=(*map(_lacks, range(SHOWN)), it_is_told),
            asks_reason=True,
        ),
        Transition(
            name="reopen",
            label=N_("Rouvrir l’analyse"),
            sources=frozenset({S.CONCLUDED}),
            target=S.REOPENED,
            permission=P.CAUSE_CONCLUDE,
            guards=(it_is_told,),
            asks_reason=True,
        ),
    ),
)

MOVED: dict[str, Message] = {
    "conclude": N_("Analyse conclue."),
    "reopen": N_("Analyse rouverte."),
}
"""What is said to the person who has just moved an analysis."""

VERBS: dict[str, Message] = {
    "cause_analysis.create": N_("Analyse de causes commencée"),
    "cause_analysis.edit": N_("Analyse de causes modifiée"),
    "cause_analysis.add": N_("Ligne ajoutée"),
    "cause_analysis.change": N_("Ligne modifiée"),
    "cause_analysis.place": N_("Ligne déplacée"),
    "cause_analysis.remove": N_("Ligne supprimée"),
    "cause_analysis.join": N_("Équipe complétée"),
    "cause_analysis.leave": N_("Équipe réduite"),
    "cause_analysis.conclude": N_("Analyse de causes conclue"),
    "cause_analysis.reopen": N_("Analyse de causes rouverte"),
}
"""What each verb of the event chain says to people."""
