"""What makes an indicator card and its values acceptable. Pure."""

from qse_audit.indicators.rules.cards import (
    FORMULA_SOURCE,
    Band,
    Card,
    TargetPoint,
    Variable,
    readiness_refusals,
    writing_refusals,
)
from qse_audit.indicators.rules.codes import (
    AutomaticSource,
    Chart,
    IndicatorDomain,
    Timing,
)
from qse_audit.indicators.rules.pasting import (
    MAX_PASTED,
    Cell,
    CellProblem,
    Column,
    Grid,
    Pasted,
    PastedValue,
    read_paste,
    value_problem,
)

__all__ = [
    "FORMULA_SOURCE",
    "MAX_PASTED",
    "AutomaticSource",
    "Band",
    "Card",
    "Cell",
    "CellProblem",
    "Chart",
    "Column",
    "Grid",
    "IndicatorDomain",
    "Pasted",
    "PastedValue",
    "TargetPoint",
    "Timing",
    "Variable",
    "read_paste",
    "readiness_refusals",
    "value_problem",
    "writing_refusals",
]
