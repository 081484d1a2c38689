"""The mails that did not leave as they should, for the administrators of those they concern."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Membership, OneTimeToken
from qse_audit.core.errors import NotFound
from qse_audit.core.text import Message
from qse_audit.dashboard.rules import PROBLEMS
from qse_audit.db.outbox import Mail, MailState
from qse_audit.policies import Access

TROUBLED = (MailState.UNCERTAIN, MailState.FAILED)
SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLine:
    """One mail as shown: never its text, which may hold a link that opens an account."""

    id: int
    address: str
    subject: str
    state: MailState
    tries: int
    posted_at: datetime
    problem: str
    organisations: frozenset[int] = frozenset()

    @property
    def explanation(self) -> Message | None:
        """Return what went wrong in people’s words; ``None`` when the server said it."""
        return PROBLEMS.get(self.problem)

    def access(self) -> Access:
        """Return what the policy may know: the organisations of the person it goes to."""
        return Access(organisations=self.organisations, status=self.state)


def concerns(organisation_id: int) -> ColumnElement[bool]:
    """Return the condition that a mail goes to a member, or to someone invited here."""
    member = exists().where(
        Membership.person_id == Mail.person_id, Membership.organisation_id == organisation_id
    )
    invited = exists().where(
        OneTimeToken.email == Mail.address, OneTimeToken.organisation_id == organisation_id
    )
    return or_(member, invited)


def mail_problems(session: Session, organisation_id: int) -> Sequence[MailLine]:
    """Return the mails that are uncertain or given up, the newest first."""
    rows = session.execute(
        _lines()
        .where(Mail.state.in_(TROUBLED), concerns(organisation_id))
        .order_by(Mail.id.desc())
        .limit(SHOWN)
    )
    return [MailLine(**row._mapping) for row in rows]


def count_waiting(session: Session, organisation_id: int) -> int:
    """Return how many mails wait for the server."""
    waiting = (MailState.DUE, MailState.CLAIMED, MailState.SENDING)
    statement = select(func.count()).where(Mail.state.in_(waiting), concerns(organisation_id))
    return session.scalar(statement) or 0


def get_mail(session: Session, mail_id: int) -> MailLine:
    """Return a mail and the organisations whose administrators look after it.

    :raises NotFound: if there is none, or nothing is wrong with it.
    """
    row = session.execute(_lines().where(Mail.id == mail_id, Mail.state.in_(TROUBLED))).first()
    if row is None:
        raise NotFound(f"mail {mail_id}")
    members = select(Membership.organisation_id).join(Mail, Mail.person_id == Membership.person_id)
    invited = select(OneTimeToken.organisation_id).join(Mail, Mail.address == OneTimeToken.email)
    here = session.scalars(
        members.where(Mail.id == mail_id).union(
            invited.where(Mail.id == mail_id, OneTimeToken.organisation_id.is_not(None))
        )
    )
    return MailLine(**row._mapping, organisations=frozenset(here))


def _lines() -> Any:
    return select(
        Mail.id,
        Mail.address,
        Mail.subject,
        Mail.state,
        Mail.tries,
        Mail.posted_at,
        Mail.problem,
    )
