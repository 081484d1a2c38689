"""How risk analyses are stored: one engine for every method."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qse_audit.accounts.models import Person, Site
from qse_audit.core.permissions import Kind
from qse_audit.db.base import Base, Versioned, code
from qse_audit.db.constraints import append_only, in_words, not_blank, sha256_hex
from qse_audit.db.participation import Participation, links_of, tied_to
from qse_audit.policies import Access
from qse_audit.processes.models import Process
from qse_audit.risks.rules import RatingStage, RiskMethod
from qse_audit.risks.rules.analyses import NAME_MAX, TITLE_MAX, AnalysisStatus
from qse_audit.risks.rules.scale_data import KEY_MAX

RATED = (
    "(notes IS NULL) = (score IS NULL) AND (score IS NULL) = (band IS NULL)"
    " AND (band IS NULL) = (risk_rank IS NULL)"
)
"""Whole or not at all: a half-rated line does not exist."""


class RiskAnalysis(Versioned, Base):
    """What is looked at, with which method and scale, by whom, and until when it holds."""

    __tablename__ = "risk_analysis"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        Index("ix_risk_analysis_list", "organisation_id", "status", "id"),
        Index("ix_risk_analysis_review", "status", "review_on"),
        Index("ix_risk_analysis_owner", "owner_id"),
        not_blank("title"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    reference: Mapped[str] = mapped_column(String(20))
    """``RIS-2026-001``."""
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    method: Mapped[RiskMethod] = mapped_column(code(RiskMethod))
    domains: Mapped[list[str]]
    """Codes of domains: ``quality safety environment``."""
    scale: Mapped[dict[str, Any]]
    """The scale as it was when the analysis began (``rules.scale_data``): what notes mean stays."""
    question: Mapped[str] = mapped_column(Text, default="")
    scope: Mapped[str] = mapped_column(Text, default="")
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    status: Mapped[AnalysisStatus] = mapped_column(
        code(AnalysisStatus), default=AnalysisStatus.DRAFT
    )
    review_on: Mapped[date | None]
    triggers: Mapped[str] = mapped_column(Text, default="")
    is_family: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it is offered as the model that others begin from."""
    last_number: Mapped[int] = mapped_column(default=0)
    """The number of its last line; numbers are never used twice."""
    changed_at: Mapped[datetime]
    """When a line, a rating or a section changed last: later than the last version, it differs."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    created_by: Mapped[Person] = relationship(foreign_keys=[created_by_id])
    process: Mapped[Process | None] = relationship()
    site: Mapped[Site | None] = relationship()
    origin: Mapped["RiskCopy | None"] = relationship(
        foreign_keys="RiskCopy.analysis_id", viewonly=True
    )
    """What it began from, if it began from another."""
    members: Mapped[list["RiskMember"]] = relationship(
        order_by="RiskMember.position", cascade="all, delete-orphan"
    )
    participations: Mapped[list[Participation]] = tied_to(
        lambda: (Kind.RISK_ANALYSIS, RiskAnalysis.id)
    )

    def access(self) -> Access:
        """Return what the policy may know: whose it is, its status and who works on it."""
        return Access(
            organisations=frozenset({self.organisation_id}),
            status=self.status,
            links=links_of(self.participations),
        )


class RiskCopy(Base):
    """That an analysis began from another, and how the lines of that model were then."""

    __tablename__ = "risk_copy"
    __table_args__ = (
        UniqueConstraint("analysis_id"),
        CheckConstraint("analysis_id <> model_id", "not_its_own_model"),
        Index("ix_risk_copy_model", "model_id"),
    )

    analysis_id: Mapped[int] = mapped_column(ForeignKey("risk_analysis.id"))
    model_id: Mapped[int] = mapped_column(ForeignKey("risk_analysis.id"))
    lines: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    """Number in the model → number here (0: none), digest of what the model said."""
    copied_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """When somebody last looked at what changed in the model; ``lines`` are of that moment."""


class RiskMember(Base):
    """Somebody of the team of an analysis: a person, or a function from elsewhere."""

    __tablename__ = "risk_member"
    __table_args__ = (
        CheckConstraint(
            "person_id IS NOT NULL OR length(trim(name)) > 0 OR length(trim(function)) > 0",
            "says_who",
        ),
        Index("ix_risk_member_analysis", "analysis_id", "position"),
    )

    analysis_id: Mapped[int] = mapped_column(ForeignKey("risk_analysis.id", ondelete="CASCADE"))
    position: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(NAME_MAX), default="")
    function: Mapped[str] = mapped_column(String(NAME_MAX), default="")

    person: Mapped[Person | None] = relationship()


class RiskSection(Versioned, Base):
    """A part of what is analysed: a step, a work unit, an activity; a tree."""

    __tablename__ = "risk_section"
    __table_args__ = (
        CheckConstraint("parent_id IS NULL OR parent_id <> id", "not_its_own_parent"),
        Index("ix_risk_section_analysis", "analysis_id", "position"),
        not_blank("title"),
    )

    analysis_id: Mapped[int] = mapped_column(ForeignKey("risk_analysis.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("risk_section.id"))
    position: Mapped[int]
    """In the order in which the tree is read, over the whole analysis."""
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    description: Mapped[str] = mapped_column(Text, default="")


class Risk(Versioned, Base):
    """One line: what may happen, from what, to what effect, and how it is rated now."""

    __tablename__ = "risk"
    __table_args__ = (
        UniqueConstraint("analysis_id", "number"),
        CheckConstraint(RATED, "rated_whole"),
        CheckConstraint("(stage IS NULL) = (notes IS NULL)", "rated_at_a_stage"),
        CheckConstraint(
            "(planned_notes IS NULL) = (planned_band IS NULL)"
            " AND (planned_notes IS NULL) = (planned_rank IS NULL)",
            "planned_whole",
        ),
        CheckConstraint("stage IS NULL OR stage <> 'planned'", "planned_is_not_reached"),
        CheckConstraint("risk_rank IS NULL OR risk_rank BETWEEN 1 AND 3", "rank_in_range"),
        in_words("withdrawn_at", "withdrawn_reason", "withdrawn_with_reason"),
        Index("ix_risk_section", "analysis_id", "section_id", "position", "id"),
        Index("ix_risk_top", "organisation_id", "risk_rank", "id"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    analysis_id: Mapped[int] = mapped_column(ForeignKey("risk_analysis.id"))
    section_id: Mapped[int | None] = mapped_column(ForeignKey("risk_section.id"))
    number: Mapped[int]
    """In the analysis; people say “ligne 12”."""
    position: Mapped[int]
    situation: Mapped[str] = mapped_column(Text, default="")
    event: Mapped[str] = mapped_column(Text, default="")
    effect: Mapped[str] = mapped_column(Text, default="")
    cause: Mapped[str] = mapped_column(Text, default="")
    prevention: Mapped[str] = mapped_column(Text, default="")
    detection: Mapped[str] = mapped_column(Text, default="")
    family: Mapped[str] = mapped_column(String(32), default="")
    """A code of the choices of the method; ``""`` for none."""
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the method asks besides (``rules.methods``)."""
    notes: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The notes that hold now, by criterion; ``None``: not rated, which is no low risk."""
    score: Mapped[int | None]
    band: Mapped[str | None] = mapped_column(String(32))
    risk_rank: Mapped[int | None]
    """1 low, 2 medium, 3 high: the order that all scales share."""
    stage: Mapped[RatingStage | None] = mapped_column(code(RatingStage))
    rated_at: Mapped[datetime | None]
    planned_notes: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What is expected after the actions; it stays a plan until one of them is verified."""
    planned_score: Mapped[int | None]
    planned_band: Mapped[str | None] = mapped_column(String(32))
    planned_rank: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]

    analysis: Mapped[RiskAnalysis] = relationship()
    section: Mapped[RiskSection | None] = relationship()
    ratings: Mapped[list["RiskRating"]] = relationship(order_by="RiskRating.id", viewonly=True)

    def access(self) -> Access:
        """Return what the policy may know: what it knows of the analysis."""
        return self.analysis.access()


class RiskRating(Base):
    """Somebody’s rating of a line at a stage, with the reason; rows are added, never changed."""

    __tablename__ = "risk_rating"
    __table_args__ = (Index("ix_risk_rating_risk", "risk_id", "id"),)

    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"))
    stage: Mapped[RatingStage] = mapped_column(code(RatingStage))
    notes: Mapped[dict[str, Any]]
    score: Mapped[int]
    band: Mapped[str] = mapped_column(String(32))
    risk_rank: Mapped[int]
    overrides: Mapped[list[str]]
    """Codes of the facts that counted whatever the notes."""
    reason: Mapped[str] = mapped_column(Text, default="")
    proof: Mapped[str] = mapped_column(Text, default="")
    """What shows that it is so, for a verified rating."""
    design_change: Mapped[str] = mapped_column(Text, default="")
    """What changed in the design, when the severity falls."""
    action_ids: Mapped[list[int]]
    """The verified actions that it takes into account."""
    rated_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    rated_at: Mapped[datetime]

    rated_by: Mapped[Person] = relationship()


append_only(RiskRating.__table__)  # type: ignore[arg-type]  # declared as FromClause


class RiskVersion(Base):
    """An analysis exactly as it was approved; neither the row nor its document ever changes."""

    __tablename__ = "risk_version"
    __table_args__ = (
        UniqueConstraint("analysis_id", "number"),
        sha256_hex("sha256"),
        sha256_hex("head_hash"),
        not_blank("reason"),
    )

    analysis_id: Mapped[int] = mapped_column(ForeignKey("risk_analysis.id"))
    number: Mapped[int]
    """1, 2, 3…"""
    document: Mapped[str] = mapped_column(Text)
    """Canonical JSON of the analysis, its scale, its sections, its lines and their actions."""
    sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    approved_at: Mapped[datetime]
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kept_until: Mapped[date | None]
    """The day before which the law forbids to destroy it; ``None``: the house decides."""
    head_seq: Mapped[int]
    head_hash: Mapped[str] = mapped_column(String(64))

    analysis: Mapped[RiskAnalysis] = relationship()
    approved_by: Mapped[Person] = relationship()
    participations: Mapped[list[Participation]] = tied_to(
        lambda: (Kind.RISK_VERSION, RiskVersion.id)
    )
    """Who made this version, besides those of the analysis; no right comes from it."""

    def access(self) -> Access:
        """Return what the policy may know: what it knows of the analysis."""
        return self.analysis.access()


append_only(RiskVersion.__table__)  # type: ignore[arg-type]  # declared as FromClause


class RiskScale(Versioned, Base):
    """A scale of the firm’s own, through all of its versions."""

    __tablename__ = "risk_scale"
    __table_args__ = (
        UniqueConstraint("organisation_id", "key"),
        in_words("withdrawn_at", "withdrawn_reason", "withdrawn_with_reason"),
        not_blank("key"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    key: Mapped[str] = mapped_column(String(KEY_MAX))
    """What its files call it; never that of a delivered scale."""
    withdrawn_at: Mapped[datetime | None]
    """Since when no analysis begins with it; those that have it keep it."""
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")

    versions: Mapped[list["RiskScaleVersion"]] = relationship(
        order_by="RiskScaleVersion.number.desc()", back_populates="scale"
    )
    """The newest, which is in force, first."""

    def access(self) -> Access:
        """Return what the policy may know: whose it is."""
        return Access(organisations=frozenset({self.organisation_id}))


class RiskScaleVersion(Base):
    """What one file of a scale said; it never changes."""

    __tablename__ = "risk_scale_version"
    __table_args__ = (
        UniqueConstraint("scale_id", "number"),
        CheckConstraint("number > 0", "number_from_one"),
        sha256_hex("sha256"),
    )

    scale_id: Mapped[int] = mapped_column(ForeignKey("risk_scale.id"))
    number: Mapped[int]
    """1, 2, 3…"""
    data: Mapped[dict[str, Any]]
    """The scale as analyses copy it (``rules.scale_data``)."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the canonical JSON of ``data``; the register holds it too."""
    taken_at: Mapped[datetime]
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    scale: Mapped[RiskScale] = relationship(back_populates="versions")
    taken_by: Mapped[Person] = relationship()


append_only(RiskScaleVersion.__table__)  # type: ignore[arg-type]  # declared as FromClause
