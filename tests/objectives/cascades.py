"""Cascades to judge, written in a few words."""

from datetime import date
from fractions import Fraction

from qse_audit.core.series import Direction
from qse_audit.objectives.rules import (
    Cascade,
    Commitment,
    IndicatorFacts,
    ObjectiveFacts,
    SiteFacts,
    anomalies,
)
from qse_audit.referentials.rules import Domain

TODAY = date(2026, 11, 25)


def objective(key, /, **changes):
    """Return an objective that no check has anything against."""
    given = {
        "title": "Réduire les accidents avec arrêt",
        "commitments": frozenset({"c1"}),
        "owner_id": 10 + key,
        "owner_name": f"P{key}",
        "resources": "40 h",
        "starts_on": date(2026, 7, 1),
        "due_on": date(2026, 12, 31),
        "indicator_id": key,
        "direction": Direction.DOWN,
        "unit": "accidents",
        "baseline": Fraction(9),
        "target": Fraction(4),
        "is_agreed": True,
    }
    return ObjectiveFacts(id=key, reference=f"OBJ-2026-{key:03}", **{**given, **changes})


def indicator(key, /, **changes):
    given = {"title": f"Indicateur {key}", "unit": "accidents", "direction": Direction.DOWN}
    return IndicatorFacts(id=key, reference=f"IND-2026-{key:03}", **{**given, **changes})


def cascade(*objectives, **changes):
    """Return a cascade in which nothing is wrong besides ``objectives`` and ``changes``."""
    given = {
        "commitments": (Commitment(key="c1", position=1, text="Prévenir les accidents"),),
        "indicators": {o.id: indicator(o.id) for o in objectives},
        "domains": (Domain.QUALITY,),
        "today": TODAY,
    }
    return Cascade(objectives=objectives, **{**given, **changes})


def found(facts):
    """Return the codes and first subjects of the anomalies of a cascade."""
    return [(str(a.code), a.subjects[0].key) for a in anomalies(facts)]


def only(facts, code):
    """Return the one anomaly of a cascade, which must be ``code``."""
    (anomaly,) = anomalies(facts)
    assert anomaly.code == code
    return anomaly


SITES = (SiteFacts(id=1, name="Nord"), SiteFacts(id=2, name="Sud"))
