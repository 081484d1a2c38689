"""The order of a tree: what moves are, and which orders are none. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_
from qse_audit.referentials.rules.content import MAX_DEPTH

TOO_DEEP = Refusal("too_deep", N_("Pas plus de %(count)d niveaux.", count=MAX_DEPTH))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a requirement stands: its parent, and its rank among all by the order of the list."""

    id: int
    parent_id: int | None


def places_refusal(before: Sequence[Place], after: Sequence[Place]) -> Refusal | None:
    """Return why ``after`` is no order of the same tree: rows missing, a cycle, too deep."""
    if sorted(place.id for place in before) != sorted(place.id for place in after):
        return Refusal(
            "tree_changed",
            N_("L’arborescence a changé entre-temps. Rechargez la page, puis déplacez à nouveau."),
        )
    depth: dict[int, int] = {}
    for place in after:
        if place.parent_id is not None and place.parent_id not in depth:
            return Refusal("not_a_tree", N_("Un point ne peut pas être placé sous lui-même."))
        depth[place.id] = 0 if place.parent_id is None else depth[place.parent_id] + 1
    if max(depth.values(), default=0) >= MAX_DEPTH:
        return TOO_DEEP
    return None


def in_tree_order(places: Sequence[Place]) -> list[Place]:
    """Return ``places`` parents first, each followed by all below it; siblings keep their order."""
    below: dict[int | None, list[Place]] = {}
    for place in places:
        below.setdefault(place.parent_id, []).append(place)
    ordered: list[Place] = []
    stack = list(reversed(below.get(None, [])))
    while stack:
        place = stack.pop()
        ordered.append(place)
        stack.extend(reversed(below.get(place.id, [])))
    return ordered


def moved(places: Sequence[Place], moving: int, direction: str) -> list[Place]:
    """Return the tree after one step ``up``, ``down``, ``in`` or ``out``; unchanged if it cannot.

    ``in`` puts it under the sibling before it, ``out`` behind its parent.
    """
    by_id = {place.id: place for place in places}
    if moving not in by_id:
        return list(places)
    siblings = [p.id for p in places if p.parent_id == by_id[moving].parent_id]
    at = siblings.index(moving)
    steps = {"up": _up, "down": _down, "in": _in, "out": _out}
    if direction not in steps:
        return list(places)
    return in_tree_order(steps[direction](list(places), by_id[moving], siblings, at=at))


def _up(places: list[Place], place: Place, siblings: list[int], *, at: int) -> list[Place]:
    return _swapped(places, place.id, siblings[at - 1]) if at else places


def _down(places: list[Place], place: Place, siblings: list[int], *, at: int) -> list[Place]:
    last = at + 1 == len(siblings)
    return places if last else _swapped(places, place.id, siblings[at + 1])


def _in(places: list[Place], place: Place, siblings: list[int], *, at: int) -> list[Place]:
    if not at:
        return places
    return [*(p for p in places if p.id != place.id), Place(place.id, siblings[at - 1])]


def _out(places: list[Place], place: Place, siblings: list[int], *, at: int) -> list[Place]:
    if place.parent_id is None:
        return places
    rest = [p for p in places if p.id != place.id]
    parent = next(p for p in rest if p.id == place.parent_id)
    rest.insert(rest.index(parent) + 1, Place(place.id, parent.parent_id))
    return rest


def _swapped(places: list[Place], one: int, other: int) -> list[Place]:
    ids = [place.id for place in places]
    a, b = ids.index(one), ids.index(other)
    swapped = list(places)
    swapped[a], swapped[b] = places[b], places[a]
    return swapped
