"""Policies of row-level security, for the migrations that add a table; PostgreSQL only.

A migration that creates a table also says, in one line, who sees its rows: ``stand_behind("risk")``
for rows with an ``organisation_id``, ``stand_behind("risk_measure", parent="risk")`` for rows that
belong to another row, ``raise_wall({"risk": …})`` for whatever is neither. Dropping the table drops
its policy. The settings ``qse.organisation`` and ``qse.person`` are told at the start of each
transaction (:mod:`qse_audit.db.wall`). The owner of the tables obeys too; superusers do not.
"""

from collections.abc import Iterable, Mapping

from alembic import op

HERE = "(SELECT nullif(nullif(current_setting('qse.organisation', true), ''), 'system')::integer)"
"""Where one acts; NULL for whoever has not said."""
ME = "(SELECT nullif(current_setting('qse.person', true), '')::integer)"
"""Who acts; NULL for whoever has not said."""
SYSTEM = "current_setting('qse.organisation', true) = 'system'"
"""Whether a job or a command acts, for every organisation."""
OWN = f"organisation_id = {HERE} OR {SYSTEM}"
"""Rows of the organisation where one acts."""


def opens_with(child: str, parent: str, *, key: str = "") -> str:
    """Return the policy of rows that open with the row that they belong to."""
    column = key or f"{parent}_id"
    return f"EXISTS (SELECT 1 FROM {parent} WHERE {parent}.id = {child}.{column})"


def stand_behind(table: str, *, parent: str = "", key: str = "") -> None:
    """Let a new table show the rows of the organisation where one acts, or with their parent.

    ``key`` names the column that leads to the parent if it is not ``<parent>_id``.
    """
    raise_wall({table: opens_with(table, parent, key=key) if parent else OWN})


def raise_wall(policies: Mapping[str, str]) -> None:
    """Let each table show, and take, only the rows of its policy."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, rows in policies.items():
        op.execute(f"CREATE POLICY wall ON {table} USING ({rows}) WITH CHECK ({rows})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def take_down(tables: Iterable[str]) -> None:
    """Let everybody see every row again."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in tables:
        op.execute(f"DROP POLICY wall ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
