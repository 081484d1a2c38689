"""How axes, objectives, their talk, the priorities and the checks of coherence are stored."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
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
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.series import Direction
from qse_audit.db.base import Base, ExactNumber, Versioned, code
from qse_audit.db.constraints import append_only, in_words, not_blank, sha256_hex, unique_among
from qse_audit.db.participation import Participation, links_of, tied_to
from qse_audit.indicators.models import Indicator
from qse_audit.objectives.rules import Level, ObjectiveStatus, PriorityKind, RollUp, TalkKind
from qse_audit.policies import Access
from qse_audit.processes.models import Process
from qse_audit.referentials.rules import Domain
from qse_audit.risks.models import Risk

objective_commitment = Table(
    "objective_commitment",
    Base.metadata,
    Column("objective_id", ForeignKey("objective.id", ondelete="CASCADE"), primary_key=True),
    Column("sentence_key", String(36), primary_key=True),
)
"""The commitments of the policy that an objective serves, by the lasting key of the sentence."""
axis_commitment = Table(
    "axis_commitment",
    Base.metadata,
    Column("axis_id", ForeignKey("axis.id", ondelete="CASCADE"), primary_key=True),
    Column("sentence_key", String(36), primary_key=True),
)
"""The commitments that an axis carries."""
priority_objective = Table(
    "priority_objective",
    Base.metadata,
    Column("priority_id", ForeignKey("priority.id", ondelete="CASCADE"), primary_key=True),
    Column("objective_id", ForeignKey("objective.id"), primary_key=True),
)
"""The objectives that answer a priority."""


class Axis(Versioned, Base):
    """A strategic axis: one of the few directions that the policy takes for some years."""

    __tablename__ = "axis"
    __table_args__ = (UniqueConstraint("organisation_id", "title"), not_blank("title"))

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    horizon: Mapped[str] = mapped_column(String(120), default="")
    """Until when, as people say it: “2029”."""
    archived_at: Mapped[datetime | None]

    def access(self) -> Access:
        """Return what the policy may know: whose it is."""
        return Access(organisations=frozenset({self.organisation_id}))


class Objective(Versioned, Base):
    """What is to be reached, by how much, by when, by whom; a node of the cascade."""

    __tablename__ = "objective"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        Index("ix_objective_tree", "organisation_id", "position", "id"),
        Index("ix_objective_parent", "parent_id"),
        Index("ix_objective_owner", "owner_id", "status", "due_on"),
        Index("ix_objective_indicator", "indicator_id"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", "not_its_own_parent"),
        CheckConstraint("weight > 0", "weight_positive"),
        CheckConstraint(
            "starts_on IS NULL OR due_on IS NULL OR due_on >= starts_on", "due_after_start"
        ),
        CheckConstraint("status = 'draft' OR owner_id IS NOT NULL", "owned_once_proposed"),
        CheckConstraint(
            "(status IN ('reached', 'missed', 'dropped')) = (closed_at IS NOT NULL)",
            "closed_at_iff",
        ),
        not_blank("title"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    reference: Mapped[str] = mapped_column(String(20))
    """``OBJ-2026-012``: the year, then a number; never reused."""
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("objective.id"))
    axis_id: Mapped[int | None] = mapped_column(ForeignKey("axis.id"))
    position: Mapped[int] = mapped_column(default=0)
    """Its place in the whole tree, read from top to bottom."""
    level: Mapped[Level] = mapped_column(code(Level))
    domain: Mapped[Domain] = mapped_column(code(Domain))
    status: Mapped[ObjectiveStatus] = mapped_column(
        code(ObjectiveStatus), default=ObjectiveStatus.DRAFT
    )
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"))
    unit_name: Mapped[str] = mapped_column(String(120), default="")
    """The team or workshop, for the level “unit”."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    resources: Mapped[str] = mapped_column(Text, default="")
    starts_on: Mapped[date | None]
    due_on: Mapped[date | None]
    reviewed_on: Mapped[date | None]
    indicator_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id"))
    """The indicator whose values say whether it is reached."""
    direction: Mapped[Direction | None] = mapped_column(code(Direction))
    measure_unit: Mapped[str] = mapped_column(String(60), default="")
    """Empty: that of the indicator."""
    baseline: Mapped[Decimal | None] = mapped_column(ExactNumber)
    target: Mapped[Decimal | None] = mapped_column(ExactNumber)
    roll_up: Mapped[RollUp] = mapped_column(code(RollUp), default=RollUp.NONE)
    weight: Mapped[int] = mapped_column(default=1)
    """Its part in the weighted mean of its parent."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    closing_note: Mapped[str] = mapped_column(Text, default="")

    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    created_by: Mapped[Person] = relationship(foreign_keys=[created_by_id])
    axis: Mapped[Axis | None] = relationship()
    site: Mapped[Site | None] = relationship()
    process: Mapped[Process | None] = relationship()
    indicator: Mapped[Indicator | None] = relationship(foreign_keys=[indicator_id])
    talks: Mapped[list["Talk"]] = relationship(order_by="Talk.id", viewonly=True)
    participations: Mapped[list[Participation]] = tied_to(lambda: (Kind.OBJECTIVE, Objective.id))

    def access(self) -> Access:
        """Return what the policy may know: whose it is, its status, its owner and author."""
        links = links_of(self.participations)
        authors = links.get(Link.AUTHOR, frozenset()) | {self.created_by_id}
        owners = frozenset(filter(None, [self.owner_id]))
        return Access(
            organisations=frozenset({self.organisation_id}),
            status=self.status,
            links={**links, Link.AUTHOR: authors, Link.OWNER: owners},
        )


class Talk(Base):
    """One turn of the talk about an objective; never changed afterwards."""

    __tablename__ = "objective_talk"
    __table_args__ = (Index("ix_objective_talk_objective", "objective_id", "id"),)

    objective_id: Mapped[int] = mapped_column(ForeignKey("objective.id"))
    kind: Mapped[TalkKind] = mapped_column(code(TalkKind))
    text: Mapped[str] = mapped_column(Text)
    target: Mapped[Decimal | None] = mapped_column(ExactNumber)
    """The figure that this turn puts forward or accepts."""
    due_on: Mapped[date | None]
    said_at: Mapped[datetime]
    said_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    said_by: Mapped[Person] = relationship()


append_only(Talk.__table__)  # type: ignore[arg-type]  # declared as FromClause


class Priority(Versioned, Base):
    """Something significant that an objective should answer: an aspect, a risk, a legal gap."""

    __tablename__ = "priority"
    __table_args__ = (
        Index("ix_priority_list", "organisation_id", "withdrawn_at", "id"),
        unique_among("uq_priority_risk", "risk_id", where="withdrawn_at IS NULL"),
        not_blank("title"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[PriorityKind] = mapped_column(code(PriorityKind))
    title: Mapped[str] = mapped_column(String(200))
    fact: Mapped[str] = mapped_column(Text, default="")
    """What shows it: a rating, a record, a text."""
    risk_id: Mapped[int | None] = mapped_column(ForeignKey("risk.id"))
    """The line of a risk analysis that it comes from; ``None``: somebody noted it."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]

    risk: Mapped[Risk | None] = relationship()
    objectives: Mapped[list[Objective]] = relationship(
        secondary=priority_objective, order_by=Objective.id
    )

    def access(self) -> Access:
        """Return what the policy may know: whose it is."""
        return Access(organisations=frozenset({self.organisation_id}))


class Arbitration(Versioned, Base):
    """A conflict between two objectives, as declared, and how it was settled."""

    __tablename__ = "arbitration"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        Index("ix_arbitration_organisation", "organisation_id"),
        Index("ix_arbitration_second", "second_id"),
        CheckConstraint("first_id < second_id", "two_objectives_in_order"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", "decided_by_name"),
        in_words("decided_at", "decision", "decided_with_words"),
        not_blank("conflict"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    first_id: Mapped[int] = mapped_column(ForeignKey("objective.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("objective.id"))
    conflict: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(Text, default="")
    declared_at: Mapped[datetime]
    declared_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    first: Mapped[Objective] = relationship(foreign_keys=[first_id])
    second: Mapped[Objective] = relationship(foreign_keys=[second_id])
    declared_by: Mapped[Person] = relationship(foreign_keys=[declared_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])

    def access(self) -> Access:
        """Return what the policy may know: whose it is, and whether it is settled."""
        return Access(
            organisations=frozenset({self.organisation_id}),
            status="settled" if self.decided_at else "declared",
        )


class AnomalyAcceptance(Base):
    """Somebody’s word that an anomaly may stay, or no longer may; the last one of a key holds."""

    __tablename__ = "anomaly_acceptance"
    __table_args__ = (
        Index("ix_anomaly_acceptance_key", "organisation_id", "key", "id"),
        sha256_hex("figures_sha256"),
        not_blank("reason"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    key: Mapped[str] = mapped_column(String(120))
    """The check and the object: ``K7:objective/12``."""
    figures_sha256: Mapped[str] = mapped_column(String(64))
    """Of its figures at that moment: once they change, it shows again."""
    is_withdrawn: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime]
    said_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    said_by: Mapped[Person] = relationship()


append_only(AnomalyAcceptance.__table__)  # type: ignore[arg-type]  # declared as FromClause


class CoherenceReport(Base):
    """The anomalies as they were at one moment; two of them show what was mended (C4)."""

    __tablename__ = "coherence_report"
    __table_args__ = (UniqueConstraint("organisation_id", "number"), sha256_hex("sha256"))

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[int]
    reference: Mapped[str] = mapped_column(String(20))
    """``COH-2026-003``."""
    document: Mapped[str] = mapped_column(Text)
    """Canonical JSON of what the page and the PDF are made from."""
    sha256: Mapped[str] = mapped_column(String(64))
    open_count: Mapped[int]
    accepted_count: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    made_by: Mapped[Person] = relationship()

    def access(self) -> Access:
        """Return what the policy may know: whose it is and who made it."""
        return Access(
            organisations=frozenset({self.organisation_id}),
            links={Link.AUTHOR: frozenset({self.made_by_id})},
        )


append_only(CoherenceReport.__table__)  # type: ignore[arg-type]  # declared as FromClause
