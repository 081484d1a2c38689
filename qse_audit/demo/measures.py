"""The indicators that the objectives of the demo company are measured by."""

from datetime import datetime, timedelta
from fractions import Fraction
from functools import partial
from typing import Any

from sqlalchemy import select

from qse_audit.core.clock import day_in_paris
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.series import Direction
from qse_audit.demo.world import World, read
from qse_audit.indicators import services
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.queries import get_indicator
from qse_audit.indicators.rules import (
    Aim,
    CardDraft,
    Definition,
    IndicatorDomain,
    PeriodEntry,
    TargetPoint,
    VariableDraft,
)

MADE, ENTERED = 200, 12
"""How many days ago the indicators were made, and their last values entered."""


def plan_measures(world: World) -> None:
    """Plan the indicators and their values, unless the company has them by then."""
    content = read("objectives")
    for each in content["indicators"]:
        world.timeline.at(MADE, "11:00", partial(_indicator, world, each))
        world.timeline.at(ENTERED, "09:00", partial(_values, world, each))


def indicator_of(world: World, key: str) -> Indicator:
    """Return the indicator that the content calls ``key``: made here, or from the library."""
    content = read("objectives")
    named = {each["key"]: each["title"] for each in content["indicators"]}
    if key in named:
        chosen = Indicator.title == named[key]
    else:
        chosen = Indicator.library_key == content["library"][key]
    here = Indicator.organisation_id == world.company_id
    return world.session.scalars(select(Indicator).where(here, chosen)).one()


def _indicator(world: World, each: dict[str, Any], now: datetime) -> None:
    """Make an indicator, follow it and enter its values, unless one has its name."""
    session, actor = world.session, world.people["claire"]
    named = select(Indicator.id).where(
        Indicator.organisation_id == world.company_id, Indicator.title == each["title"]
    )
    if session.scalar(named) is not None:
        return
    indicator = services.create_indicator(session, _card(world, each, now), actor=actor, now=now)
    services.define_indicator(
        session, indicator, _definition(each), version=None, actor=actor, now=now
    )
    end = Period.of(Frequency.MONTH, day_in_paris(now) + timedelta(days=360))
    aim = Aim(targets=(TargetPoint(end, Fraction(each["target"])),))
    services.aim_indicator(session, indicator, aim, version=None, actor=actor, now=now)
    services.move_indicator(session, indicator, "activate", actor=actor, now=now)


def _card(world: World, each: dict[str, Any], now: datetime) -> CardDraft:
    today = day_in_paris(now)
    return CardDraft(
        title=each["title"],
        domain=IndicatorDomain(each["domain"]),
        owner_id=world.people[each["owner"]].user_id,
        direction=Direction(each["direction"]),
        purpose=each["purpose"],
        decision=each["decision"],
        perimeter="Les deux sites, intérimaires compris.",
        data_source="Suivi de production, paie et registres.",
        collection="Relevé le 5 du mois par le service QSE.",
        biases="Aucun connu à ce jour.",
        starts_on=_first(world).starts_on,
        review_on=today + timedelta(days=400),
    )


def _definition(each: dict[str, Any]) -> Definition:
    return Definition(
        formula=each["formula"],
        unit=each["unit"],
        decimals=each["decimals"],
        variables=tuple(
            VariableDraft(
                name=variable["name"],
                label=variable["label"],
                unit=variable["unit"],
                definition=f"{variable['label']}, au dernier jour du mois.",
            )
            for variable in each["variables"]
        ),
    )


def _first(world: World) -> Period:
    """Return the first month with values: the last full month is the tenth."""
    last = Period.of(Frequency.MONTH, world.timeline.day(ENTERED)).shift(-1)
    return last.shift(-9)


def _values(world: World, each: dict[str, Any], now: datetime) -> None:
    found = get_indicator(world.session, indicator_of(world, each["key"]).id)
    if found.measure_unit != each["unit"]:
        return
    names = [variable["name"] for variable in each["variables"]]
    entries = [
        PeriodEntry(
            period=_first(world).shift(rank),
            values={name: Fraction(n) for name, n in zip(names, numbers, strict=True)},
        )
        for rank, numbers in enumerate(each["values"])
    ]
    services.enter_values(
        world.session,
        found,
        entries,
        source="Tableau de suivi",
        actor=world.people["claire"],
        now=now,
    )
