"""Counting failed sign-ins in the database, so that every server process counts together."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, case, update
from sqlalchemy.orm import Session

from qse_audit.accounts.models import SignInFailure
from qse_audit.accounts.rules import THROTTLE_WINDOW
from qse_audit.db.upsert import insert_or


def claim_try(engine: Engine, limits: Mapping[str, int], *, now: datetime) -> int:
    """Count one try under each key; return how many seconds to wait, 0 to go on.

    The try is counted before it is made, in a transaction of its own: parallel guesses cannot
    slip through, and an answer that is rolled back still counts. :func:`forgive` takes it back.
    """
    with engine.begin() as connection:
        waits = [_count(connection, key, limits[key], now=now) for key in sorted(limits)]
    return max(waits, default=0)


def _count(connection: Connection, key: str, limit: int, *, now: datetime) -> int:
    over = SignInFailure.since <= now - THROTTLE_WINDOW
    row = connection.execute(
        insert_or(connection, SignInFailure)
        .values(key=key, count=1, since=now)
        .on_conflict_do_update(
            index_elements=["key"],
            set_={
                "count": case((over, 1), else_=SignInFailure.count + 1),
                "since": case((over, now), else_=SignInFailure.since),
            },
        )
        .returning(SignInFailure.count.label("tries"), SignInFailure.since)
    ).one()
    if row.tries <= limit:
        return 0
    left: timedelta = row.since + THROTTLE_WINDOW - now
    return max(1, math.ceil(left.total_seconds()))


def forgive(session: Session, *, account: str, address: str = "") -> None:
    """Forget the failures of an account and take back one try of an address: it succeeded."""
    session.execute(update(SignInFailure).where(SignInFailure.key == account).values(count=0))
    if address:
        session.execute(
            update(SignInFailure)
            .where(SignInFailure.key == address, SignInFailure.count > 0)
            .values(count=SignInFailure.count - 1)
        )
