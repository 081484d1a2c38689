"""The event chain: who did what, to what, when. Rows are added, never changed.

Each organisation has its own chain. An event’s hash covers the event before it, so that a
change in the past shows; it is written in the transaction of the change itself. People’s words
are kept beside the chain: the chained body holds only SHA-256(salt ‖ value), and erasing salt
and value leaves the chain valid (security.md, tamper evidence).
"""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from qse_audit.core.canonical import canonical_json
from qse_audit.core.permissions import Kind
from qse_audit.db.base import Base, BigId
from qse_audit.db.constraints import append_only, sha256_hex
from qse_audit.db.upsert import insert_missing

PREFIX = b"qse-event-v1\n"
GENESIS = "0" * 64
"""The hash before the first event of a chain."""


class Event(Base):
    """One recorded act, chained to the one before it."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("organisation_id", "seq"),
        UniqueConstraint("organisation_id", "prev", name="uq_event_prev"),
        UniqueConstraint("hash"),
        Index("ix_event_subject", "subject_kind", "subject_id", "id"),
        sha256_hex("hash"),
        sha256_hex("prev"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, sort_order=-1)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    seq: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    verb: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    """Canonical JSON: exactly what was hashed."""
    prev: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


append_only(Event.__table__)  # type: ignore[arg-type]  # declared as FromClause, always a Table


class EventText(Base):
    """A text that an event vouches for by its salted hash; it may be erased, the event not."""

    __tablename__ = "event_text"
    __table_args__ = (UniqueConstraint("event_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, sort_order=-1)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    """That of the event: what the second wall compares without looking the event up."""
    name: Mapped[str] = mapped_column(String(64))
    salt: Mapped[str] = mapped_column(String(32))
    value: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is about to be recorded."""

    verb: str
    """``audit.plan``: the kind, then the transition or the act."""
    kind: Kind | str
    subject_id: int
    data: Mapping[str, Any] = field(default_factory=dict)
    """Codes, numbers, dates as text, hashes: nothing that names or describes a person."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """People’s words; only their salted hashes enter the chain."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of a chain: what the next one covers, and what seals print."""

    seq: int = 0
    hash: str = GENESIS
    at: datetime | None = None


def chain_head(session: Session, organisation_id: int) -> Head:
    """Return the head of the organisation’s chain; the genesis when nothing happened yet."""
    row = session.execute(
        select(Event.seq, Event.hash, Event.at)
        .where(Event.organisation_id == organisation_id)
        .order_by(Event.seq.desc())
        .limit(1)
    ).first()
    return Head(row.seq, row.hash, row.at) if row else Head()


def record(
    session: Session, act: Act, *, organisation_id: int, actor_id: int | None, now: datetime
) -> Head:
    """Add ``act`` to the chain of the organisation, in the current transaction.

    Two writers may read the same head: the second then waits on the unique ``prev``, inserts
    nothing, and links behind the first. Two statements when nobody is in the way.

    An event is never earlier than the one before: a clock set back, or a writer that waited,
    takes the instant of the head.

    :returns: the new head.
    """
    texts = {name: (secrets.token_hex(16), value) for name, value in act.texts.items()}
    hashes = {name: text_hash(salt, value) for name, (salt, value) in texts.items()}
    session.flush()
    while True:
        head = chain_head(session, organisation_id)
        at = max(now, head.at) if head.at else now
        body = _body(act, head.seq + 1, hashes, actor_id=actor_id, now=at)
        new = Head(head.seq + 1, event_hash(head.hash, body), at)
        event_id = insert_missing(
            session,
            Event,
            organisation_id=organisation_id,
            seq=new.seq,
            at=at,
            actor_id=actor_id,
            verb=act.verb,
            subject_kind=str(act.kind),
            subject_id=act.subject_id,
            body=body.decode(),
            prev=head.hash,
            hash=new.hash,
        )
        if event_id is not None:
            break
    session.add_all(
        EventText(
            event_id=event_id,
            organisation_id=organisation_id,
            name=name,
            salt=salt,
            value=value,
        )
        for name, (salt, value) in texts.items()
    )
    return new


def _body(
    act: Act, seq: int, hashes: Mapping[str, str], *, actor_id: int | None, now: datetime
) -> bytes:
    return canonical_json(
        {
            "seq": seq,
            "at": now.isoformat(timespec="microseconds"),
            "actor": actor_id,
            "verb": act.verb,
            "subject": f"{act.kind}/{act.subject_id}",
            "data": dict(act.data),
            "texts": dict(hashes),
        }
    )


def event_hash(prev: str, body: bytes) -> str:
    """Return the hash of an event: SHA-256("qse-event-v1\\n" ‖ prev ‖ body), in hexadecimal."""
    return hashlib.sha256(PREFIX + prev.encode() + body).hexdigest()


def text_hash(salt: str, value: str) -> str:
    """Return SHA-256(salt ‖ value), in hexadecimal."""
    return hashlib.sha256(salt.encode() + value.encode()).hexdigest()


def first_broken(chain: Iterator[tuple[int, str, str, str]]) -> int | None:
    """Return the sequence number where a chain breaks, or ``None`` when it holds.

    ``chain`` gives (seq, prev, body, hash) in order, from the first event.
    """
    expected_prev, expected_seq = GENESIS, 1
    for seq, prev, body, stored in chain:
        if (seq, prev) != (expected_seq, expected_prev) or stored != event_hash(
            prev, body.encode()
        ):
            return expected_seq
        expected_prev, expected_seq = stored, seq + 1
    return None


def read_chain(session: Session, organisation_id: int) -> Iterator[tuple[int, str, str, str]]:
    """Give (seq, prev, body, hash) of every event of the organisation, from the first."""
    statement = (
        select(Event.seq, Event.prev, Event.body, Event.hash)
        .where(Event.organisation_id == organisation_id)
        .order_by(Event.seq)
        .execution_options(yield_per=1000)
    )
    with session.execute(statement) as rows:  # whoever stops early leaves no cursor open
        for row in rows:
            yield row.seq, row.prev, row.body, row.hash
