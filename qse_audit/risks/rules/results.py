"""How a result is said: what decides comes first, what does not decide is no figure of its own."""

from qse_audit.core.text import N_
from qse_audit.risks.rules.scales import Formula, Scale


def result(scale: Scale, score: int | None, level: str) -> str:
    """Return a level with the product of its notes.

    The product leads where it decides, follows an action priority, and is left out of a matrix.
    """
    if score is None or scale.formula is Formula.MATRIX:
        return level
    if scale.formula is Formula.ACTION_PRIORITY:
        return N_("%(level)s · IPR %(score)d", level=level, score=score)
    return f"{score} · {level}"
