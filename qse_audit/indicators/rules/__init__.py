"""What makes an indicator card and its values acceptable. Pure."""

from qse_audit.indicators.rules.analysis import (
    COUNTS,
    Analysis,
    Entry,
    Seen,
    Watched,
    analyse,
    is_met,
    target_at,
)
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
    "COUNTS",
    "FORMULA_SOURCE",
    "MAX_PASTED",
    "Analysis",
    "AutomaticSource",
    "Band",
    "Card",
    "Cell",
    "CellProblem",
    "Chart",
    "Column",
    "Entry",
    "Grid",
    "IndicatorDomain",
    "Pasted",
    "PastedValue",
    "Seen",
    "TargetPoint",
    "Timing",
    "Variable",
    "Watched",
    "analyse",
    "is_met",
    "read_paste",
    "readiness_refusals",
    "target_at",
    "value_problem",
    "writing_refusals",
]
