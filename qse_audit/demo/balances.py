"""The QSE balances of the demo company: one frozen, one being prepared."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from qse_audit.balances import services
from qse_audit.balances.models import Balance
from qse_audit.balances.queries import get_balance
from qse_audit.balances.rules import BalanceDraft, ReadingDraft, Section, Span
from qse_audit.core.clock import day_in_paris
from qse_audit.core.periods import Frequency, Period
from qse_audit.demo.world import World, read
from qse_audit.indicators.models import Indicator

MONTHS = 12


def plan_balances(world: World) -> None:
    """Plan the balance of the twelve months before, its freezing, and the draft of the next."""
    content = read("balances")
    last, made = content["frozen"], dict[str, int]()
    world.timeline.at(last["started"], "09:10", partial(_start, world, "frozen", made=made))
    world.timeline.at(last["started"], "14:00", partial(_write, world, "frozen", made=made))
    world.timeline.at(last["frozen"], "16:20", partial(_freeze, world, made=made))
    started = content["draft"]["started"]
    world.timeline.at(started, "10:30", partial(_start, world, "draft", made=made))
    world.timeline.at(started, "11:00", partial(_write, world, "draft", made=made))


def periods_of(world: World) -> dict[str, Span]:
    """Return twelve whole months that are over, and the twelve that follow."""
    ended = day_in_paris(world.timeline.now) - timedelta(days=read("balances")["frozen"]["ended"])
    last = Period.of(Frequency.MONTH, ended).previous
    before = Span(last.shift(1 - MONTHS).starts_on, last.ends_on)
    return {
        "frozen": before,
        "draft": Span(last.next.starts_on, last.shift(MONTHS).ends_on),
    }


def _start(world: World, key: str, now: datetime, *, made: dict[str, int]) -> None:
    """Begin a balance of both sites and the three domains."""
    each, span = read("balances")[key], periods_of(world)[key]
    draft = BalanceDraft(title=each["title"], from_on=span.from_on, until_on=span.until_on)
    actor = world.people[each["by"]]
    made[key] = services.start_balance(world.session, draft, actor=actor, now=now).id


def _found(world: World, key: str, made: dict[str, int]) -> Balance:
    world.session.expire_all()
    return get_balance(world.session, made[key])


def _write(world: World, key: str, now: datetime, *, made: dict[str, int]) -> None:
    """Write what is read in each section, keep what stands out, conclude."""
    each, balance = read("balances")[key], _found(world, key, made)
    actor = world.people[each["by"]]
    kept = [*each["salient"], *_indicators(world, each.get("indicators", ()))]
    for place, (section, words) in enumerate(each["readings"].items()):
        draft = ReadingDraft(**words, salient=() if place else tuple(kept))
        services.write_reading(
            world.session, balance, Section(section), draft, actor=actor, now=now
        )
    if "conclusion" in each:
        services.write_conclusion(world.session, balance, each["conclusion"], actor=actor, now=now)


def _indicators(world: World, cards: Any) -> list[str]:
    """Return the keys of the figures of indicators made from cards of the library."""
    found = select(Indicator.id).where(
        Indicator.organisation_id == world.company_id, Indicator.library_key.in_(list(cards))
    )
    return [f"indicator-{key}" for key in world.session.scalars(found.order_by(Indicator.id))]


def _freeze(world: World, now: datetime, *, made: dict[str, int]) -> None:
    """Freeze the balance of the months that are over."""
    balance, claire = _found(world, "frozen", made), world.people["claire"]
    services.move_balance(world.session, balance, "freeze", actor=claire, now=now)
