"""How evidence files are stored: a row here, the bytes at their content address."""

from datetime import date, datetime

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from qse_audit.accounts.models import Person
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.base import Base, BigId, UtcDateTime, Versioned, code
from qse_audit.db.constraints import not_blank, sha256_hex
from qse_audit.db.participation import Participation, links_of, tied_to
from qse_audit.evidence.rules import OPEN, SEALED, WITHDRAWN, EvidenceType
from qse_audit.policies import Access

finding_evidence = Table(
    "finding_evidence",
    Base.metadata,
    Column("finding_id", ForeignKey("finding.id", ondelete="CASCADE"), primary_key=True),
    Column("evidence_id", ForeignKey("evidence.id"), primary_key=True),
    Column("sealed_at", UtcDateTime),
)
"""Which findings rely on which files; ``sealed_at``: since when for good.

It stands here because whoever must act on a final finding may read its files.
"""


class Evidence(Versioned, Base):
    """A photo or a file that shows a fact."""

    __tablename__ = "evidence"
    __table_args__ = (
        Index("ix_evidence_origin", "origin_kind", "origin_id", "id"),
        Index("ix_evidence_organisation", "organisation_id", "id"),
        Index("ix_evidence_question", "checklist_item_id"),
        sha256_hex("sha256"),
        sha256_hex("received_sha256"),
        not_blank("title"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    origin_kind: Mapped[Kind] = mapped_column(code(Kind))
    """What it was gathered for: an audit, an action or a candidacy."""
    origin_id: Mapped[int]
    checklist_item_id: Mapped[int | None] = mapped_column(BigId)
    """The checklist question at which it was gathered, if there was one."""
    title: Mapped[str] = mapped_column(String(200))
    type: Mapped[EvidenceType] = mapped_column(code(EvidenceType))
    happened_on: Mapped[date]
    """The day of the fact, which is not the day of the upload."""
    place: Mapped[str] = mapped_column(String(200), default="")
    file_name: Mapped[str] = mapped_column(String(200))
    """As the person named it, made safe."""
    media_type: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the stored bytes: their address. Photos are re-encoded without their metadata."""
    received_sha256: Mapped[str] = mapped_column(String(64))
    """Of the bytes received."""
    thumbnail_sha256: Mapped[str | None] = mapped_column(String(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sealed_at: Mapped[datetime | None]
    """When a final record began to rely on it: what is said of it no longer changes."""

    uploaded_by: Mapped[Person] = relationship()
    withdrawal: Mapped["Withdrawal | None"] = relationship(
        back_populates="evidence", lazy="joined", uselist=False
    )
    participations: Mapped[list[Participation]] = tied_to(
        lambda: (Evidence.origin_kind, Evidence.origin_id)
    )
    answerers: Mapped[list[Participation]] = relationship(
        secondary=finding_evidence,
        primaryjoin=lambda: (
            (Evidence.id == finding_evidence.c.evidence_id)
            & finding_evidence.c.sealed_at.is_not(None)
        ),
        secondaryjoin=lambda: (
            (foreign(Participation.subject_id) == finding_evidence.c.finding_id)
            & (Participation.subject_kind == Kind.FINDING)
        ),
        viewonly=True,
    )
    """Whoever was asked for an action by a final finding that relies on it."""

    @property
    def is_image(self) -> bool:
        """Say whether it can be shown inline."""
        return self.thumbnail_sha256 is not None and self.withdrawal is None

    @property
    def status(self) -> str:
        """Return what the policy may know of its state."""
        if self.withdrawal is not None:
            return WITHDRAWN
        return OPEN if self.sealed_at is None else SEALED

    def access(self) -> Access:
        """Return what the policy may know: the links of its origin, its author, who must answer.

        What belongs to a candidacy opens to no role: only to the people of the candidacy.
        """
        links = links_of([*self.participations, *self.answerers])
        return Access(
            organisations=frozenset({self.organisation_id}),
            is_private=self.origin_kind is Kind.CANDIDACY,
            status=self.status,
            links={**links, Link.AUTHOR: frozenset({self.uploaded_by_id})},
        )


class Withdrawal(Base):
    """What is left of an evidence file that was withdrawn: who, when, why; its row keeps its hash.

    The bytes go once no other row uses them.
    """

    __tablename__ = "evidence_withdrawal"
    __table_args__ = (
        UniqueConstraint("evidence_id"),
        Index("ix_evidence_withdrawal_erasing", "erased_at", "id"),
        not_blank("reason"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    reason: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime]
    withdrawn_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    erased_at: Mapped[datetime | None]
    """When the bytes went; ``None`` while another row uses them."""

    evidence: Mapped[Evidence] = relationship(back_populates="withdrawal")
    withdrawn_by: Mapped[Person] = relationship(lazy="joined")
