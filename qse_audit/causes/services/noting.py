"""What acts on an analysis share: what a form changed, the trail, who hears of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from qse_audit.causes.models import CauseAnalysis
from qse_audit.core.errors import Conflict
from qse_audit.core.permissions import Kind
from qse_audit.core.text import Message
from qse_audit.db import notes
from qse_audit.db.outbox import notify
from qse_audit.db.trail import Head
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
    data = {"reference": analysis.reference, **(data or {})}
    texts = {"title": analysis.title, **(texts or {})}
    subject = (Kind.CAUSE_ANALYSIS, analysis)
    return notes.note(session, subject, name, actor=actor, now=now, data=data, texts=texts)


def changes(
    theirs: Mapping[str, str], yours: Mapping[str, str], *, seen: int | None, stored: int
) -> list[str]:
    """Return the names of what differs from what is stored.

    :raises Conflict: if ``seen`` is not the ``stored`` version any more; with both texts.
    """
    changed = sorted(name for name in yours if yours[name] != theirs[name])
    if changed and seen is not None and seen != stored:
        raise Conflict(theirs=theirs, yours=yours)
    return changed


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
