"""Every table and every session has its side of the second wall, whatever ``--db`` says."""

import ast
from importlib import import_module

import pytest
from sqlalchemy import text

from qse_audit.db.base import Base
from qse_audit.db.engine import make_engine
from qse_audit.db.wall import BEFORE_THE_WALL
from qse_audit.paths import PACKAGE
from tests import databases

for models in PACKAGE.glob("*/models.py"):
    import_module(f"qse_audit.{models.parent.name}.models")


@pytest.fixture(scope="module")
def policies():
    """The rows that each table shows, in SQL, as PostgreSQL keeps them."""
    with databases.fresh_url("postgresql") as url:
        engine = make_engine(url)
        with engine.connect() as connection:
            asked = (
                "SELECT relname, pg_get_expr(polqual, polrelid)"
                " || pg_get_expr(polwithcheck, polrelid)"
                " FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid"
                " WHERE relrowsecurity AND relforcerowsecurity"
            )
            found = dict(connection.execute(text(asked)).all())
        engine.dispose()
    return found


def teach(table):
    """Say which line is missing."""
    parents = [next(iter(column.foreign_keys)).column.table.name for column in keys_of(table)]
    line = f"stand_behind({table.name!r}, parent={(parents or ['…'])[0]!r})"
    if "organisation_id" in table.columns:
        line = f"stand_behind({table.name!r})"
    return (
        f"{table.name} is on no side of the wall: write {line} in the migration that creates it "
        "(qse_audit/db/migrations/wall.py), or why everybody may read it (BEFORE_THE_WALL in "
        "qse_audit/db/wall.py)"
    )


def keys_of(table):
    """Return the columns that lead to a row behind the wall."""
    return [
        column
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name not in BEFORE_THE_WALL
    ]


@pytest.mark.parametrize("name", sorted(Base.metadata.tables))
def test_every_table_stands_behind_the_wall_or_says_why_not(policies, name):
    assert name in policies or name in BEFORE_THE_WALL, teach(Base.metadata.tables[name])
    assert not (name in policies and name in BEFORE_THE_WALL), f"{name} stands on both sides"


def test_no_reason_and_no_policy_outlives_its_table(policies):
    assert set(BEFORE_THE_WALL) | set(policies) <= set(Base.metadata.tables)
    assert all(len(reason) > 15 for reason in BEFORE_THE_WALL.values())


def test_every_policy_asks_for_an_organisation_or_a_person_or_a_parent(policies):
    """A policy that lets everybody through is none."""
    for name, rows in policies.items():
        parents = {
            key.column.table.name
            for column in Base.metadata.tables[name].columns
            for key in column.foreign_keys
        }
        opens_with = [parent for parent in parents & set(policies) if f"FROM {parent}" in rows]
        asks = "qse.organisation" in rows or "qse.person" in rows
        assert opens_with or asks, f"{name} opens to everybody: {rows}"


def test_sessions_are_opened_by_the_wall_alone():
    """Requests, jobs, works and commands: each says there who acts, or that it does not know."""
    opened = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            if getattr(called, "id", getattr(called, "attr", "")) in {"Session", "sessionmaker"}:
                opened.append(path.name)
    assert set(opened) == {"wall.py"}, opened
