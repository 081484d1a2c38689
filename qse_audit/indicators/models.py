"""How indicators, their values, targets, baselines and signals are stored."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qse_audit.accounts.models import Person
from qse_audit.core.expressions import Aggregation
from qse_audit.core.periods import Frequency
from qse_audit.core.permissions import Kind, Link, Role
from qse_audit.core.series import Direction, RuleSet
from qse_audit.db.base import Base, BigId, ExactNumber, Versioned, code
from qse_audit.db.constraints import append_only, in_words, not_blank, unique_among
from qse_audit.db.participation import Participation, links_of, tied_to
from qse_audit.indicators.rules import (
    AutomaticSource,
    Chart,
    IndicatorDomain,
    IndicatorStatus,
    Timing,
)
from qse_audit.policies import Access


class Indicator(Versioned, Base):
    """The card of an indicator: what it is for, how it is computed, who answers for it."""

    __tablename__ = "indicator"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        unique_among(
            "uq_indicator_short_name",
            "organisation_id",
            "short_name",
            where="short_name <> '' AND status <> 'dropped'",
        ),
        Index("ix_indicator_list", "organisation_id", "status", "domain", "id"),
        Index("ix_indicator_owner", "owner_id", "status", "due_on"),
        Index("ix_indicator_due", "status", "due_on", "id"),
        CheckConstraint("(due_on IS NULL) = (awaited_on IS NULL)", "due_when_awaited"),
        CheckConstraint("due_on IS NULL OR status = 'active'", "due_while_followed"),
        CheckConstraint("decimals BETWEEN 0 AND 6", "decimals_from_0_to_6"),
        CheckConstraint("delay_days BETWEEN 0 AND 366", "delay_within_a_year"),
        CheckConstraint(
            "status <> 'dropped' OR length(trim(dropped_reason)) > 0", "dropped_for_a_reason"
        ),
        not_blank("title"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    reference: Mapped[str] = mapped_column(String(20))
    """``IND-2026-004``."""
    title: Mapped[str] = mapped_column(String(200))
    status: Mapped[IndicatorStatus] = mapped_column(
        code(IndicatorStatus), default=IndicatorStatus.DRAFT
    )
    short_name: Mapped[str] = mapped_column(String(60), default="")
    """By which formulas may name it: ``TF1``; empty: none."""
    domain: Mapped[IndicatorDomain] = mapped_column(code(IndicatorDomain))
    timing: Mapped[Timing] = mapped_column(code(Timing))
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    library_key: Mapped[str] = mapped_column(String(80), default="")
    """The card of the shipped library that it was made from; empty: none."""

    purpose: Mapped[str] = mapped_column(Text, default="")
    decision: Mapped[str] = mapped_column(Text, default="")
    """The decision that it serves."""
    perimeter: Mapped[str] = mapped_column(Text, default="")
    data_source: Mapped[str] = mapped_column(Text, default="")
    """Where the values come from."""
    collection: Mapped[str] = mapped_column(Text, default="")
    """Who takes them, how and when."""
    biases: Mapped[str] = mapped_column(Text, default="")
    reaction_plan: Mapped[str] = mapped_column(Text, default="")
    """What is done, and by whom, when a limit is passed or a signal shows."""

    formula: Mapped[str] = mapped_column(Text, default="")
    """In the language of ``core.expressions``, over the names of the variables."""
    measure_unit: Mapped[str] = mapped_column(String(60), default="")
    decimals: Mapped[int] = mapped_column(default=1)
    """How many decimals are shown; what is stored is exact."""
    frequency: Mapped[Frequency] = mapped_column(code(Frequency))
    delay_days: Mapped[int] = mapped_column(default=10)
    """Days after the end of a period by which its values are due."""
    starts_on: Mapped[date]
    """First day of the first period for which values are due."""
    closed_until: Mapped[date | None]
    """Periods that end on or before this day take no value any more."""
    awaited_on: Mapped[date | None]
    """First day of the first period that still lacks values; ``None``: people owe none."""
    due_on: Mapped[date | None]
    """By when these values are due: late once it is past."""
    direction: Mapped[Direction] = mapped_column(code(Direction))
    chart: Mapped[Chart] = mapped_column(code(Chart))
    rule_set: Mapped[RuleSet] = mapped_column(code(RuleSet), default=RuleSet.WHEELER)
    alert_low: Mapped[Decimal | None] = mapped_column(ExactNumber)
    alert_high: Mapped[Decimal | None] = mapped_column(ExactNumber)
    action_low: Mapped[Decimal | None] = mapped_column(ExactNumber)
    action_high: Mapped[Decimal | None] = mapped_column(ExactNumber)
    tolerance_low: Mapped[Decimal | None] = mapped_column(ExactNumber)
    tolerance_high: Mapped[Decimal | None] = mapped_column(ExactNumber)
    """Both tolerances, for Cp and Cpk."""

    review_on: Mapped[date | None]
    """When somebody asks again whether it still decides something."""
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str] = mapped_column(Text, default="")
    dropped_at: Mapped[datetime | None]
    dropped_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    created_by: Mapped[Person] = relationship(foreign_keys=[created_by_id])
    variables: Mapped[list["Variable"]] = relationship(
        order_by="Variable.position", cascade="all, delete-orphan"
    )
    targets: Mapped[list["Target"]] = relationship(
        order_by="Target.period_on", cascade="all, delete-orphan"
    )
    baselines: Mapped[list["Baseline"]] = relationship(
        back_populates="indicator", order_by="Baseline.from_on"
    )
    events: Mapped[list["RareEvent"]] = relationship(
        back_populates="indicator", order_by="RareEvent.happened_on"
    )
    participations: Mapped[list[Participation]] = tied_to(lambda: (Kind.INDICATOR, Indicator.id))

    def access(self) -> Access:
        """Return what the policy may know: whose it is, its status, its owner and authors."""
        links = links_of(self.participations)
        authors = links.get(Link.AUTHOR, frozenset()) | {self.created_by_id}
        return Access(
            organisations=frozenset({self.organisation_id}),
            status=self.status,
            links={**links, Link.AUTHOR: authors, Link.OWNER: frozenset({self.owner_id})},
        )


class Variable(Base):
    """A quantity that people enter, or that a source computes, for each period."""

    __tablename__ = "indicator_variable"
    __table_args__ = (UniqueConstraint("indicator_id", "name"), not_blank("label"))

    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(64))
    """As in the formula: ``accidents``."""
    label: Mapped[str] = mapped_column(String(160))
    measure_unit: Mapped[str] = mapped_column(String(60), default="")
    definition: Mapped[str] = mapped_column(Text, default="")
    """What is counted and what is not."""
    aggregation: Mapped[Aggregation] = mapped_column(code(Aggregation), default=Aggregation.SUM)
    minimum: Mapped[Decimal | None] = mapped_column(ExactNumber)
    """The smallest value that makes sense: 0 for hours."""
    maximum: Mapped[Decimal | None] = mapped_column(ExactNumber)
    is_whole: Mapped[bool] = mapped_column(default=False)
    automatic: Mapped[AutomaticSource | None] = mapped_column(code(AutomaticSource))
    """What counts it from our own records; ``None``: it is entered."""


class Target(Base):
    """A point of the target path: what is to be reached by the end of a period."""

    __tablename__ = "indicator_target"
    __table_args__ = (UniqueConstraint("indicator_id", "period_on"),)

    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id", ondelete="CASCADE"))
    period_on: Mapped[date]
    """First day of the period."""
    value: Mapped[Decimal] = mapped_column(ExactNumber)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it asks for less than the point before, when it does."""


class Baseline(Base):
    """The stretch of values that limits are computed from, locked by a person."""

    __tablename__ = "indicator_baseline"
    __table_args__ = (
        UniqueConstraint("indicator_id", "from_on"),
        CheckConstraint("until_on IS NULL OR until_on > from_on", "ends_after_it_starts"),
    )

    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    from_on: Mapped[date]
    """First day of the first period of the phase."""
    until_on: Mapped[date | None]
    """Last day of the last period that the limits are computed from; ``None``: all so far."""
    cause: Mapped[str] = mapped_column(Text, default="")
    """The known cause of the change; required from the second phase on."""
    locked_at: Mapped[datetime]
    locked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    locked_by: Mapped[Person] = relationship()
    indicator: Mapped[Indicator] = relationship(back_populates="baselines")

    def access(self) -> Access:
        """Return what the policy may know: what it may of the indicator."""
        return self.indicator.access()


class Measurement(Versioned, Base):
    """The values of one indicator for one period, and the result of its formula."""

    __tablename__ = "measurement"
    __table_args__ = (
        UniqueConstraint("indicator_id", "period_on"),
        CheckConstraint("late_days >= 0", "late_days_not_negative"),
        Index("ix_measurement_entered", "organisation_id", "entered_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, sort_order=-1)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    period_on: Mapped[date]
    """First day of the period."""
    inputs: Mapped[dict[str, str]]
    """The exact number of each variable as text: ``{"accidents": "1", "hours": "16450"}``."""
    value: Mapped[Decimal | None] = mapped_column(ExactNumber)
    """The result to 15 significant digits; ``None``: not computable."""
    is_complete: Mapped[bool]
    """Whether every variable has its number."""
    late_days: Mapped[int]
    """Days after its due day when it became complete; 0: in time, or not complete yet."""
    source: Mapped[str] = mapped_column(String(200), default="")
    """Where the figures come from: “paie”, the name of a file, “calculé”."""
    comment: Mapped[str] = mapped_column(Text, default="")
    entered_at: Mapped[datetime]
    """When it was first entered; each later change is a :class:`Correction`."""
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """``None``: computed by the nightly job."""


class Correction(Base):
    """What a value was before somebody changed it, and why; never changed afterwards."""

    __tablename__ = "measurement_correction"
    __table_args__ = (Index("ix_measurement_correction_of", "measurement_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, sort_order=-1)
    measurement_id: Mapped[int] = mapped_column(ForeignKey("measurement.id"))
    inputs_before: Mapped[dict[str, str]]
    value_before: Mapped[Decimal | None] = mapped_column(ExactNumber)
    reason: Mapped[str] = mapped_column(Text, default="")
    corrected_at: Mapped[datetime]
    corrected_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """``None``: computed again by the nightly job."""


append_only(Correction.__table__)  # type: ignore[arg-type]  # declared as FromClause


class Audience(Base):
    """A role on whose dashboard an indicator stands; its owner sees it in any case."""

    __tablename__ = "indicator_audience"
    __table_args__ = (
        UniqueConstraint("indicator_id", "role"),
        Index("ix_indicator_audience_role", "organisation_id", "role"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    role: Mapped[Role] = mapped_column(code(Role))


class RareEvent(Base):
    """A dated event so rare that the time between two says more than a count each month."""

    __tablename__ = "indicator_event"
    __table_args__ = (
        Index("ix_indicator_event_of", "indicator_id", "happened_on"),
        in_words("withdrawn_at", "withdrawn_reason", "withdrawn_for_a_reason"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    happened_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(200), default="")
    """What happened, in a few words that name nobody."""
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    """When it was found to be no such event; it stays on record."""
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")

    recorded_by: Mapped[Person] = relationship()
    indicator: Mapped[Indicator] = relationship(back_populates="events")

    def access(self) -> Access:
        """Return what the policy may know: what it may of the indicator."""
        return self.indicator.access()


class LoggedSignal(Versioned, Base):
    """A signal of variation, logged once; its owner is asked what happened."""

    __tablename__ = "indicator_signal"
    __table_args__ = (
        UniqueConstraint("indicator_id", "rule", "from_on"),
        Index("ix_indicator_signal_open", "organisation_id", "analysed_at", "id"),
        CheckConstraint("(analysed_at IS NULL) = (analysed_by_id IS NULL)", "analysed_by_name"),
        in_words("analysed_at", "analysis", "analysed_with_words"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    rule: Mapped[str] = mapped_column(String(8))
    """``W1``…: the code of the rule."""
    from_on: Mapped[date]
    until_on: Mapped[date]
    """First and last day of the periods that show it."""
    is_favourable: Mapped[bool | None]
    """Whether it goes the wanted way; ``None`` for a nominal target or a range."""
    found_at: Mapped[datetime]
    analysis: Mapped[str] = mapped_column(Text, default="")
    cause: Mapped[str] = mapped_column(Text, default="")
    analysed_at: Mapped[datetime | None]
    analysed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer_kind: Mapped[str] = mapped_column(String(32), default="")
    """``finding`` when one tells of the same; actions know the signal that asked for them."""
    answer_id: Mapped[int | None]

    indicator: Mapped[Indicator] = relationship()
    analysed_by: Mapped[Person | None] = relationship()

    def access(self) -> Access:
        """Return what the policy may know: what it may of the indicator."""
        return self.indicator.access()
