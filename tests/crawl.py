"""One walk a person through the application, for every test that judges what it answers.

Everyone opens every page, list, search, export and file that they find, and the same addresses
of both companies by their ids. A test that asks something else of the same pages asks the walk.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from html import unescape
from typing import Any
from unittest.mock import patch

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from qse_audit.core.permissions import Permission
from qse_audit.core.workflow import Workflow
from qse_audit.documents import pdf
from qse_audit.policies import Identity
from tests.canaries import CANARY, COMMON, TWIN, mirror, plant, readable
from tests.databases import above_the_wall
from tests.world import ACTORS, SAMPLES, World, world_on

STRANGERS = ["claire", "emma", "karine"]
"""Those whose mirror, in the other company, looks around too."""
EVERYBODY = [*ACTORS, *(f"twin-{name}" for name in STRANGERS)]
LINKS = re.compile(r"""(?:href|src|action|data-url)=["'](/[^"'#]*)""")
PER_ENDPOINT = 4
"""How many addresses of one endpoint a person opens: objects differ by status, not by number."""


@contextmanager
def planted(kind: str) -> Iterator[World]:
    """Make a world that holds a unique word in each text, and its mirror."""
    with world_on(kind) as world:
        with above_the_wall(world.engine) as connection:
            mirror(connection)
        with above_the_wall(world.engine) as connection:
            world.planted = plant(connection, world.app.extensions["files"])
        for name in STRANGERS:
            who = world.people[name]
            world.people[f"twin-{name}"] = Identity(
                who.user_id + TWIN, who.organisation_id + TWIN, who.roles
            )
        yield world


class Crawl:
    """One person’s walk through the application."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.client = world, world.client(name)
        self.opened: Counter[str] = Counter()
        self.answers: dict[str, int] = {}
        """Address → the status of its answer."""
        self.searching: set[str] = set()
        """The addresses that may look for words: pages with such a field, and what is no page."""
        self.met: dict[str, str] = {}
        """Canary → the first address where it was met."""
        self.endpoint_of = endpoints(world.app)

    def walk(self) -> None:
        waiting: list[str] = []
        for path in listed(self.world.app):
            waiting += self.open(path, always=True)
            if path in self.searching:
                waiting += self.open(f"{path}?q={COMMON}", always=True)
        for path in by_ids(self.world):
            waiting += self.open(path, always=True)
        while waiting:
            waiting += self.open(waiting.pop())

    def open(self, path: str, *, always: bool = False) -> list[str]:
        """Open an address and return those that its page leads to."""
        endpoint = self.endpoint_of(path)
        if path in self.answers or not endpoint:
            return []
        if not always and self.opened[endpoint] >= PER_ENDPOINT:
            return []
        self.opened[endpoint] += 1
        with self.client.get(path) as answer:
            assert answer.status_code < 500, f"{path}: {answer.status}"
            self.answers[path] = answer.status_code
            words = readable(answer.data, answer.mimetype) + str(answer.headers)
            is_page = answer.mimetype == "text/html"
        if not is_page or 'name="q"' in words:
            self.searching.add(path)
        for canary in CANARY.findall(words):
            self.met.setdefault(canary, path)
        return [unescape(link) for link in LINKS.findall(words)] if is_page else []


class Worlds:
    """The planted world of each kind of database, made once, and everybody’s walk through it."""

    def __init__(self, stack: Any) -> None:
        self.on = cache(lambda kind: stack.enter_context(planted(kind)))
        self.walk = cache(self._walk)

    def _walk(self, kind: str, name: str) -> Crawl:
        crawl = Crawl(self.on(kind), name)
        with papers_in_words():
            crawl.walk()
        return crawl


@contextmanager
def papers_in_words() -> Iterator[None]:
    """Let each PDF and picture be what typst is given: inside a drawing no word can be read.

    That typst draws what it is given is asked of each document by the tests of its feature.
    """

    def told(job: Mapping[str, Any], *_: object) -> bytes:
        return b"%PDF-told\n" + job["inputs"]["data"].encode()

    with patch.object(pdf, "_compile", told):
        yield


@cache
def endpoints(app: Flask) -> Any:
    """Return what finds the endpoint of an address; the same links stand on many pages."""
    adapter = app.url_map.bind("localhost")

    @cache
    def endpoint_of(path: str) -> str | None:
        try:
            found, _ = adapter.match(path.partition("?")[0], method="GET")
        except HTTPException:
            return None  # an address that only a form sends to
        return None if found in {"assets.serve", "static"} else f"{found}{'?' * ('?' in path)}"

    return endpoint_of


def readable_rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]


def listed(app: Flask) -> list[str]:
    """Return every address without an id."""
    return [rule.rule for rule in readable_rules(app) if not rule.arguments]


def by_ids(world: World) -> list[str]:
    """Return every address with an id, whoever may open it."""
    some = [
        re.sub("<[^>]+>", lambda hole: word_for(hole[0]), rule.rule.replace(hole, str(key), 1))
        for rule in readable_rules(world.app)
        for hole in re.findall(r"<int:[a-z_]+_id>", rule.rule)[:1]
        for key in keys(world, hole[5:-1])
    ]
    return [
        *some,
        *(
            path
            for rule, view in guarded(world.app, "GET")
            for key in keys(world, view.target.argument)
            for _, path in addresses(rule, view, key)
        ),
    ]


def keys(world: World, argument: str) -> list[int]:
    """Return an object of each status of the first company, and one of its mirror."""
    first = own_keys(world, argument if argument in SAMPLES else "audit_id")
    return [*first, first[0] + TWIN] if first else []


@cache  # nothing that is asked of a planted world makes an object
def own_keys(world: World, argument: str) -> list[int]:
    """Return an object of each status of the first company."""
    return sorted({key % TWIN for key in world.keys(argument)})


def word_for(hole: str) -> str:
    """Fill what is no id: a report’s file, a table’s format, the kind of an origin, a position."""
    words = {"<name>": "pdf-fr", "<string:kind>": "xlsx", "<kind>": "audit"}
    return words.get(hole, "1" if "int:" in hole else "x")


def guarded(app: Flask, method: str = "") -> Iterator[tuple[Rule, Any]]:
    """Give (rule, view) of each route that loads an object, by one method or by any."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if getattr(view, "target", None) is not None and (not method or method in rule.methods):
            yield rule, view


def addresses(rule: Rule, view: Any, key: int) -> Iterator[tuple[Permission, str]]:
    """Give (permission, path) for each way to fill the rule with the object ``key``."""
    guard = view.guard
    names = [t.name for t in guard.transitions] if isinstance(guard, Workflow) else [""]
    for name in names:
        permission = guard.named(name).permission if name else guard

        def fill(found: re.Match[str], name: str = name) -> str:
            argument = found[1].split(":")[-1]
            if argument == view.target.argument:
                return str(key)
            if argument == "name" and name:
                return name
            if argument == "kind":
                return "audit"
            return "1" if "int:" in found[1] else "x"

        yield permission, re.sub(r"<([^>]+)>", fill, rule.rule)
