"""Draw the whys and the cause tree: one box a line, columns by depth, arrows towards the effect.

A tree of causes ends with the last fact at the right; whys go from the problem at the left.
"""

from collections.abc import Callable
from dataclasses import dataclass

from qse_audit.causes.reports.sheet import Box, Sheet, boxed
from qse_audit.causes.reports.words import Wording
from qse_audit.causes.rules import CauseTool, Gate, Node, Tree
from qse_audit.core.text import N_

WIDTH, ACROSS, GAP = 196, 62, 14
AND = N_("ET")
Left = Callable[[int], float]
"""The left edge of the boxes of a depth."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One box in its column."""

    box: Box
    depth: int
    top: float

    @property
    def middle(self) -> float:
        """The height at which lines reach it."""
        return self.top + self.box.height / 2


class Plan:
    """Where each box stands: a parent is level with the middle of its children."""

    def __init__(self, tree: Tree, boxes: dict[int, Box]) -> None:
        self.tree, self.boxes = tree, boxes
        self.placed: dict[int, Placed] = {}
        self.depth = 0

    def lay(self, node: Node, depth: int, top: float) -> float:
        """Place a line and all below it from ``top`` down; return where the next may begin."""
        self.depth = max(self.depth, depth)
        box, children = self.boxes[node.id], self.tree.children(node.id)
        start = len(self.placed)
        y = top
        for child in children:
            y = self.lay(child, depth + 1, y)
        own = top
        if children:
            first, last = self.placed[children[0].id], self.placed[children[-1].id]
            own = (first.middle + last.middle - box.height) / 2
        if own < top:
            self._shift(start, top - own)
            y, own = y + top - own, top
        self.placed[node.id] = Placed(box, depth, own)
        return max(y, own + box.height + GAP)

    def _shift(self, start: int, by: float) -> None:
        for key in list(self.placed)[start:]:
            old = self.placed[key]
            self.placed[key] = Placed(old.box, old.depth, old.top + by)


def tree_svg(wording: Wording, problem: str) -> str:
    """Return the drawing of whys or of a cause tree; ``problem``: the question of the analysis."""
    tree = wording.tree
    is_causal = wording.tool is CauseTool.CAUSE_TREE
    boxes = {node.id: _box(wording, node) for node in tree.nodes}
    plan, y = Plan(tree, boxes), 8.0
    for root in tree.roots:
        y = plan.lay(root, 0 if is_causal else 1, y)
    sheet = Sheet()
    columns = plan.depth + 1

    def left(depth: int) -> float:
        column = columns - 1 - depth if is_causal else depth
        return 8 + column * (WIDTH + ACROSS)

    for node in tree.nodes:
        _join(sheet, plan, node, left=left, wording=wording)
    for key, placed in plan.placed.items():
        sheet.put(placed.box, (left(placed.depth), placed.top))
        if (rank := tree.numbers.get(key)) is not None and is_causal:
            sheet.pill((left(placed.depth) + 4, placed.top + 2), str(rank), token="neutral")
    if not is_causal:
        _problem(sheet, plan, problem, left=left)
    return sheet.svg(_title(wording), _described(wording))


def _title(wording: Wording) -> str:
    return wording.say(wording.tool.label)


def _described(wording: Wording) -> str:
    told = N_("%(count)s lignes ; la liste qui suit dit la même chose.", count="")
    return wording.say(told, count=len(wording.tree.nodes))


def _box(wording: Wording, node: Node) -> Box:
    token, fill = "line-strong", "surface"
    if node.is_root:
        token, fill = "success", "success-soft"
    is_ultimate = node.parent_id is None and wording.tool is CauseTool.CAUSE_TREE
    if is_ultimate:
        token, fill = "danger", "danger-soft"
    return boxed(
        wording.text(node),
        WIDTH,
        badges=wording.badges(node),
        token=token,
        fill=fill,
        is_dashed=node.same_as_id is not None,
        is_strong=node.is_root or is_ultimate,
        is_struck=node.is_discarded,
    )


def _join(sheet: Sheet, plan: Plan, node: Node, *, left: Left, wording: Wording) -> None:
    """Draw what leads from a line to those below it."""
    children = plan.tree.children(node.id)
    here = plan.placed[node.id]
    is_causal = wording.tool is CauseTool.CAUSE_TREE
    for child in children:
        there = plan.placed[child.id]
        if is_causal:
            start = (left(there.depth) + WIDTH, there.middle)
            sheet.elbow(start, (left(here.depth), here.middle))
        else:
            sheet.elbow((left(here.depth) + WIDTH, here.middle), (left(there.depth), there.middle))
    if is_causal and node.gate is Gate.CONJUNCTION and children:
        sheet.pill((left(here.depth) - ACROSS / 2, here.middle), wording.say(AND))


def _problem(sheet: Sheet, plan: Plan, problem: str, *, left: Left) -> None:
    """Draw the question at the left of the first whys."""
    box = boxed(problem, WIDTH, token="danger", fill="danger-soft", is_strong=True)
    roots = [plan.placed[node.id] for node in plan.tree.roots]
    middle = (roots[0].middle + roots[-1].middle) / 2 if roots else 8 + box.height / 2
    top = max(8.0, middle - box.height / 2)
    for each in roots:
        sheet.elbow((left(0) + WIDTH, top + box.height / 2), (left(1), each.middle))
    sheet.put(box, (left(0), top))
