"""Many rows for the tests of long lists, and how much of them a page makes the database read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table, event, text
from sqlalchemy.orm import Session

from qse_audit.db.statistics import refresh_statistics

DAYS = {
    "sqlite": "date('2015-01-01', ({i} % 3000) || ' days')",
    "postgresql": "date '2015-01-01' + {i} % 3000",
}
Sent = tuple[str, Any]
"""A statement as the driver takes it, and its values."""


def copy_row(session: Session, model: Any, first: int, last: int, **values: str) -> None:
    """Copy the first row of a table inside the database, with ids from ``first`` to ``last``.

    ``values`` are SQL; ``{i}`` in them is the id, ``{day}`` a day that moves with it.
    """
    table: Table = model.__table__
    dialect = session.get_bind().dialect.name
    values = {"id": "{i}"} | values
    given = {
        name: value.format(i="i", day=DAYS[dialect].format(i="i")) for name, value in values.items()
    }
    names = [column.name for column in table.columns]
    selected = ", ".join(given.get(name, f"one.{name}") for name in names)
    numbers = (
        f"(SELECT i FROM generate_series({first}, {last}) AS i)"
        if dialect == "postgresql"
        else f"(WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n "
        f"WHERE i < {last}) SELECT i FROM n)"
    )
    if dialect == "postgresql":  # without looking up each foreign key
        session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(
        text(
            f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {selected} "
            f"FROM {numbers} AS numbers, (SELECT * FROM {table.name} ORDER BY id LIMIT 1) AS one"
        )
    )


def look_at_tables(session: Session) -> None:
    """Do what the scheduled job does on SQLite, and PostgreSQL in the background."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE"))
    refresh_statistics(session)
    session.commit()


@contextmanager
def selects(engine: Engine) -> Iterator[list[Sent]]:
    """Collect what is read meanwhile."""
    seen: list[Sent] = []

    def note(_: object, __: object, statement: str, values: Any, *___: object) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def plan_of(session: Session, sent: Sent) -> str:
    """Return how the database runs a statement, in its own words."""
    connection = session.connection()
    verb = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    rows = connection.exec_driver_sql(f"{verb} {sent[0]}", sent[1])
    return "\n".join(str(row[-1]) for row in rows)


def work_of(session: Session, sent: list[Sent]) -> int:
    """Return how much the database does for ``sent``: SQLite’s steps / 100, PostgreSQL’s rows."""
    connection = session.connection()

    def run() -> None:
        for statement, values in sent:
            connection.exec_driver_sql(statement, values).all()

    return WORK[connection.dialect.name](connection, run)


def _steps(connection: Connection, run: Callable[[], None]) -> int:
    count = 0

    def step() -> None:
        nonlocal count
        count += 1

    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(step, 100)
    run()
    driver.set_progress_handler(None, 100)
    return count


def _rows_read(connection: Connection, run: Callable[[], None]) -> int:
    read = text(
        "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
    )
    before = connection.scalar(read)
    run()
    return int(connection.scalar(read) - before)


WORK = {"sqlite": _steps, "postgresql": _rows_read}
