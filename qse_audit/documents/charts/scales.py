"""Round ticks, the room that texts take, and labels that keep their distance."""

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, floor, log10

from qse_audit.documents.charts.spec import ChartSpec, Measured, Number, Values

_STEPS = (1, 2, 2.5, 5, 10)
_NARROW = frozenset("iîïjlI.,;:!|' ’()[]1/-‑\u202f\u00a0ftr")
_WIDE = frozenset("mwMW@%—")
ELLIPSIS = "…"
MOST_OF_ZERO = 0.45
"""A measure whose lowest value lies below this part of the highest is shown from 0."""


def ticks(low: float, high: float, *, about: int, whole: bool = False) -> list[float]:
    """Return about so many round numbers, maybe whole ones, that cover ``low`` to ``high``."""
    span = high - low or abs(high) or 1.0
    rough = span / max(about, 1)
    power = 10.0 ** floor(log10(max(rough, 1.0) if whole else rough))
    steps = [factor * power for factor in _STEPS if not whole or factor * power % 1 == 0]
    step = next(each for each in steps if each >= rough * 0.999)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    if first == last:
        last += 1
    return [round(n * step, 12) for n in range(first, last + 1)]


def decimals_of(values: Sequence[float]) -> int:
    """Return how many decimals tell these ticks apart."""
    for digits in range(6):
        if all(abs(round(value, digits) - value) < 1e-9 * max(1, abs(value)) for value in values):
            return digits
    return 6


def is_counted(spec: ChartSpec) -> bool:
    """Say whether a chart shows bars of whole numbers and nothing else: two and a half is none."""
    if not spec.bars or spec.lines or spec.levels or spec.bands:
        return False
    return all(isinstance(value, int) for bars in spec.bars for value in bars.values)


def extent(spec: ChartSpec) -> tuple[float, float]:
    """Return the lowest and highest of the measure that the chart shows."""
    drawn: list[Measured] = [*spec.lines, *spec.levels]
    found = [v for part in drawn for v in floats(part.values) if v is not None]
    found += [float(v) for band in spec.bands for v in (band.low, band.high) if v is not None]
    if spec.bars:
        columns = zip(*(bars.values for bars in spec.bars), strict=True)
        found += [0.0, *(float(sum(v for v in column if v is not None)) for column in columns)]
    found += [float(v) for v in (spec.scale.low, spec.scale.high) if v is not None]
    if not found:
        return 0.0, 1.0
    low, high = min(found), max(found)
    if 0 <= low <= MOST_OF_ZERO * high:
        low = 0.0
    if low == high:
        return low - 1, high + 1
    return low, high


def _near(value: Number) -> float:
    above, below = value.as_integer_ratio()  # half the time that a Fraction takes to be a float
    return above / below


def floats(values: Values) -> list[float | None]:
    """Return what is drawn of exact values; one that stands again and again is divided once."""
    found: list[float | None] = []
    before: Number | None = None
    near: float | None = None
    for value in values:
        if value is not before:
            before, near = value, None if value is None else _near(value)
        found.append(near)
    return found


@lru_cache(maxsize=4096)  # the names of months, again and again
def text_width(text: str, size: float) -> float:
    """Return about how wide ``text`` is in our typeface."""
    return size * sum(
        0.28 if c in _NARROW else 0.83 if c in _WIDE else 0.58 if c.isupper() else 0.5 for c in text
    )


def shortened(text: str, size: float, room: float) -> str:
    """Return ``text``, cut with an ellipsis when it is wider than ``room``."""
    if text_width(text, size) <= room:
        return text
    while text and text_width(text + ELLIPSIS, size) > room:
        text = text[:-1].rstrip()
    return text + ELLIPSIS


def wrapped(text: str, size: float, room: float, *, most: int = 3) -> list[str]:
    """Return ``text`` in at most ``most`` lines no wider than ``room``."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        elif len(lines) < most:
            lines.append(word)
        else:
            lines[-1] += f" {word}"
    return [shortened(line, size, room) for line in lines]


def spread(wanted: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """Return positions near those ``wanted``, at least ``gap`` apart, between the two ends."""
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])
    placed = dict.fromkeys(order, 0.0)
    at = low - gap
    for n in order:
        at = placed[n] = max(wanted[n], at + gap)
    at = high + gap
    for n in reversed(order):
        at = placed[n] = min(placed[n], at - gap)
    return [placed[n] for n in range(len(wanted))]


def every(count: int, room: float, widest: float, *, anchor: int = 0) -> list[int]:
    """Return the places whose labels are written so that none touches the next."""
    if count < 2:
        return list(range(count))
    slot = room / count
    step = next((n for n in (1, 2, 3, 4, 6, 12, 24, 60) if n * slot >= widest + 8), count)
    return list(range(anchor % step, count, step))
