"""K4, K5, K6, K10, K12, K13, K14: what an objective lacks, and how it is kept alive."""

from collections.abc import Iterator
from datetime import date

from qse_audit.core.text import N_, Message
from qse_audit.objectives.rules.anomalies import Anomaly, Subject
from qse_audit.objectives.rules.codes import AnomalyCode, ObjectiveStatus
from qse_audit.objectives.rules.facts import (
    Cascade,
    ObjectiveFacts,
    direction_of,
    reaches,
    unit_of,
)
from qse_audit.objectives.rules.links import about

MISSING = {
    "owner": N_("responsable"),
    "due_on": N_("échéance"),
    "baseline": N_("valeur de départ"),
    "resources": N_("moyens"),
}
"""What every objective needs besides its target, as words of a list."""


def incomplete_objectives(cascade: Cascade) -> Iterator[Anomaly]:
    """K4: no owner, no due date, no baseline or no resources."""
    for each in cascade.live:
        missing = missing_of(each)
        if missing:
            yield Anomaly(
                code=AnomalyCode.K4,
                subjects=(about(each),),
                sentence=N_(
                    "%(objective)s est incomplet : %(missing)s.",
                    objective=each.reference,
                    missing=_listed([MISSING[name] for name in missing]),
                ),
                figures={"missing": ",".join(missing)},
            )


def missing_of(objective: ObjectiveFacts) -> tuple[str, ...]:
    """Return which of ``MISSING`` an objective lacks."""
    held = {
        "owner": objective.owner_id is not None,
        "due_on": objective.due_on is not None,
        "baseline": objective.baseline is not None,
        "resources": bool(objective.resources.strip()),
    }
    return tuple(name for name, is_there in held.items() if not is_there)


def targets_not_measurable(cascade: Cascade) -> Iterator[Anomaly]:
    """K5: a target without a number or a unit, or in another unit than its indicator."""
    for each in cascade.live:
        found = target_problem(each, cascade)
        if found is not None:
            told, figures = found
            yield Anomaly(
                code=AnomalyCode.K5,
                subjects=(about(each),),
                sentence=N_(told.msgid, **{**told.values, "objective": each.reference}),
                figures=figures,
            )


def target_problem(
    objective: ObjectiveFacts, cascade: Cascade
) -> tuple[Message, dict[str, str]] | None:
    """Return why a target cannot be measured, with its figures; ``None`` when it can."""
    if objective.target is None:
        return (
            N_("%(objective)s : la cible n’est pas un nombre.", objective=""),
            {"missing": "target"},
        )
    if not unit_of(objective, cascade):
        return (
            N_("%(objective)s : la cible n’a pas d’unité.", objective=""),
            {"missing": "unit"},
        )
    indicator = cascade.indicators.get(objective.indicator_id or 0)
    own = objective.unit.strip()
    if indicator is not None and own and own != indicator.unit.strip():
        return (
            N_(
                "%(objective)s : la cible est en « %(own)s », son indicateur en « %(unit)s ».",
                objective="",
                own=own,
                unit=indicator.unit,
            ),
            {"unit": own, "indicator_unit": indicator.unit},
        )
    return None


def children_due_later(cascade: Cascade) -> Iterator[Anomaly]:
    """K6: a sub-objective that ends after what it serves."""
    for each in cascade.live:
        parent = cascade.by_id.get(each.parent_id or 0)
        if parent is None or not parent.is_live or each.due_on is None or parent.due_on is None:
            continue
        late = (each.due_on - parent.due_on).days
        if late > 0:
            yield Anomaly(
                code=AnomalyCode.K6,
                subjects=(about(each), about(parent)),
                sentence=N_(
                    "%(objective)s finit le %(due_on)s, après %(parent)s (%(parent_due_on)s) : "
                    "%(late)s j de trop.",
                    objective=each.reference,
                    due_on=each.due_on,
                    late=late,
                    parent=parent.reference,
                    parent_due_on=parent.due_on,
                ),
                figures={
                    "due_on": each.due_on.isoformat(),
                    "parent_due_on": parent.due_on.isoformat(),
                    "late_days": str(late),
                },
            )


def overloaded_owners(cascade: Cascade) -> Iterator[Anomaly]:
    """K10: more objectives than one person can carry."""
    carried: dict[int, list[ObjectiveFacts]] = {}
    for each in cascade.live:
        if each.owner_id is not None:
            carried.setdefault(each.owner_id, []).append(each)
    for owner_id, theirs in carried.items():
        if len(theirs) > cascade.per_owner:
            yield Anomaly(
                code=AnomalyCode.K10,
                subjects=(Subject("person", str(owner_id), theirs[0].owner_name),),
                sentence=N_(
                    "%(name)s porte %(count)s objectifs : %(most)s au plus restent suivis.",
                    name=theirs[0].owner_name,
                    count=len(theirs),
                    most=cascade.per_owner,
                ),
                figures={"count": str(len(theirs)), "most": str(cascade.per_owner)},
            )


def conflicts_not_settled(cascade: Cascade) -> Iterator[Anomaly]:
    """K12: a declared conflict between two live objectives that nobody has settled."""
    for each in cascade.conflicts:
        first, second = cascade.by_id.get(each.first_id), cascade.by_id.get(each.second_id)
        if each.is_settled or first is None or second is None:
            continue
        if first.is_live and second.is_live:
            yield Anomaly(
                code=AnomalyCode.K12,
                subjects=(
                    Subject("conflict", str(each.id), f"{first.reference} / {second.reference}"),
                    about(first),
                    about(second),
                ),
                sentence=N_(
                    "%(first)s (%(first_domain)s) et %(second)s (%(second_domain)s) se "
                    "contredisent : personne n’a arbitré.",
                    first=first.reference,
                    first_domain=first.domain.label,
                    second=second.reference,
                    second_domain=second.domain.label,
                ),
                figures={"first": first.reference, "second": second.reference},
            )


def objectives_not_reviewed(cascade: Cascade) -> Iterator[Anomaly]:
    """K13: a running objective that nobody looked at for months."""
    limit = months_before(cascade.today, cascade.review_months)
    for each in cascade.live:
        seen = each.reviewed_on or each.starts_on
        if each.status is not ObjectiveStatus.RUNNING or seen is None or seen >= limit:
            continue
        yield Anomaly(
            code=AnomalyCode.K13,
            subjects=(about(each),),
            sentence=N_(
                "%(objective)s n’a pas été revu depuis le %(seen)s : %(months)s mois au plus.",
                objective=each.reference,
                seen=seen,
                months=cascade.review_months,
            ),
            figures={"seen": seen.isoformat(), "months": str(cascade.review_months)},
        )


def finished_without_result(cascade: Cascade) -> Iterator[Anomaly]:
    """K14: every action is done, and the target is not reached."""
    for each in cascade.live:
        if not each.actions_finished or each.actions_open or each.target is None:
            continue
        indicator = cascade.indicators.get(each.indicator_id or 0)
        last = indicator.last if indicator is not None else None
        if last is not None and reaches(last, each.target, direction_of(each, cascade)):
            continue
        unit = unit_of(each, cascade)
        told = N_(
            "%(objective)s : plan d’actions terminé (%(count)s), mais aucune valeur ne montre "
            "que la cible de %(target)s %(unit)s est atteinte.",
            objective=each.reference,
            count=each.actions_finished,
            target=each.target,
            unit=unit,
        )
        figures = {"target": str(each.target), "actions": str(each.actions_finished)}
        if last is not None:
            told = N_(
                "%(objective)s : plan d’actions terminé (%(count)s), mais la dernière valeur est "
                "de %(last)s %(unit)s pour une cible de %(target)s %(unit)s.",
                objective=each.reference,
                count=each.actions_finished,
                last=last,
                target=each.target,
                unit=unit,
            )
            figures["last"] = str(last)
        yield Anomaly(code=AnomalyCode.K14, subjects=(about(each),), sentence=told, figures=figures)


def months_before(day: date, months: int) -> date:
    """Return the same day so many months earlier, or the last one of a shorter month."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")  # pragma: no cover


def _listed(parts: list[Message]) -> Message:
    """Return “a, b, c” as one message."""
    told = parts[0]
    for part in parts[1:]:
        told = N_("%(first)s, %(second)s", first=told, second=part)
    return told
