"""How analyses of causes are stored: one table of lines for every tool."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qse_audit.accounts.models import Person
from qse_audit.causes.rules import CauseStatus, CauseTool, Gate, Health, Node, NodeKind, Slot, Tree
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.base import Base, ExactNumber, Versioned, code
from qse_audit.db.constraints import in_words, not_blank
from qse_audit.db.participation import Participation, links_of, tied_to
from qse_audit.policies import Access

RESTRICTED = (Kind.ACCIDENT,)
"""What an analysis must be about to be as restricted as it is."""


class CauseAnalysis(Versioned, Base):
    """A search for causes with one tool, about a record or about something told in its title."""

    __tablename__ = "cause_analysis"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        Index("ix_cause_analysis_list", "organisation_id", "id"),
        Index("ix_cause_analysis_subject", "subject_kind", "subject_id"),
        Index("ix_cause_analysis_owner", "owner_id"),
        CheckConstraint("(subject_kind IS NULL) = (subject_id IS NULL)", "whole_subject"),
        CheckConstraint("(status = 'concluded') = (concluded_at IS NOT NULL)", "concluded_iff"),
        in_words("concluded_at", "conclusion", "concluded_in_words"),
        CheckConstraint(
            "(tool = 'ishikawa') = (families IS NOT NULL)"
            " AND (families IS NULL OR families BETWEEN 5 AND 7)",
            "families_of_ishikawa",
        ),
        CheckConstraint("(tool = 'eight_d') = (started_at IS NOT NULL)", "started_iff_eight_d"),
        CheckConstraint(
            "contain_hours > 0 AND cause_days > 0 AND close_days > 0", "delays_positive"
        ),
        not_blank("title"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    reference: Mapped[str] = mapped_column(String(20))
    """``CAU-2026-001``: the year, then a number; never reused."""
    tool: Mapped[CauseTool] = mapped_column(code(CauseTool))
    status: Mapped[CauseStatus] = mapped_column(code(CauseStatus), default=CauseStatus.IN_ANALYSIS)
    title: Mapped[str] = mapped_column(String(200))
    question: Mapped[str] = mapped_column(Text, default="")
    """What one wants to understand."""
    subject_kind: Mapped[Kind | None] = mapped_column(code(Kind, "subject_kind"))
    """What it is about: a finding, an accident, a risk analysis; or nothing stored."""
    subject_id: Mapped[int | None]
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    families: Mapped[int | None]
    """How many families an Ishikawa takes: 5, 6 or 7."""
    started_at: Mapped[datetime | None]
    """When the clocks of an 8D started."""
    contain_hours: Mapped[int] = mapped_column(default=24)
    cause_days: Mapped[int] = mapped_column(default=10)
    close_days: Mapped[int] = mapped_column(default=60)
    conclusion: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    concluded_at: Mapped[datetime | None]

    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    created_by: Mapped[Person] = relationship(foreign_keys=[created_by_id])
    members: Mapped[list["CauseMember"]] = relationship(
        order_by="CauseMember.id", viewonly=True, back_populates="analysis"
    )
    participations: Mapped[list[Participation]] = tied_to(
        lambda: (Kind.CAUSE_ANALYSIS, CauseAnalysis.id)
    )

    def access(self) -> Access:
        """Return what the policy may know: whose it is, its status, its owner and its team."""
        links = links_of(self.participations)
        return Access(
            organisations=frozenset({self.organisation_id}),
            status=self.status,
            links={
                **links,
                Link.AUTHOR: frozenset({self.created_by_id}),
                Link.OWNER: frozenset({self.owner_id}),
            },
            is_restricted=self.subject_kind in RESTRICTED,
        )


class CauseNode(Versioned, Base):
    """One line of an analysis, whatever its tool."""

    __tablename__ = "cause_node"
    __table_args__ = (
        Index("ix_cause_node_analysis", "analysis_id", "position", "id"),
        Index("ix_cause_node_parent", "parent_id"),
        Index("ix_cause_node_same_as", "same_as_id"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", "not_its_own_parent"),
        CheckConstraint("same_as_id IS NULL OR same_as_id <> id", "not_its_own_pointer"),
        CheckConstraint(
            "NOT (is_verified OR is_discarded) OR length(trim(fact)) > 0", "claim_with_fact"
        ),
        CheckConstraint("NOT (is_verified AND is_discarded)", "not_both_ways"),
        CheckConstraint("votes >= 0", "votes_not_negative"),
        CheckConstraint("count IS NULL OR count >= 0", "count_not_negative"),
    )

    analysis_id: Mapped[int] = mapped_column(ForeignKey("cause_analysis.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("cause_node.id"))
    position: Mapped[int]
    """Its place in the whole analysis, read from top to bottom."""
    kind: Mapped[NodeKind] = mapped_column(code(NodeKind))
    slot: Mapped[Slot | None] = mapped_column(code(Slot))
    text: Mapped[str] = mapped_column(Text, default="")
    fact: Mapped[str] = mapped_column(Text, default="")
    """What shows it; for a contrast, where the problem is not."""
    note: Mapped[str] = mapped_column(Text, default="")
    gate: Mapped[Gate] = mapped_column(code(Gate), default=Gate.CHAIN)
    is_verified: Mapped[bool] = mapped_column(default=False)
    is_root: Mapped[bool] = mapped_column(default=False)
    is_discarded: Mapped[bool] = mapped_column(default=False)
    votes: Mapped[int] = mapped_column(default=0)
    count: Mapped[int | None]
    cost: Mapped[Decimal | None] = mapped_column(ExactNumber)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    health: Mapped[Health | None] = mapped_column(code(Health))
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("cause_node.id"))
    """The fact, written elsewhere in the tree, that this line only points to."""
    done_at: Mapped[datetime | None]

    analysis: Mapped[CauseAnalysis] = relationship()
    owner: Mapped[Person | None] = relationship()

    def access(self) -> Access:
        """Return what the policy may know: that of its analysis."""
        return self.analysis.access()

    def as_node(self) -> Node:
        """Return the line as the rules know it; ``owner`` must be loaded."""
        return Node(
            id=self.id,
            kind=self.kind,
            parent_id=self.parent_id,
            slot=self.slot,
            text=self.text,
            fact=self.fact,
            note=self.note,
            gate=self.gate,
            is_verified=self.is_verified,
            is_root=self.is_root,
            is_discarded=self.is_discarded,
            votes=self.votes,
            count=self.count,
            cost=self.cost,
            owner_id=self.owner_id,
            owner_name=self.owner.name if self.owner else "",
            health=self.health,
            same_as_id=self.same_as_id,
            done_at=self.done_at,
        )


def as_tree(rows: list[CauseNode]) -> Tree:
    """Return stored lines, in order, as the tree that the rules know."""
    return Tree(tuple(row.as_node() for row in rows))


class CauseMember(Base):
    """Somebody of the team that looks for the causes: a person here, or a free name."""

    __tablename__ = "cause_member"
    __table_args__ = (
        UniqueConstraint("analysis_id", "person_id"),
        CheckConstraint("person_id IS NOT NULL OR length(trim(name)) > 0", "named"),
        Index("ix_cause_member_person", "person_id"),
    )

    analysis_id: Mapped[int] = mapped_column(ForeignKey("cause_analysis.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(120), default="")
    """Of somebody who has no account here; empty for a person."""
    function: Mapped[str] = mapped_column(String(120), default="")
    joined_at: Mapped[datetime]

    analysis: Mapped[CauseAnalysis] = relationship(back_populates="members")
    person: Mapped[Person | None] = relationship()

    @property
    def shown_name(self) -> str:
        """How people call them."""
        return self.person.name if self.person else self.name

    def access(self) -> Access:
        """Return what the policy may know: that of the analysis."""
        return self.analysis.access()
