"""Writes SVG elements: presentation attributes only, every text escaped, colours by token.

No style attribute and no style element: a strict content security policy has nothing to refuse.
Each colour is an attribute (for a file that stands alone) and a class (for a page with a theme).
"""

from functools import cache
from html import escape

from qse_audit.documents.charts.palette import MARK_TONES, TOKENS
from qse_audit.documents.charts.spec import Mark


def place(value: float) -> str:
    """Return a coordinate with a decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


class Pen:
    """Collects elements in drawing order."""

    def __init__(self, font: float) -> None:
        self.font = font
        self.parts: list[str] = []

    def path(
        self, points: list[tuple[float, float]], token: str, *, width: float = 1, dash: str = ""
    ) -> None:
        """Join ``points``."""
        drawn = "".join(
            f"{'L' if n else 'M'}{place(x)} {place(y)}" for n, (x, y) in enumerate(points)
        )
        self._stroke(f'd="{drawn}" fill="none" stroke-linejoin="round"', token, width, dash)

    def _stroke(self, attributes: str, token: str, width: float, dash: str) -> None:
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<path {attributes} class="s-{token}" stroke="{TOKENS[token]}" '
            f'stroke-width="{width:g}"{dashes}/>'
        )

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        token: str,
        width: float = 1,
        dash: str = "",
    ) -> None:
        """Draw a straight line."""
        self.path([start, end], token, width=width, dash=dash)

    def box(
        self,
        corner: tuple[float, float],
        size: tuple[float, float],
        *,
        token: str,
        title: str = "",
        radius: float = 0,
    ) -> None:
        """Draw a filled rectangle; ``title`` is what it says when pointed at."""
        (x, y), (width, height) = corner, size
        round_off = f' rx="{radius:g}"' if radius else ""
        told = f"<title>{escape(title)}</title>" if title else ""
        self.parts.append(
            f'<rect x="{place(x)}" y="{place(y)}" width="{place(max(width, 0))}" '
            f'height="{place(max(height, 0))}"{round_off} class="f-{token}" '
            f'fill="{TOKENS[token]}">{told}</rect>'
        )

    def text(
        self,
        at: tuple[float, float],
        text: str,
        *,
        token: str = "ink-soft",
        anchor: str = "start",
        strong: bool = False,
        halo: bool = False,
        size: float = 0,
    ) -> None:
        """Write ``text`` on a base line; a halo keeps it legible over lines."""
        weight = ' font-weight="600"' if strong else ""
        extent = f' font-size="{size:g}"' if size else ""
        around = (
            f' paint-order="stroke" stroke="{TOKENS["surface"]}" stroke-width="4" '
            'stroke-linejoin="round"'
            if halo
            else ""
        )
        classes = f"f-{token} s-surface" if halo else f"f-{token}"
        self.parts.append(
            f'<text x="{place(at[0])}" y="{place(at[1])}" text-anchor="{anchor}" '
            f'class="{classes}" fill="{TOKENS[token]}"{weight}{extent}{around}>'
            f"{escape(text, quote=False)}</text>"
        )

    def mark(
        self,
        at: tuple[float, float],
        mark: Mark,
        *,
        token: str = "",
        title: str = "",
        size: float = 0,
    ) -> None:
        """Draw the shape of a point."""
        x, y = at
        token = token or MARK_TONES[mark].value
        reach = size or (3.4 if mark in {Mark.DOT, Mark.OPEN} else 6.5)
        told = f"<title>{escape(title)}</title>" if title else ""
        look = _look("surface", token) if mark is Mark.OPEN else _look(token, "surface")
        if mark in {Mark.DOT, Mark.OPEN}:
            shape = f'circle cx="{place(x)}" cy="{place(y)}" r="{reach:g}"'
        else:
            shape = f'path d="{_outline(x, y, reach, mark=mark)}"'
        name = shape.partition(" ")[0]
        self.parts.append(f"<{shape} {look}>{told}</{name}>")


@cache
def _look(fill: str, edge: str) -> str:
    """Return the attributes of a shape in two colours."""
    return (
        f'class="f-{fill} s-{edge}" fill="{TOKENS[fill]}" stroke="{TOKENS[edge]}" '
        f'stroke-width="1.5"'
    )


def _outline(x: float, y: float, reach: float, *, mark: Mark) -> str:
    """Return the path of a triangle, a diamond or a square around a point."""
    told = "L".join(f"{place(x + dx * reach)} {place(y + dy * reach)}" for dx, dy in _CORNERS[mark])
    return f"M{told}Z"


_CORNERS: dict[Mark, list[tuple[float, float]]] = {
    Mark.GOOD: [(0, -1.1), (1, 0.75), (-1, 0.75)],
    Mark.BAD: [(0, -1.1), (1.1, 0), (0, 1.1), (-1.1, 0)],
    Mark.NOTABLE: [(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)],
}
