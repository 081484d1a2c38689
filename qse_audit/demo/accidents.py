"""The register of the demo company: what happened, what was done about it, the hours worked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial
from io import BytesIO
from typing import Any

from qse_audit.accidents import queries, services
from qse_audit.accidents.models import Accident
from qse_audit.accidents.rules import Category, DutyCode, EventDraft, EventKind, Potential
from qse_audit.accidents.rules.duties import Answer
from qse_audit.accidents.rules.exposure import ExposureDraft
from qse_audit.accidents.rules.stops import StopDraft
from qse_audit.actions import queries as action_queries
from qse_audit.actions import services as actions
from qse_audit.actions.rules import ActionDraft, ActionKind, Move
from qse_audit.core.clock import PARIS, day_in_paris
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.permissions import Kind
from qse_audit.demo.company import BEGAN
from qse_audit.demo.indicators import hours_worked
from qse_audit.demo.pictures import picture
from qse_audit.demo.world import World, read
from qse_audit.evidence.intake import Upload
from qse_audit.evidence.rules import EvidenceType
from qse_audit.evidence.services import add_evidence

Act = Callable[[Accident, datetime], None]
HEADCOUNT = Decimal(58)
ENTERED_ON_DAY = 5
"""Days after the end of a month when its hours are entered."""


def plan_accidents(world: World) -> None:
    """Plan each event from its declaration to its closing, and the hours of each month."""
    content = read("accidents")
    for each in content["events"]:
        _plan_event(world, each)
    today = day_in_paris(world.timeline.now)
    this_month = Period.of(Frequency.MONTH, today)
    for back in range(content["months"], 0, -1):
        month = this_month.shift(-back)
        days_ago = (today - month.ends_on).days - ENTERED_ON_DAY
        if days_ago >= 0:
            told = min(days_ago, BEGAN - 12)
            world.timeline.at(told, "09:15", partial(_enter, world, month, back))


def _enter(world: World, month: Period, back: int, now: datetime) -> None:
    """Enter the hours of both sites together, temporary workers included."""
    draft = ExposureDraft(
        month=month,
        site_id=None,
        hours=Decimal(hours_worked(back)),
        headcount=HEADCOUNT,
        covers_temporary=True,
        note="D’après la paie, avec les registres des chefs d’équipe" if back == 13 else "",
    )
    services.enter_hours(world.session, draft, actor=world.people["claire"], now=now)


def _plan_event(world: World, each: dict[str, Any]) -> None:
    """Plan one event."""
    line, day = world.timeline, each["days_ago"]
    told = (_happened(world, each) + timedelta(minutes=20)).strftime("%H:%M")
    line.at(day - each.get("told", 0), told, partial(_declare, world, each))

    def plan(days_ago: int, clock: str, act: Act) -> None:
        line.at(days_ago, clock, lambda now: act(_found(world, each["key"]), now))

    if "owner" in each:
        plan(each["investigate"], "08:00", partial(_assign, world, each["owner"]))
        plan(each["investigate"], "08:10", partial(_move, world, "investigate"))
    for stop in each.get("stops", ()):
        plan(stop["told"], "11:00", partial(_stop, world, stop))
    for duty in each.get("duties", ()):
        plan(duty["told"], duty.get("clock", "12:00"), partial(_answer, world, duty))
    for action in each.get("actions", ()):
        _plan_action(world, each, action)
    _plan_end(each, plan, world)


def _plan_end(each: dict[str, Any], plan: Callable[[int, str, Act], None], world: World) -> None:
    """Plan the causes that are written, and how the event ends."""
    if "causes" in each:
        last = each["close"] if "close" in each else each["investigate"] - 1
        plan(last, "18:40", partial(_complete, world, each))
    if "close" in each:
        plan(each["close"], "18:50", partial(_move, world, "close"))
    if "dismiss" in each:
        plan(each["dismiss"], "09:00", partial(_move, world, "dismiss", reason=each["reason"]))


def _assign(world: World, owner: str, event: Accident, now: datetime) -> None:
    """Ask somebody to lead the investigation."""
    person, claire = world.people[owner].user_id, world.people["claire"]
    services.assign_owner(world.session, event, person, actor=claire, now=now)


def _found(world: World, key: str) -> Accident:
    world.session.expire_all()
    return queries.get_accident(world.session, world.named[Kind.ACCIDENT, key])


def _happened(world: World, each: dict[str, Any]) -> datetime:
    hour, minute = (int(part) for part in each["clock"].split(":"))
    return datetime.combine(world.timeline.day(each["days_ago"]), time(hour, minute), PARIS)


def _declare(world: World, each: dict[str, Any], now: datetime) -> None:
    """Tell what happened, as whoever saw it."""
    at, actor = min(_happened(world, each), now), world.people[each["by"]]
    accident = services.declare_event(world.session, _draft(world, each, at), actor=actor, now=now)
    world.session.flush()
    world.named[Kind.ACCIDENT, each["key"]] = accident.id
    if "photo" in each:
        add_evidence(
            world.session,
            world.files,
            organisation_id=world.company_id,
            origin=(Kind.ACCIDENT, accident.id),
            upload=Upload(f"{each['key']}.jpg", BytesIO(picture(each["photo"], each["key"]))),
            title=each["place"],
            type=EvidenceType("observation"),
            happened_on=day_in_paris(at),
            place=each["place"],
            actor=actor,
            now=now,
        )


def _draft(world: World, each: dict[str, Any], at: datetime) -> EventDraft:
    """Return an event as it is declared."""
    return EventDraft(
        kind=EventKind(each["kind"]),
        happened_at=at,
        known_at=at if each["by"] == "claire" and "told" not in each else None,
        place=each["place"],
        facts_text=each["facts"],
        measures_text=each.get("measures", ""),
        category=Category(each["category"]) if "category" in each else None,
        function_label=each.get("function", ""),
        potential=Potential(each["potential"]) if "potential" in each else None,
        process_id=world.processes[each["process"]] if "process" in each else None,
        site_id=world.sites[each["site"]] if "site" in each else None,
    )


def _complete(world: World, each: dict[str, Any], event: Accident, now: datetime) -> None:
    """Write the causes that the investigation found."""
    draft = replace(
        _draft(world, each, event.happened_at),
        known_at=event.known_at,
        causes_text=each["causes"],
    )
    claire = world.people["claire"]
    services.edit_event(world.session, event, draft, version=None, actor=claire, now=now)


def _move(world: World, name: str, event: Accident, now: datetime, *, reason: str = "") -> None:
    claire = world.people["claire"]
    services.move_event(world.session, event, name, reason=reason, actor=claire, now=now)


def _stop(world: World, stop: dict[str, Any], event: Accident, now: datetime) -> None:
    """Tell the days of stop: days are counted from the accident, whatever the calendar."""
    happened_on, told = day_in_paris(event.happened_at), stop["from"]
    first = happened_on + timedelta(days=1)
    until = first + timedelta(days=told - stop["until"])
    draft = StopDraft(from_on=first, until_on=until, note=stop.get("note", ""))
    services.record_stop(world.session, event, draft, actor=world.people["claire"], now=now)


def _answer(world: World, duty: dict[str, Any], event: Accident, now: datetime) -> None:
    """Answer what the law asks; without a clock it does not apply."""
    answer = Answer(now if "clock" in duty else None, duty["words"])
    code, claire = DutyCode(duty["duty"]), world.people["claire"]
    services.answer_duty(world.session, event, code, answer, actor=claire, now=now)


def _plan_action(world: World, each: dict[str, Any], action: dict[str, Any]) -> None:
    """Plan one action from asking to checking."""
    line, held = world.timeline, dict[str, int]()

    def ask(now: datetime) -> None:
        key = world.named[Kind.ACCIDENT, each["key"]]
        origin = actions.Origin(
            kind=Kind.ACCIDENT,
            id=key,
            context_kind=Kind.ACCIDENT,
            context_id=key,
            organisation_id=world.company_id,
        )
        draft = ActionDraft(
            kind=ActionKind(action["kind"]),
            title=action["title"],
            owner_id=world.people[action["owner"]].user_id,
            due_on=line.day(action["due"]),
            cause=action.get("cause", ""),
            criterion=action["criterion"],
        )
        claire = world.people["claire"]
        planned = actions.plan_action(world.session, draft, origin=origin, actor=claire, now=now)
        held["id"] = planned.id

    def move(name: str, who: str, words: Move) -> Callable[[datetime], None]:
        def step(now: datetime) -> None:
            found = action_queries.get_action(world.session, held["id"])
            by = world.people[who]
            actions.move_action(world.session, found, name, words, actor=by, now=now)

        return step

    line.at(each["investigate"] - 1, "17:30", ask)
    if "done" in action:
        line.at(action["done"], "17:00", move("do", action["owner"], Move(note=action["note"])))
    if "verified" in action:
        words = Move(note=f"Critère vérifié : {action['criterion']}")
        line.at(action["verified"], "17:30", move("verify-effective", action["by"], words))
