"""What the tests of accounts share: people with passwords, links, and the database read again."""

from collections.abc import Callable, Iterator

import pytest
from flask import request_started
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qse_audit.accounts import queries, services
from qse_audit.accounts.models import Membership, Person, SignInSession
from qse_audit.accounts.services.passwords import HASHER
from qse_audit.core.clock import now
from qse_audit.core.permissions import Role
from qse_audit.policies import Identity

PASSWORD = "un vélo bleu sous la pluie"
HASH = HASHER.hash(PASSWORD)


@pytest.fixture(autouse=True)
def let_go(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the test’s own transaction go before each request: SQLite has one writer."""
    if "session" not in request.fixturenames:
        yield
        return
    session: Session = request.getfixturevalue("session")

    def release(_: object, **__: object) -> None:
        session.rollback()

    with request_started.connected_to(release):
        yield


@pytest.fixture
def with_password(session: Session) -> Callable[[Identity], str]:
    """Give somebody of the cast the password ``PASSWORD``; return their address."""

    def with_password(who: Identity) -> str:
        session.execute(update(Person).where(Person.id == who.user_id).values(password_hash=HASH))
        email = str(session.scalar(select(Person.email).where(Person.id == who.user_id)))
        session.commit()  # SQLite has one writer: the test lets go
        return email

    return with_password


@pytest.fixture
def invited(session: Session, cast) -> Callable[..., str]:
    """Invite an address to the company as Inès would; return the token of the link."""

    def invited(
        email: str = "lea@example.org", roles: frozenset[Role] = frozenset({Role.AUDITOR}), at=None
    ) -> str:
        organisation = queries.get_organisation(session, cast.company)
        draft = services.InvitationDraft("Léa Fontaine", email, roles)
        _, token = services.invite(session, organisation, draft, actor=cast.ines, now=at or now())
        session.commit()
        return token

    return invited


@pytest.fixture
def reset_link(session: Session) -> Callable[..., str]:
    """Ask for a new password as somebody would; return the token of the link."""

    def reset_link(email: str, at=None) -> str:
        _, token = services.new_reset_link(session, email, now=at or now())
        session.commit()
        return token

    return reset_link


@pytest.fixture
def roles_of(session: Session) -> Callable[[int, int], set[Role]]:
    """Read the roles of a person in an organisation from the database."""

    def roles_of(person_id: int, organisation_id: int) -> set[Role]:
        session.rollback()
        found = select(Membership.role).where(
            Membership.person_id == person_id, Membership.organisation_id == organisation_id
        )
        roles = set(session.scalars(found))
        session.rollback()
        return roles

    return roles_of


@pytest.fixture
def open_sessions(session: Session) -> Callable[[Identity], int]:
    """Count the browsers where somebody is signed in."""

    def open_sessions(who: Identity) -> int:
        session.rollback()
        found = select(SignInSession.id).where(
            SignInSession.person_id == who.user_id, SignInSession.revoked_at.is_(None)
        )
        count = len(session.scalars(found).all())
        session.rollback()
        return count

    return open_sessions
