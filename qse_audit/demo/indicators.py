"""The indicators of the demo company: adopted from the library, measured month by month."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import partial
from hashlib import sha256
from typing import Any

from qse_audit.core.clock import day_in_paris
from qse_audit.core.numbers import parse_number
from qse_audit.core.periods import Period
from qse_audit.core.series import Direction
from qse_audit.demo.company import BEGAN
from qse_audit.demo.world import World, read
from qse_audit.indicators import services
from qse_audit.indicators.library import LibraryIndicator, adoption, shipped
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.queries import card_of, get_indicator
from qse_audit.indicators.rules import Aim, Band, PeriodEntry, TargetPoint

FOLLOWED = BEGAN - 10
"""Days ago when the workshop began to follow its indicators; older values came in at once."""
ENTERED_ON_DAY = 4
"""Days after the end of a month when its values are entered."""


def plan_indicators(world: World) -> None:
    """Plan the cards, the history that was taken over, then each month."""
    content = read("indicators")
    library = {each.identifier: each for each in shipped()}
    made: dict[str, int] = {}
    for each in content["indicators"]:
        start = partial(_start, world, each, library[each["library"]], made=made)
        world.timeline.at(FOLLOWED, "10:00", start)
    today = day_in_paris(world.timeline.now)
    first = today - timedelta(days=FOLLOWED)
    for each in content["indicators"]:
        if not each["numbers"]:
            continue
        shelf = library[each["library"]]
        month = Period.of(shelf.frequency, today)
        months = [month.shift(-back) for back in range(1, content["months"] + 1)]
        older = [at for at in months if at.ends_on < first]
        take_over = partial(_enter, world, each, older, made=made, now_month=month)
        world.timeline.at(FOLLOWED - 1, "11:00", take_over)
        for at in months[: len(months) - len(older)]:
            days_ago = (today - at.ends_on).days - ENTERED_ON_DAY
            if days_ago >= 0:
                enter = partial(_enter, world, each, [at], made=made, now_month=month)
                world.timeline.at(days_ago, "09:40", enter)
    world.timeline.at(0, "05:00", lambda now: _count(world, now))


def _start(
    world: World,
    each: dict[str, Any],
    shelf: LibraryIndicator,
    now: datetime,
    *,
    made: dict[str, int],
) -> None:
    """Adopt a card, complete it, follow it."""
    owner, claire = world.people[each["owner"]], world.people["claire"]
    today = day_in_paris(now)
    draft = replace(
        adoption(shelf, "fr", title="", owner_id=owner.user_id,
                 process_id=world.processes[each["process"]]),
        perimeter=each["perimeter"],
        data_source=each["source"],
        collection=each["collection"],
        starts_on=Period.of(shelf.frequency, today).starts_on,
        review_on=today + timedelta(days=700),
    )  # fmt: skip
    indicator = services.adopt_indicator(world.session, shelf, draft, actor=claire, now=now)
    aim = _aim(world, each, card_of(indicator).direction, shelf=shelf)
    services.aim_indicator(world.session, indicator, aim, version=None, actor=claire, now=now)
    services.move_indicator(world.session, indicator, "activate", actor=claire, now=now)
    world.session.flush()
    made[each["key"]] = indicator.id


def _aim(
    world: World, each: dict[str, Any], direction: Direction, *, shelf: LibraryIndicator
) -> Aim:
    """Return the target some months from now, and the limits on the side that matters."""
    ahead, value = each["target"]
    now = Period.of(shelf.frequency, day_in_paris(world.timeline.now))
    is_up = direction is Direction.UP

    def band(name: str) -> Band:
        limit = parse_number(each[name]) if name in each else None
        return Band(low=limit) if is_up else Band(high=limit)

    months = ahead // max(shelf.frequency.months, 1)
    return Aim(
        targets=(TargetPoint(now.shift(months), parse_number(value)),),
        alert=band("alert"),
        action=band("action"),
        reaction_plan=each["plan"],
    )


def _enter(
    world: World,
    each: dict[str, Any],
    months: list[Period],
    now: datetime,
    *,
    made: dict[str, int],
    now_month: Period,
) -> None:
    """Enter the values of some months, as their owner."""
    if not months:
        return
    indicator: Indicator = get_indicator(world.session, made[each["key"]])
    entries = [
        PeriodEntry(period=month, values=_numbers(each, now_month.ordinal - month.ordinal))
        for month in months
    ]
    source = each["source"] if len(months) == 1 else "Reprise de l’historique"
    services.enter_values(
        world.session, indicator, entries, source=source[:200],
        actor=world.people[each["owner"]], now=now,
    )  # fmt: skip


def _numbers(each: dict[str, Any], back: int) -> dict[str, Fraction | None]:
    """Return the quantities of the month so many months ago: always the same."""
    return {name: _number(f"{each['key']}/{name}", spec, back)
            for name, spec in each["numbers"].items()}  # fmt: skip


def _number(key: str, spec: Mapping[str, Any], back: int) -> Fraction:
    """Return one quantity: its mean, its drift, what happened, and chance."""
    if "events" in spec:
        return Fraction(spec["events"].get(back, 0))
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
    """Count what comes from the records, as each night."""
    services.count_all(world.session, now)
