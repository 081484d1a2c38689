"""When a risk may be said to be lower: planned stays planned until an action is proven to work."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_
from qse_audit.risks.rules.codes import RatingStage
from qse_audit.risks.rules.scales import Scale

HOUSE = N_("règle de la maison")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReratingFacts:
    """What is known when a line gets a rating."""

    stage: RatingStage
    values: Mapping[str, int]
    before: Mapping[str, int] = field(default_factory=dict)
    """The last rating of what is in place, net or verified; empty: none yet."""
    standing_actions: int = 0
    """Actions of the line that are not cancelled."""
    open_actions: int = 0
    """Those of them that nobody has verified yet."""
    effective_since: int = 0
    """Actions verified effective since the last rating of what is in place."""
    has_proof: bool = False
    design_change: str = ""
    """What changed in the design or at the source, when the harm itself became milder."""
    reason: str = ""


def rerating_refusals(scale: Scale, facts: ReratingFacts) -> tuple[Refusal, ...]:
    """Return every reason why the line cannot be rated so; the notes are judged elsewhere."""
    judge = {
        RatingStage.GROSS: _nothing,
        RatingStage.NET: _net,
        RatingStage.PLANNED: _planned,
        RatingStage.VERIFIED: _verified,
    }[facts.stage]
    return tuple(judge(scale, facts))


def stage_to_rate(facts: ReratingFacts) -> RatingStage:
    """Return the furthest stage that the facts allow to a line that gets better.

    Closing an action opens the verified rating; until then what is hoped for is planned.
    """
    if not facts.before:
        return RatingStage.NET
    if facts.effective_since:
        return RatingStage.VERIFIED
    return RatingStage.PLANNED if facts.standing_actions else RatingStage.NET


def lowered_letters(
    scale: Scale, before: Mapping[str, int], values: Mapping[str, int]
) -> tuple[str, ...]:
    """Return the letters of the notes that are lower than before."""
    return tuple(
        criterion.letter
        for criterion in scale.criteria
        if criterion.code in before and values.get(criterion.code, 0) < before[criterion.code]
    )


def _nothing(_: Scale, __: ReratingFacts) -> Iterator[Refusal]:
    return iter(())


def _net(scale: Scale, facts: ReratingFacts) -> Iterator[Refusal]:
    """Give what keeps a rating of what is in place from going down by itself."""
    lowered = lowered_letters(scale, facts.before, facts.values)
    if not lowered:
        return
    letters = ", ".join(lowered)
    if facts.effective_since:
        message = N_("%(letters)s baisse après une action efficace ; attendu : une cotation "
                     "vérifiée, avec sa preuve", letters=letters)  # fmt: skip
        yield Refusal("net_to_verified", message, HOUSE)
    elif facts.open_actions:
        message = N_("%(letters)s baisse avant que l’action soit vérifiée (en attente : "
                     "%(count)d) ; attendu : une cotation prévue jusque-là", letters=letters,
                     count=facts.open_actions)  # fmt: skip
        yield Refusal("net_to_planned", message, HOUSE)
    elif not facts.reason.strip():
        message = N_("%(letters)s baisse sans action : dites ce qui corrige l’estimation.",
                     letters=letters)  # fmt: skip
        yield Refusal("reason_missing", message, HOUSE)


def _planned(_: Scale, facts: ReratingFacts) -> Iterator[Refusal]:
    if not facts.before:
        message = N_("Rien n’est coté aujourd’hui ; attendu : la cotation nette d’abord.")
        yield Refusal("net_missing", message, HOUSE)
    if not facts.standing_actions:
        message = N_("Aucune action ; attendu : celle dont on attend cette cotation.")
        yield Refusal("action_missing", message, HOUSE)


def _verified(scale: Scale, facts: ReratingFacts) -> Iterator[Refusal]:
    if not facts.before:
        message = N_("Rien n’est coté aujourd’hui ; attendu : la cotation nette d’abord.")
        yield Refusal("net_missing", message, HOUSE)
    if not facts.effective_since:
        message = N_("Aucune action vérifiée efficace depuis la dernière cotation ; attendu : une "
                     "au moins. La cotation reste prévue.")  # fmt: skip
        yield Refusal("no_effective_action", message, HOUSE)
    if not facts.has_proof:
        message = N_("Aucune preuve ; attendu : un relevé, un essai, une photo qui montre l’effet.")
        yield Refusal("proof_missing", message, HOUSE)
    harm = scale.criteria[0]
    lowered = lowered_letters(scale, facts.before, facts.values)
    if harm.letter in lowered and not facts.design_change.strip():
        message = N_("%(letter)s baisse ; attendu : ce qui a changé dans la conception ou à la "
                     "source. Un contrôle ne rend pas un effet moins grave.",
                     letter=harm.letter)  # fmt: skip
        yield Refusal("design_change_missing", message, HOUSE)
