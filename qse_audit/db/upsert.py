"""Adding a row only if nobody else did: the claim behind “exactly once”."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from qse_audit.db.base import Base


def insert_missing(session: Session, model: type[Base], **values: Any) -> int | None:
    """Insert a row unless a unique constraint already holds one; return its id if inserted."""
    table = model.__table__
    assert isinstance(table, Table)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(table.c.id)
    return session.execute(statement).scalar()
