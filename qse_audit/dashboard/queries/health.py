"""Whether the database and the scheduler are alive."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from qse_audit.dashboard.rules import ALIVE_SECONDS
from qse_audit.db.lease import SCHEDULER, database_now, last_beat


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What supervisors ask."""

    database_kind: str
    last_beat: datetime | None
    alive: bool
    """Whether a scheduler has beaten lately, in this process or another."""


def health(session: Session) -> Health:
    """Return the state of the database and of the scheduler.

    :raises sqlalchemy.exc.SQLAlchemyError: if the database does not answer.
    """
    beat = last_beat(session, SCHEDULER)
    age = (database_now(session) - beat).total_seconds() if beat else None
    return Health(
        database_kind=session.get_bind().dialect.name,
        last_beat=beat,
        alive=age is not None and age < ALIVE_SECONDS,
    )
