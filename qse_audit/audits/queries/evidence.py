"""Reading the files gathered at the questions of a checklist."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.audits.models import Audit, ChecklistItem
from qse_audit.audits.queries.audits import readable_by
from qse_audit.core.permissions import Kind
from qse_audit.evidence import queries as evidence
from qse_audit.evidence.models import Evidence
from qse_audit.evidence.queries import EvidenceLine
from qse_audit.policies import Identity


def evidence_counts(session: Session, audit_id: int, who: Identity) -> Mapping[int, int]:
    """Return how many files that ``who`` may read each question has: item id → count."""
    rows = session.execute(
        select(Evidence.checklist_item_id, func.count())
        .where(
            Evidence.origin_kind == Kind.AUDIT,
            Evidence.origin_id == audit_id,
            Evidence.checklist_item_id.is_not(None),
            evidence.is_here(),
            evidence.readable_by(who),
        )
        .group_by(Evidence.checklist_item_id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


def photos_at(session: Session, item: ChecklistItem, who: Identity) -> tuple[EvidenceLine, ...]:
    """Return the files gathered at one question that ``who`` may read, oldest first."""
    return evidence.evidence_at(session, (Kind.AUDIT, item.audit_id), item.id, who)


def evidence_at(session: Session, item: ChecklistItem) -> tuple[Evidence, ...]:
    """Return the files gathered at one question, to be tied to what is drawn from it."""
    return tuple(
        session.scalars(
            select(Evidence)
            .where(
                Evidence.origin_kind == Kind.AUDIT,
                Evidence.origin_id == item.audit_id,
                Evidence.checklist_item_id == item.id,
                evidence.is_here(),
            )
            .order_by(Evidence.id)
        )
    )


def questions_relying_on(
    session: Session, evidence_id: int, who: Identity
) -> tuple[tuple[int, str], ...]:
    """Return (id, label) of the question at which a file was gathered, if ``who`` may read it."""
    rows = session.execute(
        select(ChecklistItem.id, Audit.reference, ChecklistItem.position)
        .join(Evidence, Evidence.checklist_item_id == ChecklistItem.id)
        .join(Audit, Audit.id == ChecklistItem.audit_id)
        .where(Evidence.id == evidence_id, readable_by(who))
    )
    return tuple((row.id, f"{row.reference} n° {row.position}") for row in rows)
