"""What a significant environmental aspect calls for, and a line does not say yet."""

from collections.abc import Iterator
from dataclasses import dataclass

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_
from qse_audit.risks.rules.codes import Condition, RiskRank


@dataclass(frozen=True, slots=True, kw_only=True)
class AspectFacts:
    """What is written on an aspect, and whether something is done about it."""

    rank: RiskRank | None
    condition: str
    control: str
    monitoring: str
    has_action: bool


def aspect_warnings(facts: AspectFacts) -> tuple[Refusal, ...]:
    """Return what a significant aspect lacks. These warn, they do not refuse."""
    return tuple(_warnings(facts)) if facts.rank is RiskRank.HIGH else ()


def _warnings(facts: AspectFacts) -> Iterator[Refusal]:
    if not facts.control.strip():
        message = N_("Aucune maîtrise opérationnelle : dites comment l’aspect est tenu.")
        yield Refusal("no_control", message, N_("ISO 14001, 8.1"))
    if not facts.monitoring.strip():
        message = N_("Ni surveillance ni mesure : dites ce qui est suivi, et comment.")
        yield Refusal("no_monitoring", message, N_("ISO 14001, 9.1.1"))
    if facts.condition == Condition.EMERGENCY and not facts.has_action:
        message = N_("Situation d’urgence sans action : préparez la réponse et dites quand elle "
                     "est essayée.")  # fmt: skip
        yield Refusal("no_response", message, N_("ISO 14001, 8.2"))
