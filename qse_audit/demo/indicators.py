"""The indicators of the demo company: from the library or its own, measured month by month."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import partial
from hashlib import sha256
from typing import Any

from qse_audit.actions.rules import ActionDraft, ActionKind
from qse_audit.actions.services import Origin, plan_action
from qse_audit.core.clock import day_in_paris
from qse_audit.core.expressions import Aggregation
from qse_audit.core.numbers import decimal_text, parse_number
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.permissions import Kind
from qse_audit.core.series import Direction
from qse_audit.demo.company import BEGAN
from qse_audit.demo.world import World, read
from qse_audit.indicators import services
from qse_audit.indicators.library import LibraryIndicator, adoption, shipped
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.queries import card_of, get_indicator
from qse_audit.indicators.queries.cards import definition_of
from qse_audit.indicators.queries.readings import (
    SignalLine,
    get_charted,
    get_signal,
    signals_of,
)
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

FOLLOWED = BEGAN - 10
"""Days ago when the workshop began to follow its indicators; older values came in at once."""
ENTERED_ON_DAY = 4
"""Days after the end of a month when its values are entered."""


def plan_indicators(world: World) -> None:
    """Plan the cards, the history that was taken over, then each month and each event."""
    content = read("indicators")
    library = {each.identifier: each for each in shipped()}
    today = day_in_paris(world.timeline.now)
    for each in content["indicators"]:
        shelf = library.get(each.get("library", ""))
        world.timeline.at(FOLLOWED, "10:00", partial(_start, world, each, shelf))
        for event in each.get("dated", ()):
            entered = max(min(FOLLOWED, event["days_ago"]) - 1, 0)
            world.timeline.at(entered, "12:00", partial(_date, world, each, event))
        for told in each.get("explained", ()):
            world.timeline.at(told["days_ago"], "16:20", partial(_explain, world, each, told))
        _plan_answers(world, each, today)
        if not each["numbers"]:
            continue
        month = Period.of(shelf.frequency if shelf else Frequency.MONTH, today)
        months = [month.shift(-back) for back in range(1, content["months"] + 1)]
        older = [at for at in months if at.ends_on < today - timedelta(days=FOLLOWED)]
        take_over = partial(_enter, world, each, older, now_month=month)
        world.timeline.at(FOLLOWED - 1, "11:00", take_over)
        for at in months[: len(months) - len(older)]:
            days_ago = (today - at.ends_on).days - ENTERED_ON_DAY
            if days_ago >= 0:
                world.timeline.at(
                    days_ago, "09:40", partial(_enter, world, each, [at], now_month=month)
                )
    world.timeline.at(0, "05:00", lambda now: _count(world, now))


def _plan_answers(world: World, each: dict[str, Any], today: date) -> None:
    """Plan what the owner does about what the values say: limits anew, an action."""
    if change := each.get("rebased"):
        month = Period.of(Frequency.MONTH, today)
        stretch = services.BaselineDraft(
            first=month.shift(-change["from"]),
            last=month.shift(-change["until"]),
            cause=change["cause"],
        )
        world.timeline.at(change["days_ago"], "15:10", partial(_rebase, world, each, stretch))
    if asked := each.get("asked"):
        world.timeline.at(asked["days_ago"], "09:20", partial(_ask, world, each, asked))


def _rebase(
    world: World, each: dict[str, Any], stretch: services.BaselineDraft, now: datetime
) -> None:
    """Lock the limits anew, as the owner of the indicator."""
    world.session.expire_all()
    indicator = get_charted(world.session, world.indicators[each["key"]])
    owner = world.people[each["owner"]]
    services.lock_baseline(world.session, indicator, stretch, actor=owner, now=now)


def _ask(world: World, each: dict[str, Any], asked: dict[str, Any], now: datetime) -> None:
    """Ask for the action that answers the first signal that was explained."""
    signal = first_explained(world, each["key"])
    draft = ActionDraft(
        kind=ActionKind.IMPROVEMENT,
        title=asked["title"],
        owner_id=world.people[asked["owner"]].user_id,
        due_on=world.timeline.day(asked["due"]),
        criterion=asked["criterion"],
    )
    origin = Origin(
        kind=Kind.SIGNAL,
        id=signal.id,
        context_kind=Kind.INDICATOR,
        context_id=signal.indicator_id,
        organisation_id=world.company_id,
    )
    owner = world.people[each["owner"]]
    plan_action(world.session, draft, origin=origin, actor=owner, now=now)


def first_explained(world: World, key: str) -> SignalLine:
    """Return the oldest signal of an indicator that its owner explained."""
    lines = signals_of(world.session, indicator_of(world, key))
    return min((line for line in lines if not line.is_open), key=lambda line: line.from_on)


def indicator_of(world: World, key: str) -> Indicator:
    """Return the indicator that the content calls ``key``."""
    return get_indicator(world.session, world.indicators[key])


def _start(
    world: World, each: dict[str, Any], shelf: LibraryIndicator | None, now: datetime
) -> None:
    """Adopt a card of the library, or write one; complete it, follow it."""
    session, claire = world.session, world.people["claire"]
    today = day_in_paris(now)
    process_id, owner = world.processes[each["process"]], world.people[each["owner"]]
    card = (
        adoption(shelf, "fr", title="", owner_id=owner.user_id, process_id=process_id)
        if shelf
        else _card(each["card"], owner.user_id, process_id)
    )
    card = replace(
        card,
        perimeter=each["perimeter"],
        data_source=each["source"],
        collection=each["collection"],
        starts_on=Period.of(card.frequency, today).starts_on,
        review_on=today + timedelta(days=700),
    )
    if shelf:
        indicator = services.adopt_indicator(session, shelf, card, actor=claire, now=now)
        if each["numbers"]:  # the history before the register came from the payroll: a person
            by_hand = definition_of(indicator)
            variables = tuple(replace(each, automatic=None) for each in by_hand.variables)
            services.define_indicator(
                session, indicator, replace(by_hand, variables=variables),
                version=None, actor=claire, now=now,
            )  # fmt: skip
    else:
        indicator = services.create_indicator(session, card, actor=claire, now=now)
        services.define_indicator(
            session, indicator, _definition(each["card"]), version=None, actor=claire, now=now
        )
    aim = _aim(world, each, card_of(indicator).direction, frequency=card.frequency)
    services.aim_indicator(session, indicator, aim, version=None, actor=claire, now=now)
    services.move_indicator(session, indicator, "activate", actor=claire, now=now)
    session.flush()
    world.indicators[each["key"]] = indicator.id


def _card(own: dict[str, Any], owner_id: int, process_id: int) -> CardDraft:
    """Return a card that the company wrote itself."""
    return CardDraft(
        title=own["title"],
        domain=IndicatorDomain(own["domain"]),
        owner_id=owner_id,
        process_id=process_id,
        direction=Direction(own["direction"]),
        chart=Chart(own["chart"]),
        purpose=own["purpose"],
        decision=own["decision"],
        biases=own["biases"],
    )


def _definition(own: dict[str, Any]) -> Definition:
    return Definition(
        formula=own["formula"],
        unit=own["unit"],
        decimals=own["decimals"],
        variables=tuple(
            VariableDraft(
                name=variable["name"],
                label=variable["label"],
                unit=variable["unit"],
                definition=f"{variable['label']}, au dernier jour du mois.",
                minimum=Fraction(0),
                aggregation=Aggregation(variable.get("aggregation", "sum")),
            )
            for variable in own["variables"]
        ),
    )


def _aim(world: World, each: dict[str, Any], direction: Direction, *, frequency: Frequency) -> Aim:
    """Return the target some months from now, and the limits on the side that matters."""
    ahead, value = each["target"]
    now = Period.of(frequency, day_in_paris(world.timeline.now))
    is_up = direction is Direction.UP

    def band(name: str) -> Band:
        limit = parse_number(each[name]) if name in each else None
        return Band(low=limit) if is_up else Band(high=limit)

    months = ahead // max(frequency.months, 1)
    return Aim(
        targets=(TargetPoint(now.shift(months), parse_number(value)),),
        alert=band("alert"),
        action=band("action"),
        reaction_plan=each["plan"],
    )


def _date(world: World, each: dict[str, Any], event: dict[str, Any], now: datetime) -> None:
    """Put a rare event on record, as the owner of the indicator."""
    services.date_event(
        world.session,
        indicator_of(world, each["key"]),
        world.timeline.day(event["days_ago"]),
        event["note"],
        actor=world.people[each["owner"]],
        now=now,
    )


def _explain(world: World, each: dict[str, Any], told: dict[str, Any], now: datetime) -> None:
    """Explain every signal that waits, as the owner of the indicator."""
    explanation = services.Explanation(cause=told["cause"], analysis=told["analysis"])
    indicator = indicator_of(world, each["key"])
    for line in signals_of(world.session, indicator):
        if line.is_open:
            signal = get_signal(world.session, line.id)
            services.explain_signal(
                world.session, signal, explanation, version=signal.version,
                actor=world.people[each["owner"]], now=now,
            )  # fmt: skip


def _enter(
    world: World, each: dict[str, Any], months: list[Period], now: datetime, *, now_month: Period
) -> None:
    """Enter the values of some months, as their owner."""
    if not months:
        return
    days = [world.timeline.day(event["days_ago"]) for event in each.get("dated", ())]
    entries = [
        PeriodEntry(
            period=month,
            values=_numbers(
                each,
                now_month.ordinal - month.ordinal,
                dated=sum(month.starts_on <= day <= month.ends_on for day in days),
            ),
        )
        for month in months
    ]
    source = each["source"] if len(months) == 1 else "Reprise de l’historique"
    services.enter_values(
        world.session, indicator_of(world, each["key"]), entries, source=source[:200],
        actor=world.people[each["owner"]], now=now,
    )  # fmt: skip


def _numbers(each: dict[str, Any], back: int, *, dated: int) -> dict[str, Fraction | None]:
    """Return the quantities of the month so many months ago: always the same."""
    return {
        name: Fraction(dated) if "dated" in spec else _number(f"{each['key']}/{name}", spec, back)
        for name, spec in each["numbers"].items()
    }


def hours_worked(back: int) -> str:
    """Return the hours of the month so many months ago, as TF1 has them: one truth for both."""
    spec = next(each for each in read("indicators")["indicators"] if each["key"] == "tf1")
    return decimal_text(_number("tf1/heures", spec["numbers"]["heures"], back))


def _number(key: str, spec: Mapping[str, Any], back: int) -> Fraction:
    """Return one quantity: its mean, its drift, what happened, and chance."""
    special = spec.get("marks", {}) | spec.get("low", {})
    if back in special:
        return Fraction(str(special[back]))
    shift = sum(change for since, change in spec.get("shift", {}).items() if back <= since)
    mean = spec["mean"] - spec.get("drift", 0) * back / 12 + shift
    value = max(mean + spec["spread"] * _chance(f"{key}/{back}"), 0)
    if spec.get("whole"):
        return Fraction(round(value))
    return Fraction(str(round(value, 1)))


def _chance(key: str) -> float:
    """Return a number around 0, of deviation 1, that only depends on ``key``."""
    digest = sha256(key.encode()).digest()
    return sum(digest[place] for place in range(12)) / 256 - 6


def _count(world: World, now: datetime) -> None:
    """Count what comes from the records, as each night, and look at the time without accident."""
    services.count_all(world.session, now)
    services.watch_events(world.session, now)
