"""What the ratings of an analysis draw: how many lines fall where, and how that changed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qse_audit.risks.rules.codes import RatingStage, RiskRank
from qse_audit.risks.rules.scales import Criterion, Formula, Scale

Rated = tuple[Mapping[str, int], int]
"""Notes, and the rank that they came to."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One cell of a heat map."""

    count: int
    rank: RiskRank | None
    """Of a matrix: what the cell means. Else the worst of its lines: a third note decides too."""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Lines by their first two criteria, the worst row first."""

    rows: Criterion
    columns: Criterion
    spots: tuple[tuple[Spot, ...], ...]
    """In the order of the page: worst row first, mildest column first."""
    unrated: int


@dataclass(frozen=True, slots=True)
class Moment:
    """A rating of a line in time."""

    on: date
    stage: RatingStage
    rank: int


@dataclass(frozen=True, slots=True)
class Life:
    """A line over time."""

    since: date
    until: date | None
    """The day it was withdrawn."""
    moments: Sequence[Moment]
    """In their order."""


def heat_map(scale: Scale, rated: Iterable[Rated], *, unrated: int = 0) -> HeatMap:
    """Return how many lines stand in each pair of notes of the first two criteria."""
    rows, columns = scale.criteria[:2]
    counts: Counter[tuple[int, int]] = Counter()
    worst: dict[tuple[int, int], int] = {}
    for notes, rank in rated:
        place = notes[rows.code], notes[columns.code]
        counts[place] += 1
        worst[place] = max(worst.get(place, 0), rank)

    def spot(row: int, column: int) -> Spot:
        rank = worst.get((row, column))
        if scale.formula is Formula.MATRIX:
            cells = scale.cells[rows.values.index(row)]
            rank = scale.band(cells[columns.values.index(column)]).rank
        return Spot(counts[row, column], None if rank is None else RiskRank(rank))

    spots = tuple(
        tuple(spot(row, column) for column in columns.values) for row in reversed(rows.values)
    )
    return HeatMap(rows, columns, spots, unrated)


def ranks_over_time(
    lives: Sequence[Life], days: Sequence[date]
) -> list[dict[RiskRank | None, int]]:
    """Return, for each day, how many lines there were at its end by rank; ``None``: not rated."""
    return [Counter(rank_on(life, day) for life in lives if _is_there(life, day)) for day in days]


def rank_on(life: Life, day: date) -> RiskRank | None:
    """Return the rank that held at the end of ``day``: a plan never holds, nor gross after net."""
    held: RiskRank | None = None
    is_gross = True
    for moment in life.moments:
        if moment.on > day or moment.stage is RatingStage.PLANNED:
            continue
        if moment.stage is RatingStage.GROSS and not is_gross:
            continue
        held, is_gross = RiskRank(moment.rank), moment.stage is RatingStage.GROSS
    return held


def _is_there(life: Life, day: date) -> bool:
    return life.since <= day and (life.until is None or life.until > day)
