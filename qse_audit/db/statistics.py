"""What SQLite knows of its tables: without it, a long list is read through the wrong index."""

from sqlalchemy import text
from sqlalchemy.orm import Session

STATISTICS_SECONDS = 3_600
"""How often tables are looked at again; a SQLite connection that is older is opened anew."""
ENTRIES_LOOKED_AT = 100_000
"""How far into each index SQLite looks; nobody writes meanwhile."""


def refresh_statistics(session: Session) -> None:
    """Let SQLite look at its tables; PostgreSQL does it by itself."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text(f"PRAGMA analysis_limit={ENTRIES_LOOKED_AT}"))
        session.execute(text("ANALYZE"))
