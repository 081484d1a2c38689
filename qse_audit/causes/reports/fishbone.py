"""Draw an Ishikawa: families above and below the spine, their causes along each bone."""

from collections.abc import Sequence
from dataclasses import dataclass

from qse_audit.causes.reports.sheet import BADGE, LETTERS, LINE, Sheet, boxed, in_lines
from qse_audit.causes.reports.words import Wording
from qse_audit.causes.rules import FAMILIES, Node, Slot
from qse_audit.core.text import N_

COLUMN, SLANT, HEAD, MARGIN = 272, 44, 188, 8
TITLE = 30
STEP = 14
DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Rib:
    """One cause along a bone: its lines, how far it is indented."""

    node: Node
    depth: int
    lines: Sequence[str]
    badges: str

    @property
    def height(self) -> float:
        """How high it is, with the line that carries it."""
        return LINE * len(self.lines) + (LINE - 3 if self.badges else 0) + 7


def fishbone_svg(wording: Wording, effect: str, families: int) -> str:
    """Return the drawing of an Ishikawa; ``effect``: the question, at the head."""
    slots = FAMILIES[:families]
    ribs = {slot: _ribs(wording, slot) for slot in slots}
    upper, lower = slots[0::2], slots[1::2]
    above, below = (_half(ribs, side) for side in (upper, lower))
    spine = MARGIN + above
    sheet = Sheet()
    columns = max(len(upper), len(lower))
    end = MARGIN + columns * COLUMN + SLANT
    for place, slot in enumerate(upper):
        _bone(sheet, wording, slot, ribs[slot], left=MARGIN + place * COLUMN, spine=spine, way=-1)
    for place, slot in enumerate(lower):
        left = MARGIN + SLANT / 2 + place * COLUMN
        _bone(sheet, wording, slot, ribs[slot], left=left, spine=spine, way=1)
    sheet.line((MARGIN, spine), (end, spine), token="ink-soft", width=3)
    head = boxed(effect, HEAD, token="danger", fill="danger-soft", is_strong=True)
    sheet.arrow((end, spine), 1)
    sheet.put(head, (end, spine - head.height / 2))
    sheet.reach(end, spine + below)
    told = N_("%(count)s causes ; la liste qui suit dit la même chose.", count="")
    described = wording.say(told, count=len(wording.tree.nodes))
    return sheet.svg(wording.say(wording.tool.label), described)


def _ribs(wording: Wording, slot: Slot) -> list[Rib]:
    tree = wording.tree
    ribs = []
    for node, depth in tree.walk(tree.in_slot(slot)):
        indent = min(depth, DEEPEST)
        room = COLUMN - SLANT - 26 - STEP * indent
        badges = " · ".join(wording.badges(node))
        text = " ".join(wording.text(node).split())
        ribs.append(Rib(node, indent, in_lines(text, LETTERS, room, most=3), badges))
    return ribs


def _half(ribs: dict[Slot, list[Rib]], slots: Sequence[Slot]) -> float:
    heights = (sum(rib.height for rib in ribs[slot]) for slot in slots)
    return max(110.0, TITLE + 22 + max(heights, default=0.0))


def _bone(
    sheet: Sheet,
    wording: Wording,
    slot: Slot,
    ribs: Sequence[Rib],
    *,
    left: float,
    spine: float,
    way: int,
) -> None:
    """Draw one family; ``way``: -1 above the spine, 1 below it."""
    length = max(88.0, 22 + sum(rib.height for rib in ribs))
    far = spine + way * length
    foot = (left + COLUMN, spine)
    sheet.line((left + COLUMN - SLANT, far), foot, token="ink-soft", width=2)
    name = boxed(wording.say(slot.label), 150, token="accent", fill="accent-soft", is_strong=True)
    top = far - name.height if way < 0 else far
    sheet.put(name, (left + COLUMN - SLANT - 110, top))
    y = far + 12 if way < 0 else spine + 14
    for rib in ribs:
        _rib(sheet, rib, left=left, y=y, bone=_bone_at(y + rib.height, foot, far))
        y += rib.height


def _bone_at(y: float, foot: tuple[float, float], far: float) -> float:
    """Return where the bone is at a height."""
    x, spine = foot
    return x - SLANT * abs(y - spine) / max(abs(far - spine), 1)


def _rib(sheet: Sheet, rib: Rib, *, left: float, y: float, bone: float) -> None:
    start = left + 6 + STEP * rib.depth
    node = rib.node
    for rank, line in enumerate(rib.lines):
        at = (start, y + LETTERS + LINE * rank)
        sheet.write(at, line, strong=node.is_verified, struck=node.is_discarded)
    if rib.badges:
        at = (start, y + LINE * len(rib.lines) + BADGE)
        token = "success" if node.is_verified else "ink-soft"
        sheet.text(at, rib.badges, token=token, size=BADGE, strong=node.is_verified)
    low = y + rib.height - 3
    token = "success" if node.is_verified else "line-strong"
    sheet.line((start, low), (bone, low), token=token, width=1.8 if node.is_verified else 1)
    sheet.reach(bone, low)
