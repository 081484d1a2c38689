"""The table of a chart: every figure that is drawn, for those who read rather than look."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qse_audit.core.text import N_
from qse_audit.documents.charts.spec import ChartSpec
from qse_audit.documents.charts.words import figures
from qse_audit.documents.text import Texts, percent


@dataclass(frozen=True, slots=True)
class ChartTable:
    """Headings and rows of texts; the first cell of a row names it."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def to_table(spec: ChartSpec) -> ChartTable:
    """Return the figures of ``spec``; units stand in the headings."""
    if spec.heat:
        heat = spec.heat
        rows = [
            [name, *(cell.text for cell in cells)]
            for name, cells in zip(heat.rows, heat.cells, strict=True)
        ]
        return ChartTable([spec.axis.title, *spec.axis.places], rows)
    columns = list(_columns(spec))
    heads = [spec.axis.title, *(head for head, _ in columns)]
    cells = zip(spec.axis.places, *(texts for _, texts in columns), strict=True)
    return ChartTable(heads, [list(row) for row in cells])


def _columns(spec: ChartSpec) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield each column: its heading and its cells."""
    unit = f" ({spec.scale.unit})" if spec.scale.unit else ""
    for part in spec.measured:
        yield part.name + unit, figures(part.values, spec.scale, spec.locale)
    if ranking := spec.ranking:
        yield ranking.name + unit, figures(ranking.amounts, spec.scale, spec.locale)
        reached = [percent(value, spec.locale) for value in ranking.cumulative]
        yield ranking.cumulative_name, reached
    for level in spec.levels:
        yield level.name + unit, figures(level.values, spec.scale, spec.locale)
    notes = _notes(spec)
    if any(notes):
        yield Texts(spec.locale).translate(N_("Remarque")), notes


def _notes(spec: ChartSpec) -> list[str]:
    """Return what shapes and breaks say in words, place by place."""
    notes: list[list[str]] = [[] for _ in spec.axis.places]
    for known in spec.breaks:
        notes[known.place].append(known.label)
    for line in spec.lines:
        for place, mark in line.marks.items():
            if mark in spec.mark_names:
                notes[place].append(spec.mark_names[mark])
    return [" ; ".join(dict.fromkeys(texts)) for texts in notes]


def point_title(spec: ChartSpec, place: int, told: str, *, name: str = "") -> str:
    """Return what a point says when it is pointed at: its place, and the value as ``told``."""
    what = f"{name}, " if name else ""
    colon = " :" if spec.locale == "fr" else ":"
    return f"{what}{spec.axis.places[place]}{colon} {told}"
