"""The second wall: PostgreSQL itself refuses the rows of other organisations.

Each transaction first says who acts, and where; the policies of ``migrations/wall.py`` compare.
Whoever says nothing sees nothing. What was said ends with the transaction, so that a connection
of the pool knows nobody. SQLite has no such policies: there the first wall stands alone.

Every session of the toolkit is opened here: :func:`silent_session` for a request whose visitor is
not known yet, :func:`acting_session` on behalf of a person, :func:`system_session` for a job or a
command.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, SessionTransaction

log = logging.getLogger("qse_audit.db.wall")

ACTING = "acting"
"""Where a session keeps who acts: (organisation, person), as the database reads them."""
SYSTEM = ("system", "0")
"""Jobs, commands and pages for whoever is not signed in: every organisation."""
NOBODY = ("", "")
"""What the database believes of whoever says nothing."""
TELLING = "SELECT set_config('qse.organisation', %s, true), set_config('qse.person', %s, true)"
"""The statement that says who acts; what it says ends with the transaction."""
BEFORE_THE_WALL: Mapping[str, str] = MappingProxyType(
    {
        "organisation": "a name, shown to partners and read before anybody is known",
        "person": "a name and an address, shared by every organisation of the person",
        "membership": "says where a person may act, so it is read before they act anywhere",
        "sign_in_session": "says who is asking, so it is read first; found by the hash of a secret",
        "sign_in_failure": "counts tries of people who are not known",
        "one_time_token": "found by the hash of a secret, by whoever is not known yet",
        "mail": "belongs to an address; the job that sends it serves everybody",
        "counter": "numbers only; the next one is taken for a partner too",
        "participation": "ids only: who is tied to what; the thing itself stands behind the wall",
        "lease": "one line a job, nobody’s",
        "certification_version": "published for everybody",
        "block": "published for everybody",
        "capability": "published for everybody",
        "criterion": "published for everybody",
    }
)
"""The tables that no policy closes, each with the reason; every other table has one."""


def silent_session(engine: Engine) -> Session:
    """Open a session that has not said who acts: it sees what stands before the wall."""
    return _told(Session(engine), NOBODY)


def acting_session(engine: Engine, *, organisation_id: int, person_id: int) -> Session:
    """Open a session that sees what a person may see in one organisation."""
    return _told(Session(engine), _named(organisation_id, person_id))


def system_session(engine: Engine) -> Session:
    """Open a session for a job or a command, which acts for every organisation."""
    return _told(Session(engine), SYSTEM)


def act_as(session: Session, *, organisation_id: int, person_id: int) -> None:
    """Let the session see what a person may see in one organisation, from now on."""
    _told(session, _named(organisation_id, person_id))


def act_as_system(session: Session) -> None:
    """Let the session see every organisation, from now on."""
    _told(session, SYSTEM)


def act_as_nobody(session: Session) -> None:
    """Let the session see what stands before the wall alone, from now on."""
    _told(session, NOBODY)


@contextmanager
def lifted(session: Session) -> Iterator[None]:
    """Let the session see every organisation meanwhile, for what nobody can own yet.

    What fails inside is undone.
    """
    before = session.info.get(ACTING, NOBODY)
    try:
        with session.begin_nested():
            act_as_system(session)
            yield
    finally:
        _told(session, before)


@contextmanager
def within(session: Session, organisation_id: int) -> Iterator[None]:
    """Let the session read one organisation meanwhile, as the same person.

    For what somebody tied to a portfolio before they left the company: the caller names the
    organisation of that portfolio, and reads there what the portfolio names alone. Nothing
    changes for who acts there already, for the system, and for nobody, who still sees nothing.
    What fails inside is undone.
    """
    before = session.info.get(ACTING, NOBODY)
    there = (str(organisation_id), before[1])
    if before in {there, SYSTEM, NOBODY}:
        yield
        return
    try:
        with session.begin_nested():
            _told(session, there)
            yield
    finally:
        _told(session, before)


def is_above_the_wall(engine: Engine) -> bool:
    """Say whether the database lets this user through every policy: superusers and the like."""
    if engine.dialect.name != "postgresql":
        return False
    asked = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    with engine.connect() as connection:
        return bool(connection.scalar(asked))


def warn_above_the_wall(engine: Engine) -> None:
    """Warn when the database lets its user see every organisation."""
    if is_above_the_wall(engine):
        log.warning(
            "the database user is a superuser: PostgreSQL does not keep organisations apart as a "
            "second wall; give qse-audit a user of its own (docs/operations.md)"
        )


def tell(connection: Connection, acting: tuple[str, str]) -> None:
    """Tell PostgreSQL who acts until the transaction ends.

    :raises OperationalError: when the database is away, as any statement does.
    """
    if connection.dialect.name != "postgresql":
        return
    driver: Any = connection.connection.driver_connection
    try:
        with driver.pipeline():  # travels with the BEGIN that comes before it
            driver.execute(TELLING, acting)
    except connection.dialect.loaded_dbapi.OperationalError as error:
        connection.invalidate(error)
        raise OperationalError(TELLING, acting, error, connection_invalidated=True) from error


def _named(organisation_id: int, person_id: int) -> tuple[str, str]:
    return str(organisation_id), str(person_id)


def _told(session: Session, acting: tuple[str, str]) -> Session:
    session.info[ACTING] = acting
    if session.in_transaction():
        tell(session.connection(), acting)
    return session


@event.listens_for(Session, "after_begin")
def _tell_who_acts(session: Session, _: SessionTransaction, connection: Connection) -> None:
    acting = session.info.get(ACTING, NOBODY)
    if acting != NOBODY:
        tell(connection, acting)
