"""One process at a time: leases for what may run once only."""

from datetime import datetime, timedelta

from sqlalchemy import String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from qse_audit.core import clock
from qse_audit.db.base import Base
from qse_audit.db.upsert import insert_missing

SCHEDULER = "scheduler"
"""The lease of the process that runs the scheduled jobs."""
LEASE_SECONDS = 60
"""How long a process that says nothing more keeps its lease."""


class Lease(Base):
    """The process that may do a thing until an instant."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(64), unique=True)
    holder: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]
    beat_at: Mapped[datetime]
    """When the holder last said that it is alive."""


def take_lease(session: Session, name: str, *, holder: str, now: datetime, seconds: int) -> bool:
    """Take or keep the lease ``name`` for ``seconds``; say whether ``holder`` has it now."""
    insert_missing(session, Lease, name=name, holder=holder, until=now, beat_at=now)
    lease = session.scalars(select(Lease).where(Lease.name == name).with_for_update()).one()
    if lease.holder != holder and lease.until > now:
        return False
    lease.holder, lease.beat_at = holder, now
    lease.until = now + timedelta(seconds=seconds)
    session.flush()
    return True


def last_beat(session: Session, name: str) -> datetime | None:
    """Return when the holder of ``name`` was last alive, ``None`` if nobody ever was."""
    return session.scalar(select(Lease.beat_at).where(Lease.name == name))


def release_lease(session: Session, name: str, *, holder: str, now: datetime) -> None:
    """Give the lease ``name`` back at once, if ``holder`` has it."""
    session.execute(
        update(Lease).where(Lease.name == name, Lease.holder == holder).values(until=now)
    )


def database_now(session: Session) -> datetime:
    """Return the current instant by the clock of the database, which all processes share.

    SQLite has the clock of this machine, and so have all its processes.
    """
    if session.get_bind().dialect.name == "postgresql":
        at: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
        return at
    return clock.now()
