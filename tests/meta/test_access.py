"""Every actor, every route, every object: the answer is the one that the policy gives.

A new route with an id is tried by itself; a new kind of object must be put into ``world``.
"""

import re
from contextlib import ExitStack
from functools import cache

import pytest
from sqlalchemy.orm import Session

from qse_audit.core.permissions import Permission
from qse_audit.core.workflow import Workflow
from qse_audit.policies import allows
from tests.databases import kinds
from tests.world import ACTORS, world_on

SAFE = {"GET", "HEAD", "OPTIONS"}
ABSENT = 999_999


def pytest_generate_tests(metafunc):
    chosen = kinds(metafunc.config)
    if "name" in metafunc.fixturenames:
        metafunc.parametrize(("kind", "name"), [(k, name) for k in chosen for name in ACTORS])
    else:
        metafunc.parametrize("kind", chosen[:1])


@pytest.fixture(scope="module")
def worlds():
    """Give the world of a kind of database, made once."""
    with ExitStack() as stack:
        yield cache(lambda kind: stack.enter_context(world_on(kind)))


@pytest.fixture
def world(worlds, kind):
    return worlds(kind)


@pytest.fixture(scope="module")
def facts():
    """Give what the policy knows of an object, read once for everybody: nothing changes here."""

    @cache
    def facts(world, target, key):
        with Session(world.engine) as own:
            return target.load(own, key).access()

    return facts


def guarded_routes(app):
    """Give (rule, view, method) of each route that loads an object."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if getattr(view, "target", None) is not None:
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield rule, view, method


def addresses(rule, view, key):
    """Give (permission, path) for each way to fill the rule with the object ``key``."""
    guard = view.guard
    names = [t.name for t in guard.transitions] if isinstance(guard, Workflow) else [""]
    for name in names:
        permission = guard.named(name).permission if name else guard

        def fill(found, name=name):
            argument = found[1].split(":")[-1]
            if argument == view.target.argument:
                return str(key)
            if argument == "name" and name:
                return name
            if argument == "kind":
                return "audit"
            return "1" if "int:" in found[1] else "x"

        yield permission, re.sub(r"<([^>]+)>", fill, rule.rule)


def expected(who, permission, target, access):
    if not allows(who, target.read, access):
        return {404}
    if not allows(who, permission, access):
        return {403}
    return None


def test_every_answer_is_the_one_of_the_policy(world, facts, name):
    who, client, wrong = world.people[name], world.client(name), []
    keys = cache(world.keys)
    for rule, view, method in guarded_routes(world.app):
        for key in keys(view.target.argument):
            for permission, path in addresses(rule, view, key):
                known = facts(world, view.target, key)
                wanted = expected(who, permission, view.target, known)
                if wanted is None and method not in SAFE:
                    continue  # what the people concerned may change is tested by its feature
                with client.open(path, method=method) as answer:
                    code = answer.status_code
                if wanted and "<int:position>" in rule.rule:
                    wanted = wanted | {404}  # this audit may have no such question
                good = code in wanted if wanted else code not in {401, 403} and code < 500
                if not good:
                    wrong.append(f"{name} {method} {path}: {code}, expected {wanted or 'yes'}")
    assert not wrong, "\n".join(wrong)


def test_what_does_not_exist_looks_like_what_one_may_not_know(world, facts):
    client = world.client("david")
    for rule, view, method in guarded_routes(world.app):
        for key in world.keys(view.target.argument):
            for permission, path in addresses(rule, view, key):
                known = facts(world, view.target, key)
                if expected(world.people["david"], permission, view.target, known) != {404}:
                    continue
                absent = path.replace(f"/{key}", f"/{ABSENT}", 1)
                bodies = {client.open(each, method=method).text for each in (path, absent)}
                same = {re.sub(r"nonce[^ >]*|csrf[^>]*|/\d+", "", body) for body in bodies}
                assert len(same) == 1, f"{path} and {absent} can be told apart"


def test_nobody_signed_in_reaches_nothing(world):
    client = world.client(None)
    for rule in world.app.url_map.iter_rules():
        view = world.app.view_functions[rule.endpoint]
        if not isinstance(getattr(view, "guard", None), Permission | Workflow):
            continue
        path = re.sub(r"<(?:string:)?kind>", "audit", rule.rule)
        if isinstance(view.guard, Workflow):
            path = path.replace("<name>", view.guard.transitions[0].name)
        path = re.sub(r"<([^>]+)>", lambda m: "1" if "int:" in m[1] else "x", path)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            code = client.open(path, method=method).status_code
            assert code in ({303} if method == "GET" else {401}), f"{method} {path}: {code}"


def test_every_kind_of_object_is_in_the_world(world):
    arguments = {view.target.argument for _, view, _ in guarded_routes(world.app)}
    missing = {argument for argument in arguments if not world.keys(argument)}
    assert not missing, f"put these into tests/world.py: {missing}"
