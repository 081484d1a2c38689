"""Rules that every route obeys."""

import re

import pytest

from qse_audit.core.permissions import Permission
from qse_audit.core.workflow import Workflow
from qse_audit.web.guards import PUBLIC
from qse_audit.web.navigation import MAP

SAFE = {"GET", "HEAD", "OPTIONS"}


@pytest.fixture
def rules(app):
    return [(rule, app.view_functions[rule.endpoint]) for rule in app.url_map.iter_rules()]


def test_every_route_declares_its_guard(rules):
    for rule, view in rules:
        guard = getattr(view, "guard", None)
        known = guard == PUBLIC or isinstance(guard, Permission | Workflow)
        assert known, f"{rule}: put @requires(…) on it, or @public('why nobody need sign in')"


def test_a_public_route_says_why(rules):
    for rule, view in rules:
        if getattr(view, "guard", None) == PUBLIC:
            assert len(view.public_reason) > 10, f"{rule}: @public needs a reason"


def test_every_url_is_kebab_case_with_typed_ids(rules):
    for rule, _ in rules:
        static = re.sub(r"<[^>]+>", "", rule.rule)
        assert static == static.lower(), rule
        assert "_" not in static, f"{rule}: write it kebab-case"
        assert not re.search(r"<[a-z_]*_id>", rule.rule), f"{rule}: give the id a type"


def test_every_id_in_a_url_is_loaded_by_a_guard(rules):
    for rule, view in rules:
        ids = set(re.findall(r"<int:([a-z_]+_id)>", rule.rule))
        target = getattr(view, "target", None)
        loaded = {target.argument} if target else set()
        by_origin = ids == {"origin_id"}
        public = getattr(view, "guard", None) == PUBLIC
        own = getattr(view, "own_ids", set())
        assert public or by_origin or ids <= loaded | own, (
            f"{rule}: {ids - loaded} must be loaded by @requires(…, on=Target(…)), "
            "never by the view itself"
        )


def test_every_view_that_takes_unsafe_methods_commits(rules):
    for rule, view in rules:
        if rule.methods - SAFE and rule.endpoint not in {"static"}:
            assert getattr(view, "commits", False), f"{rule}: decorate it with @commits"


def test_every_line_of_the_navigation_leads_to_a_page(app):
    for _, places in MAP:
        for place in places:
            assert place.endpoint in app.view_functions
