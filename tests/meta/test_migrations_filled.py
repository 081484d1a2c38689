"""The newest migrations carry what is stored, down and up again."""

from sqlalchemy import text

from qse_audit.db.schema import downgrade, upgrade
from tests.databases import above_the_wall, kinds
from tests.world import world_on

WORDS = text("SELECT id, event_id, name, salt, value FROM event_text ORDER BY id")


def pytest_generate_tests(metafunc):
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
