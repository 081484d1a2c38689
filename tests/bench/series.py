"""Series and charts: pure Python, no database."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import cycle, islice
from random import Random
from statistics import median

from qse_audit.core.series import RuleSet, Series, signals, xmr
from qse_audit.documents.charts import to_svg
from qse_audit.web.sample_charts import sample_charts
from tests.bench.measuring import Line, measure

LONG = 240
"""Twenty years of months."""
CHARTS = 20


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
    yield drawing()


def drawing() -> Line:
    """Draw twenty charts, the kinds of the style guide in turns, for a wide place."""
    specs = list(islice(cycle(sample_charts("fr")), CHARTS))
    times = measure(lambda: [to_svg(spec) for spec in specs], repeat=15)
    return Line(f"{CHARTS} charts as SVG", times, goal="≤ 100 ms", met=median(times.wall) <= 0.1)
