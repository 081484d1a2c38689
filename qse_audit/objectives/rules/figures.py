"""K7 and K8: whether the figures of the cascade agree with one another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from qse_audit.core.series import Direction
from qse_audit.core.text import N_, Message
from qse_audit.objectives.rules.anomalies import Anomaly, Subject
from qse_audit.objectives.rules.codes import AnomalyCode, RollUp
from qse_audit.objectives.rules.facts import (
    Cascade,
    ObjectiveFacts,
    direction_of,
    reaches,
    unit_of,
)
from qse_audit.objectives.rules.links import about


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledUp:
    """What the targets of the sub-objectives make together, beside the target of their parent."""

    roll_up: RollUp
    target: Fraction
    total: Fraction | None
    """``None``: not computable."""
    unit: str
    missing: tuple[str, ...] = ()
    """References of the sub-objectives without a target."""
    other_units: tuple[str, ...] = ()
    """The units that differ from the parent’s."""
    is_reached: bool = False

    @property
    def gap(self) -> Fraction | None:
        """Return how far the total is from the target, never negative; ``None``: unknown."""
        return None if self.total is None else abs(self.target - self.total)


def combine(targets: Sequence[tuple[Fraction, int]], roll_up: RollUp) -> Fraction | None:
    """Return what ``targets``, (number, weight) pairs, make together, exactly.

    ``None`` for no target, and for no calculation.
    """
    if not targets:
        return None
    numbers = [number for number, _ in targets]
    if roll_up is RollUp.SUM:
        return sum(numbers, Fraction(0))
    if roll_up is RollUp.MINIMUM:
        return min(numbers)
    if roll_up is RollUp.MAXIMUM:
        return max(numbers)
    if roll_up is RollUp.MEAN:
        weights = sum(weight for _, weight in targets)
        return sum((n * weight for n, weight in targets), Fraction(0)) / weights
    return None


def rolled_up(parent: ObjectiveFacts, cascade: Cascade) -> RolledUp | None:
    """Return what the sub-objectives make together; ``None`` when there is nothing to compare."""
    children = cascade.children.get(parent.id, ())
    if parent.roll_up is RollUp.NONE or parent.target is None or not children:
        return None
    unit = unit_of(parent, cascade)
    others = {unit_of(child, cascade) for child in children} - {unit}
    missing = tuple(child.reference for child in children if child.target is None)
    total = None
    if not others and not missing:
        pairs = [(child.target, child.weight) for child in children if child.target is not None]
        total = combine(pairs, parent.roll_up)
    return RolledUp(
        roll_up=parent.roll_up,
        target=parent.target,
        total=total,
        unit=unit,
        missing=missing,
        other_units=tuple(sorted(others)),
        is_reached=total is not None
        and reaches(total, parent.target, direction_of(parent, cascade)),
    )


def targets_that_fall_short(cascade: Cascade) -> Iterator[Anomaly]:
    """K7: the targets of the sub-objectives do not reach that of their parent."""
    for parent in cascade.live:
        found = rolled_up(parent, cascade)
        if found is not None and not found.is_reached:
            yield Anomaly(
                code=AnomalyCode.K7,
                subjects=(about(parent),),
                sentence=_short_sentence(parent, found),
                figures=_short_figures(found),
            )


def _short_sentence(parent: ObjectiveFacts, found: RolledUp) -> Message:
    if found.other_units:
        return N_(
            "%(objective)s : les sous-objectifs ne sont pas tous en « %(unit)s » "
            "(%(others)s) : leurs cibles ne se comparent pas.",
            objective=parent.reference,
            unit=found.unit or N_("sans unité"),
            others=_units(found.other_units),
        )
    if found.total is None:
        return N_(
            "%(objective)s : cible non calculable, il manque celle de %(missing)s.",
            objective=parent.reference,
            missing=", ".join(found.missing),
        )
    return N_(
        "%(objective)s : les sous-objectifs donnent %(total)s %(unit)s (%(roll_up)s) pour une "
        "cible de %(target)s %(unit)s ; écart : %(gap)s %(unit)s.",
        objective=parent.reference,
        total=found.total,
        unit=found.unit,
        roll_up=found.roll_up.label,
        target=found.target,
        gap=found.gap,
    )


def _units(units: tuple[str, ...]) -> Message | str:
    """Return the units of sub-objectives as words."""
    named = ", ".join(unit for unit in units if unit)
    if "" not in units:
        return named
    return N_("%(units)s et sans unité", units=named) if named else N_("sans unité")


def _short_figures(found: RolledUp) -> dict[str, str]:
    figures = {
        "roll_up": found.roll_up.value,
        "target": str(found.target),
        "unit": found.unit,
    }
    if found.total is not None:
        figures |= {"total": str(found.total), "gap": str(found.gap)}
    if found.missing:
        figures["missing"] = ",".join(found.missing)
    if found.other_units:
        figures["other_units"] = ",".join(found.other_units)
    return figures


def opposite_directions(cascade: Cascade) -> Iterator[Anomaly]:
    """K8: objectives that pull the same indicator in opposite directions.

    The direction written on the card of the indicator counts as one more voice.
    """
    pulls: dict[int, dict[Direction, list[ObjectiveFacts]]] = {}
    for each in cascade.live:
        if each.indicator_id in cascade.indicators and each.indicator_id is not None:
            way = direction_of(each, cascade)
            if way in {Direction.UP, Direction.DOWN} and way is not None:
                pulls.setdefault(each.indicator_id, {}).setdefault(way, []).append(each)
    for indicator_id, ways in pulls.items():
        card = cascade.indicators[indicator_id]
        up, down = ways.get(Direction.UP, []), ways.get(Direction.DOWN, [])
        if up and down:
            told = N_(
                "%(indicator)s est à augmenter pour %(up)s et à réduire pour %(down)s.",
                indicator=card.title,
                up=_references(up),
                down=_references(down),
            )
        elif (up and card.direction is Direction.DOWN) or (down and card.direction is Direction.UP):
            told = N_(
                "%(objectives)s va contre le sens de l’indicateur %(indicator)s "
                "(« %(direction)s » sur sa fiche).",
                objectives=_references(up or down),
                indicator=card.title,
                direction=card.direction.label,
            )
        else:
            continue
        yield Anomaly(
            code=AnomalyCode.K8,
            subjects=(
                Subject("indicator", str(indicator_id), card.reference),
                *(about(each) for each in (*up, *down)),
            ),
            sentence=told,
            figures={
                "up": _references(up),
                "down": _references(down),
                "card": card.direction.value if card.direction else "",
            },
        )


def _references(objectives: Sequence[ObjectiveFacts]) -> str:
    return ", ".join(each.reference for each in objectives)
