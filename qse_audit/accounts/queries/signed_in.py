"""Who is behind a cookie, and where else they are signed in."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, ScalarSelect, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from qse_audit.accounts.models import Membership, Organisation, Person, SignInSession
from qse_audit.accounts.rules import (
    ELEVATION_LIFE,
    SESSION_ABSOLUTE,
    SESSION_IDLE,
    device_of,
    initials,
)
from qse_audit.core.clock import now
from qse_audit.core.text import Message
from qse_audit.db.outbox import Notice
from qse_audit.db.work import Work, WorkStatus
from qse_audit.policies import Identity

TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class MembershipLine:
    """One organisation that a person may act in."""

    organisation_id: int
    organisation_name: str
    organisation_kind: str
    current: bool

    @property
    def id(self) -> int:
        """Return the organisation’s id."""
        return self.organisation_id

    @property
    def name(self) -> str:
        """Return the organisation’s name."""
        return self.organisation_name

    @property
    def kind(self) -> str:
        """Return the organisation’s kind."""
        return self.organisation_kind


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkGlance:
    """The last long work that a person asked for here and was not led to the outcome of."""

    id: int
    kind: str
    label: str
    status: WorkStatus
    done_count: int
    total_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """The person who is signed in, and where they act: one statement a request."""

    identity: Identity
    session_id: int
    name: str
    email: str
    memberships: tuple[MembershipLine, ...]
    unread_count: int
    work: WorkGlance | None
    needs_touch: bool
    is_elevated: bool
    """Whether the person proved again who they are, lately enough to sign."""

    @property
    def id(self) -> int:
        """Return the person’s id."""
        return self.identity.user_id

    @property
    def initials(self) -> str:
        """Return the letters of the avatar."""
        return initials(self.name)

    @property
    def organisation(self) -> MembershipLine:
        """Return the organisation where the person now acts."""
        return next(line for line in self.memberships if line.current)


def token_hash(token: str) -> str:
    """Return what is stored of a cookie’s or a link’s token: its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()


def visitor(session: Session, token: str) -> Visitor | None:
    """Return who is behind a cookie’s token, or ``None`` when it no longer counts."""
    at = now()
    told = {
        "token_hash": token_hash(token),
        "seen_after": at - SESSION_IDLE,
        "created_after": at - SESSION_ABSOLUTE,
    }
    rows = session.execute(_lines(), told).all()
    here = [row for row in rows if row.organisation_id == row.current_id]
    if not here:
        return None
    first = here[0]
    roles = frozenset(row.role for row in here)
    organisations = {row.organisation_id: row for row in rows}
    return Visitor(
        identity=Identity(first.person_id, first.current_id, roles, first.locale),
        session_id=first.id,
        name=first.name,
        email=first.email,
        memberships=tuple(
            MembershipLine(
                row.organisation_id,
                row.organisation_name,
                row.organisation_kind,
                row.organisation_id == first.current_id,
            )
            for row in organisations.values()
        ),
        unread_count=first.unread,
        work=_work_of(first),
        needs_touch=at - first.seen_at > TOUCH_EVERY,
        is_elevated=first.elevated_at is not None and at - first.elevated_at < ELEVATION_LIFE,
    )


def _work_of(row: Row[Any]) -> WorkGlance | None:
    if row.work_id is None:
        return None
    return WorkGlance(
        id=row.work_id,
        kind=row.work_kind,
        label=row.work_label,
        status=row.work_status,
        done_count=row.work_done,
        total_count=row.work_total,
    )


@cache  # every request asks it: making it anew takes longer than the answer
def _lines() -> Select[Any]:
    """Return the statement of a session that counts: one line a role of its person."""
    columns: list[Any] = [
        SignInSession.id,
        SignInSession.person_id,
        SignInSession.organisation_id.label("current_id"),
        SignInSession.seen_at,
        SignInSession.elevated_at,
        Person.name,
        Person.email,
        Person.locale,
        Membership.role,
        Organisation.id.label("organisation_id"),
        Organisation.name.label("organisation_name"),
        Organisation.kind.label("organisation_kind"),
        _unread().label("unread"),
        Work.id.label("work_id"),
        Work.kind.label("work_kind"),
        Work.label.label("work_label"),
        Work.status.label("work_status"),
        Work.done_count.label("work_done"),
        Work.total_count.label("work_total"),
    ]
    return (
        select(*columns)
        .join(Person, Person.id == SignInSession.person_id)
        .join(Membership, Membership.person_id == Person.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(Work, Work.id == _last_work())
        .where(
            SignInSession.token_hash == bindparam("token_hash"),
            SignInSession.revoked_at.is_(None),
            SignInSession.seen_at > bindparam("seen_after"),
            SignInSession.created_at > bindparam("created_after"),
            Person.disabled_at.is_(None),
        )
        .order_by(Organisation.name, Organisation.id)
    )


def _unread() -> ScalarSelect[int]:
    """Return how many messages wait for the person of a session, where they act."""
    return (
        select(func.count())
        .where(
            Notice.person_id == SignInSession.person_id,
            Notice.organisation_id == SignInSession.organisation_id,
            Notice.read_at.is_(None),
        )
        .scalar_subquery()
    )


def _last_work() -> ScalarSelect[int]:
    """Return the last work whose outcome the person of a session was not led to."""
    asked = aliased(Work)
    return (
        select(func.max(asked.id))
        .where(
            asked.person_id == SignInSession.person_id,
            asked.organisation_id == SignInSession.organisation_id,
            asked.seen_at.is_(None),
        )
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One browser where a person is signed in."""

    id: int
    device: Message
    address: str
    created_at: datetime
    seen_at: datetime
    current: bool


def sessions_of(
    session: Session, person_id: int, *, current_id: int, at: datetime
) -> Sequence[SessionLine]:
    """Return the browsers where a person is signed in, this one first, then the last seen."""
    rows = session.execute(
        select(
            SignInSession.id,
            SignInSession.agent,
            SignInSession.address,
            SignInSession.created_at,
            SignInSession.seen_at,
        )
        .where(
            SignInSession.person_id == person_id,
            SignInSession.revoked_at.is_(None),
            SignInSession.seen_at > at - SESSION_IDLE,
            SignInSession.created_at > at - SESSION_ABSOLUTE,
        )
        .order_by(SignInSession.seen_at.desc(), SignInSession.id.desc())
    )
    lines = [
        SessionLine(
            row.id,
            device_of(row.agent),
            row.address,
            row.created_at,
            row.seen_at,
            row.id == current_id,
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: not line.current)
