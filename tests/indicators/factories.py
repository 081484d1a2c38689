"""Makers of indicators and values: name only what matters to the test."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from qse_audit.core.clock import now
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.series import Direction
from qse_audit.indicators import services
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.rules import (
    Aim,
    Band,
    CardDraft,
    Chart,
    Definition,
    IndicatorDomain,
    PeriodEntry,
    TargetPoint,
    VariableDraft,
)
from qse_audit.policies import Identity
from tests.factories import Cast, today

MONTH = Period.of(Frequency.MONTH, today())
"""The month that is going on."""

ACCIDENTS = VariableDraft(
    name="accidents",
    label="Accidents avec arrêt",
    unit="accident",
    definition="Au moins un jour d’arrêt, trajet exclu.",
    is_whole=True,
)
HOURS = VariableDraft(
    name="heures", label="Heures travaillées", unit="h", definition="Payées, moins les absences."
)
TF1 = Definition(
    formula="accidents * 1000000 / heures",
    unit="par million d’heures",
    decimals=2,
    variables=(ACCIDENTS, HOURS),
)


def make_card(owner: Identity, **given: Any) -> CardDraft:
    """Return a complete card, from two years ago on."""
    card = CardDraft(
        title="Fréquence des accidents avec arrêt",
        domain=IndicatorDomain.SAFETY,
        owner_id=owner.user_id,
        frequency=Frequency.MONTH,
        direction=Direction.DOWN,
        chart=Chart.XMR,
        purpose="Savoir si la prévention suffit.",
        decision="Renforcer la prévention à l’atelier.",
        perimeter="Tout l’atelier, intérimaires compris.",
        data_source="Registre des accidents et paie.",
        collection="La paie, le 5 du mois.",
        biases="Un accident non déclaré ne se voit pas.",
        starts_on=MONTH.shift(-12).starts_on,
        review_on=today() + timedelta(days=300),
    )
    return replace(card, **given)


def make_aim(**given: Any) -> Aim:
    """Return a target at the end of the year, with its limits."""
    aim = Aim(
        targets=(TargetPoint(MONTH.shift(6), Fraction(10)),),
        alert=Band(high=Fraction(20)),
        action=Band(high=Fraction(30)),
        reaction_plan="Analyse sous 48 h avec l’atelier.",
    )
    return replace(aim, **given)


def make_indicator(
    session: Session,
    cast: Cast,
    *,
    owner: Identity | None = None,
    by: Identity | None = None,
    definition: Definition = TF1,
    aim: Aim | None = None,
    active: bool = True,
    at: datetime | None = None,
    **given: Any,
) -> Indicator:
    """Store an indicator owned by Bob, made by Claire, followed unless told otherwise."""
    at, by = at or now(), by or cast.claire
    card = make_card(owner or cast.bob, **given)
    indicator = services.create_indicator(session, card, actor=by, now=at)
    services.define_indicator(session, indicator, definition, version=None, actor=by, now=at)
    services.aim_indicator(session, indicator, aim or make_aim(), version=None, actor=by, now=at)
    if active:
        services.move_indicator(session, indicator, "activate", actor=by, now=at)
    session.commit()
    return indicator


def entry(period: Period, version: int | None = None, **values: Any) -> PeriodEntry:
    """Return what somebody enters for a period; numbers may be texts: ``heures="16450"``."""
    exact = {name: None if v is None else Fraction(v) for name, v in values.items()}
    return PeriodEntry(period=period, values=exact, version=version)


def measure(
    session: Session,
    indicator: Indicator,
    values: Mapping[Period, Mapping[str, Any]],
    *,
    by: Identity,
    at: datetime | None = None,
    **given: Any,
) -> services.Entered:
    """Store values by period, as ``by``."""
    entries = [entry(period, **row) for period, row in values.items()]
    done = services.enter_values(session, indicator, entries, actor=by, now=at or now(), **given)
    session.commit()
    return done


def first_of(period: Period) -> date:
    """Return the first day of a period, as it is stored."""
    return period.starts_on
