"""Single-use links: invitations and password resets. Only their SHA-256 is stored."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Membership, OneTimeToken, Organisation, Person
from qse_audit.accounts.queries import (
    get_organisation,
    get_person_by_email,
    link_facts,
    roles_in,
    token_hash,
)
from qse_audit.accounts.rules import (
    ALREADY_MEMBER,
    BAD_EMAIL,
    BELONGS_ELSEWHERE,
    INVITATION_LIFE,
    INVITATION_OVER,
    NO_ROLE,
    RESET_LIFE,
    TokenPurpose,
    is_email,
    link_problem,
    may_grant,
    normal_email,
    one_line,
    roles_fit,
)
from qse_audit.accounts.services.passwords import set_password
from qse_audit.accounts.services.people import grant_roles
from qse_audit.accounts.services.sessions import revoke_sessions
from qse_audit.core.errors import Refused, refuse_all
from qse_audit.core.permissions import Role
from qse_audit.db.trail import Act, record
from qse_audit.policies import Identity


@dataclass(frozen=True, slots=True)
class InvitationDraft:
    """Whom an administrator wants to invite, and to be what."""

    name: str
    email: str
    roles: frozenset[Role]


def invite(
    session: Session,
    organisation: Organisation,
    draft: InvitationDraft,
    *,
    actor: Identity,
    now: datetime,
) -> tuple[OneTimeToken, str]:
    """Invite somebody and return the invitation and the link’s token, never to be seen again.

    An earlier invitation of the same address that waits is replaced.

    :raises Refused: for a role above the actor’s own or without a meaning there, an address that
        is none, or somebody who belongs to the organisation already.
    """
    email = normal_email(draft.email)
    granter = roles_in(session, actor.user_id, organisation.id)
    reasons = [
        None if draft.roles else NO_ROLE,
        None if is_email(email) else BAD_EMAIL,
        may_grant(granter, draft.roles),
        roles_fit(organisation.kind, draft.roles),
        ALREADY_MEMBER if _is_member(session, email, organisation.id) else None,
    ]
    refuse_all([reason for reason in reasons if reason])
    _revoke_waiting(
        session, TokenPurpose.INVITATION, email, organisation_id=organisation.id, now=now
    )
    link, token = _new_link(
        session,
        TokenPurpose.INVITATION,
        email,
        life=INVITATION_LIFE,
        organisation_id=organisation.id,
        created_by_id=actor.user_id,
        payload={"name": one_line(draft.name), "roles": sorted(draft.roles)},
        now=now,
    )
    _record_invitation(session, link, "invitation.create", actor_id=actor.user_id, now=now)
    return link, token


def renew_invitation(
    session: Session, link: OneTimeToken, *, actor: Identity, now: datetime
) -> tuple[OneTimeToken, str]:
    """Replace an invitation that waits or has expired by one with a new link and a new term.

    :raises Refused: when it was accepted or revoked, or for what :func:`invite` refuses.
    """
    refuse_all([INVITATION_OVER] if link.used_at or link.revoked_at else [])
    assert link.organisation_id is not None  # an invitation belongs to an organisation
    draft = InvitationDraft(
        link.payload["name"], link.email, frozenset(map(Role, link.payload["roles"]))
    )
    organisation = get_organisation(session, link.organisation_id)
    return invite(session, organisation, draft, actor=actor, now=now)


def revoke_invitation(
    session: Session, link: OneTimeToken, *, actor: Identity, now: datetime
) -> None:
    """Make the link of an invitation worthless.

    :raises Refused: when it was accepted or revoked before.
    """
    refuse_all([INVITATION_OVER] if link.used_at or link.revoked_at else [])
    link.revoked_at = now
    _record_invitation(session, link, "invitation.revoke", actor_id=actor.user_id, now=now)


def accept_invitation(
    session: Session, link: OneTimeToken, person: Person, *, now: datetime
) -> Organisation:
    """Use an invitation: ``person`` gets its roles; return the organisation they join.

    :raises Refused: when the link no longer opens, or was made for another address.
    """
    assert link.organisation_id is not None  # an invitation belongs to an organisation
    _consume(session, link, TokenPurpose.INVITATION, now=now)
    refuse_all([] if link.email == person.email else [INVITATION_OVER])
    organisation = get_organisation(session, link.organisation_id)
    _record_invitation(session, link, "invitation.accept", actor_id=person.id, now=now)
    roles = map(Role, link.payload["roles"])
    grant_roles(session, person, organisation, roles, actor_id=link.created_by_id, now=now)
    return organisation


def new_reset_link(session: Session, email: str, *, now: datetime) -> tuple[OneTimeToken, str]:
    """Make a link to choose a new password; dead at birth when nobody may use it.

    The same work is done for an unknown address, so that the answer tells nothing. Earlier links
    of the address die.
    """
    email = normal_email(email)[:254]
    person = get_person_by_email(session, email)
    _revoke_waiting(session, TokenPurpose.RESET, email, organisation_id=None, now=now)
    link, token = _new_link(
        session,
        TokenPurpose.RESET,
        email,
        life=RESET_LIFE,
        created_by_id=person.id if person else None,
        payload={},
        now=now,
    )
    if person is None or person.disabled_at is not None:
        link.revoked_at = now
    return link, token


def give_reset_link(
    session: Session, person: Person, organisation: Organisation, *, actor: Identity, now: datetime
) -> str:
    """Make a reset link that an administrator hands over; return its token.

    :raises Refused: when the actor does not administer the organisation, or when the person
        belongs to another one too: the link would open that one as well.
    """
    granter = roles_in(session, actor.user_id, organisation.id)
    elsewhere = session.scalar(
        select(Membership.id)
        .where(Membership.person_id == person.id, Membership.organisation_id != organisation.id)
        .limit(1)
    )
    held = roles_in(session, person.id, organisation.id)
    reasons = [may_grant(granter, held), BELONGS_ELSEWHERE if elsewhere else None]
    refuse_all([reason for reason in reasons if reason])
    link, token = new_reset_link(session, person.email, now=now)
    link.created_by_id = actor.user_id
    act = Act(
        verb="person.reset-link",
        kind="person",
        subject_id=person.id,
        texts={"name": person.name},
    )
    record(session, act, organisation_id=organisation.id, actor_id=actor.user_id, now=now)
    return token


def reset_password(session: Session, link: OneTimeToken, password: str, *, now: datetime) -> Person:
    """Use a reset link: the person gets the new password and every session of theirs ends.

    :raises Refused: when the link no longer opens, or for a bad password (the link then stays).
    """
    person = get_person_by_email(session, link.email)
    refuse_all([r for r in [link_problem(link_facts(link), TokenPurpose.RESET, now)] if r])
    assert person is not None  # a link for nobody is dead at birth, refused above
    _consume(session, link, TokenPurpose.RESET, now=now)
    set_password(session, person, password, now=now)
    revoke_sessions(session, person.id, now=now)
    return person


def _new_link(
    session: Session,
    purpose: TokenPurpose,
    email: str,
    *,
    life: timedelta,
    payload: dict[str, Any],
    created_by_id: int | None,
    organisation_id: int | None = None,
    now: datetime,
) -> tuple[OneTimeToken, str]:
    token = secrets.token_urlsafe(32)
    link = OneTimeToken(
        token_hash=token_hash(token),
        purpose=purpose,
        email=email,
        organisation_id=organisation_id,
        payload=payload,
        created_by_id=created_by_id,
        created_at=now,
        expires_at=now + life,
    )
    session.add(link)
    session.flush()
    return link, token


def _consume(session: Session, link: OneTimeToken, purpose: TokenPurpose, *, now: datetime) -> None:
    """Use a link once: of two requests at the same instant, one changes the row.

    :raises Refused: with the reason why the link does not open.
    """
    refuse_all([r for r in [link_problem(link_facts(link), purpose, now)] if r])
    used = session.execute(
        update(OneTimeToken)
        .where(
            OneTimeToken.id == link.id,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.revoked_at.is_(None),
        )
        .values(used_at=now)
        .returning(OneTimeToken.id)
    ).first()
    if used is None:
        session.refresh(link)
        raise Refused([r for r in [link_problem(link_facts(link), purpose, now)] if r])


def _revoke_waiting(
    session: Session,
    purpose: TokenPurpose,
    email: str,
    *,
    organisation_id: int | None,
    now: datetime,
) -> None:
    same_place = (
        OneTimeToken.organisation_id.is_(None)
        if organisation_id is None
        else OneTimeToken.organisation_id == organisation_id
    )
    session.execute(
        update(OneTimeToken)
        .where(
            OneTimeToken.purpose == purpose,
            OneTimeToken.email == email,
            same_place,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def _is_member(session: Session, email: str, organisation_id: int) -> bool:
    found = (
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.email == email, Membership.organisation_id == organisation_id)
    )
    return session.scalar(found.limit(1)) is not None


def _record_invitation(
    session: Session, link: OneTimeToken, verb: str, *, actor_id: int, now: datetime
) -> None:
    assert link.organisation_id is not None  # an invitation belongs to an organisation
    act = Act(
        verb=verb,
        kind="invitation",
        subject_id=link.id,
        data={"roles": link.payload["roles"]},
        texts={"name": link.payload["name"], "email": link.email},
    )
    record(session, act, organisation_id=link.organisation_id, actor_id=actor_id, now=now)
