"""Keeping evaluators’ working notes."""

from datetime import datetime

from sqlalchemy.orm import Session

from qse_audit.assessments.models import AssessmentNote
from qse_audit.assessments.queries import own_notes
from qse_audit.core.errors import Conflict, NotAllowed
from qse_audit.core.permissions import Kind, Permission
from qse_audit.db.trail import Act, record
from qse_audit.policies import Identity, allows
from qse_audit.portfolios.models import Dossier


def save_note(
    session: Session,
    dossier: Dossier,
    capability_id: int,
    *,
    level: int | None,
    text: str,
    version: int | None,
    actor: Identity,
    now: datetime,
) -> AssessmentNote:
    """Keep what ``actor`` notes on one capability; a note belongs to the one who writes it.

    :raises Conflict: when ``version`` is no longer the stored one; carries both texts.
    """
    if not allows(actor, Permission.ASSESSMENT_NOTE, dossier.access()):
        raise NotAllowed(Permission.ASSESSMENT_NOTE)
    note = own_notes(session, dossier.id, actor.user_id).get(capability_id)
    if note is None:
        note = AssessmentNote(
            dossier_id=dossier.id, capability_id=capability_id, evaluator_id=actor.user_id
        )
        session.add(note)
    elif version is not None and version != note.version:
        raise Conflict(
            theirs={"level": _shown(note.level), "text": note.text},
            yours={"level": _shown(level), "text": text},
        )
    note.level, note.text, note.updated_at = level, text, now
    session.flush()
    act = Act(
        verb="assessment.note",
        kind=Kind.DOSSIER,
        subject_id=dossier.id,
        data={"capability": capability_id},
    )
    record(session, act, organisation_id=actor.organisation_id, actor_id=actor.user_id, now=now)
    return note


def _shown(level: int | None) -> str:
    return "" if level is None else str(level)
