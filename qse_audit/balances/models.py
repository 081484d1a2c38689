"""How the QSE balance of a period is stored: live while it is prepared, then frozen."""

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

from qse_audit.accounts.models import Person, Site
from qse_audit.balances.rules import TITLE_MAX, BalanceStatus, Section
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.base import Base, Versioned, code
from qse_audit.db.constraints import append_only, frozen_rows, not_blank, sha256_hex
from qse_audit.db.participation import Participation, links_of, tied_to
from qse_audit.policies import Access

balance_site = Table(
    "balance_site",
    Base.metadata,
    Column("balance_id", ForeignKey("balance.id", ondelete="CASCADE"), primary_key=True),
    Column("site_id", ForeignKey("site.id"), primary_key=True),
)
"""The sites that a balance looks at; none: the whole organisation."""


class Balance(Versioned, Base):
    """The facts of a period and what their author reads in them.

    Its figures are counted from the records until it is frozen; from then on they are those of
    its :class:`BalanceRecord`.
    """

    __tablename__ = "balance"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        UniqueConstraint("replaces_id"),
        Index("ix_balance_list", "organisation_id", "until_on", "id"),
        CheckConstraint("from_on <= until_on", "ends_after_it_starts"),
        CheckConstraint(
            "(status = 'frozen') = (frozen_at IS NOT NULL)"
            " AND (frozen_at IS NULL) = (frozen_by_id IS NULL)",
            "frozen_whole",
        ),
        CheckConstraint(
            "replaces_id IS NULL OR length(trim(replaces_reason)) > 0", "replaces_with_reason"
        ),
        not_blank("title"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    reference: Mapped[str] = mapped_column(String(20))
    """``BIL-2026-001``."""
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    from_on: Mapped[date]
    until_on: Mapped[date]
    """The last day, included."""
    domains: Mapped[list[str]]
    """Codes of the domains that it looks at: ``quality safety environment``."""
    status: Mapped[BalanceStatus] = mapped_column(code(BalanceStatus), default=BalanceStatus.DRAFT)
    conclusion: Mapped[str] = mapped_column(Text, default="")
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("balance.id"))
    """The frozen balance that this one corrects."""
    replaces_reason: Mapped[str] = mapped_column(Text, default="")
    frozen_at: Mapped[datetime | None]
    frozen_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    created_by: Mapped[Person] = relationship(foreign_keys=[created_by_id])
    frozen_by: Mapped[Person | None] = relationship(foreign_keys=[frozen_by_id])
    replaces: Mapped["Balance | None"] = relationship(remote_side="Balance.id")
    sites: Mapped[list[Site]] = relationship(secondary=balance_site, order_by=Site.name)
    participations: Mapped[list[Participation]] = tied_to(lambda: (Kind.BALANCE, Balance.id))

    def access(self) -> Access:
        """Return what the policy may know: whose it is, its status and who wrote in it."""
        links = links_of(self.participations)
        authors = links.get(Link.AUTHOR, frozenset()) | {self.created_by_id}
        return Access(
            organisations=frozenset({self.organisation_id}),
            status=self.status,
            links={**links, Link.AUTHOR: authors},
        )


frozen_rows(Balance.__table__, "status = 'frozen'")  # type: ignore[arg-type]  # as FromClause


class BalanceReading(Versioned, Base):
    """What the author reads in one section of a balance."""

    __tablename__ = "balance_reading"
    __table_args__ = (UniqueConstraint("balance_id", "section"),)

    balance_id: Mapped[int] = mapped_column(ForeignKey("balance.id", ondelete="CASCADE"))
    section: Mapped[Section] = mapped_column(code(Section))
    comment: Mapped[str] = mapped_column(Text, default="")
    strengths: Mapped[str] = mapped_column(Text, default="")
    weaknesses: Mapped[str] = mapped_column(Text, default="")


class BalanceFact(Base):
    """A figure that the author keeps as salient: a proposal may rest on it once it is frozen."""

    __tablename__ = "balance_fact"
    __table_args__ = (UniqueConstraint("balance_id", "figure_key"),)

    balance_id: Mapped[int] = mapped_column(ForeignKey("balance.id", ondelete="CASCADE"))
    figure_key: Mapped[str] = mapped_column(String(60))
    """Of the catalogue, or of an indicator: ``findings-recurring``, ``indicator-12``."""

    balance: Mapped[Balance] = relationship()

    def access(self) -> Access:
        """Return what the policy may know of its balance."""
        return self.balance.access()


class BalanceRecord(Base):
    """A balance exactly as it was frozen: what its page, its papers and dossiers quote."""

    __tablename__ = "balance_record"
    __table_args__ = (UniqueConstraint("balance_id"), sha256_hex("sha256"), sha256_hex("head_hash"))

    balance_id: Mapped[int] = mapped_column(ForeignKey("balance.id"))
    document: Mapped[str] = mapped_column(Text)
    """Canonical JSON of the perimeter, the facts and what the author wrote."""
    sha256: Mapped[str] = mapped_column(String(64))
    frozen_at: Mapped[datetime]
    head_seq: Mapped[int]
    head_hash: Mapped[str] = mapped_column(String(64))


append_only(BalanceRecord.__table__)  # type: ignore[arg-type]  # declared as FromClause
