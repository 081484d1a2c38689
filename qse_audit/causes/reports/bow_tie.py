"""Draw a bow-tie: threats at the left, the top event in the middle, consequences at the right."""

from collections.abc import Sequence
from dataclasses import dataclass

from qse_audit.causes.reports.sheet import Box, Sheet, boxed
from qse_audit.causes.reports.words import HEALTH_TONES, Wording
from qse_audit.causes.rules import Health, Node, NodeKind
from qse_audit.core.text import N_

SIDE, BARRIER, EVENT = 172, 150, 190
ACROSS, GAP, MARGIN, TOP = 30, 18, 8, 34
PREVENTS, LIMITS = N_("Prévention"), N_("Protection")


@dataclass(frozen=True, slots=True)
class Row:
    """One threat, or consequence, with its barriers."""

    end: Box
    barriers: Sequence[Box]

    @property
    def height(self) -> float:
        """How high the highest of its boxes is."""
        return max(box.height for box in (self.end, *self.barriers))


def bow_tie_svg(wording: Wording) -> str:
    """Return the drawing of a bow-tie, the hazard’s event in the middle."""
    tree = wording.tree
    events = tree.of(NodeKind.EVENT)
    text = events[0].text if events else wording.say(NodeKind.EVENT.label)
    event = boxed(text, EVENT, token="danger", fill="danger-soft", is_strong=True)
    threats = [_row(wording, node, "warning") for node in tree.of(NodeKind.THREAT)]
    effects = [_row(wording, node, "info") for node in tree.of(NodeKind.CONSEQUENCE)]
    left = _breadth(threats)
    high = max(_height(threats), _height(effects), event.height)
    middle = TOP + high / 2
    sheet = Sheet()
    at = MARGIN + left
    _wing(sheet, threats, edge=at, middle=middle, way=-1)
    _wing(sheet, effects, edge=at + EVENT, middle=middle, way=1)
    sheet.put(event, (at, middle - event.height / 2))
    _heads(sheet, wording, left=at / 2, right=at + EVENT + (_breadth(effects)) / 2)
    told = N_("%(count)s lignes ; la liste qui suit dit la même chose.", count="")
    return sheet.svg(wording.say(wording.tool.label), wording.say(told, count=len(tree.nodes)))


def _heads(sheet: Sheet, wording: Wording, *, left: float, right: float) -> None:
    for x, word in ((left, PREVENTS), (right, LIMITS)):
        sheet.text((x, 20), wording.say(word), token="ink-soft", anchor="middle", strong=True)


def _row(wording: Wording, node: Node, tone: str) -> Row:
    end = boxed(node.text, SIDE, token=tone, fill=f"{tone}-soft")
    barriers = [_barrier(wording, each) for each in wording.tree.children(node.id)]
    return Row(end, barriers)


def _barrier(wording: Wording, node: Node) -> Box:
    health = node.health or Health.UNKNOWN
    tone = HEALTH_TONES[health]
    badges = [wording.say(health.label), *([node.owner_name] if node.owner_name else [])]
    return boxed(
        node.text, BARRIER, token=tone, fill=f"{tone}-soft", badges=badges,
        is_dashed=health in {Health.ABSENT, Health.UNKNOWN}, is_strong=health is Health.SOUND,
    )  # fmt: skip


def _breadth(rows: Sequence[Row]) -> float:
    most = max((len(row.barriers) for row in rows), default=0)
    return SIDE + ACROSS + most * (BARRIER + ACROSS) if rows else 0.0


def _height(rows: Sequence[Row]) -> float:
    return sum(row.height + GAP for row in rows) - (GAP if rows else 0)


def _wing(sheet: Sheet, rows: Sequence[Row], *, edge: float, middle: float, way: int) -> None:
    """Draw one side; ``edge``: that of the event, ``way``: -1 at its left, 1 at its right."""
    y = middle - _height(rows) / 2
    breadth = _breadth(rows)
    for row in rows:
        level = y + row.height / 2
        outer = edge + way * (breadth - SIDE)
        sheet.path([(edge, middle), (edge + way * ACROSS, level), (outer, level)], "line-strong",
                   width=1.4)  # fmt: skip
        far = outer if way > 0 else outer - SIDE
        sheet.put(row.end, (far, level - row.end.height / 2))
        for place, box in enumerate(row.barriers):
            near = edge + way * (ACROSS + place * (BARRIER + ACROSS) + ACROSS / 2)
            x = near if way > 0 else near - BARRIER
            sheet.put(box, (x, level - box.height / 2))
        if way > 0:
            sheet.arrow((outer, level), 1)
        else:
            sheet.arrow((edge, middle), 1)
        y += row.height + GAP
