"""How workshops are stored: who came, what they proposed, how they voted, what is frozen."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qse_audit.accounts.models import Person
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.base import Base, Versioned, code
from qse_audit.db.constraints import append_only, not_blank, sha256_hex
from qse_audit.policies import Access
from qse_audit.workshops.rules import VoteMethod, WorkshopStatus


class Workshop(Versioned, Base):
    """A team around one question: proposals, then a vote."""

    __tablename__ = "workshop"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        UniqueConstraint("token_sha256"),
        Index("ix_workshop_list", "organisation_id", "id"),
        Index("ix_workshop_subject", "subject_kind", "subject_id"),
        Index("ix_workshop_owner", "owner_id"),
        CheckConstraint("(subject_kind IS NULL) = (subject_id IS NULL)", "whole_subject"),
        CheckConstraint("(status = 'frozen') = (frozen_at IS NOT NULL)", "frozen_iff"),
        CheckConstraint("points_each BETWEEN 1 AND 20", "points_in_range"),
        not_blank("title"),
        not_blank("question"),
        sha256_hex("token_sha256"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    reference: Mapped[str] = mapped_column(String(20))
    """``ATL-2026-001``: the year, then a number; never reused."""
    status: Mapped[WorkshopStatus] = mapped_column(
        code(WorkshopStatus), default=WorkshopStatus.PREPARED
    )
    title: Mapped[str] = mapped_column(String(200))
    question: Mapped[str] = mapped_column(Text)
    agenda: Mapped[str] = mapped_column(Text, default="")
    subject_kind: Mapped[Kind | None] = mapped_column(code(Kind, "subject_kind"))
    subject_id: Mapped[int | None]
    is_restricted: Mapped[bool] = mapped_column(default=False)
    """Whether what it is about is: an accident, or what looks into one."""
    method: Mapped[VoteMethod] = mapped_column(code(VoteMethod), default=VoteMethod.POINTS)
    points_each: Mapped[int] = mapped_column(default=5)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    """Who leads it."""
    nonce: Mapped[str] = mapped_column(String(64))
    """What the link is made from, with the secret of the application; renewed, it closes it."""
    token_sha256: Mapped[str] = mapped_column(String(64))
    """Of the link’s token: what a request is found by."""
    ends_at: Mapped[datetime | None]
    """When the timer ends."""
    conclusion: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    frozen_at: Mapped[datetime | None]

    owner: Mapped[Person] = relationship()

    def access(self) -> Access:
        """Return what the policy may know: whose it is, its status, who leads it."""
        return Access(
            organisations=frozenset({self.organisation_id}),
            status=self.status,
            links={Link.OWNER: frozenset({self.owner_id})},
            is_restricted=self.is_restricted,
        )


class WorkshopParticipant(Base):
    """Somebody who came in by the link: a name and a function, no account."""

    __tablename__ = "workshop_participant"
    __table_args__ = (
        UniqueConstraint("secret_sha256"),
        Index("ix_workshop_participant_workshop", "workshop_id", "id"),
        not_blank("name"),
        sha256_hex("secret_sha256"),
    )

    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    name: Mapped[str] = mapped_column(String(120))
    function: Mapped[str] = mapped_column(String(120))
    secret_sha256: Mapped[str] = mapped_column(String(64))
    """Of what their browser keeps, to know them again."""
    joined_at: Mapped[datetime]


class WorkshopProposal(Base):
    """One proposal; withdrawn ones stay, but nobody votes on them."""

    __tablename__ = "workshop_proposal"
    __table_args__ = (
        Index("ix_workshop_proposal_workshop", "workshop_id", "id"),
        not_blank("text"),
    )

    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    text: Mapped[str] = mapped_column(Text)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("workshop_participant.id"))
    """Who proposed it; ``None``: the facilitator."""
    proposed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    workshop: Mapped[Workshop] = relationship()

    def access(self) -> Access:
        """Return what the policy may know: that of the workshop."""
        return self.workshop.access()


class WorkshopVote(Base):
    """What one participant gives to one proposal."""

    __tablename__ = "workshop_vote"
    __table_args__ = (
        UniqueConstraint("participant_id", "proposal_id"),
        Index("ix_workshop_vote_proposal", "proposal_id"),
        CheckConstraint("value > 0 AND value <= 20", "value_in_range"),
    )

    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("workshop_participant.id"))
    proposal_id: Mapped[int] = mapped_column(ForeignKey("workshop_proposal.id"))
    value: Mapped[int]


class WorkshopResult(Base):
    """A result exactly as it was frozen, with who attended: never changed afterwards."""

    __tablename__ = "workshop_result"
    __table_args__ = (
        UniqueConstraint("workshop_id"),
        sha256_hex("sha256"),
        sha256_hex("head_hash"),
    )

    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    document: Mapped[str] = mapped_column(Text)
    """Canonical JSON of the question, the attendance, the standings and the conclusion."""
    sha256: Mapped[str] = mapped_column(String(64))
    frozen_at: Mapped[datetime]
    head_seq: Mapped[int]
    head_hash: Mapped[str] = mapped_column(String(64))


append_only(WorkshopResult.__table__)  # type: ignore[arg-type]  # declared as FromClause
