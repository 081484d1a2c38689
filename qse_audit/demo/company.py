"""The people, sites and processes of the demo company."""

from datetime import datetime
from typing import Any

from qse_audit.accounts import services as accounts
from qse_audit.accounts.rules import OrganisationKind
from qse_audit.core.permissions import Role
from qse_audit.demo.world import World, read
from qse_audit.policies import Identity
from qse_audit.processes import services as processes
from qse_audit.processes.rules import ProcessKind

DOMAIN = "demo.qse-audit.example"
"""Addresses of the demo; by them a database is known to hold it."""
PASSWORD = "atelier de démonstration"
"""The password of every account of the demo; its sign-in page says so."""
BEGAN = 400
"""Days ago when the company began to use the toolkit."""


def email(key: str) -> str:
    """Return the address of a person of the demo."""
    return f"{key}@{DOMAIN}"


def plan_company(world: World) -> None:
    """Plan the founding of the three organisations and of the workshop’s processes."""
    content = read("company")

    def found(now: datetime) -> None:
        for key, each in content["organisations"].items():
            world.organisations[key] = accounts.create_organisation(
                world.session,
                name=each["name"],
                kind=OrganisationKind(each["kind"]),
                actor_id=None,
                now=now,
            )
        for each in content["people"]:
            _add_person(world, each, now)
        for each in content["sites"]:
            _add_site(world, each, now)
        for each in content["processes"]:
            _add_process(world, each, now)

    world.timeline.at(BEGAN, "09:00", found)


def _add_person(world: World, each: dict[str, Any], now: datetime) -> None:
    organisation = world.organisations[each["at"]]
    roles = frozenset(Role(role) for role in each["roles"])
    person = accounts.create_person(
        world.session, name=each["name"], email=email(each["key"]), password=PASSWORD, now=now
    )
    accounts.grant_roles(world.session, person, organisation, roles, actor_id=None, now=now)
    world.people[each["key"]] = Identity(person.id, organisation.id, roles)


def _add_site(world: World, each: dict[str, Any], now: datetime) -> None:
    site = accounts.add_site(
        world.session,
        world.organisations["company"],
        name=each["name"],
        address=each["address"],
        actor_id=world.people["ines"].user_id,
        now=now,
    )
    world.sites[each["key"]] = site.id


def _add_process(world: World, each: dict[str, Any], now: datetime) -> None:
    process = processes.create_process(
        world.session,
        processes.ProcessDraft(
            name=each["name"],
            kind=ProcessKind(each["kind"]),
            purpose=each["purpose"],
            owner_id=world.people[each["owner"]].user_id,
            member_ids=frozenset(world.people[key].user_id for key in each.get("members", ())),
            site_ids=frozenset(world.sites[key] for key in each["sites"]),
        ),
        actor=world.people["claire"],
        now=now,
    )
    world.processes[each["key"]] = process.id
