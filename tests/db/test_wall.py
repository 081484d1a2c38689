"""Row-level security: a query that forgets its scope finds nothing of another organisation."""

from contextlib import contextmanager
from importlib import import_module

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError

from qse_audit.app import create_app
from qse_audit.cli import serving
from qse_audit.db.base import Base
from qse_audit.db.engine import make_engine
from qse_audit.db.outbox import Notice
from qse_audit.db.trail import Event, EventText
from qse_audit.db.wall import (
    BEFORE_THE_WALL,
    act_as,
    act_as_system,
    acting_session,
    is_above_the_wall,
    lifted,
    silent_session,
    system_session,
)
from qse_audit.paths import PACKAGE
from qse_audit.processes.models import Process
from qse_audit.settings import Settings
from qse_audit.web.database import session as request_session
from qse_audit.web.guards import public
from tests import databases
from tests.canaries import TWIN, mirror
from tests.factories import make_process
from tests.world import world_on

for models in PACKAGE.glob("*/models.py"):
    import_module(f"qse_audit.{models.parent.name}.models")

TABLES = [table for table in Base.metadata.sorted_tables if table.name not in BEFORE_THE_WALL]
"""What stands behind the wall."""
BACKEND = text("SELECT pg_backend_pid()")


@pytest.fixture
def walled(engine):
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no row-level security: there the first wall stands alone")
    return engine


@pytest.fixture(scope="module")
def mirrored(request):
    """The demo company and its exam centre, beside their mirror."""
    if request.config.getoption("--db") == "sqlite":
        pytest.skip("SQLite has no row-level security")
    with world_on("postgresql") as world:
        with databases.above_the_wall(world.engine) as connection:
            mirror(connection)
        yield world


@contextmanager
def acting(engine, who):
    """Open a session that acts as somebody; what it did is undone."""
    with acting_session(
        engine, organisation_id=who.organisation_id, person_id=who.user_id
    ) as session:
        yield session
        session.rollback()


def names(session):
    """Ask without any scope, as a careless query would."""
    return set(session.scalars(select(Process.name)))


def test_a_query_without_scope_finds_nothing_of_another_organisation(walled, session, cast):
    make_process(session, cast, name="Usinage")
    with acting(walled, cast.claire) as inside:
        assert names(inside) == {"Usinage"}
    with acting(walled, cast.david) as outside:
        assert names(outside) == set()


def test_whoever_says_nothing_sees_no_row_behind_the_wall(walled, mirrored):
    """Shipped referentials, which belong to nobody, are the only rows that everybody reads."""
    shipped = {"referential", "edition", "requirement", "question"}
    with silent_session(mirrored.engine) as silent:
        seen = {
            table.name: silent.scalar(select(func.count()).select_from(table)) for table in TABLES
        }
        assert {name for name, count in seen.items() if count} == shipped
        owned = Base.metadata.tables["referential"].c.organisation_id.is_not(None)
        assert silent.scalar(select(func.count()).where(owned)) == 0


def test_a_bare_connection_sees_and_writes_nothing(walled, session, cast):
    make_process(session, cast)
    session.commit()
    with walled.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM process")) == 0
        assert connection.execute(text("UPDATE process SET name = 'x'")).rowcount == 0
        assert connection.execute(text("DELETE FROM process")).rowcount == 0
        with pytest.raises(DBAPIError, match="row-level security"):
            connection.execute(
                text("INSERT INTO site (organisation_id, name) VALUES (:here, 'x')"),
                {"here": cast.company},
            )


@pytest.mark.parametrize("ends", ["commit", "rollback", "close"])
def test_a_pooled_connection_forgets_who_acted(walled, session, cast, ends):
    make_process(session, cast)
    session.commit()
    pool_of_one = make_engine(walled.url, pool_size=1)
    claire = {"organisation_id": cast.company, "person_id": cast.claire.user_id}
    with acting_session(pool_of_one, **claire) as inside:
        backend = inside.scalar(BACKEND)
        assert names(inside) == {"Usinage"}
        getattr(inside, ends)()
    with silent_session(pool_of_one) as silent:
        assert silent.scalar(BACKEND) == backend, "not the connection of before"
        assert names(silent) == set()
        for setting in ("qse.organisation", "qse.person"):
            assert not silent.scalar(select(func.current_setting(setting, True))), setting
    pool_of_one.dispose()


def careless():
    """Answer without any guard or scope what the database shows, as a page with a flaw would."""
    return {"names": sorted(names(request_session())), "backend": request_session().scalar(BACKEND)}


def broken():
    """Read, then fail."""
    careless()
    raise RuntimeError("broken")


def test_requests_on_a_pool_of_one_see_their_own_organisation(
    walled, settings, session, cast, sign_in
):
    """People, a stranger, nobody, open and broken pages in turn, on one and the same connection."""
    process = make_process(session, cast)
    session.commit()
    pool_of_one = make_engine(walled.url, pool_size=1)
    app = create_app(settings, pool_of_one)
    app.config["WTF_CSRF_ENABLED"] = False
    app.add_url_rule("/careless", view_func=careless)
    app.add_url_rule("/open", "open", public("a test")(careless))
    app.add_url_rule("/broken", view_func=broken)

    def asks(who, path, method="GET"):
        client = app.test_client()
        if who is not None:
            client.set_cookie("sid", sign_in(who), domain="localhost")
        return client.open(path, method=method)

    spoilers = {
        "/open": 200,
        "/broken": 500,
        "/processes/": 200,
        f"/processes/{process.id}/archive": 303,
        f"/processes/{process.id}/restore": 303,
    }
    ours, backends = ["Usinage"], set()
    for who, seen in ((cast.claire, ours), (None, []), (cast.david, []), (cast.bob, ours)) * 2:
        for spoils, status in spoilers.items():
            method = "POST" if status == 303 else "GET"
            assert asks(cast.claire, spoils, method).status_code == status
            answer = asks(who, "/careless").json
            assert answer["names"] == seen, f"{who} after {spoils}"
            backends.add(answer["backend"])
    assert asks(None, "/open").json["names"] == ours
    assert "Usinage" in asks(cast.claire, "/processes/").text
    assert "Usinage" not in asks(cast.david, "/processes/").text
    assert len(backends) == 1, "not the same connection"
    pool_of_one.dispose()


def test_the_wall_stands_again_in_the_next_transaction(walled, session, cast):
    make_process(session, cast)
    session.commit()
    with acting(walled, cast.david) as outside:
        outside.commit()
        assert names(outside) == set()
        act_as_system(outside)
        assert names(outside) == {"Usinage"}
        outside.rollback()
        assert names(outside) == {"Usinage"}
        act_as(outside, organisation_id=cast.company, person_id=cast.claire.user_id)
        assert names(outside) == {"Usinage"}


def test_the_wall_that_was_lifted_stands_again(walled, session, cast):
    make_process(session, cast)
    session.commit()
    with acting(walled, cast.david) as outside:
        with lifted(outside):
            assert names(outside) == {"Usinage"}
        assert names(outside) == set()
        with pytest.raises(DBAPIError), lifted(outside):
            outside.execute(text("SELECT 1 / 0"))
        assert names(outside) == set()


def test_a_lost_connection_is_told_like_any_other(walled, cast):
    """The page for a database that is away waits for this error; the pool opens another one."""
    with silent_session(walled) as lost:
        key = lost.scalar(BACKEND)
        with databases.above_the_wall(walled) as connection:
            connection.execute(text("SELECT pg_terminate_backend(:key)"), {"key": key})
        with pytest.raises(OperationalError) as refused:
            act_as_system(lost)
        assert refused.value.connection_invalidated
    with system_session(walled) as next_one:
        assert next_one.scalar(BACKEND) != key


def test_nothing_is_written_into_or_taken_from_another_organisation(walled, session, cast):
    process = make_process(session, cast)
    session.commit()
    with acting(walled, cast.david) as outside:
        stolen = outside.execute(update(Process).values(organisation_id=cast.other_company))
        assert stolen.rowcount == 0
        outside.execute(text("DELETE FROM process"))
        with pytest.raises(DBAPIError, match="row-level security"):
            outside.execute(
                text(
                    "INSERT INTO process (organisation_id, name, kind, purpose, version)"
                    " VALUES (:here, 'x', 'operational', '', 1)"
                ),
                {"here": cast.company},
            )
    with acting(walled, cast.claire) as inside, pytest.raises(DBAPIError, match="row-level"):
        inside.execute(update(Process).values(organisation_id=cast.other_company))
    session.expire_all()
    assert session.get(Process, process.id).organisation_id == cast.company


def test_a_system_session_sees_every_organisation(walled, session, cast):
    make_process(session, cast)
    session.commit()
    with system_session(walled) as system:
        assert names(system) == {"Usinage"}


@pytest.mark.parametrize("name", ["claire", "emma", "karine", "gaelle"])
def test_careless_queries_on_every_table_show_no_twin(walled, mirrored, name):
    """The demo company beside its mirror: nobody counts a row of the other, table by table."""
    with acting(mirrored.engine, mirrored.people[name]) as session:
        for table in TABLES:
            first = next(iter(table.primary_key))
            foreign = select(func.count()).where(first > TWIN)
            assert session.scalar(foreign) == 0, f"{name} reads {table.name}"


def test_a_partner_reads_of_the_company_only_what_concerns_a_candidacy(walled, mirrored):
    karine = mirrored.people["karine"]
    words = select(Event.subject_kind).join(EventText, EventText.event_id == Event.id)
    told = select(Notice.subject_kind).where(Notice.person_id != karine.user_id)
    with acting(mirrored.engine, karine) as session:
        read = set(session.scalars(words.where(Event.organisation_id != karine.organisation_id)))
        heard = set(session.scalars(told.where(Notice.organisation_id != karine.organisation_id)))
        assert session.scalar(select(func.count()).select_from(Process)) == 0
    assert read, "the acts on a candidacy are shared"
    assert read | heard <= {"candidacy", "situation", "dossier", None}


def test_words_are_compared_one_by_one_even_where_statistics_mislead(walled, mirrored):
    """With the wall looking up the act of each word, this plan took 90 s; now under one."""
    karine = mirrored.people["karine"]
    with databases.above_the_wall(mirrored.engine) as connection:
        connection.execute(text("ANALYZE"))
        connection.execute(
            text(
                "UPDATE pg_class SET reltuples = 0, relpages = 1"
                " WHERE relname IN ('event', 'event_text')"
            )
        )
        connection.execute(
            text(
                "DELETE FROM pg_statistic"
                " WHERE starelid IN ('event'::regclass, 'event_text'::regclass)"
            )
        )
    words = select(Event.id).join(EventText, EventText.event_id == Event.id)
    with acting(mirrored.engine, karine) as session:
        session.execute(text("SET LOCAL statement_timeout = '10s'"))
        assert session.scalars(words.where(Event.organisation_id != karine.organisation_id)).all()
    with databases.above_the_wall(mirrored.engine) as connection:
        connection.execute(text("ANALYZE"))


def test_the_owner_of_the_tables_obeys_and_a_superuser_is_told(walled):
    assert not is_above_the_wall(walled)
    above = make_engine(databases.as_superuser(walled.url))
    assert is_above_the_wall(above)
    above.dispose()


def test_serving_as_a_superuser_warns(walled, monkeypatch, tmp_path, caplog):
    monkeypatch.setattr(serving.waitress, "create_server", lambda *_, **__: Stopped())
    settings = Settings(instance=tmp_path, secret_key="-" * 32, scheduler=False)
    above = make_engine(databases.as_superuser(walled.url))
    serving.run_server(settings, above, host="127.0.0.1", port=0)
    assert "superuser" in caplog.text
    caplog.clear()
    serving.run_server(settings, walled, host="127.0.0.1", port=0)
    assert "superuser" not in caplog.text


class Stopped:
    """A server that ends at once."""

    def run(self):
        """Serve nothing."""

    close = run
