"""The lines of an analysis as one tree, whatever its tool. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from qse_audit.causes.rules.codes import Gate, Health, NodeKind, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One line: what it says, what shows it, where it stands."""

    id: int
    kind: NodeKind
    parent_id: int | None = None
    slot: Slot | None = None
    text: str = ""
    fact: str = ""
    """What shows it; for a contrast, where the problem is not."""
    note: str = ""
    gate: Gate = Gate.CHAIN
    is_verified: bool = False
    is_root: bool = False
    """A cause of the system on which one can act: the search stops there."""
    is_discarded: bool = False
    votes: int = 0
    count: int | None = None
    cost: Decimal | None = None
    owner_id: int | None = None
    owner_name: str = ""
    health: Health | None = None
    same_as_id: int | None = None
    """The fact, written elsewhere in the tree, that this line only points to."""
    done_at: datetime | None = None


@dataclass(frozen=True)
class Tree:
    """Every line of one analysis, in the order of reading."""

    nodes: Sequence[Node] = field(default=())

    @cached_property
    def by_id(self) -> dict[int, Node]:
        """The lines by their id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def _below(self) -> dict[int | None, list[Node]]:
        below: dict[int | None, list[Node]] = {}
        for node in self.nodes:
            below.setdefault(node.parent_id, []).append(node)
        return below

    @property
    def roots(self) -> Sequence[Node]:
        """The lines that stand under no other."""
        return self._below.get(None, ())

    def children(self, node_id: int) -> Sequence[Node]:
        """Return what stands right below a line."""
        return self._below.get(node_id, ())

    def in_slot(self, slot: Slot, parent_id: int | None = None) -> Sequence[Node]:
        """Return the lines of a fixed place."""
        return [node for node in self._below.get(parent_id, ()) if node.slot is slot]

    def of(self, kind: NodeKind) -> Sequence[Node]:
        """Return the lines of one kind."""
        return [node for node in self.nodes if node.kind is kind]

    def walk(self, start: Sequence[Node] | None = None) -> Iterator[tuple[Node, int]]:
        """Yield (line, depth), each followed by what stands below it."""
        stack = [(node, 0) for node in reversed(self.roots if start is None else start)]
        while stack:
            node, depth = stack.pop()
            yield node, depth
            stack += [(child, depth + 1) for child in reversed(self.children(node.id))]

    def below(self, node_id: int) -> frozenset[int]:
        """Return the ids of all that stands below a line."""
        return frozenset(node.id for node, _ in self.walk(self.children(node_id)))

    def above(self, node_id: int | None) -> Iterator[Node]:
        """Yield a line and all that it stands under, from the nearest up."""
        node = self.by_id.get(node_id or 0)
        while node is not None:
            yield node
            node = self.by_id.get(node.parent_id or 0)

    def is_leaf(self, node: Node) -> bool:
        """Say whether nothing stands below a line."""
        return not self.children(node.id)

    def pointing_to(self, node_id: int) -> Sequence[Node]:
        """Return the lines that say: the same fact as that one."""
        return [node for node in self.nodes if node.same_as_id == node_id]

    @cached_property
    def numbers(self) -> dict[int, int]:
        """The number of each line, in the order of reading; a mere pointer has none."""
        written = (node for node, _ in self.walk() if node.same_as_id is None)
        return {node.id: number for number, node in enumerate(written, start=1)}

    def loops(self, node_id: int, same_as_id: int) -> bool:
        """Say whether a fact would be among its own causes if ``node_id`` pointed to another.

        Causes are followed down the tree and through the pointers.
        """
        wanted = {node.id for node in self.above(node_id)}
        return self.reaches(same_as_id, wanted)

    def reaches(self, start: int, wanted: Collection[int]) -> bool:
        """Say whether the causes of ``start``, itself included, hold one of ``wanted``."""
        seen: set[int] = set()
        stack = [start]
        while stack:
            key = stack.pop()
            if key in wanted:
                return True
            if key in seen:
                continue
            seen.add(key)
            for child in self.children(key):
                stack.append(child.id)
                if child.same_as_id is not None:
                    stack.append(child.same_as_id)
        return False
