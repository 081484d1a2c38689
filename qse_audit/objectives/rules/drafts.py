"""What may be written on an axis, an objective, a priority, a conflict, a turn of talk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from qse_audit.core.errors import Refusal
from qse_audit.core.series import Direction
from qse_audit.core.text import N_
from qse_audit.objectives.rules.codes import Level, PriorityKind, RollUp, TalkKind
from qse_audit.referentials.rules import Domain

HOUSE = N_("règle de la maison")
PLANNING = "ISO 9001:2015, 6.2"
TITLE_MAX, TEXT_MAX, UNIT_MAX, SHORT_MAX = 200, 10_000, 60, 120
WEIGHT_MAX = 1_000_000
DEPTH_MAX = 12
"""Levels of the tree: deeper, nobody finds their way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveDraft:
    """An objective as somebody writes it; only its title is needed to begin."""

    title: str
    level: Level
    domain: Domain
    description: str = ""
    parent_id: int | None = None
    axis_id: int | None = None
    commitments: frozenset[str] = frozenset()
    site_id: int | None = None
    process_id: int | None = None
    unit_name: str = ""
    owner_id: int | None = None
    resources: str = ""
    starts_on: date | None = None
    due_on: date | None = None
    indicator_id: int | None = None
    direction: Direction | None = None
    unit: str = ""
    baseline: Fraction | None = None
    target: Fraction | None = None
    roll_up: RollUp = RollUp.NONE
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisDraft:
    """A strategic axis as somebody writes it."""

    title: str
    horizon: str = ""
    commitments: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityDraft:
    """A priority as somebody notes it."""

    kind: PriorityKind
    title: str
    fact: str = ""
    objectives: frozenset[int] = frozenset()
    risk_id: int | None = None
    """The line of a risk analysis that it comes from."""


def draft_refusals(draft: ObjectiveDraft) -> tuple[Refusal, ...]:
    """Return every reason why this cannot be written; what only lacks is left to the checks."""
    checks = (
        title_refusal(draft.title),
        _long("description", draft.description, TEXT_MAX),
        _long("resources", draft.resources, TEXT_MAX),
        _long("unit", draft.unit, UNIT_MAX),
        _long("unit_name", draft.unit_name, SHORT_MAX),
        _dates(draft),
        _weight(draft),
        _way(draft),
    )
    return tuple(refusal for refusal in checks if refusal)


def axis_refusals(draft: AxisDraft) -> tuple[Refusal, ...]:
    """Return every reason why this axis cannot be written."""
    checks = (title_refusal(draft.title), _long("horizon", draft.horizon, SHORT_MAX))
    return tuple(refusal for refusal in checks if refusal)


def priority_refusals(draft: PriorityDraft) -> tuple[Refusal, ...]:
    """Return every reason why this priority cannot be written."""
    checks = (title_refusal(draft.title), _long("fact", draft.fact, TEXT_MAX))
    return tuple(refusal for refusal in checks if refusal)


def title_refusal(title: str) -> Refusal | None:
    """Return why a title cannot be used."""
    if not title.strip():
        return Refusal("title_missing", N_("Dites en une ligne de quoi il s’agit."), HOUSE)
    return _long("title", title, TITLE_MAX)


def reason_refusals(reason: str) -> tuple[Refusal, ...]:
    """Return why a reason cannot be used: it stays on record with a name."""
    if not reason.strip():
        told = N_("Écrivez la raison : elle reste au dossier avec votre nom.")
        return (Refusal("reason_missing", told, HOUSE),)
    found = _long("reason", reason, TEXT_MAX)
    return (found,) if found else ()


def conflict_refusals(first_id: int, second_id: int, conflict: str) -> tuple[Refusal, ...]:
    """Return why a conflict cannot be declared."""
    found = []
    if first_id == second_id:
        told = N_("Un objectif ne se contredit pas lui-même : choisissez-en un autre.")
        found.append(Refusal("same_objective", told, HOUSE))
    if not conflict.strip():
        told = N_("Dites en quoi les deux objectifs se contredisent.")
        found.append(Refusal("conflict_missing", told, HOUSE))
    return tuple(found)


def _long(name: str, text: str, most: int) -> Refusal | None:
    if len(text) <= most:
        return None
    return Refusal(
        f"{name}_long",
        N_("Ce texte compte %(count)d caractères : au plus %(most)d.", count=len(text), most=most),
        HOUSE,
    )


def _dates(draft: ObjectiveDraft) -> Refusal | None:
    if draft.starts_on and draft.due_on and draft.due_on < draft.starts_on:
        told = N_("L’échéance est avant le début : corrigez l’une des deux dates.")
        return Refusal("due_before_start", told, HOUSE)
    return None


def _weight(draft: ObjectiveDraft) -> Refusal | None:
    if 1 <= draft.weight <= WEIGHT_MAX:
        return None
    told = N_("Le poids est un nombre entier de 1 à %(most)d.", most=WEIGHT_MAX)
    return Refusal("weight_range", told, HOUSE)


def _way(draft: ObjectiveDraft) -> Refusal | None:
    """Refuse a target on the wrong side of the baseline for its direction."""
    if draft.target is None or draft.baseline is None:
        return None
    step = draft.target - draft.baseline
    if (draft.direction is Direction.UP and step < 0) or (
        draft.direction is Direction.DOWN and step > 0
    ):
        told = N_(
            "La cible va dans l’autre sens que « %(direction)s » : comparez-la à la valeur de "
            "départ.",
            direction=draft.direction.label,
        )
        return Refusal("target_backwards", told, HOUSE)
    return None


# --- the tree ---


def move_refusals(
    parents: Mapping[int, int | None], objective_id: int, parent_id: int | None
) -> tuple[Refusal, ...]:
    """Return why an objective cannot go below ``parent_id``; ``parents`` is the whole tree."""
    if parent_id is None:
        return ()
    if parent_id not in parents:
        told = N_("Cet objectif parent n’existe pas ou n’est pas de l’organisation.")
        return (Refusal("parent_unknown", told, HOUSE),)
    above, node = 0, parent_id
    seen: set[int] = set()
    while True:
        if node == objective_id:
            told = N_("Un objectif ne peut pas être placé sous lui-même ni sous ce qui en dépend.")
            return (Refusal("cycle", told, HOUSE),)
        above += 1
        seen.add(node)
        next_up = parents.get(node)
        if next_up is None or next_up in seen:
            break
        node = next_up
    if above + height_of(parents, objective_id) > DEPTH_MAX:
        told = N_("L’arbre a %(most)d niveaux au plus.", most=DEPTH_MAX)
        return (Refusal("too_deep", told, HOUSE),)
    return ()


def height_of(parents: Mapping[int, int | None], objective_id: int) -> int:
    """Return how many levels an objective takes: 1 for one without sub-objectives."""
    below: dict[int, list[int]] = {}
    for child, parent in parents.items():
        if parent is not None:
            below.setdefault(parent, []).append(child)
    height, level, seen = 1, [objective_id], {objective_id}
    while level := [c for node in level for c in below.get(node, ()) if c not in seen]:
        seen.update(level)
        height += 1
    return height


# --- the talk ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of the talk about an objective."""

    kind: TalkKind
    person_id: int
    target: Fraction | None = None
    due_on: date | None = None


def agreed_turn(turns: Sequence[Turn], target: Fraction | None, due_on: date | None) -> Turn | None:
    """Return the agreement that still holds: the last turn of all, on these very figures."""
    last = turns[-1] if turns else None
    if last is None or last.kind is not TalkKind.AGREEMENT:
        return None
    return last if (last.target, last.due_on) == (target, due_on) else None


def turn_refusals(turn: Turn, text: str, before: Sequence[Turn]) -> tuple[Refusal, ...]:
    """Return why a turn cannot be taken after the turns ``before``."""
    found = []
    if turn.kind is not TalkKind.AGREEMENT and not text.strip():
        found.append(Refusal("text_missing", N_("Écrivez ce que vous proposez."), HOUSE))
    if too_long := _long("text", text, TEXT_MAX):
        found.append(too_long)
    last = before[-1] if before else None
    if turn.kind is TalkKind.AGREEMENT and last is None:
        told = N_("Rien n’a encore été proposé : il n’y a rien à accepter.")
        found.append(Refusal("nothing_proposed", told, HOUSE))
    elif turn.kind is TalkKind.AGREEMENT and last is not None:
        if last.kind is TalkKind.AGREEMENT:
            told = N_("L’accord est déjà donné : pour en changer, proposez autre chose.")
            found.append(Refusal("already_agreed", told, HOUSE))
        elif last.person_id == turn.person_id:
            told = N_("On n’accepte pas sa propre proposition : l’accord est celui de l’autre.")
            found.append(Refusal("own_proposal", told, HOUSE))
    return tuple(found)
