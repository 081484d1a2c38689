"""Letting a column of codes hold other codes than before, on both databases."""

import re
from collections.abc import Iterable

from alembic import op
from sqlalchemy import text


def set_codes(table: str, column: str, constraint: str, codes: Iterable[str]) -> None:
    """Make ``codes`` the only values that ``column`` accepts; the rows stay where they are.

    SQLite cannot change a CHECK: as its manual says for changes that leave the content alone
    (lang_altertable, section 7), the text of the table is rewritten in place. Rebuilding the table
    would lose its triggers and break the keys that point to it.

    :raises LookupError: if the table has no such constraint.
    """
    condition = f"{column} IN ({', '.join(repr(str(code)) for code in codes)})"
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(constraint), table, type_="check")
        op.create_check_constraint(op.f(constraint), table, condition)
    else:
        _rewrite(table, constraint, condition)


def _rewrite(table: str, constraint: str, condition: str) -> None:
    connection = op.get_bind()
    stored: str = connection.scalar(
        text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :table"),
        {"table": table},
    )
    written, count = re.subn(
        rf"CONSTRAINT {constraint} CHECK \([^()]*\([^()]*\)\)",
        f"CONSTRAINT {constraint} CHECK ({condition})",
        stored,
    )
    if count != 1:
        raise LookupError(f"{table} has no constraint {constraint}")
    version = connection.scalar(text("PRAGMA schema_version"))
    connection.execute(text("PRAGMA writable_schema = ON"))
    connection.execute(
        text("UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = :table"),
        {"sql": written, "table": table},
    )
    connection.execute(text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(text("PRAGMA writable_schema = OFF"))
