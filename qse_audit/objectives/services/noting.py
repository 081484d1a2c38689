"""What every act on the cascade ends with: the trail, and who hears of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from qse_audit.core.permissions import Kind
from qse_audit.core.text import Message
from qse_audit.db.outbox import notify
from qse_audit.db.trail import Act, Head, record
from qse_audit.objectives.models import Objective
from qse_audit.policies import Identity


def note(
    session: Session,
    subject: tuple[Kind | str, int],
    act: str,
    *,
    organisation_id: int,
    actor: Identity,
    now: datetime,
    data: Mapping[str, object] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Head:
    """Record ``act`` on a thing of one organisation; empty texts are left out."""
    kind, key = subject
    done = Act(
        verb=f"{kind}.{act}",
        kind=kind,
        subject_id=key,
        data=data or {},
        texts={name: text for name, text in (texts or {}).items() if text},
    )
    return record(session, done, organisation_id=organisation_id, actor_id=actor.user_id, now=now)


def note_objective(
    session: Session,
    objective: Objective,
    act: str,
    *,
    actor: Identity,
    now: datetime,
    data: Mapping[str, object] | None = None,
    note_text: str = "",
) -> Head:
    """Record ``act`` on an objective, with its title and what the person wrote."""
    session.flush()
    return note(
        session,
        (Kind.OBJECTIVE, objective.id),
        act,
        organisation_id=objective.organisation_id,
        actor=actor,
        now=now,
        data={"reference": objective.reference, **(data or {})},
        texts={"title": objective.title, "note": note_text.strip()},
    )


def tell(
    session: Session,
    objective: Objective,
    message: Message,
    *,
    people: Iterable[int | None],
    head: Head,
    actor: Identity,
    now: datetime,
) -> None:
    """Put ``message`` in the inbox of ``people``; nobody is told of their own act."""
    for person_id in sorted({p for p in people if p is not None} - {actor.user_id}):
        notify(
            session,
            message,
            key=f"objective/{objective.organisation_id}/{head.seq}/{person_id}",
            person_id=person_id,
            organisation_id=objective.organisation_id,
            subject=(Kind.OBJECTIVE, objective.id),
            now=now,
        )
