"""Series and charts: pure Python, no database."""

from collections.abc import Iterator
from decimal import Decimal
from random import Random
from statistics import median

from qse_audit.core.series import RuleSet, Series, signals, xmr
from tests.bench.measuring import Line, measure

LONG = 240
"""Twenty years of months."""


def lines() -> Iterator[Line]:
    chance = Random(11)
    values = [Decimal(f"{chance.gauss(50, 3):.2f}") for _ in range(LONG)]

    def read() -> None:
        chart = xmr(Series.ranked(values))
        for rules in RuleSet:
            signals(chart, rules)

    times = measure(read, repeat=31)
    fast = median(times.wall) <= 0.002
    yield Line(f"XmR of {LONG} values, the three sets of rules", times, goal="≤ 2 ms", met=fast)
