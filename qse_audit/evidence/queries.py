"""Reading evidence. Nothing here writes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from qse_audit.accounts.models import Person
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import AUDIT_TEAM, Kind, Link, Role
from qse_audit.core.text import N_, Message
from qse_audit.db.participation import linked_to
from qse_audit.documents.text import day
from qse_audit.evidence.models import Evidence, Withdrawal, finding_evidence
from qse_audit.evidence.rules import EvidenceType
from qse_audit.policies import FOLLOWS_THE_PERSON, Identity

READERS = (*sorted(AUDIT_TEAM), Link.AUDITEE, Link.OWNER, Link.VERIFIER, Link.CANDIDATE, Link.TUTOR)
"""The links of the origin that open its evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLine:
    """One evidence file as shown in a list."""

    id: int
    title: str
    type: EvidenceType
    happened_on: date
    place: str
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str
    has_thumbnail: bool
    uploaded_at: datetime
    uploaded_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawal_reason: str | None

    def tombstone(self, locale: str) -> Message | None:
        """Return when, by whom and why it was withdrawn; ``None`` for one that is here."""
        if self.withdrawn_at is None:
            return None
        return _tombstone(
            self.withdrawn_at, self.withdrawn_by or "", self.withdrawal_reason or "", locale=locale
        )


def tombstone(evidence: Evidence, locale: str) -> Message | None:
    """Return when, by whom and why a file was withdrawn; ``None`` for one that is here."""
    found = evidence.withdrawal
    if found is None:
        return None
    by = found.withdrawn_by.name
    return _tombstone(found.withdrawn_at, by, found.reason, locale=locale)


def _tombstone(at: datetime, by: str, reason: str, *, locale: str) -> Message:
    on = day(day_in_paris(at), locale)
    return N_("Retirée le %(day)s par %(who)s : %(reason)s", day=on, who=by, reason=reason)


def is_here() -> ColumnElement[bool]:
    """Return the condition that a file was not withdrawn."""
    return Evidence.id.not_in(select(Withdrawal.evidence_id))


def get_evidence(session: Session, evidence_id: int) -> Evidence:
    """Return an evidence file.

    :raises NotFound: if there is none.
    """
    found = session.get(Evidence, evidence_id)
    if found is None:
        raise NotFound(f"evidence {evidence_id}")
    return found


def evidence_of(
    session: Session, kind: Kind, origin_id: int, who: Identity | None = None
) -> tuple[EvidenceLine, ...]:
    """Return the files gathered for one object, oldest first; only those ``who`` may read."""
    statement = evidence_lines().where(
        Evidence.origin_kind == kind, Evidence.origin_id == origin_id
    )
    if who is not None:
        statement = statement.where(readable_by(who))
    return tuple(as_line(row) for row in session.execute(statement))


def evidence_at(
    session: Session, origin: tuple[Kind, int], checklist_item_id: int, who: Identity
) -> tuple[EvidenceLine, ...]:
    """Return the files gathered at one question of ``origin`` that ``who`` may read."""
    statement = evidence_lines().where(
        Evidence.checklist_item_id == checklist_item_id,
        Evidence.origin_kind == origin[0],
        Evidence.origin_id == origin[1],
        readable_by(who),
    )
    return tuple(as_line(row) for row in session.execute(statement))


def evidence_among(
    session: Session, origin: tuple[Kind, int], evidence_id: int, who: Identity
) -> Evidence:
    """Return one of the files gathered for ``origin``.

    :raises NotFound: for any other file, whether it exists or not, and for a withdrawn one.
    """
    found = session.scalars(
        select(Evidence).where(
            is_here(),
            Evidence.id == evidence_id,
            Evidence.origin_kind == origin[0],
            Evidence.origin_id == origin[1],
            readable_by(who),
        )
    ).first()
    if found is None:
        raise NotFound(f"evidence {evidence_id}")
    return found


def evidence_lines() -> Select[Any]:
    """Return the statement that selects every file as a line; narrow it, then use as_line()."""
    withdrawer = aliased(Person)
    return (
        select(  # type: ignore[return-value]  # its columns are those of EvidenceLine
            Evidence.id,
            Evidence.title,
            Evidence.type,
            Evidence.happened_on,
            Evidence.place,
            Evidence.file_name,
            Evidence.media_type,
            Evidence.size_bytes,
            Evidence.sha256,
            and_(Evidence.thumbnail_sha256.is_not(None), Withdrawal.id.is_(None)).label(
                "has_thumbnail"
            ),
            Evidence.uploaded_at,
            Person.name.label("uploaded_by"),
            Withdrawal.withdrawn_at,
            withdrawer.name.label("withdrawn_by"),
            Withdrawal.reason.label("withdrawal_reason"),
        )
        .join(Person, Person.id == Evidence.uploaded_by_id)
        .outerjoin(Withdrawal, Withdrawal.evidence_id == Evidence.id)
        .outerjoin(withdrawer, withdrawer.id == Withdrawal.withdrawn_by_id)
        .order_by(Evidence.id)
    )


def as_line(row: Row[Any]) -> EvidenceLine:
    """Return a row of :func:`evidence_lines` as a line."""
    return EvidenceLine(**dict(row._mapping))


def readable_by(who: Identity) -> ColumnElement[bool]:
    """Return EVIDENCE_READ in SQL; ``test_scopes`` holds it and the policy together."""
    reasons = [
        Evidence.uploaded_by_id == who.user_id,
        linked_to(Evidence.origin_kind, Evidence.origin_id, who.user_id, READERS),
    ]
    tie = finding_evidence.alias()
    answered = linked_to(Kind.FINDING, tie.c.finding_id, who.user_id, [Link.OWNER])
    reasons.append(
        exists(
            select(1)
            .select_from(tie)
            .where(tie.c.evidence_id == Evidence.id, tie.c.sealed_at.is_not(None), answered)
        )
    )
    if who.roles & {Role.COORDINATOR, Role.MANAGEMENT}:
        reasons.append(Evidence.origin_kind != Kind.CANDIDACY)
    own = linked_to(Evidence.origin_kind, Evidence.origin_id, who.user_id, FOLLOWS_THE_PERSON)
    return or_(and_(Evidence.organisation_id == who.organisation_id, or_(*reasons)), own)
