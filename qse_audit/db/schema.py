"""Bringing a database to the newest schema: at start, by command and in the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from qse_audit.db.wall import SYSTEM, tell

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 5_312_842
"""The PostgreSQL advisory lock of migrations: one process at a time."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run the missing migrations; safe when several processes start together."""
    _run(engine, "upgrade", revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Undo migrations down to ``revision``; for tests and for a planned way back."""
    _run(engine, "downgrade", revision)


def current_revision(connection: Connection) -> str | None:
    """Return the revision of the database, ``None`` when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def head_revision() -> str:
    """Return the newest revision that this version of the toolkit knows."""
    names = sorted(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    return names[-1].split("_")[0]


def _run(engine: Engine, act: str, revision: str) -> None:
    with engine.connect() as connection, _remaking_tables(connection):
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        if act == "upgrade" and current_revision(connection) == head_revision():
            return
        tell(connection, SYSTEM)
        # Alembic takes 60 ms to import and is needed only when a migration is missing.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        getattr(command, act)(config, revision)
        if connection.dialect.name == "sqlite":
            _refuse_dangling(connection)


@contextmanager
def _remaking_tables(connection: Connection) -> Iterator[None]:
    """Begin a transaction in which SQLite may make a table anew while others refer to it.

    SQLite changes a table by a copy, and would refuse to drop the first one. It listens to this
    outside of a transaction only (sqlite.org/lang_altertable.html, 7).
    """
    raw: Any = None
    if connection.dialect.name == "sqlite":
        raw = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            yield
    finally:
        if raw is not None:
            raw.execute("PRAGMA foreign_keys=ON")


def _refuse_dangling(connection: Connection) -> None:
    """Undo a migration that leaves a reference to nothing.

    :raises IntegrityError: then.
    """
    lost = connection.execute(text("PRAGMA foreign_key_check")).first()
    if lost is not None:
        reason = Exception(f"row {lost[1]} of {lost[0]} refers to no row of {lost[2]}")
        raise IntegrityError("PRAGMA foreign_key_check", None, reason)
