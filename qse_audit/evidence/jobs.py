"""Jobs about files, run by the scheduler or by ``qse-audit run-job``."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ColumnClause, column, inspect, select, table
from sqlalchemy.orm import Session

from qse_audit.documents.store import FileStore

GRACE = timedelta(days=1)
"""How long a file may wait for its row: an upload that is being saved is never swept."""


def sweep(session: Session, files: FileStore, now: datetime) -> int:
    """Remove files that no row refers to and uploads that never ended, older than a day.

    A column holds addresses when it is called ``sha256`` or ``…_sha256``, or ``files`` (a mapping
    to addresses), in whatever table: a new feature is covered by the names of its columns.

    :returns: how many files and unfinished uploads were removed.
    """
    before = now - GRACE
    count = files.drop_interrupted(before)
    candidates = {sha256 for sha256, kept_at in files.kept() if kept_at < before}
    if candidates:
        candidates.difference_update(addresses_in_use(session))
    for sha256, kept_at in list(files.kept()) if candidates else ():
        if sha256 in candidates and kept_at < before:  # not kept again in between
            files.remove(sha256)
            count += 1
    return count


def address_columns(session: Session) -> tuple[ColumnClause[Any], ...]:
    """Return every column of the database that may hold the address of a file.

    The database itself is asked: what a process happens to have imported does not matter.
    """
    found = inspect(session.connection()).get_multi_columns()
    return tuple(
        column(described["name"], described["type"], _selectable=table(name))
        for (_, name), columns in sorted(found.items())
        for described in columns
        if described["name"] == "files" or described["name"].endswith("sha256")
    )


def addresses_in_use(session: Session) -> Iterator[str]:
    """Give every address that a row refers to; one statement a column."""
    for place in address_columns(session):
        rows = session.scalars(
            select(place).where(place.is_not(None)).execution_options(yield_per=5_000)
        )
        for value in rows:
            if isinstance(place.type, JSON):
                yield from value.values()
            else:
                yield value
