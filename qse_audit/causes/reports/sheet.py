"""A sheet to draw on: boxes with wrapped texts, arrows, badges; in the end one ``<svg>``.

Colour is never the only sign: what a box is stands in its badge too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from qse_audit.documents.charts.palette import FONT, TOKENS
from qse_audit.documents.charts.pen import Pen, place
from qse_audit.documents.charts.scales import text_width, wrapped

LETTERS = 13
LINE = 17
PAD = 9
BADGE = 11
BADGE_LINE = 15
MOST_LINES = 5

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """What stands in one box, wrapped to its width."""

    width: float
    lines: Sequence[str]
    badges: Sequence[str] = ()
    """Lines of small words below: “vérifiée · 3 voix”."""
    token: str = "line-strong"
    """Of its edge."""
    fill: str = "surface"
    is_dashed: bool = False
    is_strong: bool = False
    is_struck: bool = False
    title: str = field(default="")
    """The whole text, for whoever points at it."""

    @property
    def height(self) -> float:
        """How high it is."""
        return 2 * PAD + LINE * len(self.lines) + BADGE_LINE * len(self.badges)


def boxed(text: str, width: float, *, badges: Sequence[str] = (), **look: object) -> Box:
    """Return a box with ``text`` and ``badges`` wrapped, their ends left out where too long."""
    whole, room = " ".join(text.split()), width - 2 * PAD
    lines = in_lines(whole, LETTERS, room, most=MOST_LINES) or [""]
    small = in_lines(" · ".join(badges), BADGE, room, most=3)
    return Box(width, lines, small, title=whole, **look)  # type: ignore[arg-type]  # of Box


def in_lines(text: str, size: float, room: float, *, most: int) -> list[str]:
    """Return ``text`` wrapped; no line begins with the mark that ends a French sentence."""
    held = wrapped(_GAP.sub(_GLUE, text), size, room, most=most)
    return [line.replace(_GLUE, "\u00a0") for line in held]


_GLUE = "\ue000"
_GAP = re.compile(r" (?=[;:!?»·])|(?<=«) ")


class Sheet(Pen):
    """Draws boxes and arrows beside what a pen draws."""

    def __init__(self) -> None:
        super().__init__(LETTERS)
        self.right, self.bottom = 0.0, 0.0

    def put(self, box: Box, corner: Point) -> None:
        """Draw a box at its upper left corner."""
        x, y = corner
        dash = ' stroke-dasharray="5 4"' if box.is_dashed else ""
        told = f"<title>{escape(box.title)}</title>" if box.title else ""
        width = 2.2 if box.is_strong else 1.2
        self.parts.append(
            f'<rect x="{place(x)}" y="{place(y)}" width="{place(box.width)}" '
            f'height="{place(box.height)}" rx="5" class="f-{box.fill} s-{box.token}" '
            f'fill="{TOKENS[box.fill]}" stroke="{TOKENS[box.token]}" '
            f'stroke-width="{width:g}"{dash}>{told}</rect>'
        )
        for rank, line in enumerate(box.lines):
            at = (x + PAD, y + PAD + LINE * rank + LETTERS - 1)
            self.write(at, line, strong=box.is_strong, struck=box.is_struck)
        for rank, line in enumerate(box.badges):
            below = y + PAD + LINE * len(box.lines) + BADGE_LINE * rank + LETTERS - 2
            self.text((x + PAD, below), line, token=_ink(box.token), size=BADGE, strong=True)
        self.reach(x + box.width, y + box.height)

    def write(
        self, at: Point, text: str, *, strong: bool = False, struck: bool = False, size: float = 0
    ) -> None:
        """Write a line of text; what was discarded is struck through."""
        if not struck:
            self.text(at, text, token="ink", strong=strong, size=size)
            return
        extent = f' font-size="{size:g}"' if size else ""
        self.parts.append(
            f'<text x="{place(at[0])}" y="{place(at[1])}" text-decoration="line-through" '
            f'class="f-ink-faint" fill="{TOKENS["ink-faint"]}"{extent}>'
            f"{escape(text, quote=False)}</text>"
        )

    def elbow(self, start: Point, end: Point, *, arrow: bool = True, dash: str = "") -> None:
        """Join two points by a line that turns half-way; the arrow points at ``end``."""
        half = (start[0] + end[0]) / 2
        points = [start, (half, start[1]), (half, end[1]), end]
        self.path(points, "line-strong", width=1.4, dash=dash)
        if arrow:
            self.arrow(end, -1 if end[0] < start[0] else 1)

    def arrow(self, at: Point, way: int) -> None:
        """Draw the head of an arrow that points right (1) or left (-1)."""
        x, y = at
        back = x - way * 8
        self.parts.append(
            f'<path d="M{place(x)} {place(y)}L{place(back)} {place(y - 4.5)}'
            f'L{place(back)} {place(y + 4.5)}Z" class="f-line-strong" '
            f'fill="{TOKENS["line-strong"]}"/>'
        )

    def pill(self, middle: Point, text: str, *, token: str = "accent") -> None:
        """Write a short word in a round badge: ET."""
        width = text_width(text, BADGE) + 12
        corner = (middle[0] - width / 2, middle[1] - 9)
        self.box(corner, (width, 18), token=token, radius=9)
        self.text(
            (middle[0], middle[1] + 4), text, token="surface", anchor="middle", strong=True,
            size=BADGE,
        )  # fmt: skip

    def reach(self, x: float, y: float) -> None:
        """Take a point into the sheet."""
        self.right, self.bottom = max(self.right, x), max(self.bottom, y)

    def svg(self, title: str, description: str, *, margin: float = 8) -> str:
        """Return the drawing; ``description`` says in words what the list beside it says."""
        width, height = self.right + margin, self.bottom + margin
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {place(width)} '
            f'{place(height)}" width="{place(width)}" height="{place(height)}" '
            f'font-family="{escape(FONT)}" font-size="{LETTERS}" focusable="false" '
            f'aria-label="{escape(title)}"><title>{escape(title)}</title>'
            f"<desc>{escape(description)}</desc>{''.join(self.parts)}</svg>"
        )


def _ink(token: str) -> str:
    """Return the colour of words in a box of that edge."""
    plain = token.removesuffix("-line")
    return "ink-faint" if plain.startswith("line") else plain
