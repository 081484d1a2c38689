"""The newest migrations carry what is stored, down and up again."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from qse_audit.db.engine import make_engine
from qse_audit.db.schema import current_revision, downgrade, upgrade
from tests.databases import above_the_wall, kinds
from tests.world import world_on

WORDS = text("SELECT id, event_id, name, salt, value FROM event_text ORDER BY id")


def pytest_generate_tests(metafunc):
    if "kind" in metafunc.fixturenames:
        metafunc.parametrize("kind", kinds(metafunc.config))


def stored(engine):
    with above_the_wall(engine) as connection:
        return connection.execute(WORDS).all()


def test_words_of_acts_keep_their_acts_and_get_their_organisation_back(kind):
    with world_on(kind) as world:
        before = stored(world.engine)
        assert before
        downgrade(world.engine, "0021")
        assert stored(world.engine) == before
        upgrade(world.engine)
        assert stored(world.engine) == before
        with above_the_wall(world.engine) as connection:
            strayed = connection.scalar(
                text(
                    "SELECT count(*) FROM event_text JOIN event ON event.id = event_text.event_id"
                    " WHERE event.organisation_id <> event_text.organisation_id"
                )
            )
        assert strayed == 0


def test_what_refers_to_nothing_stops_a_migration_and_undoes_it(tmp_path):
    """SQLite checks no reference while tables are made anew: we check them all before we commit."""
    engine = make_engine(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    upgrade(engine, "0023")
    with closing(sqlite3.connect(tmp_path / "x.sqlite3")) as loose, loose:
        loose.execute("INSERT INTO site (organisation_id, name, address) VALUES (77, 'X', '')")
    with pytest.raises(IntegrityError, match="site refers to no row of organisation"):
        upgrade(engine)
    with engine.connect() as connection:
        assert current_revision(connection) == "0023"
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    engine.dispose()
