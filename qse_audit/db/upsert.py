"""Adding a row only if nobody else did: the claim behind “exactly once”."""

from typing import Any

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from qse_audit.db.base import Base


def insert_or(bind: Engine | Connection, target: Table | type[Base]) -> Any:
    """Return an INSERT that may say ``ON CONFLICT``, as the database of ``bind`` spells it."""
    if bind.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # late: 20 ms and 2 MB that SQLite does not need

        return postgresql.insert(target)
    return sqlite.insert(target)


def insert_missing(session: Session, model: type[Base], **values: Any) -> int | None:
    """Insert a row unless a unique constraint already holds one; return its id if inserted."""
    table = model.__table__
    assert isinstance(table, Table)
    statement = insert_or(session.get_bind(), table).values(**values)
    found: int | None = session.execute(
        statement.on_conflict_do_nothing().returning(table.c.id)
    ).scalar()
    return found
