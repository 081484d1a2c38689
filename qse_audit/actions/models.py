"""How actions are stored."""

from datetime import date, datetime

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

from qse_audit.accounts.models import Person
from qse_audit.actions.rules import ActionKind, ActionStatus
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.prevention import PreventionPrinciple
from qse_audit.db.base import Base, Versioned, code
from qse_audit.db.constraints import not_blank
from qse_audit.db.participation import Participation, links_of, tied_to
from qse_audit.evidence.models import Evidence
from qse_audit.policies import Access

action_proof = Table(
    "action_proof",
    Base.metadata,
    Column("action_id", ForeignKey("action.id", ondelete="CASCADE"), primary_key=True),
    Column("evidence_id", ForeignKey("evidence.id"), primary_key=True),
)


class Action(Versioned, Base):
    """Something that someone must do by a day, and that someone else will check."""

    __tablename__ = "action"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        CheckConstraint("(status = 'effective') = (verified_at IS NOT NULL)", "verified_iff"),
        CheckConstraint(
            "verified_by_id IS NULL OR verified_by_id <> owner_id", "verified_by_another_person"
        ),
        CheckConstraint(
            "status = 'open' OR status = 'cancelled' OR done_at IS NOT NULL", "done_at"
        ),
        CheckConstraint(
            "status <> 'effective' OR length(trim(criterion)) > 0", "effective_against_a_criterion"
        ),
        Index("ix_action_origin", "origin_kind", "origin_id"),
        Index("ix_action_list", "organisation_id", "due_on", "id"),
        Index("ix_action_status", "organisation_id", "status", "due_on", "id"),
        Index("ix_action_owner", "owner_id", "status", "due_on", "id"),
        Index("ix_action_due", "status", "due_on", "id"),
        Index("ix_action_context", "context_kind", "context_id"),
        not_blank("title"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    reference: Mapped[str] = mapped_column(String(20))
    """``ACT-2026-031``: the year, then a number; never reused."""
    origin_kind: Mapped[Kind] = mapped_column(code(Kind, "origin_kind"))
    """What asks for it: a finding."""
    origin_id: Mapped[int]
    context_kind: Mapped[Kind] = mapped_column(code(Kind, "context_kind"))
    """The object whose people may read it: the audit behind the finding."""
    context_id: Mapped[int]
    kind: Mapped[ActionKind] = mapped_column(code(ActionKind))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    cause: Mapped[str] = mapped_column(Text, default="")
    """The cause that a corrective action removes."""
    principle: Mapped[PreventionPrinciple | None] = mapped_column(code(PreventionPrinciple))
    """How it prevents a risk; ``None`` where it answers something else."""
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date]
    due_set_on: Mapped[date]
    """The day when this due date was given: reminders that fell before are not sent."""
    status: Mapped[ActionStatus] = mapped_column(code(ActionStatus), default=ActionStatus.OPEN)
    criterion: Mapped[str] = mapped_column(Text, default="")
    """What will show that it worked, written before it is done."""
    verify_on: Mapped[date | None]
    done_at: Mapped[datetime | None]
    done_note: Mapped[str] = mapped_column(Text, default="")
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    verification_note: Mapped[str] = mapped_column(Text, default="")
    reopened_count: Mapped[int] = mapped_column(default=0)
    """How many times it was found not effective."""
    created_at: Mapped[datetime]

    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    verified_by: Mapped[Person | None] = relationship(foreign_keys=[verified_by_id])
    proofs: Mapped[list[Evidence]] = relationship(secondary=action_proof, order_by=Evidence.id)
    participations: Mapped[list[Participation]] = tied_to(
        lambda: (Action.context_kind, Action.context_id)
    )

    def access(self) -> Access:
        """Return what the policy may know: the people of the audit behind it, and its owner."""
        return Access(
            organisations=frozenset({self.organisation_id}),
            status=self.status,
            links={**links_of(self.participations), Link.OWNER: frozenset({self.owner_id})},
        )
