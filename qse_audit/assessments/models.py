"""How evaluators’ notes are stored."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qse_audit.accounts.models import Person
from qse_audit.certifications.models import Capability
from qse_audit.db.base import Base, Versioned
from qse_audit.portfolios.models import Dossier


class AssessmentNote(Versioned, Base):
    """What one evaluator notes on one capability of one frozen dossier."""

    __tablename__ = "assessment_note"
    __table_args__ = (
        UniqueConstraint("dossier_id", "capability_id", "evaluator_id"),
        CheckConstraint("level IS NULL OR level BETWEEN 0 AND 3", "level_on_the_scale"),
    )

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"))
    capability_id: Mapped[int] = mapped_column(ForeignKey("capability.id"))
    evaluator_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    level: Mapped[int | None]
    """Formative only, 0 not shown to 3 mastered; the official result comes from the panel."""
    text: Mapped[str] = mapped_column(Text, default="")
    updated_at: Mapped[datetime]

    dossier: Mapped[Dossier] = relationship()
    capability: Mapped[Capability] = relationship()
    evaluator: Mapped[Person] = relationship()
