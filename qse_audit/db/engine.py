"""Opening the database: SQLite embedded, PostgreSQL by address, the same promises on both."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL

from qse_audit.db.statistics import STATISTICS_SECONDS

BUSY_TIMEOUT_MS = 15_000
"""How long a SQLite writer waits for its turn before it fails."""
STATEMENT_TIMEOUT_MS = 30_000
"""How long one PostgreSQL statement may run."""
READ_ONLY = "qse_read_only"
"""Execution option of a connection that must not write (every GET)."""


def make_engine(url: str | URL, *, pool_size: int = 5) -> Engine:
    """Return an engine for ``url`` with this project’s rules set.

    SQLite: WAL, ``synchronous=FULL``, foreign keys on, and ``BEGIN IMMEDIATE`` for writes, so
    that no update is lost between a read and its write. PostgreSQL: pre-ping, a statement
    time-out, READ COMMITTED. On both, a connection with the option ``qse_read_only`` cannot write.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    return create_engine(
        address,
        pool_pre_ping=True,
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={"options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC"},
    ).execution_options(isolation_level="READ COMMITTED")


def _sqlite(address: URL) -> Engine:
    engine = create_engine(
        address,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
        pool_recycle=STATISTICS_SECONDS,  # a connection reads the statistics when it opens
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get(READ_ONLY, False)
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def read_only_options(engine: Engine) -> dict[str, Any]:
    """Return the execution options of a connection that may only read."""
    if engine.dialect.name == "postgresql":
        return {READ_ONLY: True, "postgresql_readonly": True}
    return {READ_ONLY: True}
