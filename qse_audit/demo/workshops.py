"""The workshops of the demo company: people come, propose and vote; the result is frozen."""

import secrets
from datetime import datetime
from functools import partial
from typing import Any

from qse_audit.core.permissions import Kind
from qse_audit.demo.world import World, read
from qse_audit.workshops import queries, services
from qse_audit.workshops.models import Workshop
from qse_audit.workshops.rules import Ballot, VoteMethod, WorkshopDraft


def plan_workshops(world: World) -> None:
    """Plan each workshop: prepared, opened, voted, frozen."""
    for content in read("workshops"):
        day = content["days_ago"]
        for clock, act in (
            ("09:00", _prepare),
            ("09:30", _gather),
            ("10:00", _vote),
            ("10:15", _freeze),
        ):
            world.timeline.at(day, clock, partial(act, world, content))


def _workshop(world: World, content: dict[str, Any]) -> Workshop:
    world.session.expire_all()
    return queries.get_workshop(world.session, world.named[Kind.WORKSHOP, content["key"]])


def _prepare(world: World, content: dict[str, Any], now: datetime) -> None:
    draft = WorkshopDraft(
        title=content["title"],
        question=content["question"],
        agenda=content["agenda"],
        method=VoteMethod.POINTS,
        points_each=content["points"],
    )
    made = services.create_workshop(
        world.session,
        draft,
        subject=(Kind.CAUSE_ANALYSIS, world.named[Kind.CAUSE_ANALYSIS, content["about"]]),
        secret_key=secrets.token_hex(32),  # its link leads nowhere: nobody comes in any more
        actor=world.people[content["by"]],
        now=now,
    )
    world.named[Kind.WORKSHOP, content["key"]] = made.id


def _move(world: World, content: dict[str, Any], name: str, now: datetime) -> None:
    actor, words = world.people[content["by"]], content["conclusion"]
    workshop = _workshop(world, content)
    services.move_workshop(world.session, workshop, name, words, actor=actor, now=now)


def _gather(world: World, content: dict[str, Any], now: datetime) -> None:
    _move(world, content, "open", now)
    workshop = _workshop(world, content)
    for name, function in content["people"]:
        services.join(world.session, workshop, name, function, now=now)
    people = queries.participants_of(world.session, workshop.id)
    for place, text in content["proposals"]:
        services.propose(world.session, workshop, text, by=people[place], now=now)


def _vote(world: World, content: dict[str, Any], now: datetime) -> None:
    _move(world, content, "open-vote", now)
    workshop = _workshop(world, content)
    people = queries.participants_of(world.session, workshop.id)
    keys = [each.id for each in queries.proposals_of(world.session, workshop.id)]
    for person, given in zip(people, content["votes"], strict=True):
        ballot = Ballot(votes=dict(zip(keys, given, strict=True)))
        services.vote(world.session, workshop, person, ballot)


def _freeze(world: World, content: dict[str, Any], now: datetime) -> None:
    _move(world, content, "freeze", now)
