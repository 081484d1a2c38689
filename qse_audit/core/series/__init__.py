"""Series of values in time: limits, signals, charts of counts, and what they say in a sentence."""

from qse_audit.core.series.capability import Capability, Tolerance, capability
from qse_audit.core.series.counts import (
    Count,
    CountChart,
    CountLimits,
    CountPoint,
    count_limits,
    count_signals,
)
from qse_audit.core.series.files import MAX_POINTS, read_series
from qse_audit.core.series.limits import (
    FIRM_VALUES,
    MINIMUM_VALUES,
    Limits,
    Phase,
    PhaseLimits,
    XmR,
    xmr,
)
from qse_audit.core.series.pareto import Pareto, Share, pareto
from qse_audit.core.series.points import Exact, Place, Point, Series, ordinal, place_label
from qse_audit.core.series.rare import (
    BetweenLimits,
    RareEvents,
    number_limits,
    rare_events,
    time_limits,
)
from qse_audit.core.series.reading import (
    NOTHING_TOLD,
    Bounds,
    Direction,
    Reading,
    Standing,
    Told,
    read,
    read_counts,
    stand,
)
from qse_audit.core.series.rolling import rate, rolling_rate, rolling_sum
from qse_audit.core.series.signals import Rule, RuleSet, Signal, signals, without_echoes

__all__ = [
    "FIRM_VALUES",
    "MAX_POINTS",
    "MINIMUM_VALUES",
    "NOTHING_TOLD",
    "BetweenLimits",
    "Bounds",
    "Capability",
    "Count",
    "CountChart",
    "CountLimits",
    "CountPoint",
    "Direction",
    "Exact",
    "Limits",
    "Pareto",
    "Phase",
    "PhaseLimits",
    "Place",
    "Point",
    "RareEvents",
    "Reading",
    "Rule",
    "RuleSet",
    "Series",
    "Share",
    "Signal",
    "Standing",
    "Told",
    "Tolerance",
    "XmR",
    "capability",
    "count_limits",
    "count_signals",
    "number_limits",
    "ordinal",
    "pareto",
    "place_label",
    "rare_events",
    "rate",
    "read",
    "read_counts",
    "read_series",
    "rolling_rate",
    "rolling_sum",
    "signals",
    "stand",
    "time_limits",
    "without_echoes",
    "xmr",
]
