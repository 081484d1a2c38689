"""Long works: asked for in a transaction, done by a worker, found again by whoever asked.

A row is the request, the claim and the progress at once. States: asked → running → done or failed.
A running row belongs to one holder that says every few seconds that it is alive; what falls silent
is asked once more, then shown as failed. How works run: :mod:`qse_audit.works.jobs`.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from qse_audit.db.base import Base, BigId, code
from qse_audit.db.constraints import unique_among
from qse_audit.db.upsert import insert_missing


class WorkStatus(StrEnum):
    """Where a work stands."""

    ASKED = "asked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Work(Base):
    """One long work that a person asked for."""

    __tablename__ = "work"
    __table_args__ = (
        Index("ix_work_status", "status", "id"),
        Index("ix_work_person", "person_id", "organisation_id", "seen_at", "id"),
        unique_among("uq_work_key", "key", where="status <> 'failed'"),
        CheckConstraint("(finished_at IS NOT NULL) = (status IN ('done', 'failed'))", "ends_once"),
        CheckConstraint("status <> 'running' OR holder IS NOT NULL", "running_has_holder"),
        CheckConstraint("0 <= done_count AND done_count <= total_count", "progress_in_bounds"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, sort_order=-1)
    kind: Mapped[str] = mapped_column(String(32))
    """Its entry in the table of works."""
    key: Mapped[str] = mapped_column(String(120))
    """``report/12/2``: asked twice, it is done once; what failed may be asked again."""
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    """Who asked, in the organisation where they acted."""
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    label: Mapped[str] = mapped_column(String(200))
    """How people call the subject."""
    payload: Mapped[dict[str, Any]]
    """What was asked; emptied at the end."""
    status: Mapped[WorkStatus] = mapped_column(code(WorkStatus))
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    beat_at: Mapped[datetime | None]
    """When its holder last said that it is alive."""
    finished_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    """When who asked was led to the outcome."""
    holder: Mapped[str | None] = mapped_column(String(80))
    tries: Mapped[int]
    phase: Mapped[str] = mapped_column(String(32))
    done_count: Mapped[int] = mapped_column(BigInteger)
    total_count: Mapped[int] = mapped_column(BigInteger)
    """How much there is to do in all; 0 while that is not known."""
    result_kind: Mapped[str | None] = mapped_column(String(32))
    result_id: Mapped[int | None]
    outcome: Mapped[list[Any]] = mapped_column(JSON)
    """What to say at the end: one sentence, or every reason of a failure."""
    incident: Mapped[str] = mapped_column(String(8))
    """The number under which the log tells a failure that nobody foresaw."""


def ask_work(
    session: Session,
    kind: str,
    *,
    key: str,
    subject: tuple[str, int],
    label: str,
    payload: Mapping[str, Any],
    person_id: int,
    organisation_id: int,
    now: datetime,
) -> int:
    """Ask for a work, once for each ``key`` that did not fail; return the id of its row.

    It begins when this transaction is committed.
    """
    while True:
        made = insert_missing(
            session,
            Work,
            kind=kind,
            key=key,
            organisation_id=organisation_id,
            person_id=person_id,
            subject_kind=str(subject[0]),
            subject_id=subject[1],
            label=label[:200],
            payload=dict(payload),
            status=WorkStatus.ASKED,
            asked_at=now,
            tries=0,
            phase="",
            done_count=0,
            total_count=0,
            outcome=[],
            incident="",
        )
        found = made or asked_work(session, key)
        if found is not None:
            return found


def asked_work(session: Session, key: str) -> int | None:
    """Return the work that was asked under ``key`` and did not fail, if any."""
    return session.scalar(select(Work.id).where(Work.key == key, Work.status != WorkStatus.FAILED))
