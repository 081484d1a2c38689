"""Drawings that are not lines over time: Pareto in columns or rows, and heat maps."""

from qse_audit.documents.charts.palette import TOKENS
from qse_audit.documents.charts.pen import Pen
from qse_audit.documents.charts.scales import decimals_of, shortened, text_width, ticks, wrapped
from qse_audit.documents.charts.spec import Cell, ChartSpec, Heat, Mark, Ranking
from qse_audit.documents.charts.table import point_title
from qse_audit.documents.charts.words import amount
from qse_audit.documents.text import number, percent

ROW = 46
CELL_HEIGHT = 34


def ranking_columns(
    pen: Pen, spec: ChartSpec, ranking: Ranking, *, size: tuple[float, float], top: float
) -> None:
    """Draw Pareto the usual way: columns, and the curve of what they reach together."""
    labels = spec.axis.places
    amounts = [float(value or 0) for value in ranking.amounts]
    marks = [value for value in ticks(0, sum(amounts) or 1, about=5) if value <= sum(amounts)]
    digits = decimals_of(marks)
    figures = [number(value, spec.locale, digits=digits) for value in marks]
    left = max(text_width(figure, pen.font) for figure in figures) + 10
    right, head, foot = size[0] - 50, top + 26, size[1] - 56
    slot, scale = (right - left) / max(len(labels), 1), (foot - head) / (sum(amounts) or 1)
    pen.text((0, top + pen.font), spec.scale.unit, token="ink-faint")
    pen.text((size[0], top + pen.font), ranking.cumulative_name, anchor="end", token="ink-faint")
    for value, figure in zip(marks, figures, strict=True):
        pen.line((left, foot - value * scale), (right, foot - value * scale), token="line")
        at = (left - 8, foot - value * scale + pen.font * 0.34)
        pen.text(at, figure, anchor="end", token="ink-faint")
    for n, value in enumerate(amounts):
        x = left + (n + 0.5) * slot
        token = "accent" if n < ranking.vital else "neutral-line"
        width = min(slot * 0.72, 72)
        pen.box(
            (x - width / 2, foot - value * scale),
            (width, value * scale),
            token=token,
            radius=2,
            title=point_title(spec, n, amount(ranking.amounts[n], spec.scale, spec.locale)),
        )
        for row, text in enumerate(wrapped(labels[n], pen.font, slot - 6)):
            pen.text((x, foot + 18 + row * (pen.font + 2)), text, anchor="middle")
    pen.line((left, foot), (right, foot), token="line-strong")
    _curve(pen, spec, ranking, across=(left, right), down=(head, foot))


def _curve(
    pen: Pen,
    spec: ChartSpec,
    ranking: Ranking,
    *,
    across: tuple[float, float],
    down: tuple[float, float],
) -> None:
    """Draw the cumulated part over the columns, and the cut."""
    (left, right), (head, foot) = across, down
    height, slot = foot - head, (right - left) / max(len(ranking.cumulative), 1)
    cut = foot - float(ranking.cut) * height
    pen.line((left, cut), (right, cut), token="info", dash="9 3 2 3", width=1.7)
    for part, token in ((0, "ink-faint"), (ranking.cut, "info"), (1, "ink-faint")):
        at = (right + 6, foot - float(part) * height + pen.font * 0.34)
        pen.text(at, percent(part, spec.locale, digits=0), token=token, strong=token == "info")
    points = [
        (left + (n + 0.5) * slot, foot - float(part) * height)
        for n, part in enumerate(ranking.cumulative)
        if part is not None
    ]
    if points:
        pen.path(points, "ink-soft", width=2)
    for n, at in enumerate(points):
        told = percent(ranking.cumulative[n], spec.locale)
        pen.mark(at, Mark.DOT, token="ink-soft", title=f"{spec.axis.places[n]} : {told}")


def ranking_rows(pen: Pen, spec: ChartSpec, ranking: Ranking, *, width: float, top: float) -> float:
    """Draw Pareto as rows where causes need the whole width; return the height."""
    largest = max((float(value or 0) for value in ranking.amounts), default=0) or 1
    for n, (label, value) in enumerate(zip(spec.axis.places, ranking.amounts, strict=True)):
        y = top + n * ROW
        told = amount(value, spec.scale, spec.locale)
        reached = percent(ranking.cumulative[n], spec.locale, digits=0)
        figure = f"{told} · {reached}"
        room = width - text_width(figure, pen.font) - 14
        is_vital = n < ranking.vital
        pen.text((0, y + pen.font + 2), shortened(label, pen.font, room), token="ink",
                 strong=is_vital)  # fmt: skip
        pen.text((width, y + pen.font + 2), figure, anchor="end")
        length = width * float(value or 0) / largest
        pen.box((0, y + 21), (width, 12), token="neutral-soft", radius=2)
        token = "accent" if is_vital else "line-strong"
        pen.box((0, y + 21), (length, 12), token=token, radius=2)
    end = top + len(spec.axis.places) * ROW
    note = f"{ranking.cumulative_name} · {percent(ranking.cut, spec.locale, digits=0)}"
    if 0 < ranking.vital < len(spec.axis.places):
        y = top + ranking.vital * ROW - 5
        pen.line((0, y), (width, y), token="info", dash="9 3 2 3", width=1.7)
        pen.text((width, end + pen.font), f"– · – {note}", anchor="end", token="info")
        return end + pen.font + 8
    return end


def heat(pen: Pen, spec: ChartSpec, table: Heat, *, width: float, top: float) -> float:
    """Draw a grid of cells, each with its text; return the height."""
    names = min(max((text_width(row, pen.font) for row in table.rows), default=0), width * 0.34)
    left, head = names + 12, top + 24
    slot = (width - left) / max(len(spec.axis.places), 1)
    for n, label in enumerate(spec.axis.places):
        text = shortened(label, pen.font, slot - 4)
        pen.text((left + (n + 0.5) * slot, top + pen.font), text, anchor="middle")
    for row, (name, cells) in enumerate(zip(table.rows, table.cells, strict=True)):
        y = head + row * CELL_HEIGHT
        middle = y + CELL_HEIGHT / 2 - 1 + pen.font * 0.34
        pen.text((0, middle), shortened(name, pen.font, names), token="ink")
        for n, cell in enumerate(cells):
            title = f"{name}, {spec.axis.places[n]} : {cell.text}" if cell.text else ""
            corner = (left + n * slot + 1, y)
            pen.box(corner, (slot - 2, CELL_HEIGHT - 2), token=_fill(cell), title=title, radius=3)
            text = shortened(cell.text, pen.font, slot - 6)
            at = (left + (n + 0.5) * slot, middle)
            pen.text(at, text, anchor="middle", token=cell.tone.value if cell.tone else "ink-faint")
    return head + len(table.rows) * CELL_HEIGHT + 2


def _fill(cell: Cell) -> str:
    """Return the token behind a cell: a soft one, on which its own tone is legible."""
    token = f"{cell.tone.value}-soft" if cell.tone else "neutral-soft"
    return token if token in TOKENS else "neutral-soft"
