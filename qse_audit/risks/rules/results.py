"""How a result is said: what decides comes first, what does not decide is no figure of its own."""

from collections.abc import Iterator
from itertools import product
from math import prod

from qse_audit.core.text import N_
from qse_audit.risks.rules.scales import Band, Formula, Scale, rate

MOST_COMBINATIONS = 2000
"""Sets of notes that are rated one by one."""
SCORE = "{score}"
"""Where the product goes in a text that is made before it is known."""


def result(scale: Scale, score: int | str | None, level: str) -> str:
    """Return a level with the product of its notes.

    The product leads where it decides, follows an action priority, and is left out of a matrix.
    """
    if score is None or scale.formula is Formula.MATRIX:
        return level
    if scale.formula is Formula.ACTION_PRIORITY:
        return N_("%(level)s · IPR %(score)s", level=level, score=score)
    return f"{score} · {level}"


def every_band(scale: Scale) -> Iterator[Band] | None:
    """Give the band of each set of notes, the last criterion changing first; ``None`` for many."""
    axes = [criterion.values for criterion in scale.criteria]
    if prod(map(len, axes)) > MOST_COMBINATIONS:
        return None
    codes = [criterion.code for criterion in scale.criteria]
    rated = (rate(scale, dict(zip(codes, notes, strict=True))) for notes in product(*axes))
    return (rating.band for rating in rated if rating)


def band_table(scale: Scale) -> str:
    """Return :func:`every_band` as digits, the places of the bands; ``""`` for too many."""
    found = every_band(scale)
    return "" if found is None else "".join(str(scale.place(band.code)) for band in found)
