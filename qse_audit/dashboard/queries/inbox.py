"""The messages of one person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, select
from sqlalchemy.orm import Session

from qse_audit.core.permissions import Kind
from qse_audit.core.text import Message
from qse_audit.dashboard.rules import as_message
from qse_audit.db.outbox import Notice
from qse_audit.policies import Identity

UNREAD = case((Notice.read_at.is_(None), 1), else_=0).label("unread")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """One message as shown."""

    id: int
    message: Message
    at: datetime
    is_read: bool
    subject_kind: Kind | None
    subject_id: int | None


def notices(who: Identity, *, unread_only: bool = False) -> Select[Any]:
    """Return the messages of a person in the organisation where they act, unordered."""
    statement = select(
        Notice.id,
        Notice.at,
        Notice.msgid,
        Notice.values,
        Notice.read_at,
        Notice.subject_kind,
        Notice.subject_id,
        UNREAD,
    ).where(Notice.person_id == who.user_id, Notice.organisation_id == who.organisation_id)
    return statement.where(Notice.read_at.is_(None)) if unread_only else statement


def unread_first() -> list[tuple[ColumnElement[Any], bool]]:
    """Return the order of the inbox, for keyset paging: unread first, then the newest."""
    return [(UNREAD, True), (Notice.id.expression, True)]


def notice_maker(locale: str) -> Callable[[Row[Any]], NoticeLine]:
    """Return the function that makes a line of a row, its days in the language of the page."""

    def make(row: Row[Any]) -> NoticeLine:
        return NoticeLine(
            id=row.id,
            message=as_message(row.msgid, row.values, locale),
            at=row.at,
            is_read=row.read_at is not None,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
        )

    return make


def count_notices(session: Session, who: Identity) -> int:
    """Return how many messages the person has here."""
    return session.scalar(select(func.count()).select_from(notices(who).subquery())) or 0
