"""Reading single-use links: invitations and password resets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import OneTimeToken, Person
from qse_audit.accounts.queries.signed_in import token_hash
from qse_audit.accounts.rules import LinkFacts, TokenPurpose
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Role


def get_link(session: Session, token: str) -> OneTimeToken | None:
    """Return the link that a token opens, whatever its state; ``None`` for no link of ours."""
    return session.scalars(
        select(OneTimeToken).where(OneTimeToken.token_hash == token_hash(token))
    ).first()


def link_facts(link: OneTimeToken | None) -> LinkFacts | None:
    """Return what the rules need to judge a link."""
    if link is None:
        return None
    return LinkFacts(
        purpose=link.purpose,
        expires_at=link.expires_at,
        used_at=link.used_at,
        revoked_at=link.revoked_at,
    )


def get_invitation(session: Session, invitation_id: int) -> OneTimeToken:
    """Return an invitation.

    :raises NotFound: if there is none.
    """
    found = session.get(OneTimeToken, invitation_id)
    if found is None or found.purpose is not TokenPurpose.INVITATION:
        raise NotFound(f"invitation {invitation_id}")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationLine:
    """One invitation that nobody has accepted yet."""

    id: int
    name: str
    email: str
    roles: tuple[Role, ...]
    invited_by: str
    created_at: datetime
    expires_at: datetime
    expired: bool


def pending_invitations(
    session: Session, organisation_id: int, *, at: datetime
) -> Sequence[InvitationLine]:
    """Return the invitations of an organisation that wait or have expired, newest first."""
    rows = session.execute(
        select(
            OneTimeToken.id,
            OneTimeToken.email,
            OneTimeToken.payload,
            OneTimeToken.created_at,
            OneTimeToken.expires_at,
            Person.name.label("invited_by"),
        )
        .outerjoin(Person, Person.id == OneTimeToken.created_by_id)
        .where(
            OneTimeToken.organisation_id == organisation_id,
            OneTimeToken.purpose == TokenPurpose.INVITATION,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.revoked_at.is_(None),
        )
        .order_by(OneTimeToken.id.desc())
    )
    return [
        InvitationLine(
            id=row.id,
            name=row.payload.get("name", ""),
            email=row.email,
            roles=tuple(Role(role) for role in row.payload.get("roles", ())),
            invited_by=row.invited_by or "",
            created_at=row.created_at,
            expires_at=row.expires_at,
            expired=row.expires_at <= at,
        )
        for row in rows
    ]
