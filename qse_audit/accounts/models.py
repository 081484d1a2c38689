"""How organisations, people and their access are stored."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qse_audit.accounts.rules import (
    MOST_PER_OWNER,
    MOST_REVIEW_MONTHS,
    USUAL_PER_OWNER,
    USUAL_REVIEW_MONTHS,
    OrganisationKind,
    TokenPurpose,
)
from qse_audit.core.permissions import Role
from qse_audit.db.base import Base, Versioned, code
from qse_audit.db.constraints import not_blank, sha256_hex
from qse_audit.policies import Access


class Organisation(Versioned, Base):
    """A company, a training provider or an exam centre: one space, one event chain."""

    __tablename__ = "organisation"
    __table_args__ = (
        not_blank("name"),
        CheckConstraint(
            f"objectives_per_owner BETWEEN 1 AND {MOST_PER_OWNER}", "objectives_per_owner_in_range"
        ),
        CheckConstraint(
            f"objective_review_months BETWEEN 1 AND {MOST_REVIEW_MONTHS}",
            "objective_review_months_in_range",
        ),
    )

    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[OrganisationKind] = mapped_column(code(OrganisationKind))
    created_at: Mapped[datetime]
    objectives_per_owner: Mapped[int] = mapped_column(default=USUAL_PER_OWNER)
    """Running objectives that one person can carry; more are an anomaly (K10)."""
    objective_review_months: Mapped[int] = mapped_column(default=USUAL_REVIEW_MONTHS)
    """Months after which a running objective should have been looked at again (K13)."""

    def access(self) -> Access:
        """Return what the policy may know of this organisation."""
        return Access(organisations=frozenset({self.id}))


class Site(Base):
    """A place where an organisation works."""

    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("organisation_id", "name"), not_blank("name"))

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(300), default="")
    archived_at: Mapped[datetime | None]

    def access(self) -> Access:
        """Return what the policy may know of this site."""
        return Access(organisations=frozenset({self.organisation_id}))


class Person(Versioned, Base):
    """Someone who can sign in; they may belong to several organisations."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("email"),
        CheckConstraint("email = lower(email)", "email_is_lower"),
        not_blank("name"),
    )

    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(2), default="fr")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    memberships: Mapped[list["Membership"]] = relationship(back_populates="person")

    def access(self) -> Access:
        """Return what the policy may know of this person: where they have a role."""
        return Access(organisations=frozenset(m.organisation_id for m in self.memberships))


class Membership(Base):
    """One role of one person in one organisation."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("person_id", "organisation_id", "role"),
        Index("ix_membership_organisation", "organisation_id", "role", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[Role] = mapped_column(code(Role))
    granted_at: Mapped[datetime]

    person: Mapped[Person] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship()


class SignInSession(Base):
    """One browser where a person is signed in; the cookie holds the token, never the table."""

    __tablename__ = "sign_in_session"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_sign_in_session_person", "person_id", "revoked_at"),
        sha256_hex("token_hash"),
    )

    token_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the 256-bit token."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    """Where the person now acts."""
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    elevated_at: Mapped[datetime | None]
    """When the person last proved again who they are."""
    revoked_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(45), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")

    person: Mapped[Person] = relationship()


class OneTimeToken(Base):
    """A single-use link: an invitation or a password reset."""

    __tablename__ = "one_time_token"
    __table_args__ = (UniqueConstraint("token_hash"), sha256_hex("token_hash"))

    token_hash: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[TokenPurpose] = mapped_column(code(TokenPurpose))
    email: Mapped[str] = mapped_column(String(254))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    payload: Mapped[dict[str, Any]]
    """Invitation: ``{"name": str, "roles": [str]}``; reset: ``{}``."""
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    def access(self) -> Access:
        """Return what the policy may know of this link: who gave it."""
        return Access(organisations=frozenset(filter(None, [self.organisation_id])))


class SignInFailure(Base):
    """Failed sign-ins of one account or one network address, counted in a window."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (UniqueConstraint("key"),)

    key: Mapped[str] = mapped_column(String(80))
    """``account/<SHA-256 of the address>`` or ``address/<network address>``."""
    count: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime]
