"""A unique word in every text: nobody ever meets one that the policy keeps from them.

The walks of ``tests/crawl.py`` look for them: every page, list, search, export and file.
"""

from functools import cache
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Organisation
from qse_audit.accounts.rules import OrganisationKind
from qse_audit.core.permissions import Kind, Permission
from qse_audit.db.base import Base
from qse_audit.policies import Access, Identity, allows
from qse_audit.portfolios.models import SituationRecord
from tests.canaries import PASSING, SHARED, TWIN, Canary, is_text
from tests.crawl import EVERYBODY
from tests.databases import kinds
from tests.world import SAMPLES, World


def pytest_generate_tests(metafunc):
    chosen = kinds(metafunc.config)
    if "name" in metafunc.fixturenames:
        metafunc.parametrize(("kind", "name"), [(k, name) for k in chosen for name in EVERYBODY])
    else:
        metafunc.parametrize("kind", chosen[:1])


@pytest.fixture(scope="module")
def all_facts():
    return cache(Facts)


@pytest.fixture
def facts(all_facts, world):
    return all_facts(world)


def directory(world: World) -> set[str]:
    """Return what is chosen from all over: the names of exam centres and training providers."""
    with Session(world.engine) as session:
        rows = session.scalars(
            select(Organisation.id).where(Organisation.kind != OrganisationKind.COMPANY)
        )
        return {f"organisation.name of {key}" for key in rows}


def test_nobody_meets_a_word_of_another_company(world, walk, name):
    is_twin, public = world.people[name].user_id > TWIN, directory(world)
    foreign = {
        f"{world.planted[canary]} in {path}"
        for canary, path in walk(name).met.items()
        if world.planted[canary].is_twin != is_twin and str(world.planted[canary]) not in public
    }
    assert not foreign, "\n".join(sorted(foreign))


def targets(app: Flask):
    """Return how the policy finds and judges the rows of a table."""
    found = {}
    for view in app.view_functions.values():
        target = getattr(view, "target", None)
        if target is not None and target.argument in SAMPLES:
            found[SAMPLES[target.argument].__tablename__] = target
    return found


SECRETS = {"person.password_hash", "one_time_token.token_hash", "event_text.salt"}
"""What no page ever shows to anybody."""
LABELS = {"organisation.name", "person.name", "process.name", "site.name"}
"""Names that stand beside what a person reads, whoever may open the page behind them."""
NARROWER = {
    "company_opinion": Permission.OPINION_READ,
    "signed_opinion": Permission.OPINION_READ,
    "referential": Permission.REFERENTIAL_READ,
    "climate_decision": Permission.POLICY_READ,
    "anomaly_acceptance": Permission.OBJECTIVE_READ,
    "accident_stop": Permission.ACCIDENT_FILE,
    "accident_duty": Permission.ACCIDENT_FILE,
    "exposure": Permission.ACCIDENT_HOURS,
    "duerp_place": Permission.DUERP_LIST,
}
"""Tables whose rows open with a permission on the object or organisation that they belong to."""
TIED = {"title", "reference", "file_name", "accident.place"}
"""What a situation names of its records to those who read it: the tutor was not at the audit."""
OWN = {"notice": "person_id", "assessment_note": "evaluator_id"}
"""Tables whose rows are read by one person alone."""


class Facts:
    """What the policy knows of the rows of a world, read once for everybody: a walk writes nothing
    that it judges."""

    def __init__(self, world: World) -> None:
        self.engine, self.targets = world.engine, targets(world.app)
        self.row_of = cache(self._row)
        self.access_of = cache(self._access)
        self.situations_naming = cache(self._situations_naming)
        self._rows = cache(self._all_rows)

    def _access(self, table: str, key: int) -> Access:
        with Session(self.engine) as session:
            return self.targets[table].load(session, key).access()

    def _situations_naming(self, table: str, key: int) -> list[Access]:
        tied = select(SituationRecord).where(
            SituationRecord.record_kind == table, SituationRecord.record_id == key
        )
        with Session(self.engine) as session:
            return [record.access() for record in session.scalars(tied)]

    def _row(self, table: str, key: int) -> Any:
        return self._rows(table)[key]

    def _all_rows(self, table: str) -> dict[int, Any]:
        with Session(self.engine) as session:
            rows = session.execute(Base.metadata.tables[table].select()).mappings()
            return {row["id"]: row for row in rows}


class Judge:
    """Says what the policy opens of a row: through the object that it belongs to."""

    def __init__(self, facts: Facts, who: Identity) -> None:
        self.facts, self.who = facts, who
        self.may_read = cache(self._may_read)

    def opens(self, canary: Canary) -> bool:
        column = f"{canary.table}.{canary.column}"
        if column in SECRETS or column in LABELS:
            return column in LABELS
        if canary.table == "person" and canary.key == self.who.user_id:
            return True
        known = self.may_read(canary.table, canary.key)
        return known or bool(TIED & {canary.column, column} and self._is_named(canary))

    def _is_named(self, canary: Canary) -> bool:
        if canary.table not in set(Kind):
            return False
        situations = self.facts.situations_naming(canary.table, canary.key)
        return any(allows(self.who, Permission.SITUATION_READ, each) for each in situations)

    def _may_read(self, table: str, key: int) -> bool:
        row = self.facts.row_of(table, key)
        if table in OWN:
            return row[OWN[table]] == self.who.user_id
        if table == "event_text":
            return self._may_read_event(self.facts.row_of("event", row["event_id"]))
        if target := self.facts.targets.get(table):
            return allows(self.who, target.read, self.facts.access_of(table, key))
        return any(self._through(table, parent, row[name]) for name, parent in owners(table))

    def _may_read_event(self, event: Any) -> bool:
        here = Access(frozenset({event["organisation_id"]}))
        subject = event["subject_kind"]
        known = subject in self.facts.targets and self.may_read(subject, event["subject_id"])
        return known or allows(self.who, Permission.TRAIL_READ, here)

    def _through(self, table: str, parent: str, key: int | None) -> bool:
        target = self.facts.targets.get(parent)
        permission = NARROWER.get(table, target and target.read)
        if key is not None and parent == "measurement":  # it belongs to an indicator itself
            return self.may_read(parent, key)
        if key is None or permission is None:
            return False
        here = self.facts.access_of(parent, key) if target else Access(frozenset({key}))
        return allows(self.who, permission, here)


def owners(table: str) -> list[tuple[str, str]]:
    """Return (column, table) of what a row may belong to; people are only named by it."""
    return [
        (column.name, key.column.table.name)
        for column in Base.metadata.tables[table].columns
        for key in column.foreign_keys
        if key.column.table.name != "person"
    ]


def test_nobody_meets_a_word_that_the_policy_keeps_from_them(world, walk, facts, name):
    judge = Judge(facts, world.people[name])
    closed = {
        f"{world.planted[canary]} in {path}"
        for canary, path in walk(name).met.items()
        if not judge.opens(world.planted[canary])
    }
    assert not closed, "\n".join(sorted(closed))


def test_every_text_of_every_table_holds_a_canary_in_both_companies(world):
    """A crawl that looks for nothing finds nothing: fill ``tests/world.py`` when this fails."""
    found = {(c.table, c.column, c.is_twin) for c in world.planted.values()}
    missing = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        if table.name not in SHARED | PASSING
        for column in table.columns
        if is_text(column)
        for is_twin in (False, True)
        if (table.name, column.name, is_twin) not in found
    ]
    assert not missing, missing


def test_the_crawl_reaches_the_words_of_every_table(world, walk):
    met_tables = {world.planted[canary].table for name in EVERYBODY for canary in walk(name).met}
    planted = {canary.table for canary in world.planted.values()}
    assert planted - met_tables == set()
