"""How audits, their frozen checklists and their issued reports are stored."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qse_audit.accounts.models import Person, Site
from qse_audit.audits.rules import AuditMethod, AuditStatus, Verdict
from qse_audit.core.permissions import Kind
from qse_audit.db.base import Base, BigId, Versioned, code
from qse_audit.db.constraints import append_only, not_blank, sha256_hex
from qse_audit.db.participation import Participation, links_of, tied_to
from qse_audit.policies import Access
from qse_audit.processes.models import Process
from qse_audit.referentials.models import Edition

audit_site = Table(
    "audit_site",
    Base.metadata,
    Column("audit_id", ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True),
    Column("site_id", ForeignKey("site.id"), primary_key=True),
)
audit_process = Table(
    "audit_process",
    Base.metadata,
    Column("audit_id", ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True),
    Column("process_id", ForeignKey("process.id"), primary_key=True),
)


class Audit(Versioned, Base):
    """One audit, from the idea to the closing."""

    __tablename__ = "audit"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", "closed_at_iff_closed"),
        CheckConstraint("ends_on IS NULL OR starts_on <= ends_on", "ends_after_it_starts"),
        CheckConstraint("answered_count BETWEEN 0 AND question_count", "answered_within_questions"),
        Index("ix_audit_list", "organisation_id", "listed_on", "id"),
        not_blank("title"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    reference: Mapped[str] = mapped_column(String(20))
    """``AUD-2026-014``: the year, then a number; never reused."""
    title: Mapped[str] = mapped_column(String(200))
    status: Mapped[AuditStatus] = mapped_column(code(AuditStatus), default=AuditStatus.DRAFT)
    method: Mapped[AuditMethod] = mapped_column(code(AuditMethod), default=AuditMethod.ON_SITE)
    objectives: Mapped[str] = mapped_column(Text, default="")
    scope: Mapped[str] = mapped_column(Text, default="")
    """Limits of the audit in words: activities, shifts, period looked at."""
    virtual_places: Mapped[str] = mapped_column(Text, default="")
    """Places without walls: shared drives, tools, meetings (ISO 19011:2026, 3.6)."""
    client: Mapped[str] = mapped_column(String(200), default="")
    """Who asked for the audit."""
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    listed_on: Mapped[date]
    """Where it stands in lists: the day it starts; until that is known, the day it was drafted."""
    question_count: Mapped[int] = mapped_column(default=0)
    answered_count: Mapped[int] = mapped_column(default=0)
    # What the report says besides the checklist and the findings (ISO 19011, 6.5.1).
    participants: Mapped[str] = mapped_column(Text, default="")
    opening_meeting_on: Mapped[date | None]
    closing_meeting_on: Mapped[date | None]
    conclusions: Mapped[str] = mapped_column(Text, default="")
    fulfilment: Mapped[str] = mapped_column(Text, default="")
    """To what degree the criteria are met, in words."""
    divergences: Mapped[str] = mapped_column(Text, default="")
    sampling: Mapped[str] = mapped_column(Text, default="")
    not_covered: Mapped[str] = mapped_column(Text, default="")
    follow_up: Mapped[str] = mapped_column(Text, default="")
    confidentiality: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reported_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    sites: Mapped[list[Site]] = relationship(secondary=audit_site, order_by=Site.name)
    processes: Mapped[list[Process]] = relationship(secondary=audit_process, order_by=Process.name)
    criteria: Mapped[list["AuditCriterion"]] = relationship(
        back_populates="audit", cascade="all, delete-orphan", order_by="AuditCriterion.id"
    )
    participations: Mapped[list[Participation]] = tied_to(lambda: (Kind.AUDIT, Audit.id))

    def access(self) -> Access:
        """Return what the policy may know of this audit."""
        return Access(
            organisations=frozenset({self.organisation_id}),
            status=self.status,
            links=links_of(self.participations),
        )


class AuditCriterion(Base):
    """One referential edition that an audit judges against, whole or by chosen clauses."""

    __tablename__ = "audit_criterion"
    __table_args__ = (UniqueConstraint("audit_id", "edition_id"),)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    clause_keys: Mapped[list[str] | None] = mapped_column(JSON)
    """Keys of the chosen requirements, each with all below it; ``None`` for the whole."""

    audit: Mapped[Audit] = relationship(back_populates="criteria")
    edition: Mapped[Edition] = relationship()


class ChecklistItem(Versioned, Base):
    """One question as it stood when the checklist was made, and its answer once given."""

    __tablename__ = "checklist_item"
    __table_args__ = (
        UniqueConstraint("audit_id", "position"),
        CheckConstraint(
            "verdict IS NULL OR verdict <> 'not_applicable' OR length(trim(observation)) > 0",
            "not_applicable_is_justified",
        ),
        CheckConstraint("(verdict IS NULL) = (answered_at IS NULL)", "answered_at_iff_verdict"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, sort_order=-1)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"))
    position: Mapped[int]
    """Order in the whole checklist, from 1."""
    referential_label: Mapped[str] = mapped_column(String(120))
    section_ref: Mapped[str] = mapped_column(String(80))
    section_title: Mapped[dict[str, str]]
    clause_ref: Mapped[str] = mapped_column(String(80))
    clause_title: Mapped[dict[str, str]]
    question: Mapped[dict[str, str]]
    guidance: Mapped[dict[str, str]]
    expected_evidence: Mapped[dict[str, str]]
    weight: Mapped[int] = mapped_column(default=1)
    verdict: Mapped[Verdict | None] = mapped_column(code(Verdict))
    observation: Mapped[str] = mapped_column(Text, default="")
    """What was seen, or why the question does not apply."""
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who of the team looks at its section (ISO 19011:2018, 6.3.3)."""

    audit: Mapped[Audit] = relationship()
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id])

    def access(self) -> Access:
        """Return what the policy may know: what it may of the audit."""
        return self.audit.access()


class Report(Base):
    """One issued version of an audit report; nothing in it ever changes."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("audit_id", "number"),
        sha256_hex("model_sha256"),
        CheckConstraint("number = 1 OR length(trim(reason)) > 0", "revision_has_a_reason"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"))
    number: Mapped[int]
    """1 for the first issue, then the revisions."""
    reason: Mapped[str] = mapped_column(Text, default="")
    model: Mapped[dict[str, Any]]
    """The read model that every exported file is made from."""
    model_sha256: Mapped[str] = mapped_column(String(64))
    files: Mapped[dict[str, str]]
    """Format and language → content address: ``{"pdf-fr": "<sha256>", "docx-fr": …}``."""
    head_seq: Mapped[int]
    """The chain head printed on the paper."""
    head_hash: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    audit: Mapped[Audit] = relationship()
    issued_by: Mapped[Person] = relationship()

    def access(self) -> Access:
        """Return what the policy may know: what it may of the audit."""
        return self.audit.access()


append_only(Report.__table__)  # type: ignore[arg-type]  # declared as FromClause, always a Table
