"""Where a line goes when it moves. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from qse_audit.causes.rules.codes import CauseTool, Slot
from qse_audit.causes.rules.grammar import GRAMMARS, Shape, takes_slot
from qse_audit.causes.rules.tree import Node, Tree

DIRECTIONS = ("up", "down", "in", "out")


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a line lands: under what, and the order in which all lines are then read."""

    parent_id: int | None
    order: Sequence[int]


def stepped(tree: Tree, node: Node, direction: str) -> Landing | None:
    """Return where one step leads; ``None`` where there is nowhere to go.

    ``up`` and ``down`` pass a line of the same place; ``in`` goes under the one before it, ``out``
    behind the one above it.
    """
    order = [each.id for each in tree.nodes]
    twins = alike(tree, node)
    at = twins.index(node.id)
    if direction == "up" and at:
        return Landing(node.parent_id, _swapped(order, node.id, twins[at - 1]))
    if direction == "down" and at + 1 < len(twins):
        return Landing(node.parent_id, _swapped(order, node.id, twins[at + 1]))
    if direction == "in" and at:
        return under(tree, node, twins[at - 1])
    if direction == "out" and node.parent_id is not None:
        order.remove(node.id)
        order.insert(order.index(node.parent_id) + 1, node.id)
        return Landing(tree.by_id[node.parent_id].parent_id, order)
    return None


def under(tree: Tree, node: Node, parent_id: int | None) -> Landing:
    """Return the place behind all that stands under a line already."""
    order = [each.id for each in tree.nodes if each.id != node.id]
    return Landing(parent_id, [*order, node.id])


def alike(tree: Tree, node: Node) -> list[int]:
    """Return the ids of the lines among which one stands: same parent, kind and fixed place."""
    twins = tree.roots if node.parent_id is None else tree.children(node.parent_id)
    return [each.id for each in twins if each.kind is node.kind and each.slot is node.slot]


def slot_there(
    tree: Tree, tool: CauseTool, node: Node, *, parent_id: int | None, wanted: Slot | None = None
) -> Slot | None:
    """Return the fixed place that a line takes under another: the wanted one, else its own."""
    shape, parent = GRAMMARS[tool].of(node.kind), tree.by_id.get(parent_id or 0)
    if shape is None or not takes_slot(shape, None if parent is None else parent.kind):
        return None
    higher = (each.slot for each in tree.above(node.id) if each.slot in shape.slots)
    return wanted or node.slot or next(higher, None)


def next_slot(tree: Tree, shape: Shape, slot: Slot) -> Slot | None:
    """Return the fixed place to write in after ``slot``; ``None`` once each has a line."""
    at = shape.slots.index(slot) + 1
    turns = (*shape.slots[at:], *shape.slots[:at])
    return next((each for each in turns if not tree.in_slot(each)), None)


def _swapped(order: list[int], one: int, other: int) -> list[int]:
    swapped = list(order)
    a, b = swapped.index(one), swapped.index(other)
    swapped[a], swapped[b] = other, one
    return swapped
