"""Keeping and checking passwords."""

from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Membership, OneTimeToken, Person, SignInSession
from qse_audit.accounts.queries import get_person_by_email
from qse_audit.accounts.rules import WRONG_PASSWORD, TokenPurpose, normal_email, password_problem
from qse_audit.core.errors import refuse_all
from qse_audit.db.trail import Act, record

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""Argon2id, 19 MiB, two passes (OWASP Password Storage)."""
ABSENT = (
    "$argon2id$v=19$m=19456,t=2,p=1$+ve2C1pXIpyHnxKw9waoug"
    "$EiUPtF1eMi7v2hkUxqik9QLVD0k+vIe0YZ9ax7OoWlk"
)
"""The hash of a forgotten random text, checked when no account exists: the answer takes as long."""


def check_password(session: Session, email: str, password: str) -> Person | None:
    """Return the person whose password this is, ``None`` otherwise, in the same time."""
    person = get_person_by_email(session, normal_email(email))
    stored = person.password_hash if person else None
    try:
        HASHER.verify(stored or ABSENT, password)
    except (VerificationError, InvalidHashError):
        return None
    return person if person and stored and person.disabled_at is None else None


def set_password(session: Session, person: Person, password: str, *, now: datetime) -> None:
    """Give ``person`` a new password; every reset link that waits dies.

    :raises Refused: for a password that is too short or guessable.
    """
    refuse_all([r for r in [password_problem(password, email=person.email)] if r])
    person.password_hash = HASHER.hash(password)
    session.execute(
        update(OneTimeToken)
        .where(
            OneTimeToken.email == person.email,
            OneTimeToken.purpose == TokenPurpose.RESET,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    record_everywhere(session, person, "person.password", actor_id=person.id, now=now)


def change_password(
    session: Session,
    person: Person,
    *,
    old: str,
    new: str,
    keep_session_id: int,
    now: datetime,
) -> None:
    """Replace one’s own password and end every other browser’s session.

    :raises Refused: when the old one is wrong or the new one is not acceptable.
    """
    refuse_all([] if check_password(session, person.email, old) else [WRONG_PASSWORD])
    set_password(session, person, new, now=now)
    session.execute(
        update(SignInSession)
        .where(
            SignInSession.person_id == person.id,
            SignInSession.id != keep_session_id,
            SignInSession.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def record_everywhere(
    session: Session, person: Person, verb: str, *, actor_id: int | None, now: datetime
) -> None:
    """Record an act on a person in the chain of each organisation that they belong to."""
    places = session.scalars(
        select(Membership.organisation_id)
        .where(Membership.person_id == person.id)
        .distinct()
        .order_by(Membership.organisation_id)
    ).all()
    for organisation_id in places:
        act = Act(verb=verb, kind="person", subject_id=person.id, texts={"name": person.name})
        record(session, act, organisation_id=organisation_id, actor_id=actor_id, now=now)
