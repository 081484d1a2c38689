"""The migrations and the models say the same."""

from importlib import import_module

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from qse_audit.db.base import Base
from qse_audit.db.engine import make_engine
from qse_audit.db.schema import current_revision, downgrade, head_revision, upgrade
from qse_audit.paths import PACKAGE

for models in PACKAGE.glob("*/models.py"):
    import_module(f"qse_audit.{models.parent.name}.models")


def test_the_newest_migration_equals_the_models(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_constraints_of_the_models_are_in_the_database(engine):
    found = inspect(engine)
    for table in Base.metadata.sorted_tables:
        stored = {c["name"] for c in found.get_check_constraints(table.name)}
        wanted = {str(c.name) for c in table.constraints if type(c).__name__ == "CheckConstraint"}
        assert wanted <= stored, table.name


def test_what_is_unique_among_some_rows_is_so_in_the_database(engine):
    partial = {
        index.name: index.table.name
        for table in Base.metadata.sorted_tables
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    assert partial
    for name, table in partial.items():
        (stored,) = (each for each in inspect(engine).get_indexes(table) if each["name"] == name)
        assert stored["unique"]
        assert stored["dialect_options"][f"{engine.dialect.name}_where"] is not None, name


def test_each_migration_can_be_undone_and_done_again(engine):
    downgrade(engine)
    with engine.connect() as connection:
        left = set(inspect(connection).get_table_names()) - {"alembic_version"}
    assert left == set()
    upgrade(engine)
    with engine.connect() as connection:
        assert current_revision(connection) == head_revision()


def test_an_upgrade_twice_changes_nothing(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'twice.sqlite3'}")
    upgrade(engine)
    upgrade(engine)
    engine.dispose()
    with create_engine(f"sqlite:///{tmp_path / 'twice.sqlite3'}").connect() as connection:
        assert current_revision(connection) == head_revision()
