"""How certifications, blocks, capabilities and criteria are stored."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qse_audit.certifications.rules import CriterionSource
from qse_audit.db.base import Base, code
from qse_audit.db.constraints import sha256_hex
from qse_audit.policies import NOTHING, Access


class CertificationVersion(Base):
    """One registered version of a vocational certification: one RNCP record."""

    __tablename__ = "certification_version"
    __table_args__ = (
        UniqueConstraint("identifier", "content_version"),
        CheckConstraint("starts_on <= ends_on", "ends_after_it_starts"),
        sha256_hex("sha256"),
    )

    identifier: Mapped[str] = mapped_column(String(80))
    content_version: Mapped[int] = mapped_column(default=1)
    code: Mapped[str] = mapped_column(String(20))
    """``RNCP28242``."""
    title: Mapped[dict[str, str]]
    authority: Mapped[str] = mapped_column(String(300))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    """End of the registration."""
    record: Mapped[dict[str, Any]]
    """The whole shipped record: modalities, routes, validity, jury rules, notices, source."""
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    blocks: Mapped[list["Block"]] = relationship(order_by="Block.position")

    def access(self) -> Access:
        """Return what the policy may know: a public record belongs to nobody."""
        return NOTHING


class Block(Base):
    """A competence block: evaluated and validated on its own."""

    __tablename__ = "block"
    __table_args__ = (
        UniqueConstraint("certification_version_id", "code"),
        UniqueConstraint("certification_version_id", "position", name="uq_block_position"),
    )

    certification_version_id: Mapped[int] = mapped_column(ForeignKey("certification_version.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    """``BC3``."""
    official_code: Mapped[str] = mapped_column(String(20))
    """``RNCP28242BC03``."""
    title: Mapped[dict[str, str]]

    capabilities: Mapped[list["Capability"]] = relationship(order_by="Capability.position")


class Capability(Base):
    """A capability of a block, judged acquired or not."""

    __tablename__ = "capability"
    __table_args__ = (UniqueConstraint("block_id", "code"),)

    block_id: Mapped[int] = mapped_column(ForeignKey("block.id"))
    position: Mapped[int]
    """Order in the whole certification, from 1."""
    code: Mapped[str] = mapped_column(String(20))
    """``C8``."""
    title: Mapped[dict[str, str]]

    block: Mapped[Block] = relationship(viewonly=True)
    criteria: Mapped[list["Criterion"]] = relationship(order_by="Criterion.position")


class Criterion(Base):
    """Something that evaluators can observe of a capability."""

    __tablename__ = "criterion"
    __table_args__ = (UniqueConstraint("capability_id", "key"),)

    capability_id: Mapped[int] = mapped_column(ForeignKey("capability.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(40))
    """``C8-e``."""
    source: Mapped[CriterionSource] = mapped_column(code(CriterionSource))
    label: Mapped[dict[str, str]]
    evidence: Mapped[dict[str, str]]
    """What the toolkit can produce to show it."""
