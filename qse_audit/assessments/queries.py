"""Reading evaluators’ notes: always one’s own. Nothing here writes."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.assessments.models import AssessmentNote
from qse_audit.core.errors import NotFound


def own_notes(session: Session, dossier_id: int, evaluator_id: int) -> Mapping[int, AssessmentNote]:
    """Return capability id → what this evaluator noted; nobody reads another’s notes."""
    rows = session.scalars(
        select(AssessmentNote).where(
            AssessmentNote.dossier_id == dossier_id, AssessmentNote.evaluator_id == evaluator_id
        )
    )
    return {row.capability_id: row for row in rows}


def capability_in(model: Mapping[str, Any], code: str) -> int:
    """Return the id of the capability ``code`` of a frozen read model.

    :raises NotFound: if it has none.
    """
    for block in model["blocks"]:
        for capability in block["capabilities"]:
            if capability["code"] == code:
                return int(capability["id"])
    raise NotFound(code)


def file_in(model: Mapping[str, Any], sha256: str) -> Mapping[str, Any]:
    """Return what a frozen read model says of one of its files.

    :raises NotFound: for a file that is not in it, whether the store has it or not.
    """
    found: Mapping[str, Any] | None = next(
        (file for file in model["files"] if file["sha256"] == sha256), None
    )
    if found is None:
        raise NotFound(sha256)
    return found
