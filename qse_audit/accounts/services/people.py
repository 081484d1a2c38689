"""Changing people and the roles that they have."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Membership, OneTimeToken, Organisation, Person, SignInSession
from qse_audit.accounts.queries import roles_in
from qse_audit.accounts.rules import (
    NO_ROLE,
    RoleChange,
    TokenPurpose,
    normal_email,
    one_line,
    role_change_refusals,
    roles_fit,
)
from qse_audit.accounts.services.passwords import HASHER, record_everywhere
from qse_audit.accounts.services.sessions import revoke_sessions
from qse_audit.core.errors import NotFound, refuse_all
from qse_audit.core.permissions import Role
from qse_audit.db.trail import Act, record
from qse_audit.policies import Identity


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
        name=one_line(name),
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


def rename_person(session: Session, person: Person, name: str, *, now: datetime) -> None:
    """Change one’s own name."""
    if (shown := one_line(name)) != person.name:
        person.name = shown
        record_everywhere(session, person, "person.rename", actor_id=person.id, now=now)


def set_locale(session: Session, person_id: int, locale: str) -> None:
    """Keep the language that a person chose; a preference, not an act to record."""
    session.execute(update(Person).where(Person.id == person_id).values(locale=locale))


def change_roles(
    session: Session,
    person: Person,
    organisation: Organisation,
    *,
    roles: Iterable[Role],
    actor: Identity,
    now: datetime,
) -> bool:
    """Make the roles of ``person`` exactly ``roles`` and end their sessions; say if they changed.

    :raises Refused: for a role above the actor’s own, without a meaning there, or when nobody
        would administer the organisation any more.
    """
    after = frozenset(roles)
    refuse_all([] if after else [NO_ROLE])
    before = _judge_change(session, person, organisation, after=after, actor=actor)
    if before == after:
        return False
    _drop_roles(session, person.id, organisation.id, before - after)
    session.add_all(
        Membership(person_id=person.id, organisation_id=organisation.id, role=r, granted_at=now)
        for r in sorted(after - before)
    )
    _withdraw_power(session, person.id, organisation.id, before - after, now=now)
    act = Act(
        verb="person.roles",
        kind="person",
        subject_id=person.id,
        data={"before": sorted(before), "after": sorted(after)},
        texts={"name": person.name},
    )
    record(session, act, organisation_id=organisation.id, actor_id=actor.user_id, now=now)
    revoke_sessions(session, person.id, now=now)
    return True


def remove_person(
    session: Session, person: Person, organisation: Organisation, *, actor: Identity, now: datetime
) -> None:
    """End every access of ``person`` to the organisation, at once; their records stay.

    :raises Refused: for the last administrator.
    """
    before = _judge_change(session, person, organisation, after=frozenset(), actor=actor)
    _drop_roles(session, person.id, organisation.id, before)
    _withdraw_power(session, person.id, organisation.id, before, now=now)
    act = Act(
        verb="person.remove",
        kind="person",
        subject_id=person.id,
        data={"roles": sorted(before)},
        texts={"name": person.name},
    )
    record(session, act, organisation_id=organisation.id, actor_id=actor.user_id, now=now)
    session.execute(
        update(SignInSession)
        .where(
            SignInSession.person_id == person.id,
            SignInSession.organisation_id == organisation.id,
            SignInSession.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def _judge_change(
    session: Session,
    person: Person,
    organisation: Organisation,
    *,
    after: frozenset[Role],
    actor: Identity,
) -> frozenset[Role]:
    """Return the roles before the change, or raise every reason against it.

    The organisation’s row is locked: two administrators cannot remove each other at once.
    """
    session.execute(
        select(Organisation.id).where(Organisation.id == organisation.id).with_for_update()
    )
    before = roles_in(session, person.id, organisation.id)
    if not before:
        raise NotFound(f"person {person.id}")
    others = session.scalar(
        select(func.count())
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.organisation_id == organisation.id,
            Membership.role == Role.ADMINISTRATOR,
            Membership.person_id != person.id,
            Person.disabled_at.is_(None),
        )
    )
    change = RoleChange(
        kind=organisation.kind,
        granter=roles_in(session, actor.user_id, organisation.id),
        before=before,
        after=after,
        other_administrators=others or 0,
    )
    refuse_all(role_change_refusals(change))
    return before


def _drop_roles(
    session: Session, person_id: int, organisation_id: int, roles: frozenset[Role]
) -> None:
    session.execute(
        delete(Membership).where(
            Membership.person_id == person_id,
            Membership.organisation_id == organisation_id,
            Membership.role.in_(sorted(roles)),
        )
    )


def _withdraw_power(
    session: Session,
    person_id: int,
    organisation_id: int,
    lost: frozenset[Role],
    *,
    now: datetime,
) -> None:
    """Revoke the invitations that a former administrator gave and that nobody used yet."""
    if Role.ADMINISTRATOR not in lost:
        return
    session.execute(
        update(OneTimeToken)
        .where(
            OneTimeToken.organisation_id == organisation_id,
            OneTimeToken.created_by_id == person_id,
            OneTimeToken.purpose == TokenPurpose.INVITATION,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
