"""The turns of a work: claimed by one holder, alive, ended, or taken back from the dead.

Every step is an UPDATE that names the state and the holder before it: of many processes one wins
each work, and a holder that was given up for dead can no longer end anything.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from qse_audit.core.errors import Refusal
from qse_audit.db.work import Work, WorkStatus
from qse_audit.works.rules import DIED, KEPT, MOST_TRIES, SILENT_LIFE, as_stored, stored_refusals
from qse_audit.works.services.kinds import Ending


def claim_work(session: Session, holder: str, now: datetime) -> Work | None:
    """Claim the work that was asked first, for ``holder`` alone; ``None`` when none waits."""
    first = (
        select(Work.id)
        .where(Work.status == WorkStatus.ASKED)
        .order_by(Work.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    work_id = session.scalar(first)
    if work_id is None or not _change(
        session,
        Work.id == work_id,
        Work.status == WorkStatus.ASKED,
        status=WorkStatus.RUNNING,
        holder=holder,
        started_at=now,
        beat_at=now,
        tries=Work.tries + 1,
        phase="",
        done_count=0,
        total_count=0,
    ):
        return None
    return session.get(Work, work_id, populate_existing=True)


def beat(
    session: Session, work_id: int, holder: str, *, told: tuple[str, int, int], now: datetime
) -> bool:
    """Say that ``holder`` is alive and how far it is; say whether the work is still its own."""
    phase, done, total = told
    return _change(
        session,
        *_held(work_id, holder),
        beat_at=now,
        phase=phase,
        done_count=min(done, total),
        total_count=total,
    )


def end_well(session: Session, work_id: int, holder: str, *, ending: Ending, now: datetime) -> bool:
    """End a work with its result, in the transaction of the result; no if it was taken back."""
    kind, result_id = ending.result
    return _change(
        session,
        *_held(work_id, holder),
        status=WorkStatus.DONE,
        finished_at=now,
        holder=None,
        payload={},
        result_kind=str(kind),
        result_id=result_id,
        outcome=[as_stored(ending.message)],
    )


def end_badly(
    session: Session,
    work_id: int,
    holder: str,
    *,
    refusals: Sequence[Refusal],
    incident: str = "",
    now: datetime,
) -> bool:
    """End a work with the reasons why it could not be done."""
    return _change(
        session,
        *_held(work_id, holder),
        status=WorkStatus.FAILED,
        finished_at=now,
        holder=None,
        payload={},
        outcome=stored_refusals(refusals),
        incident=incident,
    )


def give_back(session: Session, work_id: int, holder: str) -> bool:
    """Let somebody else begin a work again: its holder stops on purpose."""
    return _change(
        session,
        *_held(work_id, holder),
        status=WorkStatus.ASKED,
        holder=None,
        tries=Work.tries - 1,
    )


def recover_works(session: Session, now: datetime) -> int:
    """Take back what dead holders left: asked once more, then failed; return how many."""
    silent = (Work.status == WorkStatus.RUNNING, Work.beat_at < now - SILENT_LIFE)
    return _count(
        session,
        *silent,
        Work.tries >= MOST_TRIES,
        status=WorkStatus.FAILED,
        finished_at=now,
        holder=None,
        payload={},
        outcome=stored_refusals([DIED]),
    ) + _count(session, *silent, status=WorkStatus.ASKED, holder=None)


def forget_works(session: Session, now: datetime) -> int:
    """Delete the rows of works that ended long ago; return how many."""
    old = delete(Work).where(Work.finished_at < now - KEPT)
    return len(session.execute(old.returning(Work.id)).all())


def see_work(session: Session, work_id: int, now: datetime) -> None:
    """Note that who asked was led to the outcome."""
    _change(
        session,
        Work.id == work_id,
        Work.finished_at.is_not(None),
        Work.seen_at.is_(None),
        seen_at=now,
    )


def _held(work_id: int, holder: str) -> tuple[Any, ...]:
    return Work.id == work_id, Work.status == WorkStatus.RUNNING, Work.holder == holder


def _change(session: Session, *conditions: Any, **values: Any) -> bool:
    return _count(session, *conditions, **values) > 0


def _count(session: Session, *conditions: Any, **values: Any) -> int:
    result = session.execute(
        update(Work)
        .where(*conditions)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount
