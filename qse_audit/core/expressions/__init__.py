"""A small language for the formulas of indicators: exact, bounded, and never evaluated as Python.

``accidents * 1000000 / heures`` is read by :func:`parse` into a frozen tree with positions and
computed by :func:`evaluate` with fractions. The whole language:

* numbers with a dot or a comma (``1.5``, ``1,5``), spaces between thousands, ``95 %``;
* names of letters, digits and ``_``; ``+ - * /``, also written ``× ÷ −``; ``^`` with a whole
  exponent from 0 to 12; parentheses; ``;`` between arguments;
* ``min max sum mean abs round(x; digits)``, and over periods ``rolling(x; 12)``, the sum over the
  last twelve periods, and ``cumul(x)``, the sum since the start of the year. French names are
  read too: ``somme moyenne arrondi glissant``.

A value that is missing, and a denominator that is zero, make the result ``None``: not computable.
"""

from qse_audit.core.expressions.checks import find_cycle, problems
from qse_audit.core.expressions.evaluation import (
    History,
    Outcome,
    Snapshot,
    Values,
    evaluate,
)
from qse_audit.core.expressions.parsing import Formula, parse
from qse_audit.core.expressions.ratios import Ratio, ratio_of
from qse_audit.core.expressions.spans import Aggregation, rolled
from qse_audit.core.expressions.tree import (
    MAX_DEPTH,
    MAX_EXPONENT,
    MAX_LENGTH,
    MAX_NAME,
    MAX_NODES,
    MAX_STEPS,
    Binary,
    Call,
    FormulaError,
    Function,
    Name,
    Negation,
    Node,
    Number,
    Power,
    looks_back,
    names,
)
from qse_audit.core.expressions.writing import as_mathml, as_text

__all__ = [
    "MAX_DEPTH",
    "MAX_EXPONENT",
    "MAX_LENGTH",
    "MAX_NAME",
    "MAX_NODES",
    "MAX_STEPS",
    "Aggregation",
    "Binary",
    "Call",
    "Formula",
    "FormulaError",
    "Function",
    "History",
    "Name",
    "Negation",
    "Node",
    "Number",
    "Outcome",
    "Power",
    "Ratio",
    "Snapshot",
    "Values",
    "as_mathml",
    "as_text",
    "evaluate",
    "find_cycle",
    "looks_back",
    "names",
    "parse",
    "problems",
    "ratio_of",
    "rolled",
]
