"""Messages to people: the inbox in the application, and the mail that leaves through an outbox.

Every message has a unique key, so that a job may run twice, or in four processes, and a person
hears once. States of a mail: due → claimed → sending → sent, or uncertain when the process died
between sending and saying so: never twice, never silently lost; what is uncertain is shown.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column

from qse_audit.core.permissions import Kind
from qse_audit.core.text import Message
from qse_audit.db.base import Base, BigId, code
from qse_audit.db.upsert import insert_missing


class Notice(Base):
    """One line of a person’s inbox; its text is a msgid and values, worded when shown."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_notice_person", "person_id", "organisation_id", "read_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, sort_order=-1)
    key: Mapped[str] = mapped_column(String(120))
    """``reminder/action/12/-7/2026-11-30``: once and for all."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    at: Mapped[datetime]
    msgid: Mapped[str] = mapped_column(Text)
    values: Mapped[dict[str, Any]]
    subject_kind: Mapped[Kind | None] = mapped_column(code(Kind))
    subject_id: Mapped[int | None]
    read_at: Mapped[datetime | None]


class MailState(StrEnum):
    """Where a mail stands."""

    DUE = "due"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    DROPPED = "dropped"
    """A person looked at what was uncertain or failed and let it be."""


class Mail(Base):
    """One mail that must leave, at most once."""

    __tablename__ = "mail"
    __table_args__ = (UniqueConstraint("key"), Index("ix_mail_state", "state", "due_at", "id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, sort_order=-1)
    key: Mapped[str] = mapped_column(String(120))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[MailState] = mapped_column(code(MailState), default=MailState.DUE)
    posted_at: Mapped[datetime]
    """When it was put in the outbox, or put there again by a person."""
    due_at: Mapped[datetime]
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(500), default="")


def notify(
    session: Session,
    message: Message,
    *,
    key: str,
    person_id: int,
    organisation_id: int,
    subject: tuple[Kind, int] | None = None,
    now: datetime,
) -> bool:
    """Put ``message`` in a person’s inbox, once for each ``key``; say whether it is new."""
    kind, subject_id = subject or (None, None)
    return (
        insert_missing(
            session,
            Notice,
            key=key,
            person_id=person_id,
            organisation_id=organisation_id,
            at=now,
            msgid=message.msgid,
            values={name: str(value) for name, value in message.values.items()},
            subject_kind=kind,
            subject_id=subject_id,
        )
        is not None
    )


def post_mail(
    session: Session,
    *,
    key: str,
    address: str,
    subject: str,
    text: str,
    person_id: int | None = None,
    now: datetime,
) -> bool:
    """Put a mail in the outbox, once for each ``key``; say whether it is new."""
    return (
        insert_missing(
            session,
            Mail,
            key=key,
            person_id=person_id,
            address=address,
            subject=subject[:200],
            text=text,
            state=MailState.DUE,
            posted_at=now,
            due_at=now,
            tries=0,
            problem="",
        )
        is not None
    )
