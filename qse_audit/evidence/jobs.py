"""Jobs about files, run by the scheduler or by ``qse-audit run-job``."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ColumnClause, ColumnElement, column, inspect, select, table, true
from sqlalchemy.orm import Session, joinedload

from qse_audit.documents.store import FileStore
from qse_audit.evidence.models import Evidence, Withdrawal

AT_ONCE = 500
"""How many withdrawals one run looks at."""
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


def erase_withdrawn(session: Session, files: FileStore, now: datetime) -> int:
    """Remove the bytes of the files that were withdrawn, where no other row uses them.

    Bytes sent again since are left alone: their new row may be on its way; without one, the sweep
    removes them. A file that went is noted with its withdrawal.

    :returns: how many withdrawals were settled.
    """
    waiting = session.scalars(
        select(Withdrawal)
        .where(Withdrawal.erased_at.is_(None))
        .options(joinedload(Withdrawal.evidence))
        .order_by(Withdrawal.id)
        .limit(AT_ONCE)
    ).all()
    used = set(addresses_in_use(session)) if waiting else set()
    count = 0
    for withdrawal in waiting:
        evidence = withdrawal.evidence
        addresses = {evidence.sha256, evidence.thumbnail_sha256} - {None}
        sent_again = any(_is_younger(files, a, evidence.uploaded_at) for a in addresses if a)
        if sent_again or used & addresses:
            continue
        for address in addresses:
            files.remove(str(address))
        withdrawal.erased_at = now
        count += 1
    return count


def _is_younger(files: FileStore, address: str, at: datetime) -> bool:
    kept_at = files.kept_at(address)
    return kept_at is not None and kept_at > at


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
            select(place)
            .where(place.is_not(None), _is_kept(place))
            .execution_options(yield_per=5_000)
        )
        for value in rows:
            if isinstance(place.type, JSON):
                yield from value.values()
            else:
                yield value


def _is_kept(place: ColumnClause[Any]) -> ColumnElement[bool]:
    """Return the condition that a row still needs its file: what was withdrawn keeps its hash."""
    if str(place.table) != Evidence.__tablename__:
        return true()
    return column("id", _selectable=place.table).not_in(select(Withdrawal.evidence_id))
