"""A chart as data: what is shown, worded in one language, before any way of drawing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

Number = int | float | Decimal | Fraction
Values = Sequence[Number | None]
"""One value a place of the axis, ``None`` where there is none."""


class Tone(StrEnum):
    """What a colour means; the colours are those of ``static/css/tokens.css``."""

    ACCENT = "accent"
    NEUTRAL = "neutral"
    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"


class Mark(StrEnum):
    """What a point is, told by its shape as well as its colour."""

    DOT = "dot"
    GOOD = "good"
    """A signal for the better: a triangle."""
    BAD = "bad"
    """A signal for the worse: a diamond."""
    NOTABLE = "notable"
    """A signal that is neither: a square."""
    OPEN = "open"
    """A value that may still change: a ring."""


class LevelKind(StrEnum):
    """What a reference line stands for, told by its dashes."""

    CENTRE = "centre"
    LIMIT = "limit"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Axis:
    """The places along the chart: months, causes, columns."""

    places: Sequence[str]
    title: str = ""
    """What a place is, heading its column in the table: “Mois”."""
    anchor: int = 0
    """A place whose label is kept when there is no room for all: a January."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The measure: its unit, the decimals of written figures, bounds to show in any case."""

    unit: str = ""
    digits: int = 0
    low: Number | None = None
    high: Number | None = None


PLAIN = Scale()
"""Whole numbers without a unit."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A name and one value a place: what lines, levels and bars share."""

    name: str
    values: Values


@dataclass(frozen=True, slots=True)
class Line(Measured):
    """Points joined in order; a missing value breaks the line."""

    marks: Mapping[int, Mark] = field(default_factory=dict)
    """Place → what the point is; a dot elsewhere."""
    tone: Tone = Tone.ACCENT
    is_thin: bool = False
    """Drawn without points, behind: a rolling value."""


@dataclass(frozen=True, slots=True)
class Level(Measured):
    """A reference drawn in steps: limits, a mean, a target path."""

    kind: LevelKind = LevelKind.LIMIT
    short: str = ""
    """The name where there is little room."""


@dataclass(frozen=True, slots=True)
class Band:
    """A zone of the measure, such as a tolerance; an open side reaches the edge."""

    name: str
    low: Number | None
    high: Number | None
    tone: Tone = Tone.SUCCESS


@dataclass(frozen=True, slots=True)
class Bars(Measured):
    """One series of bars."""

    tone: Tone = Tone.ACCENT


@dataclass(frozen=True, slots=True)
class Break:
    """A known change: before this place the process was another one."""

    place: int
    label: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """Pareto: amounts from the largest, and the part of the total that each reaches."""

    name: str
    amounts: Values
    cumulative: Values
    """From 0 to 1; ``None`` when the total is 0."""
    cumulative_name: str
    vital: int
    """How many belong to the few that make most."""
    cut: Number = Fraction(80, 100)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a heat map: always a text, the tone only supports it."""

    text: str
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Heat:
    """Rows of cells under the places of the axis."""

    rows: Sequence[str]
    cells: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """One chart. Its title says what it shows, its reading what that means."""

    title: str
    reading: str
    axis: Axis
    scale: Scale = PLAIN
    locale: str = "fr"
    lines: Sequence[Line] = ()
    levels: Sequence[Level] = ()
    bands: Sequence[Band] = ()
    bars: Sequence[Bars] = ()
    breaks: Sequence[Break] = ()
    ranking: Ranking | None = None
    heat: Heat | None = None
    mark_names: Mapping[Mark, str] = field(default_factory=dict)
    """What the shapes mean, for the legend and the table."""
    description: str = ""
    """What a person who sees no drawing should know besides title, reading and table."""

    def __post_init__(self) -> None:
        """Check that every series has one value a place.

        :raises ValueError: otherwise.
        """
        count = len(self.axis.places)
        lengths = {len(part.values) for part in self.measured} | {
            len(level.values) for level in self.levels
        }
        if self.ranking:
            lengths |= {len(self.ranking.amounts), len(self.ranking.cumulative)}
        if self.heat:
            lengths |= {len(row) for row in self.heat.cells}
        if lengths - {count}:
            raise ValueError(f"{self.title}: {count} places, but series of {sorted(lengths)}")

    @property
    def measured(self) -> tuple[Measured, ...]:
        """What was measured, without the references."""
        return (*self.lines, *self.bars)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn."""
        values = [value for part in self.measured for value in part.values]
        values += self.ranking.amounts if self.ranking else ()
        return self.heat is None and all(value is None for value in values)

    @property
    def used_marks(self) -> tuple[Mark, ...]:
        """The shapes that are drawn and have a name, in the order of :class:`Mark`."""
        drawn = {mark for line in self.lines for mark in line.marks.values()}
        return tuple(mark for mark in Mark if mark in drawn and mark in self.mark_names)
