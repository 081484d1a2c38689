"""How the context, the interested parties, the proposals and the policy are stored."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qse_audit.accounts.models import Person
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.base import Base, Versioned, code
from qse_audit.db.constraints import append_only, in_words, not_blank, sha256_hex, unique_among
from qse_audit.db.participation import Participation, links_of, tied_to
from qse_audit.policies import Access
from qse_audit.policy.rules import (
    LABEL_MAX,
    LINE_MAX,
    IssueKind,
    PartyKind,
    Pestel,
    PolicyStatus,
    ProposalStatus,
    Swot,
)


def written_here(row: "ContextIssue | InterestedParty | Proposal", status: str = "") -> Access:
    """Return what the policy may know of a note: whose it is, its status and who wrote it."""
    return Access(
        organisations=frozenset({row.organisation_id}),
        status=status,
        links={Link.AUTHOR: frozenset({row.created_by_id})},
    )


class ClimateDecision(Base):
    """Whether climate change is a relevant issue (amendments of 2024, 4.1); the last one holds."""

    __tablename__ = "climate_decision"
    __table_args__ = (
        Index("ix_climate_decision_last", "organisation_id", "id"),
        not_blank("reason"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    is_relevant: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    review_on: Mapped[date]
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


append_only(ClimateDecision.__table__)  # type: ignore[arg-type]  # declared as FromClause


class ContextIssue(Versioned, Base):
    """An internal or external issue that bears on the results of the system."""

    __tablename__ = "context_issue"
    __table_args__ = (
        Index("ix_context_issue_list", "organisation_id", "withdrawn_at", "id"),
        CheckConstraint("weight BETWEEN 1 AND 3", "weight_from_1_to_3"),
        CheckConstraint("(kind = 'external') = (pestel IS NOT NULL)", "pestel_iff_external"),
        in_words("withdrawn_at", "withdrawal_reason", "withdrawn_with_reason"),
        not_blank("title"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[IssueKind] = mapped_column(code(IssueKind))
    swot: Mapped[Swot] = mapped_column(code(Swot))
    pestel: Mapped[Pestel | None] = mapped_column(code(Pestel))
    """``None`` for an internal issue."""
    domains: Mapped[list[str]]
    """Codes of the domains that it touches: ``quality safety environment``."""
    title: Mapped[str] = mapped_column(String(LINE_MAX))
    fact: Mapped[str] = mapped_column(Text, default="")
    """What shows it: a figure, a record, a text."""
    effect: Mapped[str] = mapped_column(Text, default="")
    """What it changes for the organisation."""
    weight: Mapped[int] = mapped_column(default=2)
    """How much it weighs on the results, 1 (little) to 3 (much)."""
    review_on: Mapped[date]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime]
    reviewed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str] = mapped_column(Text, default="")

    created_by: Mapped[Person] = relationship(foreign_keys=[created_by_id])
    reviewed_by: Mapped[Person] = relationship(foreign_keys=[reviewed_by_id])

    def access(self) -> Access:
        """Return what the policy may know: whose it is and who wrote it."""
        return written_here(self)


class InterestedParty(Versioned, Base):
    """Who has a stake in what the organisation does."""

    __tablename__ = "interested_party"
    __table_args__ = (
        UniqueConstraint("organisation_id", "name"),
        CheckConstraint("influence BETWEEN 1 AND 3", "influence_from_1_to_3"),
        CheckConstraint("interest BETWEEN 1 AND 3", "interest_from_1_to_3"),
        in_words("withdrawn_at", "withdrawal_reason", "withdrawn_with_reason"),
        not_blank("name"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[PartyKind] = mapped_column(code(PartyKind))
    name: Mapped[str] = mapped_column(String(LABEL_MAX))
    influence: Mapped[int] = mapped_column(default=2)
    """What they can do to the organisation, 1 (little) to 3 (much)."""
    interest: Mapped[int] = mapped_column(default=2)
    """How much they care about what it does, 1 to 3."""
    heard_by: Mapped[str] = mapped_column(Text, default="")
    """How the organisation learns what they ask for: meetings, surveys, visits."""
    review_on: Mapped[date]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime]
    reviewed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str] = mapped_column(Text, default="")

    created_by: Mapped[Person] = relationship(foreign_keys=[created_by_id])
    reviewed_by: Mapped[Person] = relationship(foreign_keys=[reviewed_by_id])
    needs: Mapped[list["PartyNeed"]] = relationship(
        back_populates="party", order_by="PartyNeed.id", cascade="all, delete-orphan"
    )

    def access(self) -> Access:
        """Return what the policy may know: whose it is and who wrote it."""
        return written_here(self)


class PartyNeed(Versioned, Base):
    """A relevant requirement of an interested party, and whether the organisation takes it on."""

    __tablename__ = "party_need"
    __table_args__ = (
        Index("ix_party_need_party", "party_id"),
        CheckConstraint(
            "NOT is_obligation OR length(trim(obligation)) > 0", "obligation_has_source"
        ),
        not_blank("text"),
    )

    party_id: Mapped[int] = mapped_column(ForeignKey("interested_party.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    domains: Mapped[list[str]]
    is_obligation: Mapped[bool] = mapped_column(default=False)
    """Whether it becomes a compliance obligation (ISO 14001 and 45001, 4.2 and 6.1.3)."""
    obligation: Mapped[str] = mapped_column(Text, default="")
    """Which law, permit, contract or promise makes it one."""
    answer: Mapped[str] = mapped_column(Text, default="")
    """How the system answers it."""

    party: Mapped[InterestedParty] = relationship(back_populates="needs")

    def access(self) -> Access:
        """Return what the policy may know of the party whose need it is."""
        return self.party.access()


class Proposal(Versioned, Base):
    """What should enter or change the policy, tied to the facts behind it."""

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        Index("ix_proposal_list", "organisation_id", "priority", "id"),
        CheckConstraint("priority BETWEEN 1 AND 3", "priority_from_1_to_3"),
        CheckConstraint("(status = 'open') = (decided_at IS NULL)", "decided_iff_not_open"),
        CheckConstraint("status = 'open' OR length(trim(decision)) > 0", "decided_with_reason"),
        not_blank("title"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    reference: Mapped[str] = mapped_column(String(20))
    """``PRO-2026-004``: the year, then a number; never reused."""
    title: Mapped[str] = mapped_column(String(LINE_MAX))
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why, and what it would change."""
    domains: Mapped[list[str]]
    priority: Mapped[int] = mapped_column(default=2)
    """1 (first) to 3."""
    facts: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """What it rests on: ``{"kind", "id", "label"}`` of issues, needs, findings, balance lines."""
    status: Mapped[ProposalStatus] = mapped_column(
        code(ProposalStatus), default=ProposalStatus.OPEN
    )
    decision: Mapped[str] = mapped_column(Text, default="")
    """Why it was decided so."""
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    created_by: Mapped[Person] = relationship(foreign_keys=[created_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])

    def access(self) -> Access:
        """Return what the policy may know: whose it is, its status and who wrote it."""
        return written_here(self, self.status)


class Policy(Versioned, Base):
    """One version of the QSE policy, from draft to in force to superseded."""

    __tablename__ = "policy"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        Index("ix_policy_list", "organisation_id", "status", "number"),
        unique_among("uq_policy_in_force", "organisation_id", where="status = 'in_force'"),
        CheckConstraint(
            "status NOT IN ('in_force', 'superseded') OR decided_at IS NOT NULL",
            "in_force_is_decided",
        ),
        CheckConstraint("status <> 'submitted' OR submitted_at IS NOT NULL", "submitted_has_time"),
        CheckConstraint(
            "(status = 'superseded') = (superseded_at IS NOT NULL)", "superseded_has_time"
        ),
        not_blank("title"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[int]
    """1, 2, 3…: never reused."""
    title: Mapped[str] = mapped_column(String(LINE_MAX))
    introduction: Mapped[str] = mapped_column(Text, default="")
    signature: Mapped[str] = mapped_column(String(LINE_MAX), default="")
    """Who signs it, as printed: name and function."""
    status: Mapped[PolicyStatus] = mapped_column(code(PolicyStatus), default=PolicyStatus.DRAFT)
    change_reason: Mapped[str] = mapped_column(Text, default="")
    """Why this version follows the one before."""
    referential_keys: Mapped[list[str]] = mapped_column(default=list)
    """The editions whose expected commitments it must cover: ``iso-9001-2015``."""
    review_on: Mapped[date | None]
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decision_note: Mapped[str] = mapped_column(Text, default="")
    """What management said with its decision."""
    superseded_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    created_by: Mapped[Person] = relationship(foreign_keys=[created_by_id])
    submitted_by: Mapped[Person | None] = relationship(foreign_keys=[submitted_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    participations: Mapped[list[Participation]] = tied_to(lambda: (Kind.POLICY, Policy.id))

    def access(self) -> Access:
        """Return what the policy may know: whose it is, its status, and who wrote in it."""
        links = links_of(self.participations)
        authors = links.get(Link.AUTHOR, frozenset()) | {self.created_by_id}
        return Access(
            organisations=frozenset({self.organisation_id}),
            status=self.status,
            links={**links, Link.AUTHOR: authors},
        )


class PolicySentence(Versioned, Base):
    """A numbered sentence of a policy; as a commitment, objectives are deployed from it."""

    __tablename__ = "policy_sentence"
    __table_args__ = (
        UniqueConstraint("policy_id", "position"),
        UniqueConstraint("policy_id", "key", name="uq_policy_sentence_key"),
        not_blank("text"),
    )

    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id", ondelete="CASCADE"))
    position: Mapped[int]
    """From 1: “covered by sentence n”."""
    key: Mapped[str] = mapped_column(String(36))
    """The same from one version to the next, so that objectives keep their commitment."""
    text: Mapped[str] = mapped_column(Text)
    is_commitment: Mapped[bool] = mapped_column(default=True)
    domains: Mapped[list[str]]

    policy: Mapped[Policy] = relationship()

    def access(self) -> Access:
        """Return what the policy may know of the version that the sentence belongs to."""
        return self.policy.access()


class CommitmentCoverage(Versioned, Base):
    """How a policy answers one expected commitment of a referential edition."""

    __tablename__ = "commitment_coverage"
    __table_args__ = (UniqueConstraint("policy_id", "expected_key"),)

    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id", ondelete="CASCADE"))
    expected_key: Mapped[str] = mapped_column(String(80))
    """Of the shipped checklist: ``iso-9001-2015/improvement``."""
    sentence_keys: Mapped[list[str]]
    """The sentences that cover it; empty: not covered."""
    note: Mapped[str] = mapped_column(Text, default="")
    """Why the policy does without, when it does."""


class PolicyCommunication(Base):
    """When, to whom and how a policy was made known."""

    __tablename__ = "policy_communication"
    __table_args__ = (
        Index("ix_policy_communication_policy", "policy_id"),
        not_blank("audience"),
        not_blank("channel"),
    )

    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    happened_on: Mapped[date]
    audience: Mapped[str] = mapped_column(String(LINE_MAX))
    channel: Mapped[str] = mapped_column(String(LINE_MAX))
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


append_only(PolicyCommunication.__table__)  # type: ignore[arg-type]  # declared as FromClause


class PolicyRecord(Base):
    """A policy exactly as it was approved: what the poster prints and dossiers quote."""

    __tablename__ = "policy_record"
    __table_args__ = (UniqueConstraint("policy_id"), sha256_hex("sha256"), sha256_hex("head_hash"))

    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    document: Mapped[str] = mapped_column(Text)
    """Canonical JSON of the text, the sentences and the coverage."""
    sha256: Mapped[str] = mapped_column(String(64))
    approved_at: Mapped[datetime]
    head_seq: Mapped[int]
    head_hash: Mapped[str] = mapped_column(String(64))
    """The event of the approval, which holds ``sha256``."""


append_only(PolicyRecord.__table__)  # type: ignore[arg-type]  # declared as FromClause
