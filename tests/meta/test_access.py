"""Every actor, every route, every object: the answer is the one that the policy gives.

A new route with an id is tried by itself; a new kind of object must be put into ``world``.
"""

import re
from functools import cache

import pytest
from sqlalchemy.orm import Session

from qse_audit.core.permissions import Permission
from qse_audit.core.workflow import Workflow
from qse_audit.policies import allows
from tests.crawl import addresses, guarded, own_keys
from tests.databases import kinds
from tests.world import ACTORS, SCRIPT

ABSENT = 999_999


def pytest_generate_tests(metafunc):
    chosen = kinds(metafunc.config)
    if "name" in metafunc.fixturenames:
        metafunc.parametrize(("kind", "name"), [(k, name) for k in chosen for name in ACTORS])
    else:
        metafunc.parametrize("kind", chosen[:1])


@pytest.fixture(scope="module")
def facts():
    """Give what the policy knows of an object, read once for everybody: nothing changes here."""

    @cache
    def facts(world, target, key):
        with Session(world.engine) as own:
            return target.load(own, key).access()

    return facts


def expected(who, permission, target, access):
    if not allows(who, target.read, access):
        return {404}
    if not allows(who, permission, access):
        return {403}
    return None


def asked(world, facts, name, *, of):
    """Give (object, path, right statuses) of each request by a method; ``None`` stands for yes."""
    for rule, view in guarded(world.app, of):
        for key in own_keys(world, view.target.argument):
            for permission, path in addresses(rule, view, key):
                known = facts(world, view.target, key)
                wanted = expected(world.people[name], permission, view.target, known)
                if wanted and "<int:position>" in rule.rule:
                    wanted = wanted | {404}  # this audit may have no such question
                yield key, path, wanted


def test_every_page_answers_as_the_policy_says(world, facts, walk, name):
    wrong = []
    for _, path, wanted in asked(world, facts, name, of="GET"):
        code = walk(name).answers[path]
        if not (code in wanted if wanted else code not in {401, 403} and code < 500):
            wrong.append(f"{name} GET {path}: {code}, expected {wanted or 'yes'}")
    assert not wrong, "\n".join(wrong)


def test_every_act_is_refused_to_whom_the_policy_refuses_it(world, facts, name):
    """What the people concerned may change is tested by its feature."""
    client, wrong = world.client(name), []
    for _, path, wanted in asked(world, facts, name, of="POST"):
        if wanted is None:
            continue
        with client.post(path, headers=SCRIPT) as answer:
            if answer.status_code not in wanted:
                wrong.append(f"{name} POST {path}: {answer.status_code}, expected {wanted}")
    assert not wrong, "\n".join(wrong)


def test_an_object_is_asked_for_by_two_methods_alone(world):
    """The two tests above would pass by a third."""
    methods = {method for rule, _ in guarded(world.app) for method in rule.methods}
    assert methods <= {"GET", "HEAD", "OPTIONS", "POST"}


def test_what_does_not_exist_looks_like_what_one_may_not_know(world, facts):
    client = world.client("david")
    for method in ("GET", "POST"):
        for key, path, wanted in asked(world, facts, "david", of=method):
            if wanted is None or 403 in wanted:
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
    arguments = {view.target.argument for _, view in guarded(world.app)}
    missing = {argument for argument in arguments if not world.keys(argument)}
    assert not missing, f"put these into tests/world.py: {missing}"
