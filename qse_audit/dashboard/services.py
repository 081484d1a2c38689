"""What people do with their messages, and administrators with the mails that did not leave."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Kind
from qse_audit.dashboard.queries.mails import TROUBLED, MailLine
from qse_audit.db.outbox import Mail, MailState, Notice
from qse_audit.db.trail import Act, record
from qse_audit.policies import Identity


def read_notice(
    session: Session, notice_id: int, *, actor: Identity, now: datetime
) -> tuple[Kind | None, int | None]:
    """Mark one’s own message as read; return what it is about.

    :raises NotFound: for the message of someone else, as for one that does not exist.
    """
    notice = session.get(Notice, notice_id)
    if notice is None or notice.person_id != actor.user_id:
        raise NotFound(f"notice {notice_id}")
    notice.read_at = notice.read_at or now
    return notice.subject_kind, notice.subject_id


def read_all_notices(session: Session, *, actor: Identity, now: datetime) -> None:
    """Mark all one’s messages in the organisation where one acts as read."""
    session.execute(
        update(Notice)
        .where(
            Notice.person_id == actor.user_id,
            Notice.organisation_id == actor.organisation_id,
            Notice.read_at.is_(None),
        )
        .values(read_at=now)
    )


def resend_mail(session: Session, mail: MailLine, *, actor: Identity, now: datetime) -> None:
    """Put a mail in the outbox again: a person decides that it may arrive twice."""
    values = {
        "state": MailState.DUE,
        "tries": 0,
        "due_at": now,
        "posted_at": now,
        "claimed_by": None,
        "problem": "",
    }
    _settle(session, mail, "resend", values, actor=actor, now=now)


def drop_mail(session: Session, mail: MailLine, *, actor: Identity, now: datetime) -> None:
    """Let a mail be, after a person has looked at it."""
    _settle(session, mail, "drop", {"state": MailState.DROPPED}, actor=actor, now=now)


def _settle(
    session: Session,
    mail: MailLine,
    name: str,
    values: dict[str, object],
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """Change a mail that is still in trouble, and record who decided.

    :raises NotFound: if someone else has just done it.
    """
    changed = session.execute(
        update(Mail)
        .where(Mail.id == mail.id, Mail.state.in_(TROUBLED))
        .values(**values)
        .returning(Mail.id)
    ).first()
    if changed is None:
        raise NotFound(f"mail {mail.id}")
    act = Act(verb=f"mail.{name}", kind="mail", subject_id=mail.id, data={"state": mail.state})
    record(session, act, organisation_id=actor.organisation_id, actor_id=actor.user_id, now=now)
