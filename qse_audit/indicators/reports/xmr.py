"""The figures of an XmR chart for the command line: as lines, or as JSON."""

import json
from collections.abc import Iterator
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


def xmr_told(chart: XmR, rules: RuleSet, *, as_json: bool) -> str:
    """Return what the command prints."""
    found = xmr_figures(chart, rules)
    return json.dumps(found, ensure_ascii=False) if as_json else "\n".join(_lines(found))


def _lines(found: dict[str, Any]) -> Iterator[str]:
    for name, value in found.items():
        if name != "signals":
            yield f"{name}: {f'{value:.6g}' if isinstance(value, float) else value}"
    for signal in found["signals"]:
        yield "signal {rule}: {from} – {to}".format_map(signal)
