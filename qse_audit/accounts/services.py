"""Changing organisations, people and their access. Each function is one act; none commits."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Membership, Organisation, Person, SignInSession, Site
from qse_audit.accounts.queries import get_person_by_email, token_hash
from qse_audit.accounts.rules import OrganisationKind, normal_email, roles_fit
from qse_audit.core.clock import now as current
from qse_audit.core.errors import NotFound, refuse_all
from qse_audit.core.permissions import Role
from qse_audit.db.trail import Act, record

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""Argon2id, 19 MiB, two passes (OWASP Password Storage)."""
ABSENT = HASHER.hash(secrets.token_hex(16))
"""Checked when no account exists, so that the answer takes the same time."""


def create_organisation(
    session: Session, *, name: str, kind: OrganisationKind, actor_id: int | None, now: datetime
) -> Organisation:
    """Add an organisation; its event chain starts with it."""
    organisation = Organisation(name=name.strip(), kind=kind, created_at=now)
    session.add(organisation)
    session.flush()
    act = Act(
        verb="organisation.create",
        kind="organisation",
        subject_id=organisation.id,
        data={"kind": kind.value},
        texts={"name": organisation.name},
    )
    record(session, act, organisation_id=organisation.id, actor_id=actor_id, now=now)
    return organisation


def create_person(
    session: Session,
    *,
    name: str,
    email: str,
    password: str | None,
    locale: str = "fr",
    now: datetime,
) -> Person:
    """Add a person who can sign in once they have a role; no role is given here."""
    person = Person(
        name=name.strip(),
        email=normal_email(email),
        password_hash=HASHER.hash(password) if password else None,
        locale=locale,
        created_at=now,
    )
    session.add(person)
    session.flush()
    return person


def grant_roles(
    session: Session,
    person: Person,
    organisation: Organisation,
    roles: Iterable[Role],
    *,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Give ``person`` the roles that they do not have yet in ``organisation``.

    :raises Refused: for a role that has no meaning there.
    """
    wanted = set(roles)
    refuse_all([r for r in [roles_fit(organisation.kind, wanted)] if r])
    held = set(
        session.scalars(
            select(Membership.role).where(
                Membership.person_id == person.id, Membership.organisation_id == organisation.id
            )
        )
    )
    new = sorted(wanted - held)
    session.add_all(
        Membership(person_id=person.id, organisation_id=organisation.id, role=r, granted_at=now)
        for r in new
    )
    act = Act(
        verb="person.grant",
        kind="person",
        subject_id=person.id,
        data={"roles": new},
        texts={"name": person.name},
    )
    record(session, act, organisation_id=organisation.id, actor_id=actor_id, now=now)


def add_site(
    session: Session,
    organisation: Organisation,
    *,
    name: str,
    address: str,
    actor_id: int,
    now: datetime,
) -> Site:
    """Add a place where the organisation works."""
    site = Site(organisation_id=organisation.id, name=name.strip(), address=address.strip())
    session.add(site)
    session.flush()
    act = Act(verb="site.create", kind="site", subject_id=site.id, texts={"name": site.name})
    record(session, act, organisation_id=organisation.id, actor_id=actor_id, now=now)
    return site


def check_password(session: Session, email: str, password: str) -> Person | None:
    """Return the person whose password this is, ``None`` otherwise, in the same time."""
    person = get_person_by_email(session, normal_email(email))
    stored = person.password_hash if person else None
    try:
        HASHER.verify(stored or ABSENT, password)
    except (VerificationError, InvalidHashError):
        return None
    return person if person and stored and person.disabled_at is None else None


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
