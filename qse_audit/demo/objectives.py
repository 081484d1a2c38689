"""The objectives of the demo company, from the policy to the actions."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction
from functools import partial
from typing import Any

from qse_audit.actions.rules import ActionDraft, ActionKind
from qse_audit.actions.services import Origin, plan_action
from qse_audit.core.clock import day_in_paris
from qse_audit.core.permissions import Kind
from qse_audit.core.series import Direction
from qse_audit.demo.indicators import indicator_of
from qse_audit.demo.world import World, read
from qse_audit.objectives import services
from qse_audit.objectives.models import Axis, Objective
from qse_audit.objectives.queries import check_of, commitments_of, get_objective
from qse_audit.objectives.rules import (
    AxisDraft,
    Commitment,
    Level,
    ObjectiveDraft,
    PriorityDraft,
    PriorityKind,
    RollUp,
    TalkKind,
)
from qse_audit.policies import Identity
from qse_audit.referentials.rules import Domain

WRITTEN, PROPOSED, ANSWERED, AGREED, STARTED = 120, 116, 112, 109, 106
"""How many days ago the objectives were written, discussed and started."""


@dataclass
class Cascade:
    """The objectives while they are being made."""

    world: World
    content: dict[str, Any]
    axes: dict[str, Axis] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)

    def objective(self, key: str) -> Objective:
        """Return an objective as it is stored now."""
        self.world.session.expire_all()
        return get_objective(self.world.session, self.ids[key])

    def at(self, days_ago: int, clock: str, act: Callable[[datetime], None]) -> None:
        """Plan an act."""
        self.world.timeline.at(days_ago, clock, act)


def plan_objectives(world: World) -> None:
    """Plan the cascade, its talk, two reports and what was mended in between."""
    cascade = Cascade(world, read("objectives"))
    cascade.at(WRITTEN, "09:00", lambda now: _axes(cascade, now))
    for each in cascade.content["objectives"]:
        _plan_objective(cascade, each)
    cascade.at(84, "10:00", lambda now: _priorities(cascade, now))
    for each in cascade.content["actions"]:
        cascade.at(each["asked"], "11:00", partial(_action, cascade, each))
    _plan_conflict(cascade, cascade.content["conflict"])
    for each in cascade.content["mends"]:
        cascade.at(each["days_ago"], "14:00", partial(_mend, cascade, each))
    word = cascade.content["accepted"]
    cascade.at(word["days_ago"], "15:00", lambda now: _accept(cascade, word, now))
    for each in cascade.content["reports"]:
        cascade.at(each["days_ago"], "16:00", partial(_freeze, cascade, each))


# --- axes and objectives ---


def _served(cascade: Cascade, wanted: str) -> str:
    """Return the key of the commitment that ``safety/2`` names: the most precise ones first."""
    domain, _, place = wanted.partition("/")
    found: list[Commitment] = [
        each
        for each in commitments_of(cascade.world.session, cascade.world.company_id)
        if Domain(domain) in each.domains
    ]
    found.sort(key=lambda each: (len(each.domains), each.position))
    return found[min(int(place or 1), len(found)) - 1].key


def _axes(cascade: Cascade, now: datetime) -> None:
    for each in cascade.content["axes"]:
        draft = AxisDraft(
            title=each["title"],
            horizon=each["horizon"],
            commitments=frozenset(_served(cascade, name) for name in each["serves"]),
        )
        actor = cascade.world.people["claire"]
        cascade.axes[each["key"]] = services.create_axis(
            cascade.world.session, draft, actor=actor, now=now
        )


def _plan_objective(cascade: Cascade, each: dict[str, Any]) -> None:
    """Plan one objective: written, proposed, discussed, agreed, started."""
    shift = WRITTEN - min(each.get("starts", WRITTEN) + 10, WRITTEN)

    def plan(days_ago: int, clock: str, act: Callable[[Objective, datetime], None]) -> None:
        key = each["key"]
        cascade.at(days_ago - shift, clock, lambda now: act(cascade.objective(key), now))

    cascade.at(WRITTEN - shift, "10:00", lambda now: _write(cascade, each, now))
    if each["status"] == "draft":
        return
    plan(PROPOSED, "09:00", _mover(cascade, "propose"))
    if each["status"] == "proposed":
        return
    owner, agrees = each["owner"], "claire"
    if answer := each.get("answer"):
        plan(ANSWERED, "10:00", _speaker(cascade, owner, answer))
    elif owner != "claire":
        agrees = owner
    else:
        agrees = "jean"
    plan(AGREED, "11:00", _speaker(cascade, agrees, None))
    plan(STARTED, "09:00", _mover(cascade, "start"))
    if each["status"] == "dropped":
        plan(each["dropped"], "17:00", _mover(cascade, "drop", who="jean", note=each["why"]))


def _mover(
    cascade: Cascade, name: str, *, who: str = "claire", note: str = ""
) -> Callable[[Objective, datetime], None]:
    def move(objective: Objective, now: datetime) -> None:
        actor = cascade.world.people[who]
        services.move_objective(cascade.world.session, objective, name, note, actor=actor, now=now)

    return move


def _speaker(
    cascade: Cascade, who: str, answer: dict[str, str] | None
) -> Callable[[Objective, datetime], None]:
    """Return what makes somebody agree, or answer with another figure."""

    def speak(objective: Objective, now: datetime) -> None:
        services.say(
            cascade.world.session,
            objective,
            TalkKind.ANSWER if answer else TalkKind.AGREEMENT,
            text=answer["text"] if answer else "",
            target=Fraction(answer["target"]) if answer else None,
            actor=cascade.world.people[who],
            now=now,
        )

    return speak


def _write(cascade: Cascade, each: dict[str, Any], now: datetime) -> None:
    draft = _draft(cascade, each)
    made = services.create_objective(
        cascade.world.session, draft, actor=cascade.world.people["claire"], now=now
    )
    cascade.ids[each["key"]] = made.id
    cascade.world.named[Kind.OBJECTIVE, each["key"]] = made.id


def _draft(cascade: Cascade, each: dict[str, Any]) -> ObjectiveDraft:
    world = cascade.world
    indicator = indicator_of(world, each["indicator"]) if "indicator" in each else None
    return ObjectiveDraft(
        title=each["title"],
        level=Level(each["level"]),
        domain=Domain(each["domain"]),
        parent_id=cascade.ids[each["parent"]] if "parent" in each else None,
        axis_id=cascade.axes[each["axis"]].id if "axis" in each else None,
        commitments=frozenset(_served(cascade, name) for name in each.get("serves", ())),
        site_id=world.sites.get(each.get("site", "")),
        process_id=world.processes.get(each.get("process", "")),
        unit_name=each.get("unit_name", ""),
        owner_id=world.people[each["owner"]].user_id,
        resources=each.get("resources", ""),
        starts_on=_day(cascade, each.get("starts")),
        due_on=_day(cascade, each.get("due")),
        indicator_id=indicator.id if indicator else None,
        direction=Direction(each["direction"]) if "direction" in each else None,
        unit=each.get("unit", ""),
        baseline=_number(each.get("baseline")),
        target=_number(each.get("target")),
        roll_up=RollUp(each.get("roll_up", "none")),
        weight=each.get("weight", 1),
    )


def _day(cascade: Cascade, days_ago: int | None) -> date | None:
    return None if days_ago is None else cascade.world.timeline.day(days_ago)


def _number(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


# --- around them ---


def _priorities(cascade: Cascade, now: datetime) -> None:
    for each in cascade.content["priorities"]:
        draft = PriorityDraft(
            kind=PriorityKind(each["kind"]),
            title=each["title"],
            fact=each["fact"],
            objectives=frozenset(cascade.ids[key] for key in each.get("answers", ())),
        )
        actor = cascade.world.people["claire"]
        services.create_priority(cascade.world.session, draft, actor=actor, now=now)


def _action(cascade: Cascade, each: dict[str, Any], now: datetime) -> None:
    world, objective = cascade.world, cascade.objective(each["objective"])
    draft = ActionDraft(
        kind=ActionKind.IMPROVEMENT,
        title=each["title"],
        owner_id=world.people[each["owner"]].user_id,
        due_on=world.timeline.day(each["due"]),
        criterion=each["criterion"],
    )
    origin = Origin(
        kind=Kind.OBJECTIVE,
        id=objective.id,
        context_kind=Kind.OBJECTIVE,
        context_id=objective.id,
        organisation_id=world.company_id,
    )
    plan_action(world.session, draft, origin=origin, actor=world.people["claire"], now=now)


def _plan_conflict(cascade: Cascade, each: dict[str, Any]) -> None:
    held: dict[str, Any] = {}
    session, people = cascade.world.session, cascade.world.people

    def declare(now: datetime) -> None:
        first, other = cascade.objective(each["first"]), cascade.ids[each["second"]]
        held["conflict"] = services.declare_conflict(
            session, first, other, each["text"], actor=people["claire"], now=now
        )

    def settle(now: datetime) -> None:
        decision, actor = each["decision"], people["jean"]
        services.settle_conflict(session, held["conflict"], decision, actor=actor, now=now)

    cascade.at(each["declared"], "10:30", declare)
    cascade.at(each["settled"], "10:30", settle)


# --- coherence ---


def _mend(cascade: Cascade, each: dict[str, Any], now: datetime) -> None:
    """Put right what the first report found."""
    objective = cascade.objective(each["key"])
    stored = services.draft_of(cascade.world.session, objective)
    changed = replace(
        stored,
        title=each["title"],
        indicator_id=indicator_of(cascade.world, each["indicator"]).id,
        unit=each["unit"],
        baseline=_number(each["baseline"]),
        target=_number(each["target"]),
        direction=Direction(each["direction"]),
    )
    services.edit_objective(
        cascade.world.session,
        objective,
        changed,
        version=None,
        actor=cascade.world.people["claire"],
        now=now,
    )


def _accept(cascade: Cascade, each: dict[str, Any], now: datetime) -> None:
    """Accept one anomaly by name and for a reason."""
    world, key = cascade.world, f"{each['key']}:objective/{cascade.ids[each['about']]}"
    world.session.expire_all()
    found = check_of(world.session, world.company_id, day_in_paris(now)).named(key)
    if found is None:
        raise LookupError(f"the demo has no anomaly {key}")
    services.accept_anomaly(
        world.session,
        key,
        found.anomaly.figures_sha256,
        each["reason"],
        actor=world.people["claire"],
        now=now,
    )


def _freeze(cascade: Cascade, each: dict[str, Any], now: datetime) -> None:
    actor: Identity = cascade.world.people[each["by"]]
    cascade.world.session.expire_all()
    report = services.freeze_report(cascade.world.session, each["note"], actor=actor, now=now)
    cascade.world.named[Kind.COHERENCE, each["key"]] = report.id
