"""How the versions of the DUERP and its registers are stored: what is approved never changes."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qse_audit.accounts.models import Person
from qse_audit.actions.models import Action
from qse_audit.core.permissions import Link
from qse_audit.db.base import Base, ExactNumber, Versioned, code
from qse_audit.db.constraints import (
    append_only,
    frozen_rows,
    not_blank,
    sha256_hex,
    unique_among,
)
from qse_audit.duerp.rules import (
    MOST_EMPLOYEES,
    NAME_MAX,
    TITLE_MAX,
    Channel,
    Part,
    Recipient,
    TriggerKind,
    VersionStatus,
)
from qse_audit.policies import Access
from qse_audit.risks.models import RiskAnalysis


class HeadcountNote(Base):
    """How many employees an organisation has from a day on; a later note corrects an earlier."""

    __tablename__ = "headcount"
    __table_args__ = (
        Index("ix_headcount_organisation", "organisation_id", "since_on", "id"),
        CheckConstraint(f"employees BETWEEN 0 AND {MOST_EMPLOYEES}", "employees_in_range"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    since_on: Mapped[date]
    employees: Mapped[int]
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


append_only(HeadcountNote.__table__)  # type: ignore[arg-type]  # declared as FromClause


class DuerpPlace(Versioned, Base):
    """Where workers read the DUERP: what the notice of an organisation says."""

    __tablename__ = "duerp_place"
    __table_args__ = (UniqueConstraint("organisation_id"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    location: Mapped[str] = mapped_column(String(NAME_MAX), default="")
    hours: Mapped[str] = mapped_column(String(NAME_MAX), default="")
    contact: Mapped[str] = mapped_column(String(NAME_MAX), default="")


class DuerpVersion(Versioned, Base):
    """One version of a DUERP: prepared, then approved for good."""

    __tablename__ = "duerp_version"
    __table_args__ = (
        UniqueConstraint("analysis_id", "number"),
        unique_among(
            "uq_duerp_version_in_preparation", "analysis_id", where="status <> 'approved'"
        ),
        Index("ix_duerp_version_list", "organisation_id", "status", "approved_on", "id"),
        CheckConstraint(
            "(status = 'approved') = (approved_at IS NOT NULL)"
            " AND (approved_at IS NULL) = (approved_by_id IS NULL)"
            " AND (approved_at IS NULL) = (approved_on IS NULL)",
            "approved_whole",
        ),
        CheckConstraint("number > 0", "number_counts"),
        CheckConstraint(
            "approved_by_id IS NULL OR approved_by_id <> prepared_by_id", "approved_by_another"
        ),
        not_blank("reason"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    analysis_id: Mapped[int] = mapped_column(ForeignKey("risk_analysis.id"))
    number: Mapped[int]
    status: Mapped[VersionStatus] = mapped_column(
        code(VersionStatus), default=VersionStatus.PREPARED
    )
    reason: Mapped[str] = mapped_column(Text)
    """Why it is made: what changed since the one before."""
    lines_sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the assessment that contributors were consulted on."""
    prepared_at: Mapped[datetime]
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    approved_on: Mapped[date | None]
    """The day from which it is the version in force."""
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    analysis: Mapped[RiskAnalysis] = relationship()
    prepared_by: Mapped[Person] = relationship(foreign_keys=[prepared_by_id])
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[approved_by_id])
    contributions: Mapped[list["DuerpContribution"]] = relationship(
        order_by="DuerpContribution.consulted_on, DuerpContribution.id"
    )

    def access(self) -> Access:
        """Return what the policy may know: whose it is, its status, who prepared it."""
        return Access(
            organisations=frozenset({self.organisation_id}),
            status=self.status,
            links={Link.AUTHOR: frozenset({self.prepared_by_id})},
        )


frozen_rows(DuerpVersion.__table__, "status = 'approved'")  # type: ignore[arg-type]  # as FromClause


class DuerpContribution(Base):
    """Who was asked about a version, when, and what they said."""

    __tablename__ = "duerp_contribution"
    __table_args__ = (
        Index("ix_duerp_contribution_version", "version_id"),
        CheckConstraint("is_absent OR length(trim(who)) > 0", "says_who"),
        CheckConstraint("NOT is_absent OR length(trim(opinion)) > 0", "absence_in_words"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("duerp_version.id", ondelete="CASCADE"))
    part: Mapped[Part] = mapped_column(code(Part))
    who: Mapped[str] = mapped_column(String(NAME_MAX), default="")
    consulted_on: Mapped[date]
    opinion: Mapped[str] = mapped_column(Text, default="")
    is_absent: Mapped[bool] = mapped_column(default=False)

    version: Mapped[DuerpVersion] = relationship(overlaps="contributions")

    def access(self) -> Access:
        """Return what the policy may know of its version."""
        return self.version.access()


class DuerpRecord(Base):
    """A version exactly as it was approved: what its pages, papers and dossiers quote."""

    __tablename__ = "duerp_record"
    __table_args__ = (
        UniqueConstraint("version_id"),
        UniqueConstraint("risk_version_id"),
        sha256_hex("sha256"),
        sha256_hex("head_hash"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("duerp_version.id"))
    risk_version_id: Mapped[int] = mapped_column(ForeignKey("risk_version.id"))
    """The assessment alone, as the engine of risk analyses froze it in the same act."""
    document: Mapped[str] = mapped_column(Text)
    """Canonical JSON of the units, lines, contributors and measures."""
    sha256: Mapped[str] = mapped_column(String(64))
    approved_at: Mapped[datetime]
    head_seq: Mapped[int]
    head_hash: Mapped[str] = mapped_column(String(64))


append_only(DuerpRecord.__table__)  # type: ignore[arg-type]  # declared as FromClause


class DuerpEvent(Versioned, Base):
    """Something that happened and makes an update due."""

    __tablename__ = "duerp_event"
    __table_args__ = (
        Index("ix_duerp_event_list", "organisation_id", "happened_on", "id"),
        not_blank("what"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[TriggerKind] = mapped_column(code(TriggerKind))
    happened_on: Mapped[date]
    what: Mapped[str] = mapped_column(String(TITLE_MAX))
    done: Mapped[str] = mapped_column(Text, default="")
    version_id: Mapped[int | None] = mapped_column(
        ForeignKey("duerp_version.id", ondelete="SET NULL")
    )
    """The version that answers it, once approved."""
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    version_row: Mapped[DuerpVersion | None] = relationship()

    def access(self) -> Access:
        """Return what the policy may know: whose it is."""
        return Access(organisations=frozenset({self.organisation_id}))


class DuerpMeasure(Versioned, Base):
    """What the yearly programme says of an action, besides what the action says."""

    __tablename__ = "duerp_measure"
    __table_args__ = (UniqueConstraint("action_id"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"))
    conditions: Mapped[str] = mapped_column(Text, default="")
    result_indicator: Mapped[str] = mapped_column(Text, default="")
    cost_euros: Mapped[Decimal | None] = mapped_column(ExactNumber)
    starts_on: Mapped[date | None]

    action: Mapped[Action] = relationship()


class DuerpTransmission(Base):
    """A version handed over: to whom, when, how."""

    __tablename__ = "duerp_transmission"
    __table_args__ = (Index("ix_duerp_transmission_version", "version_id"), not_blank("name"))

    version_id: Mapped[int] = mapped_column(ForeignKey("duerp_version.id"))
    recipient: Mapped[Recipient] = mapped_column(code(Recipient))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    sent_on: Mapped[date]
    channel: Mapped[Channel] = mapped_column(code(Channel))
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    noted_by: Mapped[Person] = relationship()


append_only(DuerpTransmission.__table__)  # type: ignore[arg-type]  # declared as FromClause


class DuerpRequest(Versioned, Base):
    """Who asked to read the DUERP, for which time, and who answered when with which versions."""

    __tablename__ = "duerp_request"
    __table_args__ = (
        Index("ix_duerp_request_list", "organisation_id", "asked_on", "id"),
        CheckConstraint("(answered_on IS NULL) = (answered_by_id IS NULL)", "answered_by_somebody"),
        CheckConstraint("until_on IS NULL OR from_on <= until_on", "ends_after_it_starts"),
        not_blank("name"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    recipient: Mapped[Recipient] = mapped_column(code(Recipient))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    asked_on: Mapped[date]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    """The time for which versions are asked; no end: until now."""
    versions: Mapped[list[int]]
    """The ids of the versions that were shown."""
    answered_on: Mapped[date | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id])

    def access(self) -> Access:
        """Return what the policy may know: whose it is."""
        return Access(organisations=frozenset({self.organisation_id}))
