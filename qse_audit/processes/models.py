"""How processes are stored."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qse_audit.accounts.models import Person, Site
from qse_audit.core.permissions import Link
from qse_audit.db.base import Base, Versioned, code
from qse_audit.db.constraints import not_blank
from qse_audit.policies import Access
from qse_audit.processes.rules import ProcessKind

process_member = Table(
    "process_member",
    Base.metadata,
    Column("process_id", ForeignKey("process.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True),
)
process_site = Table(
    "process_site",
    Base.metadata,
    Column("process_id", ForeignKey("process.id", ondelete="CASCADE"), primary_key=True),
    Column("site_id", ForeignKey("site.id"), primary_key=True),
)


class Process(Versioned, Base):
    """What the organisation does, who answers for it and who works in it."""

    __tablename__ = "process"
    __table_args__ = (
        UniqueConstraint("organisation_id", "name"),
        Index("ix_process_owner", "owner_id"),
        not_blank("name"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[ProcessKind] = mapped_column(code(ProcessKind))
    purpose: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    archived_at: Mapped[datetime | None]

    owner: Mapped[Person | None] = relationship()
    members: Mapped[list[Person]] = relationship(secondary=process_member, order_by=Person.name)
    sites: Mapped[list[Site]] = relationship(secondary=process_site, order_by=Site.name)

    def access(self) -> Access:
        """Return what the policy may know of this process."""
        owners = frozenset(filter(None, [self.owner_id]))
        return Access(organisations=frozenset({self.organisation_id}), links={Link.OWNER: owners})
