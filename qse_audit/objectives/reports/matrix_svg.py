"""Draw an X-matrix as SVG: four sides around a cross, dots in the corners.

A strong link is a full dot, a weak one a ring; an item without any is framed and says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from qse_audit.core.text import N_, Message
from qse_audit.documents.charts.palette import FONT, TOKENS
from qse_audit.documents.charts.pen import Pen, place
from qse_audit.documents.charts.scales import shortened
from qse_audit.documents.charts.spec import Mark
from qse_audit.objectives.rules import CORNERS, Item, Matrix, Side, Strength

CELL, LETTERS = 30, 13
ACROSS, DOWN = 380, 250
"""The middle: as wide as the labels of north and south, as high as those of west and east."""
MARGIN = 1
ORPHAN = N_("aucun lien")
SAYS = N_("%(first)s — %(second)s : %(strength)s", first="", second="", strength="")
Translate = Callable[[Message], str]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the sides lie: the middle, and the number of items on each side."""

    west: int
    north: int
    east: int
    south: int

    @property
    def left(self) -> float:
        """The left edge of the middle."""
        return MARGIN + self.west * CELL

    @property
    def top(self) -> float:
        """The top edge of the middle."""
        return MARGIN + self.north * CELL

    @property
    def right(self) -> float:
        """The right edge of the middle."""
        return self.left + ACROSS

    @property
    def bottom(self) -> float:
        """The bottom edge of the middle."""
        return self.top + DOWN

    @property
    def width(self) -> float:
        """The width of the whole."""
        return self.right + self.east * CELL + MARGIN

    @property
    def height(self) -> float:
        """The height of the whole."""
        return self.bottom + self.south * CELL + MARGIN

    def place(self, side: Side, index: int) -> float:
        """Return the near edge of an item: the first one is the nearest to the middle."""
        return {
            Side.WEST: self.left - (index + 1) * CELL,
            Side.NORTH: self.top - (index + 1) * CELL,
            Side.EAST: self.right + index * CELL,
            Side.SOUTH: self.bottom + index * CELL,
        }[side]


def matrix_svg(matrix: Matrix, translate: Translate) -> str:
    """Return the drawing as one ``<svg>``; hidden from readers of the table beside it."""
    frame = Frame(*(len(matrix.sides[side]) for side in Side))
    pen = Pen(LETTERS)
    _grid(pen, frame)
    _middle(pen, frame, translate)
    for side in Side:
        for index, item in enumerate(matrix.sides[side]):
            _label(pen, frame, side, item=item, index=index, orphans=matrix.orphans, tr=translate)
    _dots(pen, frame, matrix, translate)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {place(frame.width)} '
        f'{place(frame.height)}" width="{place(frame.width)}" height="{place(frame.height)}" '
        f'font-family="{escape(FONT)}" font-size="{LETTERS}" aria-hidden="true" '
        f'focusable="false">{"".join(pen.parts)}</svg>'
    )


def _grid(pen: Pen, frame: Frame) -> None:
    """Draw the lines of the four sides and of the corners between them."""
    low, high = MARGIN, frame.height - MARGIN
    near, far = MARGIN, frame.width - MARGIN
    for side, count in ((Side.WEST, frame.west), (Side.EAST, frame.east)):
        for index in range(count):
            x = frame.place(side, index) + (0 if side is Side.WEST else CELL)
            pen.line((x, low), (x, high), token="line")
    for side, count in ((Side.NORTH, frame.north), (Side.SOUTH, frame.south)):
        for index in range(count):
            y = frame.place(side, index) + (0 if side is Side.NORTH else CELL)
            pen.line((near, y), (far, y), token="line")
    for x in (frame.left, frame.right):
        pen.line((x, low), (x, high), token="line-strong", width=1.5)
    for y in (frame.top, frame.bottom):
        pen.line((near, y), (far, y), token="line-strong", width=1.5)


def _middle(pen: Pen, frame: Frame, translate: Translate) -> None:
    """Draw the cross and the names of the four sides around it."""
    left, right, top, bottom = frame.left, frame.right, frame.top, frame.bottom
    pen.box((left, top), (ACROSS, DOWN), token="neutral-soft")
    pen.line((left, top), (right, bottom), token="line-strong")
    pen.line((left, bottom), (right, top), token="line-strong")
    x, y = (left + right) / 2, (top + bottom) / 2
    names = {side: translate(side.label) for side in Side}
    pen.text((x, top + 40), names[Side.NORTH], token="ink", anchor="middle", strong=True)
    pen.text((x, bottom - 30), names[Side.SOUTH], token="ink", anchor="middle", strong=True)
    _turned(pen, (left + 44, y), names[Side.WEST], strong=True, anchor="middle")
    _turned(pen, (right - 36, y), names[Side.EAST], strong=True, anchor="middle")


def _label(
    pen: Pen,
    frame: Frame,
    side: Side,
    *,
    item: Item,
    index: int,
    orphans: frozenset[str],
    tr: Translate,
) -> None:
    """Write one item along its row or column; an orphan is framed and says so."""
    at = frame.place(side, index)
    lonely = item.key in orphans
    upright = side in {Side.NORTH, Side.SOUTH}
    room = (ACROSS if upright else DOWN) - 16
    text = f"{item.note} {item.label}" if side is Side.NORTH else item.label
    if lonely:
        text = f"{tr(ORPHAN)} · {text}"
        corner = (frame.left, at) if upright else (at, frame.top)
        size = (ACROSS, CELL) if upright else (CELL, DOWN)
        pen.box(corner, size, token="warning-soft", title=text)
    token = "warning" if lonely else "ink"
    shown = shortened(text, LETTERS, room)
    if upright:
        pen.text((frame.left + 8, at + CELL / 2 + 4.5), shown, token=token)
    else:
        _turned(pen, (at + CELL / 2 + 4.5, frame.bottom - 8), shown, token=token)


def _turned(
    pen: Pen,
    at: tuple[float, float],
    text: str,
    *,
    token: str = "ink",
    strong: bool = False,
    anchor: str = "start",
) -> None:
    """Write ``text`` from the bottom up."""
    weight = ' font-weight="600"' if strong else ""
    pen.parts.append(
        f'<text transform="translate({place(at[0])} {place(at[1])}) rotate(-90)" '
        f'text-anchor="{anchor}" class="f-{token}" fill="{TOKENS[token]}"{weight}>'
        f"{escape(text, quote=False)}</text>"
    )


def _dots(pen: Pen, frame: Frame, matrix: Matrix, translate: Translate) -> None:
    """Draw the dots of the four corners."""
    for first, second in CORNERS:
        across, along = (first, second) if first in {Side.WEST, Side.EAST} else (second, first)
        for column, one in enumerate(matrix.sides[across]):
            for row, other in enumerate(matrix.sides[along]):
                strength = matrix.dot(one.key, other.key)
                if strength is None:
                    continue
                at = (
                    frame.place(across, column) + CELL / 2,
                    frame.place(along, row) + CELL / 2,
                )
                _dot(pen, at, (one, other), strength=strength, tr=translate)


def _dot(
    pen: Pen,
    at: tuple[float, float],
    items: Sequence[Item],
    *,
    strength: Strength,
    tr: Translate,
) -> None:
    words = Message(
        SAYS.msgid,
        {"first": items[0].label, "second": items[1].label, "strength": strength.label},
    )
    mark = Mark.DOT if strength is Strength.STRONG else Mark.OPEN
    pen.mark(at, mark, token="accent", title=tr(words), size=7)
