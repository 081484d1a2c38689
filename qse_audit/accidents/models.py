"""How events are stored: one row each, with the days of stop, the duties and the hours beside."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qse_audit.accidents.rules import Category, DutyCode, EventKind, EventStatus, Potential
from qse_audit.accounts.models import Person, Site
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.base import Base, ExactNumber, Versioned, code
from qse_audit.db.constraints import append_only, not_blank
from qse_audit.db.participation import Participation, links_of, tied_to
from qse_audit.policies import Access
from qse_audit.processes.models import Process


class Accident(Versioned, Base):
    """An accident, an incident or a near miss: facts, a function, never a name nor a lesion."""

    __tablename__ = "accident"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        CheckConstraint(
            "kind IN ('work_stop', 'work_no_stop', 'first_aid', 'commuting', "
            "'occupational_disease') OR (category IS NULL AND fatal_at IS NULL)",
            "victim_only_where_hurt",
        ),
        CheckConstraint("known_at >= happened_at", "known_after_it_happened"),
        CheckConstraint("fatal_at IS NULL OR fatal_at >= happened_at", "death_after_it_happened"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", "closed_at_iff_closed"),
        Index("ix_accident_list", "organisation_id", "happened_at", "id"),
        Index("ix_accident_status", "organisation_id", "status", "happened_at", "id"),
        Index("ix_accident_process", "process_id"),
        Index("ix_accident_duty", "duty_due_at", "id"),
        not_blank("place"),
        not_blank("facts_text"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    reference: Mapped[str] = mapped_column(String(20))
    """``EVT-2026-001``: the year of the declaration, then a number; never reused."""
    kind: Mapped[EventKind] = mapped_column(code(EventKind))
    status: Mapped[EventStatus] = mapped_column(code(EventStatus), default=EventStatus.DECLARED)
    happened_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(200))
    """A workshop, a work unit, a road: in the words of whoever tells."""
    facts_text: Mapped[str] = mapped_column(Text)
    measures_text: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[Category | None] = mapped_column(code(Category))
    function_label: Mapped[str] = mapped_column(String(120), default="")
    """What the person hurt does: ``soudeur``; never who they are."""
    potential: Mapped[Potential | None] = mapped_column(code(Potential))
    """``None``: not rated, which is not low."""
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    known_at: Mapped[datetime]
    """When the employer knew: the clocks of the law start there."""
    requalified_at: Mapped[datetime | None]
    """When an accident cared for on the spot turned out to need a stop."""
    fatal_at: Mapped[datetime | None]
    duty_due_at: Mapped[datetime | None]
    """When the first unanswered thing that the law asks by a given hour is due."""
    causes_text: Mapped[str] = mapped_column(Text, default="")
    declared_at: Mapped[datetime]
    declared_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    investigated_at: Mapped[datetime | None]
    """When an investigation was first opened."""
    closed_at: Mapped[datetime | None]
    closing_note: Mapped[str] = mapped_column(Text, default="")

    declared_by: Mapped[Person] = relationship()
    process: Mapped[Process | None] = relationship()
    site: Mapped[Site | None] = relationship()
    stops: Mapped[list["AccidentStop"]] = relationship(
        order_by="AccidentStop.id", back_populates="accident"
    )
    answers: Mapped[list["AccidentDuty"]] = relationship(
        order_by="AccidentDuty.id", back_populates="accident"
    )
    participations: Mapped[list[Participation]] = tied_to(lambda: (Kind.ACCIDENT, Accident.id))

    def access(self) -> Access:
        """Return what the policy may know: who declared it, who leads its investigation."""
        return Access(
            organisations=frozenset({self.organisation_id}),
            status=self.status,
            links={
                **links_of(self.participations),
                Link.AUTHOR: frozenset({self.declared_by_id}),
            },
        )


class AccidentStop(Base):
    """Days of stop as they became known; the last row that begins on a day holds.

    A row without an end takes back the span that began that day.
    """

    __tablename__ = "accident_stop"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", "ends_after_it_starts"),
        Index("ix_accident_stop_accident", "accident_id", "id"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    accident_id: Mapped[int] = mapped_column(ForeignKey("accident.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    accident: Mapped[Accident] = relationship(back_populates="stops")
    recorded_by: Mapped[Person] = relationship()


append_only(AccidentStop.__table__)  # type: ignore[arg-type]  # declared as FromClause, always a Table


class AccidentDuty(Base):
    """What was said of something that the law asks: done when, with which proof; or not due."""

    __tablename__ = "accident_duty"
    __table_args__ = (
        UniqueConstraint("accident_id", "duty"),
        not_blank("words"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    accident_id: Mapped[int] = mapped_column(ForeignKey("accident.id"))
    duty: Mapped[DutyCode] = mapped_column(code(DutyCode))
    done_at: Mapped[datetime | None]
    """``None``: it does not apply, for the reason in ``words``."""
    words: Mapped[str] = mapped_column(String(300))
    """The proof, or the reason."""
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    accident: Mapped[Accident] = relationship(back_populates="answers")
    recorded_by: Mapped[Person] = relationship()


class Exposure(Base):
    """Hours worked and headcount of a month; the last row of a month and site holds."""

    __tablename__ = "exposure"
    __table_args__ = (Index("ix_exposure_month", "organisation_id", "month_on", "id"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    """``None``: the whole organisation."""
    month_on: Mapped[date]
    """Its first day."""
    hours: Mapped[Decimal] = mapped_column(ExactNumber)
    headcount: Mapped[Decimal | None] = mapped_column(ExactNumber)
    covers_temporary: Mapped[bool] = mapped_column(default=False)
    """Whether the hours of temporary workers are in: then their accidents count too."""
    incapacity_pct: Mapped[Decimal | None] = mapped_column(ExactNumber)
    """The permanent-incapacity rates notified in the month, added up for the whole company."""
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


append_only(Exposure.__table__)  # type: ignore[arg-type]  # declared as FromClause, always a Table
