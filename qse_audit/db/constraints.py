"""Named invariants that several tables share, and triggers that both databases understand."""

from sqlalchemy import DDL, CheckConstraint, Index, Table, event, text


def not_blank(column: str) -> CheckConstraint:
    """Return the invariant that a text column holds more than spaces."""
    return CheckConstraint(f"length(trim({column})) > 0", f"{column}_not_blank")


def in_words(when: str, words: str, name: str) -> CheckConstraint:
    """Return the invariant that what happened at ``when`` is told in ``words``."""
    return CheckConstraint(f"{when} IS NULL OR length(trim({words})) > 0", name)


def sha256_hex(column: str) -> CheckConstraint:
    """Return the invariant that a column holds 64 characters, as a SHA-256 in hexadecimal does."""
    return CheckConstraint(f"length({column}) = 64", f"{column}_is_sha256")


def unique_among(name: str, *columns: str, where: str) -> Index:
    """Return the invariant that ``columns`` are unique among the rows that ``where`` describes.

    PostgreSQL has it from the migrations, as SQLite has: to name its option here would load its
    dialect (20 ms, 2 MB) in every process.
    """
    return Index(name, *columns, unique=True, sqlite_where=text(where))


def append_only_statements(table: str, dialect: str) -> tuple[str, ...]:
    """Return the DDL that makes UPDATE and DELETE on ``table`` fail, for one dialect."""
    if dialect == "postgresql":
        return (
            f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger AS $body$ "
            f"BEGIN RAISE EXCEPTION '{table} is append-only'; END $body$ LANGUAGE plpgsql",
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
        )
    return tuple(
        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for act in ("UPDATE", "DELETE")
    )


def append_only(table: Table) -> None:
    """Make rows of ``table`` impossible to change or delete wherever it is created."""
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only_statements(table.name, dialect):
            ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]  # SQLAlchemy’s
            ddl = ddl.execute_if(dialect=dialect)
            event.listen(table, "after_create", ddl)


def frozen_row_statements(table: str, condition: str, dialect: str) -> tuple[str, ...]:
    """Return the DDL that makes UPDATE and DELETE fail on the rows of which ``condition`` holds.

    The condition speaks of plain columns: ``status = 'frozen'``.
    """
    if dialect == "postgresql":
        return (
            f"CREATE OR REPLACE FUNCTION {table}_frozen() RETURNS trigger AS $body$ "
            f"BEGIN RAISE EXCEPTION '{table} is frozen'; END $body$ LANGUAGE plpgsql",
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW WHEN (OLD.{condition}) EXECUTE FUNCTION {table}_frozen()",
        )
    return tuple(
        f"CREATE TRIGGER {table}_frozen_{act.lower()} BEFORE {act} ON {table} "
        f"WHEN OLD.{condition} BEGIN SELECT RAISE(ABORT, '{table} is frozen'); END"
        for act in ("UPDATE", "DELETE")
    )


def frozen_rows(table: Table, condition: str) -> None:
    """Make the rows of which ``condition`` holds impossible to change wherever it is created."""
    for dialect in ("sqlite", "postgresql"):
        for statement in frozen_row_statements(table.name, condition, dialect):
            ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]  # SQLAlchemy’s
            ddl = ddl.execute_if(dialect=dialect)
            event.listen(table, "after_create", ddl)
