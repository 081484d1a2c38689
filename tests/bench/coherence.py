"""The coherence of 2,000 objectives: pure rules, no database."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from statistics import median

from qse_audit.objectives.rules import (
    Cascade,
    Commitment,
    ObjectiveFacts,
    RollUp,
    SiteFacts,
    anomalies,
)
from tests.bench.measuring import Line, measure

COUNT = 2_000


def lines() -> Iterator[Line]:
    objectives = [
        ObjectiveFacts(
            id=n,
            reference=f"OBJ-{n}",
            title=f"Objectif {n}",
            parent_id=n // 10 or None,
            commitments=frozenset({"c1"}),
            owner_id=n % 200,
            unit="t",
            baseline=Fraction(n),
            target=Fraction(n, 7),
            roll_up=RollUp.SUM,
            site_id=n % 30,
        )
        for n in range(1, COUNT + 1)
    ]

    def check() -> None:
        anomalies(
            Cascade(
                today=date(2026, 11, 25),
                objectives=objectives,
                commitments=(Commitment(key="c1", position=1, text="Prévenir"),),
                sites=[SiteFacts(id=n, name=str(n)) for n in range(40)],
            )
        )

    times = measure(check, repeat=15)
    fast = median(times.wall) <= 0.1
    yield Line(f"coherence of {COUNT} objectives, K1 to K14", times, goal="≤ 100 ms", met=fast)
