"""How referentials, their editions and requirements are stored."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qse_audit.db.base import Base, Versioned, code
from qse_audit.db.constraints import not_blank, sha256_hex, unique_among
from qse_audit.policies import Access
from qse_audit.referentials.rules import EditionStatus


class Referential(Base):
    """A set of audit criteria, through all of its editions."""

    __tablename__ = "referential"
    __table_args__ = (
        UniqueConstraint("organisation_id", "identifier"),
        unique_among("uq_referential_shipped", "identifier", where="organisation_id IS NULL"),
        Index("ix_referential_list", "ref", "id"),
        not_blank("ref"),
    )

    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    """Whose it is; ``None`` for what the toolkit ships to everyone."""
    identifier: Mapped[str] = mapped_column(String(200))
    """Stable through imports: ``iso-9001``, a CISO urn, ``grille-atelier``."""
    ref: Mapped[str] = mapped_column(String(80))
    """As people name it: ``ISO 9001``."""
    title: Mapped[dict[str, str]]
    publisher: Mapped[str] = mapped_column(String(120), default="")
    domains: Mapped[list[str]]
    in_house: Mapped[bool] = mapped_column(default=False)
    search: Mapped[str] = mapped_column(Text, default="")
    """Ref, titles and publisher in plain small letters, for the search of the list."""

    editions: Mapped[list["Edition"]] = relationship(
        back_populates="referential", order_by="Edition.id"
    )

    def access(self) -> Access:
        """Return what the policy may know of this referential."""
        mine = self.organisation_id
        return Access(organisations=None if mine is None else frozenset({mine}))


class Edition(Versioned, Base):
    """One edition of a referential; once an audit used it, its content never changes."""

    __tablename__ = "edition"
    __table_args__ = (
        UniqueConstraint("referential_id", "label", "content_version"),
        sha256_hex("sha256"),
        not_blank("label"),
    )

    referential_id: Mapped[int] = mapped_column(ForeignKey("referential.id"))
    label: Mapped[str] = mapped_column(String(80))
    """``2015``, ``2026``."""
    content_version: Mapped[int] = mapped_column(default=1)
    """Rises when the file behind the same edition changes."""
    status: Mapped[EditionStatus] = mapped_column(code(EditionStatus))
    description: Mapped[dict[str, str]]
    amendments: Mapped[list[str]]
    source: Mapped[str] = mapped_column(Text, default="")
    licence: Mapped[str] = mapped_column(Text, default="")
    copyright: Mapped[str] = mapped_column(Text, default="")
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the file imported, or of the canonical content for what is written here."""
    created_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    """When an audit first used it."""
    written_here: Mapped[bool] = mapped_column(default=False)
    """Whether people wrote or changed it in the interface, so that no import may overwrite it."""
    requirement_count: Mapped[int] = mapped_column(default=0)
    assessable_count: Mapped[int] = mapped_column(default=0)
    question_count: Mapped[int] = mapped_column(default=0)

    referential: Mapped[Referential] = relationship(back_populates="editions")

    def access(self) -> Access:
        """Return what the policy may know of this edition: what it may of its referential."""
        return self.referential.access()


class Requirement(Versioned, Base):
    """One node of an edition’s tree: a chapter, a clause or a check point."""

    __tablename__ = "requirement"
    __table_args__ = (
        UniqueConstraint("edition_id", "key"),
        UniqueConstraint("edition_id", "position", name="uq_requirement_position"),
        Index("ix_requirement_parent", "parent_id"),
    )

    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("requirement.id"))
    position: Mapped[int]
    """Order in the whole tree, parents before children, from 0."""
    depth: Mapped[int]
    """0 for the chapters."""
    key: Mapped[str] = mapped_column(String(200))
    """Stable inside the edition, so that a second import updates: the ref, or the urn."""
    ref: Mapped[str] = mapped_column(String(80), default="")
    title: Mapped[dict[str, str]]
    text: Mapped[dict[str, str]]
    guidance: Mapped[dict[str, str]]
    expected_evidence: Mapped[dict[str, str]]
    assessable: Mapped[bool]
    weight: Mapped[int] = mapped_column(default=1)
    tags: Mapped[list[str]]

    edition: Mapped[Edition] = relationship()

    def access(self) -> Access:
        """Return what the policy may know of this requirement: what it may of its edition."""
        return self.edition.access()


class Question(Base):
    """One audit question about a requirement."""

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("requirement_id", "position"),
        Index("ix_question_edition", "edition_id"),
    )

    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id", ondelete="CASCADE"))
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id", ondelete="CASCADE"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(220))
    text: Mapped[dict[str, str]]
