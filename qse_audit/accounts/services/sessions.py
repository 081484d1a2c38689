"""Opening, renewing and ending what keeps a browser signed in."""

import secrets
from datetime import datetime

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Membership, Person, SignInSession
from qse_audit.accounts.queries import token_hash
from qse_audit.core.clock import now as current
from qse_audit.core.errors import NotFound


def open_session(
    session: Session,
    person: Person,
    *,
    organisation_id: int | None = None,
    address: str = "",
    agent: str = "",
    now: datetime,
) -> str | None:
    """Sign ``person`` in on one browser and return its token; ``None`` without any role.

    They act in ``organisation_id`` if they belong to it, else where they got a role first.
    """
    places = session.scalars(
        select(Membership.organisation_id)
        .where(Membership.person_id == person.id)
        .order_by(Membership.granted_at, Membership.id)
    ).all()
    if not places:
        return None
    here = organisation_id if organisation_id in places else places[0]
    token = secrets.token_urlsafe(32)
    session.add(
        SignInSession(
            token_hash=token_hash(token),
            person_id=person.id,
            organisation_id=here,
            created_at=now,
            seen_at=now,
            address=address[:45],
            agent=agent[:200],
        )
    )
    session.flush()
    return token


def touch_session(engine: Engine, session_id: int) -> None:
    """Note that a sign-in session is alive, in a transaction of its own."""
    with engine.begin() as connection:
        connection.execute(
            update(SignInSession).where(SignInSession.id == session_id).values(seen_at=current())
        )


def revoke_sessions(session: Session, person_id: int, *, now: datetime) -> None:
    """End every browser session of a person: after a change of password or of roles."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.person_id == person_id, SignInSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def end_session(session: Session, person_id: int, session_id: int, *, now: datetime) -> None:
    """End one browser’s session of a person.

    :raises NotFound: if it is not theirs, or over already.
    """
    ended = session.execute(
        update(SignInSession)
        .where(
            SignInSession.id == session_id,
            SignInSession.person_id == person_id,
            SignInSession.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .returning(SignInSession.id)
    ).first()
    if ended is None:
        raise NotFound(f"session {session_id}")


def rotate_session(session: Session, session_id: int) -> str:
    """Give a browser’s session a new token and return it; the old cookie is worth nothing."""
    token = secrets.token_urlsafe(32)
    opened = session.get_one(SignInSession, session_id)
    opened.token_hash = token_hash(token)
    return token


def elevate_session(session: Session, session_id: int, *, now: datetime) -> str:
    """Note that the person proved again who they are; return the session’s new token."""
    session.get_one(SignInSession, session_id).elevated_at = now
    return rotate_session(session, session_id)


def switch_organisation(session: Session, session_id: int, organisation_id: int) -> None:
    """Make a browser’s session act in another organisation of its person.

    :raises NotFound: if the person does not belong to it.
    """
    opened = session.get_one(SignInSession, session_id)
    member = session.scalar(
        select(Membership.id)
        .where(
            Membership.person_id == opened.person_id,
            Membership.organisation_id == organisation_id,
        )
        .limit(1)
    )
    if member is None:
        raise NotFound(f"organisation {organisation_id}")
    opened.organisation_id = organisation_id
