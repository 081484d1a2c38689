"""How far up the order of prevention the actions on a risk sit, and when that is not far enough."""

from collections.abc import Iterator, Sequence

from qse_audit.core import prevention
from qse_audit.core.errors import Refusal
from qse_audit.core.prevention import PreventionPrinciple
from qse_audit.core.text import N_
from qse_audit.risks.rules.codes import RiskRank

LIVING_WITH_IT = frozenset({PreventionPrinciple.INDIVIDUAL, PreventionPrinciple.INSTRUCT})
"""Principles that leave the hazard where it is: equipment that is worn, and instructions."""


def highest(principles: Sequence[PreventionPrinciple | None]) -> PreventionPrinciple | None:
    """Return the principle that comes first in the law; ``None`` when no action is placed."""
    placed = [principle for principle in principles if principle is not None]
    return min(placed, key=lambda principle: principle.rank, default=None)


def prevention_warnings(
    rank: RiskRank | None, principles: Sequence[PreventionPrinciple | None]
) -> tuple[Refusal, ...]:
    """Return what to say of the actions that answer a risk, one principle an action.

    ``None`` is an action that nobody has placed. These warn, they do not refuse.
    """
    return tuple(_warnings(principles)) if rank is RiskRank.HIGH else ()


def _warnings(principles: Sequence[PreventionPrinciple | None]) -> Iterator[Refusal]:
    first = highest(principles)
    if not principles:
        message = N_("Risque élevé sans action : l’ordre de la loi commence par éviter le risque.")
        yield Refusal("high_unanswered", message, prevention.SOURCE)
    elif first is None:
        message = N_("Risque élevé dont aucune action n’est placée sur les principes de "
                     "prévention : placez-les, de 1 à 9.")  # fmt: skip
        yield Refusal("principles_missing", message, prevention.SOURCE)
    elif first in LIVING_WITH_IT:
        message = N_(
            "Risque élevé traité seulement par des équipements ou des consignes (principe "
            "%(rank)d au mieux). L’ordre de la loi : 1 éviter, 2 évaluer, 3 combattre à la source, "
            "4 adapter le travail, 5 suivre la technique, 6 remplacer, 7 planifier, 8 protéger, "
            "9 donner des instructions. Cherchez plus haut, ou dites pourquoi on ne peut pas.",
            rank=first.rank,
        )
        yield Refusal("only_protection", message, prevention.SOURCE)
