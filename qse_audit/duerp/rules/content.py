"""A DUERP as it is read, drawn and frozen: units, lines, contributors, measures. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from qse_audit.core.text import Localized
from qse_audit.duerp.rules.codes import Part
from qse_audit.duerp.rules.programme import Measure

UNRATED = "unrated"
"""The level of a line that nobody rated: never the lowest, always said."""
PSYCHOSOCIAL, THERMAL = "psychosocial", "heat"
"""The families of which at least one line must speak (L4121-2, 7°; R4121-1)."""


@dataclass(frozen=True, slots=True)
class Family:
    """A family of hazards of the method."""

    code: str
    label: Localized


@dataclass(frozen=True, slots=True)
class Level:
    """A band of priority of the scale."""

    code: str
    label: Localized
    tone: str
    """How it looks beside its word: ``success info warning danger neutral``."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One thing that is rated: gravity, probability, mastery."""

    code: str
    label: Localized


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A work unit: people exposed in the same way."""

    key: str
    name: str
    parent_key: str = ""
    depth: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True)
class Rating:
    """What a line was rated, in the order of the axes, and what follows from it."""

    values: tuple[str, ...]
    score: str
    level: str
    """The code of a :class:`Level`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLine:
    """One risk of one work unit."""

    key: str
    number: int = 0
    """What people call it: “ligne 12”."""
    unit_key: str
    hazard: str
    situation: str = ""
    family: str = ""
    harm: str = ""
    existing: str = ""
    """The measures that exist."""
    women: int | None = None
    men: int | None = None
    """Exposed; ``None``: not said."""
    exposure_note: str = ""
    """What differs by sex."""
    rating: Rating | None = None
    """``None``: not rated."""

    @property
    def level(self) -> str:
        """Return the code of its level; :data:`UNRATED` for none."""
        return self.rating.level if self.rating else UNRATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """Who was asked about a version, when, and what they said."""

    part: Part
    who: str
    consulted_on: date
    opinion: str = ""
    is_absent: bool = False
    """There is nobody to ask (no CSE after elections, nobody designated): ``opinion`` says why."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """A whole version, or what the next one would be."""

    organisation: str
    title: str
    reference: str
    number: int
    reason: str = ""
    employees: int | None = None
    prepared_by: str = ""
    approved_by: str = ""
    approved_on: date | None = None
    axes: tuple[Axis, ...] = ()
    levels: tuple[Level, ...] = ()
    """The gravest first."""
    families: tuple[Family, ...] = ()
    units: tuple[Unit, ...] = ()
    """In the order of the tree."""
    lines: tuple[RiskLine, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    measures: tuple[Measure, ...] = ()
    answers: tuple[str, ...] = field(default=())
    """What happened and this version answers, in words."""
    unrated_note: str = ""
    """Why it was approved with risks that nobody rated."""

    @cached_property
    def by_unit(self) -> Mapping[str, Sequence[RiskLine]]:
        """Return the lines of each unit, the gravest first, what is not rated before all."""
        rank = {UNRATED: -1, **{each.code: n for n, each in enumerate(self.levels)}}
        found: dict[str, list[RiskLine]] = {unit.key: [] for unit in self.units}
        for line in self.lines:
            found.setdefault(line.unit_key, []).append(line)
        for lines in found.values():
            lines.sort(key=lambda line: rank.get(line.level, len(rank)))
        return found

    @cached_property
    def by_line(self) -> Mapping[str, Sequence[Measure]]:
        """Return the measures to come of each line."""
        found: dict[str, list[Measure]] = {}
        for measure in self.measures:
            for key in measure.line_keys:
                found.setdefault(key, []).append(measure)
        return found

    @property
    def unrated_count(self) -> int:
        """Return how many lines nobody rated."""
        return sum(line.rating is None for line in self.lines)

    @property
    def silent_families(self) -> tuple[str, ...]:
        """Return which of the reminded families no line speaks of."""
        spoken = {line.family for line in self.lines}
        return tuple(each for each in (PSYCHOSOCIAL, THERMAL) if each not in spoken)


@dataclass(frozen=True, slots=True)
class Summary:
    """How many lines of each level something has; the last count is what is not rated."""

    key: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """Return how many lines there are."""
        return sum(self.counts)


def summary_by_unit(content: Content) -> tuple[Summary, ...]:
    """Return the lines of each unit by level; units without lines too."""
    return _summed(content, [unit.key for unit in content.units], lambda line: line.unit_key)


def summary_by_family(content: Content) -> tuple[Summary, ...]:
    """Return the lines of each family by level; families without lines are left out."""
    codes = [family.code for family in content.families]
    codes += sorted({line.family for line in content.lines} - set(codes))
    found = _summed(content, codes, lambda line: line.family)
    return tuple(each for each in found if each.total)


def _summed(
    content: Content, keys: Sequence[str], key_of: Callable[[RiskLine], str]
) -> tuple[Summary, ...]:
    places = {level.code: n for n, level in enumerate(content.levels)}
    counts = {key: [0] * (len(places) + 1) for key in keys}
    for line in content.lines:
        if (row := counts.get(key_of(line))) is not None:
            row[places.get(line.level, -1)] += 1
    return tuple(Summary(key, tuple(row)) for key, row in counts.items())


@dataclass(frozen=True, slots=True)
class Exposure:
    """How many lines expose women, men, both, or do not say, in one unit."""

    key: str
    women: int
    men: int
    both: int
    unsaid: int


def exposure_by_unit(content: Content) -> tuple[Exposure, ...]:
    """Return the exposure by sex in each unit that has lines (L4121-3)."""
    found = []
    for unit in content.units:
        lines = content.by_unit[unit.key]
        if lines:
            found.append(_exposure(unit.key, lines))
    return tuple(found)


def _exposure(key: str, lines: Sequence[RiskLine]) -> Exposure:
    counts = {"women": 0, "men": 0, "both": 0, "unsaid": 0}
    for line in lines:
        if line.women is None and line.men is None:
            counts["unsaid"] += 1
        elif line.women and line.men:
            counts["both"] += 1
        elif line.women:
            counts["women"] += 1
        elif line.men:
            counts["men"] += 1
    return Exposure(key, **counts)
