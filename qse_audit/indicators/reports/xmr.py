"""The figures of an XmR chart as JSON, for the command line."""

from typing import Any

from qse_audit.core.series import RuleSet, XmR, signals


def xmr_figures(chart: XmR, rules: RuleSet) -> dict[str, Any]:
    """Return the figures of a chart of one phase; those that too few values leave open are null."""
    phase, points = chart.phases[0], chart.series.points
    limits = phase.limits
    figures = {
        "mean": limits and float(limits.mean),
        "mean_range": limits and float(limits.mean_range),
        "upper": limits and float(limits.upper),
        "lower": limits and float(limits.lower),
        "range_upper": limits and float(limits.range_upper),
    }

    def place(index: int) -> int | str:
        period = points[index].period
        return period if isinstance(period, int) else period.iso

    told = [
        {"rule": signal.rule.value, "from": place(signal.start), "to": place(signal.end)}
        for signal in signals(chart, rules)
    ]
    return {**figures, "provisional": phase.is_provisional, "signals": told}
