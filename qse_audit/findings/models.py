"""How findings are stored."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qse_audit.accounts.models import Person
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.base import Base, Versioned, code
from qse_audit.db.participation import Participation, links_of, tied_to
from qse_audit.evidence.models import Evidence, finding_evidence
from qse_audit.findings.rules import FindingStatus, Grade
from qse_audit.policies import Access
from qse_audit.processes.models import Process


class Finding(Versioned, Base):
    """What an audit, or another look at the facts, established."""

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        CheckConstraint(
            "status = 'draft' OR grade NOT IN ('minor_nonconformity', 'major_nonconformity') OR "
            "(length(trim(clause_ref)) > 0 AND "
            "(length(trim(evidence_text)) > 0 OR evidence_count > 0))",
            "nonconformity_has_clause_and_evidence",
        ),
        CheckConstraint("(status = 'draft') = (finalised_at IS NULL)", "finalised_at_iff_final"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", "closed_at_iff_closed"),
        Index("ix_finding_origin", "origin_kind", "origin_id", "id"),
        Index("ix_finding_list", "organisation_id", "id"),
        Index("ix_finding_process", "process_id"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    reference: Mapped[str] = mapped_column(String(20))
    """``CST-2026-031``: the year, then a number; never reused."""
    origin_kind: Mapped[Kind] = mapped_column(code(Kind))
    """Where it comes from: an audit; later incidents, complaints, visits."""
    origin_id: Mapped[int]
    checklist_item_id: Mapped[int | None]
    """The checklist question that led to it, if one did."""
    grade: Mapped[Grade] = mapped_column(code(Grade))
    status: Mapped[FindingStatus] = mapped_column(code(FindingStatus), default=FindingStatus.DRAFT)
    title: Mapped[str] = mapped_column(String(200))
    requirement_text: Mapped[str] = mapped_column(Text, default="")
    """What is asked, in the auditor’s own words."""
    evidence_text: Mapped[str] = mapped_column(Text, default="")
    """What was seen: what, where, when, on which sample."""
    gap_text: Mapped[str] = mapped_column(Text, default="")
    """Why what was seen fails what is asked."""
    impact_text: Mapped[str] = mapped_column(Text, default="")
    referential_label: Mapped[str] = mapped_column(String(120), default="")
    """``ISO 9001:2015``."""
    clause_ref: Mapped[str] = mapped_column(String(80), default="")
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"))
    evidence_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    finalised_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    created_by: Mapped[Person] = relationship()
    process: Mapped[Process | None] = relationship()
    evidence: Mapped[list[Evidence]] = relationship(
        secondary=finding_evidence, order_by=Evidence.id
    )
    participations: Mapped[list[Participation]] = tied_to(
        lambda: (Finding.origin_kind, Finding.origin_id)
    )

    answerers: Mapped[list[Participation]] = tied_to(lambda: (Kind.FINDING, Finding.id))
    """Whoever was asked for an action that answers it."""

    def access(self) -> Access:
        """Return what the policy may know: the people of its origin, and whoever must act on it.

        These are the owner of its process and the owners of its actions.
        """
        owners = frozenset(filter(None, [self.process.owner_id if self.process else None]))
        owners |= links_of(self.answerers).get(Link.OWNER, frozenset())
        return Access(
            organisations=frozenset({self.organisation_id}),
            status=self.status,
            links={**links_of(self.participations), Link.OWNER: owners},
        )
