"""The searches for causes of the demo company, one with each tool."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from functools import partial
from typing import Any

from qse_audit.actions.rules import ActionDraft, ActionKind
from qse_audit.actions.services import Origin, plan_action
from qse_audit.causes import services
from qse_audit.causes.models import CauseAnalysis, CauseNode
from qse_audit.causes.queries import get_analysis, get_node, tree_of
from qse_audit.causes.rules import (
    AnalysisDraft,
    CauseTool,
    Delays,
    Gate,
    Health,
    MemberDraft,
    NodeDraft,
    NodeKind,
    Slot,
)
from qse_audit.causes.services.lines import draft_of
from qse_audit.core.permissions import Kind
from qse_audit.demo.world import World, read

KINDS = {
    CauseTool.QQOQCP: NodeKind.ANSWER,
    CauseTool.IS_IS_NOT: NodeKind.CONTRAST,
    CauseTool.PARETO: NodeKind.LINE,
    CauseTool.ISHIKAWA: NodeKind.CAUSE,
    CauseTool.FIVE_WHYS: NodeKind.WHY,
    CauseTool.CAUSE_TREE: NodeKind.FACT,
}
"""What a line is where its tool knows one sort only."""


def plan_causes(world: World) -> None:
    """Plan each analysis: begun, written, concluded, followed by its actions."""
    for content in read("causes"):
        _plan(world, content)


def _plan(world: World, content: dict[str, Any]) -> None:
    begun = content["days_ago"]
    world.timeline.at(begun, "09:10", partial(_begin, world, content))
    world.timeline.at(begun, "11:00", partial(_write, world, content))
    for name, step in content.get("steps", {}).items():
        act = partial(_end_step, world, content, name, step=step)
        world.timeline.at(step["days_ago"], "16:00", act)
    if end := content.get("conclude"):
        act = partial(_conclude, world, content, end["words"])
        world.timeline.at(end["days_ago"], "17:00", act)
    for each in content.get("actions", ()):
        world.timeline.at(each["days_ago"], "10:00", partial(_ask, world, content, each))


def _begin(world: World, content: dict[str, Any], now: datetime) -> None:
    subject = None
    if about := content.get("about"):
        subject = Kind.FINDING, world.findings[about[0], about[1]].id
    tool = CauseTool(content["tool"])
    draft = AnalysisDraft(
        title=content["title"],
        tool=tool,
        question=content["question"],
        owner_id=world.people[content["owner"]].user_id,
        families=content.get("families"),
        started_at=now if tool is CauseTool.EIGHT_D else None,
        delays=Delays(*content.get("delays", ())),
    )
    actor = world.people[content["by"]]
    made = services.create_analysis(world.session, draft, subject=subject, actor=actor, now=now)
    world.named[Kind.CAUSE_ANALYSIS, content["key"]] = made.id
    for each in content.get("team", ()):
        member = MemberDraft(
            person_id=world.people[each["person"]].user_id if "person" in each else None,
            name=each.get("name", ""),
            function=each["function"],
        )
        services.add_member(world.session, made, member, actor=actor, now=now)


def _analysis(world: World, content: dict[str, Any]) -> CauseAnalysis:
    world.session.expire_all()
    return get_analysis(world.session, world.named[Kind.CAUSE_ANALYSIS, content["key"]])


def _write(world: World, content: dict[str, Any], now: datetime) -> None:
    analysis, known = _analysis(world, content), dict[str, int]()
    steps = {n.slot.value: n.id for n in tree_of(world.session, analysis.id).nodes if n.slot}

    def add(found: Sequence[Mapping[str, Any]], parent_id: int | None) -> None:
        for each in found:
            under = steps[each["step"]] if "step" in each else parent_id
            made = _add(world, analysis, each, under=under, known=known, content=content, now=now)
            known[each.get("key", "")] = made.id
            add(each.get("below", ()), made.id)

    add(content.get("lines", ()), None)


def _add(
    world: World,
    analysis: CauseAnalysis,
    each: Mapping[str, Any],
    *,
    under: int | None,
    known: Mapping[str, int],
    content: Mapping[str, Any],
    now: datetime,
) -> CauseNode:
    kind = NodeKind(each["kind"]) if "kind" in each else KINDS[analysis.tool]
    cost = each.get("cost")
    draft = NodeDraft(
        text=each.get("t", ""),
        fact=each.get("f", ""),
        note=each.get("n", ""),
        slot=Slot(each["slot"]) if "slot" in each else None,
        gate=Gate(each.get("gate", Gate.CHAIN.value)),
        is_verified=each.get("verified", False),
        is_root=each.get("root", False),
        is_discarded=each.get("discarded", False),
        votes=each.get("votes", 0),
        count=each.get("count"),
        cost=None if cost is None else Fraction(cost),
        owner_id=world.people[each["owner"]].user_id if "owner" in each else None,
        health=Health(each["health"]) if "health" in each else None,
        same_as_id=known[each["same"]] if "same" in each else None,
    )
    actor = world.people[content["by"]]
    made = services.add_node(
        world.session, analysis, kind, draft, parent_id=under, actor=actor, now=now
    )
    world.session.flush()
    return made


def _end_step(
    world: World,
    content: dict[str, Any],
    name: str,
    now: datetime,
    *,
    step: Mapping[str, Any],
) -> None:
    """Write what was done in a step of an 8D, and that it is over."""
    tree = tree_of(world.session, _analysis(world, content).id)
    found = next(node for node in tree.nodes if node.slot is Slot(name))
    node = get_node(world.session, found.id)
    draft = replace(draft_of(node), text=step["t"], fact=step.get("f", ""), done_at=now)
    actor = world.people[content["owner"]]
    services.edit_node(world.session, node, draft, version=None, actor=actor, now=now)


def _conclude(world: World, content: dict[str, Any], words: str, now: datetime) -> None:
    analysis, actor = _analysis(world, content), world.people[content["owner"]]
    services.move_analysis(world.session, analysis, "conclude", words, actor=actor, now=now)


def _ask(world: World, content: dict[str, Any], each: dict[str, Any], now: datetime) -> None:
    analysis = _analysis(world, content)
    origin = Origin(
        kind=Kind.CAUSE_ANALYSIS,
        id=analysis.id,
        context_kind=Kind.CAUSE_ANALYSIS,
        context_id=analysis.id,
        organisation_id=world.company_id,
    )
    draft = ActionDraft(
        kind=ActionKind(each["kind"]),
        title=each["title"],
        description="",
        cause=each["cause"],
        owner_id=world.people[each["owner"]].user_id,
        due_on=world.timeline.day(each["due"]),
        criterion=each["criterion"],
        verify_on=None,
    )
    actor = world.people[content["owner"]]
    plan_action(world.session, draft, origin=origin, actor=actor, now=now)
