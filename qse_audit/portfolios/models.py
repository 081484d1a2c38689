"""How candidacies, situations, company opinions and sealed dossiers are stored."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qse_audit.accounts.models import Organisation, Person
from qse_audit.certifications.models import Capability, CertificationVersion, Criterion
from qse_audit.certifications.rules import Modality, Route
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.base import Base, Versioned, code
from qse_audit.db.constraints import append_only, not_blank, sha256_hex
from qse_audit.db.participation import Participation, links_of, tied_to
from qse_audit.policies import Access
from qse_audit.portfolios.rules import CandidacyStatus, Observation, Way


class Candidacy(Versioned, Base):
    """One person on the way to one certification."""

    __tablename__ = "candidacy"
    __table_args__ = (
        Index("ix_candidacy_list", "organisation_id", "id"),
        Index("ix_candidacy_centre", "exam_centre_id", "id"),
        Index("ix_candidacy_candidate", "candidate_id"),
        CheckConstraint(
            "(late_accepted_at IS NULL) = (late_accepted_by_id IS NULL)",
            "lateness_accepted_by_name",
        ),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    """The company where the evidence comes from."""
    exam_centre_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    training_provider_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    certification_version_id: Mapped[int] = mapped_column(ForeignKey("certification_version.id"))
    candidate_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    route: Mapped[Route] = mapped_column(code(Route))
    status: Mapped[CandidacyStatus] = mapped_column(
        code(CandidacyStatus), default=CandidacyStatus.REGISTERED
    )
    mission: Mapped[str] = mapped_column(Text, default="")
    """What the candidate does in the company, and how autonomously."""
    company_context: Mapped[str] = mapped_column(Text, default="")
    starts_on: Mapped[date]
    report_due_on: Mapped[date | None]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    late_accepted_at: Mapped[datetime | None]
    """When the exam centre accepted a late dossier (rule R16); always by a named person."""
    late_accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    candidate: Mapped[Person] = relationship(foreign_keys=[candidate_id])
    late_accepted_by: Mapped[Person | None] = relationship(foreign_keys=[late_accepted_by_id])
    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])
    exam_centre: Mapped[Organisation | None] = relationship(foreign_keys=[exam_centre_id])
    training_provider: Mapped[Organisation | None] = relationship(
        foreign_keys=[training_provider_id]
    )
    certification: Mapped[CertificationVersion] = relationship()
    situations: Mapped[list["Situation"]] = relationship(
        back_populates="candidacy", order_by="Situation.position"
    )
    participations: Mapped[list[Participation]] = tied_to(lambda: (Kind.CANDIDACY, Candidacy.id))

    def access(self) -> Access:
        """Return what the policy may know: company and exam centre, and the people tied to it."""
        places = frozenset(filter(None, [self.organisation_id, self.exam_centre_id]))
        return Access(
            organisations=places,
            status=self.status,
            links={
                **links_of(self.participations),
                Link.CANDIDATE: frozenset({self.candidate_id}),
            },
        )


class Situation(Versioned, Base):
    """A professional situation: what happened, and the candidate’s own part in it."""

    __tablename__ = "situation"
    __table_args__ = (Index("ix_situation_candidacy", "candidacy_id", "position"),)

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    modality: Mapped[Modality] = mapped_column(code(Modality))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    context: Mapped[str] = mapped_column(Text, default="")
    own_role: Mapped[str] = mapped_column(Text, default="")
    """“Je”: the candidate’s own role."""
    team_part: Mapped[str] = mapped_column(Text, default="")
    """“Nous”: what the others did."""
    what_i_did: Mapped[str] = mapped_column(Text, default="")
    result: Mapped[str] = mapped_column(Text, default="")
    otherwise: Mapped[str] = mapped_column(Text, default="")
    """What the candidate would do otherwise."""
    created_at: Mapped[datetime]

    candidacy: Mapped[Candidacy] = relationship(back_populates="situations")
    claims: Mapped[list["Claim"]] = relationship(
        back_populates="situation", cascade="all, delete-orphan"
    )
    records: Mapped[list["SituationRecord"]] = relationship(
        back_populates="situation", cascade="all, delete-orphan", order_by="SituationRecord.id"
    )

    def access(self) -> Access:
        """Return what the policy may know: what it may of the candidacy."""
        return self.candidacy.access()


class Claim(Base):
    """A situation shows a capability, or one criterion of it."""

    __tablename__ = "claim"
    __table_args__ = (UniqueConstraint("situation_id", "capability_id", "criterion_id"),)

    situation_id: Mapped[int] = mapped_column(ForeignKey("situation.id", ondelete="CASCADE"))
    capability_id: Mapped[int] = mapped_column(ForeignKey("capability.id"))
    criterion_id: Mapped[int | None] = mapped_column(ForeignKey("criterion.id"))
    """``None`` for the capability as a whole."""

    situation: Mapped[Situation] = relationship(back_populates="claims")
    capability: Mapped[Capability] = relationship()
    criterion: Mapped[Criterion | None] = relationship()


class SituationRecord(Versioned, Base):
    """A live QSE record that proves a situation, and the candidate’s part in it."""

    __tablename__ = "situation_record"
    __table_args__ = (UniqueConstraint("situation_id", "record_kind", "record_id"),)

    situation_id: Mapped[int] = mapped_column(ForeignKey("situation.id", ondelete="CASCADE"))
    record_kind: Mapped[Kind] = mapped_column(code(Kind))
    """One of ``queries.kinds.RECORDS``."""
    record_id: Mapped[int]
    involvement: Mapped[str] = mapped_column(String(32))
    """How the candidate took part, as it was when tied, a code of ``Involvement``."""
    own_part: Mapped[str] = mapped_column(Text, default="")
    """What in this record is the candidate’s own work."""
    tied_at: Mapped[datetime]

    situation: Mapped[Situation] = relationship(back_populates="records")

    def access(self) -> Access:
        """Return what the policy may know: what it may of the candidacy."""
        return self.situation.candidacy.access()


class Disclosure(Versioned, Base):
    """How a file of the company goes out with a portfolio: as a masked copy, or mentioned only.

    Without one, the file goes out whole. It stands for the candidacy: the same file cannot leave
    masked in one situation and whole in another.
    """

    __tablename__ = "disclosure"
    __table_args__ = (
        UniqueConstraint("candidacy_id", "record_kind", "record_id"),
        CheckConstraint("(way = 'copy') = (sha256 IS NOT NULL)", "copy_has_a_file"),
        CheckConstraint("record_kind IN ('evidence', 'report')", "of_a_file"),
        sha256_hex("source_sha256"),
        sha256_hex("sha256"),
    )

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"))
    record_kind: Mapped[str] = mapped_column(String(16))
    """A report or an evidence file."""
    record_id: Mapped[int]
    way: Mapped[Way] = mapped_column(code(Way))
    source_sha256: Mapped[str] = mapped_column(String(64))
    """Of the file that stays in the company."""
    sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the copy that goes out."""
    thumbnail_sha256: Mapped[str | None] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(100), default="")
    file_name: Mapped[str] = mapped_column(String(200), default="")
    size_bytes: Mapped[int | None]
    people: Mapped[str] = mapped_column(String(200), default="")
    """Who can be recognised in what goes out, by function: the candidate’s word."""
    zones: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """What was hidden in a photo, in percent; empty for a file that was brought masked."""
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    candidacy: Mapped[Candidacy] = relationship()
    made_by: Mapped[Person] = relationship()

    @property
    def is_image(self) -> bool:
        """Say whether the copy can be shown inline: we wrote it ourselves."""
        return self.thumbnail_sha256 is not None

    def access(self) -> Access:
        """Return what the policy may know: what it may of the candidacy."""
        return self.candidacy.access()


class CompanyOpinion(Versioned, Base):
    """What the company saw of one capability, while the tutor writes it."""

    __tablename__ = "company_opinion"
    __table_args__ = (UniqueConstraint("candidacy_id", "capability_id"),)

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"))
    capability_id: Mapped[int] = mapped_column(ForeignKey("capability.id"))
    observation: Mapped[Observation | None] = mapped_column(code(Observation))
    """``None`` while only the comment is written."""
    comment: Mapped[str] = mapped_column(Text, default="")
    given_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    updated_at: Mapped[datetime]

    candidacy: Mapped[Candidacy] = relationship()
    capability: Mapped[Capability] = relationship()


class SignedOpinion(Base):
    """A company opinion as it was signed: the exact text, its hash, who and when."""

    __tablename__ = "signed_opinion"
    __table_args__ = (UniqueConstraint("candidacy_id", "number"), sha256_hex("sha256"))

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"))
    number: Mapped[int]
    document: Mapped[str] = mapped_column(Text)
    """Canonical JSON: exactly what was shown and signed."""
    sha256: Mapped[str] = mapped_column(String(64))
    consent: Mapped[str] = mapped_column(Text)
    """The sentence that the signer accepted."""
    signed_at: Mapped[datetime]
    signed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    head_seq: Mapped[int]
    head_hash: Mapped[str] = mapped_column(String(64))

    signed_by: Mapped[Person] = relationship()


append_only(SignedOpinion.__table__)  # type: ignore[arg-type]  # declared as FromClause


class Dossier(Base):
    """A submitted portfolio: frozen, sealed, readable without the live records."""

    __tablename__ = "dossier"
    __table_args__ = (
        UniqueConstraint("candidacy_id", "number"),
        sha256_hex("sha256"),
        CheckConstraint("late_days >= 0", "late_days_counted_from_zero"),
        not_blank("reference"),
    )

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"))
    number: Mapped[int]
    reference: Mapped[str] = mapped_column(String(40))
    """``DOS-2026-003-1``."""
    model: Mapped[dict[str, Any]]
    """The read model that the PDF, the page and the JSON are made from."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the ZIP: its content address."""
    size_bytes: Mapped[int]
    late_days: Mapped[int] = mapped_column(default=0)
    head_seq: Mapped[int]
    head_hash: Mapped[str] = mapped_column(String(64))
    submitted_at: Mapped[datetime]
    submitted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    candidacy: Mapped[Candidacy] = relationship()

    def access(self) -> Access:
        """Return what the policy may know: what it may of the candidacy."""
        return self.candidacy.access()


append_only(Dossier.__table__)  # type: ignore[arg-type]  # declared as FromClause
