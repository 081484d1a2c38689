"""What every act on an analysis ends with: the trail, and who hears of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from qse_audit.causes.models import CauseAnalysis
from qse_audit.core.permissions import Kind
from qse_audit.core.text import Message
from qse_audit.db.outbox import notify
from qse_audit.db.trail import Act, Head, record
from qse_audit.policies import Identity


def note(
    session: Session,
    analysis: CauseAnalysis,
    name: str,
    *,
    actor: Identity,
    now: datetime,
    data: Mapping[str, object] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Head:
    """Record the act ``name`` on an analysis, with its title; empty texts are left out."""
    session.flush()
    told = {"title": analysis.title, **(texts or {})}
    act = Act(
        verb=f"cause_analysis.{name}",
        kind=Kind.CAUSE_ANALYSIS,
        subject_id=analysis.id,
        data={"reference": analysis.reference, **(data or {})},
        texts={key: text for key, text in told.items() if text},
    )
    return record(
        session, act, organisation_id=analysis.organisation_id, actor_id=actor.user_id, now=now
    )


def tell(
    session: Session,
    analysis: CauseAnalysis,
    message: Message,
    *,
    people: Iterable[int],
    head: Head,
    actor: Identity,
    now: datetime,
) -> None:
    """Put ``message`` in the inbox of ``people``; nobody is told of their own act."""
    for person_id in sorted(set(people) - {actor.user_id}):
        notify(
            session,
            message,
            key=f"cause/{analysis.organisation_id}/{head.seq}/{person_id}",
            person_id=person_id,
            organisation_id=analysis.organisation_id,
            subject=(Kind.CAUSE_ANALYSIS, analysis.id),
            now=now,
        )
