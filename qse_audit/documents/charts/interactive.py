"""A chart as a plain Plotly figure, for those who want to point, zoom and compare on screen.

Plain dictionaries: ``plotly.graph_objects`` would cost 22 ms a figure; tests validate with it.
``layout.meta.tokens`` says which token each colour is, so that a page can put its theme there.
"""

from collections.abc import Iterator
from typing import Any

from qse_audit.documents.charts.palette import (
    FONT,
    LEVEL_DASHES,
    LEVEL_TOKENS,
    MARK_SYMBOLS,
    MARK_TONES,
    TOKENS,
    bar_token,
)
from qse_audit.documents.charts.scales import extent, floats
from qse_audit.documents.charts.spec import ChartSpec, Heat, Level, Line, Mark, Ranking, Values
from qse_audit.documents.charts.words import amounts

SEPARATORS = {"fr": ",\u202f", "en": ".,"}
"""Decimal sign, then what parts thousands, as ``layout.separators`` wants them."""
_DASHES = {"": "solid", "5 4": "dash", "9 3 2 3": "dashdot"}

Trace = dict[str, Any]


def to_plotly(spec: ChartSpec) -> dict[str, Any]:
    """Return ``{data, layout, config}`` as ``Plotly.newPlot`` takes them."""
    traces = list(_traces(spec))
    for trace in traces:
        trace.setdefault("hovertemplate", "%{customdata}<extra>%{fullData.name}</extra>")
    return {"data": traces, "layout": _layout(spec), "config": _config(spec.locale)}


def _traces(spec: ChartSpec) -> Iterator[Trace]:
    """Yield references first, so that points lie on them."""
    for level in spec.levels:
        yield _level(spec, level)
    for n, bars in enumerate(spec.bars):
        token = bar_token(n, bars.tone, count=len(spec.bars))
        yield {
            "type": "bar",
            "marker": {"color": TOKENS[token]},
            **_measured(spec, bars.name, bars.values),
        }
    for line in spec.lines:
        yield _line(spec, line)
    if spec.ranking:
        yield from _ranking(spec, spec.ranking)
    if spec.heat:
        yield _heat(spec, spec.heat)


def _measured(spec: ChartSpec, name: str, values: Values) -> Trace:
    """Return what every trace over the places has."""
    return {
        "name": name,
        "x": list(range(len(values))),
        "y": floats(values),
        "customdata": amounts(values, spec.scale, spec.locale),
    }


def _level(spec: ChartSpec, level: Level) -> Trace:
    """Return a reference in steps."""
    dash = _DASHES[LEVEL_DASHES[level.kind]]
    colour = TOKENS[LEVEL_TOKENS[level.kind]]
    return {
        "type": "scatter",
        "mode": "lines",
        "line": {"shape": "hvh", "dash": dash, "width": 1.5, "color": colour},
        **_measured(spec, level.name, level.values),
    }


def _line(spec: ChartSpec, line: Line) -> Trace:
    """Return a line with its shapes."""
    marks = [line.marks.get(n, Mark.DOT) for n in range(len(line.values))]
    own = TOKENS[line.tone.value]
    plain = {Mark.DOT, Mark.OPEN}
    return {
        "type": "scatter",
        "mode": "lines" if line.is_thin else "lines+markers",
        "connectgaps": False,
        "line": {"width": 1.6 if line.is_thin else 2, "color": own},
        "marker": {
            "symbol": [MARK_SYMBOLS[mark] for mark in marks],
            "opacity": 1,
            "size": [7 if mark in plain else 13 for mark in marks],
            "color": [own if mark in plain else TOKENS[MARK_TONES[mark].value] for mark in marks],
        },
        **_measured(spec, line.name, line.values),
    }


def _ranking(spec: ChartSpec, ranking: Ranking) -> Iterator[Trace]:
    """Yield columns and the curve of what they reach."""
    colours = [
        TOKENS["accent" if n < ranking.vital else "neutral-line"]
        for n in range(len(ranking.amounts))
    ]
    columns = _measured(spec, ranking.name, ranking.amounts)
    yield {"type": "bar", "marker": {"color": colours}, **columns}
    reached = [None if part is None else float(part) for part in ranking.cumulative]
    yield {
        "type": "scatter",
        "mode": "lines+markers",
        "name": ranking.cumulative_name,
        "x": list(range(len(reached))),
        "y": reached,
        "yaxis": "y2",
        "line": {"color": TOKENS["ink-soft"], "width": 2},
        "hovertemplate": "%{y:.1%}<extra>%{fullData.name}</extra>",
    }


def _heat(spec: ChartSpec, heat: Heat) -> Trace:
    """Return the cells; their colours are tones, numbered in the order of the tokens."""
    names = list(TOKENS)
    tones = [
        [f"{cell.tone.value}-soft" if cell.tone else "neutral-soft" for cell in row]
        for row in heat.cells
    ]
    used = sorted({tone for row in tones for tone in row if tone in names}, key=names.index)
    rank = {tone: n for n, tone in enumerate(used)}
    last = max(len(used) - 1, 1)
    return {
        "type": "heatmap",
        "name": spec.title,
        "x": list(range(len(spec.axis.places))),
        "y": list(heat.rows),
        "z": [[rank[tone] for tone in row] for row in tones],
        "zmin": 0,
        "zmax": last,
        "colorscale": [[n / last, TOKENS[tone]] for n, tone in enumerate(used)]
        if len(used) > 1
        else [[0, TOKENS["neutral-soft"]], [1, TOKENS["neutral-soft"]]],
        "showscale": False,
        "text": [[cell.text for cell in row] for row in heat.cells],
        "texttemplate": "%{text}",
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "%{y}<extra>%{text}</extra>",
    }


def _layout(spec: ChartSpec) -> dict[str, Any]:
    """Return axes, words and calm: no frame, no shadow, thin lines."""
    places = list(spec.axis.places)
    axis = {
        "gridcolor": TOKENS["line"],
        "zerolinecolor": TOKENS["line-strong"],
        "linecolor": TOKENS["line-strong"],
        "automargin": True,
        "fixedrange": False,
    }
    layout: dict[str, Any] = {
        "font": {"family": FONT, "size": 14, "color": TOKENS["ink"]},
        "paper_bgcolor": TOKENS["surface"],
        "plot_bgcolor": TOKENS["surface"],
        "separators": SEPARATORS[spec.locale],
        "hovermode": "closest" if spec.heat else "x unified",
        "showlegend": not spec.heat,
        "legend": {"orientation": "h", "y": -0.2},
        "margin": {"l": 56, "r": 24, "t": 24, "b": 48},
        "barmode": "stack",
        "xaxis": {**axis, "showgrid": False, "zeroline": False, "tickmode": "array", "nticks": 12,
                  "tickvals": list(range(len(places))), "ticktext": places},
        "yaxis": {**axis, "rangemode": "tozero" if extent(spec)[0] == 0 else "normal",
                  "title": {"text": spec.scale.unit}},
        "shapes": list(_shapes(spec)),
        "annotations": [
            {"x": known.place - 0.5, "y": 1, "yref": "paper", "yanchor": "bottom",
             "xanchor": "left", "text": _plain(known.label), "showarrow": False}
            for known in spec.breaks
        ],
        "meta": {"tokens": {value: name for name, value in reversed(TOKENS.items())}},
    }  # fmt: skip
    if spec.heat:
        layout["yaxis"]["autorange"] = "reversed"
    if spec.ranking:
        layout["yaxis2"] = {**axis, "overlaying": "y", "side": "right", "range": [0, 1.02],
                            "tickformat": ".0%", "showgrid": False}  # fmt: skip
        total = float(sum(value or 0 for value in spec.ranking.amounts))
        layout["yaxis"]["range"] = [0, total * 1.02 or 1]
    return layout


def _shapes(spec: ChartSpec) -> Iterator[dict[str, Any]]:
    """Yield zones, known changes and the cut of a ranking."""
    for band in spec.bands:
        low, high = (None if v is None else float(v) for v in (band.low, band.high))
        yield {
            "type": "rect", "xref": "paper", "x0": 0, "x1": 1, "layer": "below",
            "y0": low if low is not None else -1e12, "y1": high if high is not None else 1e12,
            "fillcolor": TOKENS[f"{band.tone}-soft"], "line": {"width": 0},
        }  # fmt: skip
    for known in spec.breaks:
        yield {
            "type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": known.place - 0.5,
            "x1": known.place - 0.5, "line": {"color": TOKENS["line-strong"], "dash": "dot"},
        }  # fmt: skip
    if spec.ranking:
        cut = float(spec.ranking.cut)
        yield {
            "type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "y2", "y0": cut, "y1": cut,
            "line": {"color": TOKENS["info"], "dash": "dashdot"},
        }  # fmt: skip


def _plain(text: str) -> str:
    """Return a text that Plotly shows as it is: it reads a little HTML in annotations."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _config(locale: str) -> dict[str, Any]:
    """Return how the figure behaves."""
    return {
        "locale": locale,
        "displaylogo": False,
        "responsive": True,
        "scrollZoom": False,
        "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"],
    }
