"""The colours of charts: the light values of our tokens, and which token each one is.

Drawings carry both, so that a page in the dark theme can put its own values in their place.
"""

from qse_audit.documents.charts.spec import LevelKind, Mark, Tone

TOKENS = {
    "surface": "#fff",
    "line": "#e1ddd6",
    "line-strong": "#8b857b",
    "ink": "#1d1b18",
    "ink-soft": "#4f4a43",
    "ink-faint": "#686259",
    "accent": "#0b5d6b",
    "accent-soft": "#e2eff0",
    "accent-line": "#a9cdd2",
    "neutral": "#4f4a43",
    "neutral-soft": "#efede8",
    "neutral-line": "#d3cec5",
    "info": "#24508c",
    "info-soft": "#e7eff9",
    "info-line": "#b1c8e6",
    "success": "#1a6637",
    "success-soft": "#e5f3e9",
    "success-line": "#a6d1b4",
    "warning": "#865000",
    "warning-soft": "#fdf1da",
    "warning-line": "#e6c582",
    "danger": "#ab1f1a",
    "danger-soft": "#fcebe9",
    "danger-line": "#edb5b0",
}
"""Name → light value, as in ``static/css/tokens.css``; a test compares them."""
FONT = "Source Sans Pro, Source Sans 3, Segoe UI, system-ui, Helvetica Neue, Arial, sans-serif"
MARK_TONES = {
    Mark.DOT: Tone.ACCENT,
    Mark.OPEN: Tone.ACCENT,
    Mark.GOOD: Tone.SUCCESS,
    Mark.BAD: Tone.DANGER,
    Mark.NOTABLE: Tone.WARNING,
}
MARK_SYMBOLS = {
    Mark.DOT: "circle",
    Mark.OPEN: "circle-open",
    Mark.GOOD: "triangle-up",
    Mark.BAD: "diamond",
    Mark.NOTABLE: "square",
}
"""Plotly’s names of the shapes that the SVG draws."""
LEVEL_TOKENS = {
    LevelKind.CENTRE: "ink-faint",
    LevelKind.LIMIT: "ink-faint",
    LevelKind.TARGET: "info",
}
LEVEL_DASHES = {LevelKind.CENTRE: "", LevelKind.LIMIT: "5 4", LevelKind.TARGET: "9 3 2 3"}
STACK = ("accent", "warning-line", "info-line", "success", "danger-line", "neutral")
"""Fills of stacked bars when they share a tone: neighbours differ in lightness."""


def bar_token(index: int, tone: Tone, *, count: int) -> str:
    """Return the fill of the ``index``-th of ``count`` series of bars."""
    return STACK[index % len(STACK)] if count > 1 and tone is Tone.ACCENT else tone.value
