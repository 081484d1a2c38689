"""Draw a chart as SVG: for the first paint of a page, for print and for documents.

Two sizes, because a drawing that shrinks takes its letters along: one for a desk or a sheet of
paper, one for a phone or a narrow column.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import groupby
from operator import itemgetter

from qse_audit.documents.charts import svg_grids
from qse_audit.documents.charts.palette import (
    FONT,
    LEVEL_DASHES,
    LEVEL_TOKENS,
    MARK_TONES,
    bar_token,
)
from qse_audit.documents.charts.pen import Pen
from qse_audit.documents.charts.scales import (
    decimals_of,
    every,
    extent,
    floats,
    is_counted,
    shortened,
    spread,
    text_width,
    ticks,
)
from qse_audit.documents.charts.spec import ChartSpec, Level, LevelKind, Mark, Values
from qse_audit.documents.charts.table import point_title
from qse_audit.documents.charts.words import amount, amounts, plain_amount
from qse_audit.documents.text import number

MOST_POINTS = 72
"""Beyond, only signals are drawn as points: the others would hide the line."""


MOST_FOR_NAMES = 0.3
"""The part of a drawing that names at its right may take from the values."""


@dataclass(frozen=True, slots=True)
class Size:
    """The room of a drawing, in its own units; letters are ``font`` high."""

    width: float
    height: float
    font: float
    ticks: int
    is_narrow: bool = False


WIDE = Size(700, 310, 13, 5)
NARROW = Size(380, 290, 13, 4, is_narrow=True)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the chart lies on the drawing, and how values become positions."""

    left: float
    top: float
    right: float
    bottom: float
    low: float
    high: float
    count: int
    slot: float = field(init=False)
    """The width of one place."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "slot", (self.right - self.left) / max(self.count, 1))

    def x(self, index: float) -> float:
        """Return the middle of a place."""
        return self.left + (index + 0.5) * self.slot

    def y(self, value: float) -> float:
        """Return the height of a value."""
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)


def to_svg(spec: ChartSpec, size: Size = WIDE, *, titled: bool = False) -> str:
    """Return the drawing as one ``<svg>``; ``titled`` writes the title on it, for a lone file."""
    pen = Pen(size.font)
    top = 0.0
    if titled:
        title = shortened(spec.title, size.font + 2, size.width)
        pen.text((0, size.font + 4), title, token="ink", strong=True, size=size.font + 2)
        top = size.font + 16
    if spec.heat:
        height = svg_grids.heat(pen, spec, spec.heat, width=size.width, top=top)
    elif spec.ranking and size.is_narrow:
        height = svg_grids.ranking_rows(pen, spec, spec.ranking, width=size.width, top=top)
    elif spec.ranking:
        height = size.height + top
        svg_grids.ranking_columns(pen, spec, spec.ranking, size=(size.width, height), top=top)
    else:
        height = size.height + top
        _plot(pen, spec, size, top=top)
    return _document(pen, spec, size.width, height=height)


def _document(pen: Pen, spec: ChartSpec, width: float, *, height: float) -> str:
    """Return the whole file; a screen reader hears title and reading, then reads the table."""
    told = " ".join(filter(None, (f"{spec.title}.", spec.reading, spec.description)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" aria-label="{escape(told)}" '
        f'font-family="{FONT}" font-size="{pen.font:g}">{"".join(pen.parts)}</svg>'
    )


def _plot(pen: Pen, spec: ChartSpec, size: Size, *, top: float) -> None:
    """Draw axes, bars, levels, lines and their names."""
    marks = ticks(*extent(spec), about=size.ticks, whole=is_counted(spec))
    digits = decimals_of(marks)
    figures = [number(value, spec.locale, digits=digits) for value in marks]
    names = _names_of_levels(spec, size)
    right = max((text_width(name, size.font) for _, name in names), default=0)
    frame = Frame(
        left=max(text_width(figure, size.font) for figure in figures) + 10,
        top=_legend(pen, spec, size, top=top) + (24 if spec.breaks else 14),
        right=size.width - (right + 12 if right else 8),
        bottom=size.height + top - 28,
        low=marks[0],
        high=marks[-1],
        count=len(spec.axis.places),
    )
    _bands(pen, spec, frame)
    for value, figure in zip(marks, figures, strict=True):
        y = frame.y(value)
        pen.line((frame.left, y), (frame.right, y), token="line")
        pen.text((frame.left - 8, y + size.font * 0.34), figure, anchor="end", token="ink-faint")
    _places(pen, spec, frame)
    _bars(pen, spec, frame)
    _breaks(pen, spec, frame)
    for level in spec.levels:
        _level(pen, spec, frame, level=level)
    _lines(pen, spec, frame)
    _level_names(pen, frame, names)


def _names_of_levels(spec: ChartSpec, size: Size) -> list[tuple[Level, str]]:
    """Return what is written at the right of each level: its name and its last value.

    The unit stands above the chart too: where it would take the room of the values, it is left
    out here. A name that is still too long is cut, its figure never.
    """
    room = size.width * MOST_FOR_NAMES
    shown = [level for level in spec.levels if level.values and level.values[-1] is not None]
    for scale in (spec.scale, replace(spec.scale, unit="")):
        figures = [plain_amount(level.values[-1] or 0, scale, spec.locale) for level in shown]
        names = [level.short if size.is_narrow and level.short else level.name for level in shown]
        told = [f"{name} {figure}" for name, figure in zip(names, figures, strict=True)]
        if all(text_width(text, size.font) <= room for text in told):
            return list(zip(shown, told, strict=True))
    rooms = [room - text_width(f" {figure}", size.font) for figure in figures]
    cut = [shortened(name, size.font, left) for name, left in zip(names, rooms, strict=True)]
    told = [f"{name} {figure}" for name, figure in zip(cut, figures, strict=True)]
    return list(zip(shown, told, strict=True))


def _legend(pen: Pen, spec: ChartSpec, size: Size, *, top: float) -> float:
    """Write unit, series and shapes above the chart; return where the chart may begin."""
    x, y = 0.0, top + size.font
    entries = list(_entries(spec))
    if not entries and not spec.scale.unit:
        return top
    if spec.scale.unit:
        unit = shortened(spec.scale.unit, size.font, size.width)
        pen.text((0, y), unit, token="ink-faint")
        x = text_width(unit, size.font) + 18
    for kind, token, name in entries:
        width = text_width(name, size.font) + 34
        if x and x + width - 14 > size.width:
            x, y = 0.0, y + size.font + 7
        middle = (x + 7, y - size.font * 0.34)
        if isinstance(kind, Mark):
            pen.mark(middle, kind, token=token)
        elif kind == "bar":
            pen.box((x, middle[1] - 6), (13, 12), token=token, radius=2)
        else:
            thickness = 2.2 if kind == "line" else 1.6
            pen.line((x, middle[1]), (x + 15, middle[1]), token=token, width=thickness)
        pen.text((x + 20, y), name)
        x += width
    return y + 6


def _entries(spec: ChartSpec) -> Iterator[tuple[Mark | str, str, str]]:
    """Yield what the legend explains: one series alone explains itself."""
    if len(spec.lines) + len(spec.bars) > 1:
        for line in spec.lines:
            yield "thin" if line.is_thin else "line", line.tone.value, line.name
        for n, bars in enumerate(spec.bars):
            yield "bar", bar_token(n, bars.tone, count=len(spec.bars)), bars.name
    for mark in spec.used_marks:
        yield mark, MARK_TONES[mark].value, spec.mark_names[mark]


def _bands(pen: Pen, spec: ChartSpec, frame: Frame) -> None:
    """Tint the zones behind everything, and name them inside."""
    for band in spec.bands:
        low = frame.low if band.low is None else max(float(band.low), frame.low)
        high = frame.high if band.high is None else min(float(band.high), frame.high)
        upper, lower = frame.y(high), frame.y(low)
        pen.box(
            (frame.left, upper),
            (frame.right - frame.left, lower - upper),
            token=f"{band.tone}-soft",
        )
        pen.text((frame.left + 6, upper + pen.font + 2), band.name, token=band.tone.value)


def _places(pen: Pen, spec: ChartSpec, frame: Frame) -> None:
    """Write the places below, as many as fit without touching."""
    labels = spec.axis.places
    widest = max((text_width(label, pen.font) for label in labels), default=0)
    room = frame.right - frame.left
    for n in every(len(labels), room, widest, anchor=spec.axis.anchor):
        x = min(max(frame.x(n), frame.left), frame.right)
        pen.line((x, frame.bottom), (x, frame.bottom + 5), token="line-strong")
        pen.text((x, frame.bottom + 20), labels[n], anchor="middle", token="ink-faint")
    base = frame.y(0) if frame.low < 0 < frame.high else frame.bottom
    pen.line((frame.left, base), (frame.right, base), token="line-strong")


def _bars(pen: Pen, spec: ChartSpec, frame: Frame) -> None:
    """Stack the bars of each place, in the order of the legend."""
    width = min(frame.slot * 0.68, 46)
    for place in range(frame.count):
        base = 0.0
        for n, bars in enumerate(spec.bars):
            value = bars.values[place]
            if not value:
                continue
            token = bar_token(n, bars.tone, count=len(spec.bars))
            bottom, top = frame.y(base), frame.y(base + float(value))
            name = bars.name if len(spec.bars) > 1 else ""
            pen.box(
                (frame.x(place) - width / 2, min(top, bottom)),
                (width, abs(bottom - top) - 1),
                token=token,
                title=point_title(spec, place, amount(value, spec.scale, spec.locale), name=name),
                radius=1.5,
            )
            base += float(value)


def _breaks(pen: Pen, spec: ChartSpec, frame: Frame) -> None:
    """Part the chart where the process became another one, and say why above."""
    ends = [*(frame.left + known.place * frame.slot for known in spec.breaks[1:]), frame.right]
    for known, end in zip(spec.breaks, ends, strict=False):
        x = frame.left + known.place * frame.slot
        pen.line((x, frame.top - 14), (x, frame.bottom), token="line-strong", dash="2 3")
        room = end - x - 8
        if room < 60 and x - frame.left > room:
            label = shortened(known.label, pen.font, x - frame.left - 8)
            pen.text((x - 6, frame.top - 6), label, anchor="end", token="ink-faint")
        else:
            label = shortened(known.label, pen.font, room)
            pen.text((x + 6, frame.top - 6), label, token="ink-faint")


def _level(pen: Pen, spec: ChartSpec, frame: Frame, *, level: Level) -> None:
    """Draw a reference in steps, as wide as the places that it holds for.

    A known change parts limits, which belong to one process; it does not part a target.
    """
    half = frame.slot / 2
    is_target = level.kind is LevelKind.TARGET
    parted = frozenset() if is_target else frozenset(known.place for known in spec.breaks)
    wide = 1.7 if level.kind is LevelKind.TARGET else 1.2
    for run in _runs(level.values, parted=parted):
        points: list[tuple[float, float]] = []
        for value, step in groupby(run, key=itemgetter(1)):
            places = [n for n, _ in step]
            y = frame.y(value)
            points += [(frame.x(places[0]) - half, y), (frame.x(places[-1]) + half, y)]
        pen.path(points, LEVEL_TOKENS[level.kind], width=wide, dash=LEVEL_DASHES[level.kind])


def _level_names(pen: Pen, frame: Frame, names: Sequence[tuple[Level, str]]) -> None:
    """Name the levels at the right, apart from each other."""
    wanted = [frame.y(float(level.values[-1] or 0)) for level, _ in names]
    gap = pen.font + 2
    places = spread(wanted, gap=gap, low=frame.top, high=frame.bottom)
    for (level, name), y, own in zip(names, places, wanted, strict=True):
        token = LEVEL_TOKENS[level.kind]
        if abs(y - own) > 1:
            pen.line((frame.right, own), (frame.right + 6, y), token="line-strong")
        strong = level.kind is LevelKind.TARGET
        pen.text((frame.right + 8, y + pen.font * 0.34), name, token=token, strong=strong)


def _lines(pen: Pen, spec: ChartSpec, frame: Frame) -> None:
    """Draw the lines, thin ones first, then the points: signals last, on top."""
    for line in sorted(spec.lines, key=lambda line: not line.is_thin):
        for run in _runs(line.values):
            points = [(frame.x(n), frame.y(value)) for n, value in run]
            pen.path(points, line.tone.value, width=2)
    for line in spec.lines:
        name = line.name if len(spec.lines) > 1 else ""
        told, values = amounts(line.values, spec.scale, spec.locale), floats(line.values)
        for n in (*(n for n in range(frame.count) if n not in line.marks), *sorted(line.marks)):
            value, mark = values[n], line.marks.get(n, Mark.DOT)
            is_plain = mark is Mark.DOT and (line.is_thin or frame.count > MOST_POINTS)
            if value is None or is_plain:
                continue
            title = point_title(spec, n, told[n], name=name)
            token = line.tone.value if mark in {Mark.DOT, Mark.OPEN} else ""
            pen.mark((frame.x(n), frame.y(value)), mark, token=token, title=title)


def _runs(
    values: Values, *, parted: frozenset[int] = frozenset()
) -> Iterator[list[tuple[int, float]]]:
    """Yield stretches of values that are there, with their places; a new one where ``parted``."""
    run: list[tuple[int, float]] = []
    for n, value in enumerate(floats(values)):
        if run and n in parted:
            yield run
            run = []
        if value is not None:
            run.append((n, value))
        elif run:
            yield run
            run = []
    if run:
        yield run
