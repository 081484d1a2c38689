"""Reading the people of an organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from qse_audit.accounts.models import Membership, Organisation, Person, SignInSession
from qse_audit.accounts.rules import initials
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Role
from qse_audit.db.base import UtcDateTime


def get_person_by_email(session: Session, email: str) -> Person | None:
    """Return the person with this (normalised) address, or ``None``."""
    return session.scalars(select(Person).where(Person.email == email)).first()


def get_member(session: Session, person_id: int) -> Person:
    """Return a person with all their memberships, by which the policy judges.

    :raises NotFound: if there is none.
    """
    found = session.scalars(
        select(Person).where(Person.id == person_id).options(selectinload(Person.memberships))
    ).first()
    if found is None:
        raise NotFound(f"person {person_id}")
    return found


def roles_in(session: Session, person_id: int, organisation_id: int) -> frozenset[Role]:
    """Return the roles of a person in an organisation; empty if they do not belong to it."""
    return frozenset(
        session.scalars(
            select(Membership.role).where(
                Membership.person_id == person_id, Membership.organisation_id == organisation_id
            )
        )
    )


@dataclass(frozen=True, slots=True)
class PersonChoice:
    """A person as offered in a list of choices."""

    id: int
    name: str
    roles: frozenset[Role]


def people_of(
    session: Session, organisation_id: int, roles: Sequence[Role] | None = None
) -> tuple[PersonChoice, ...]:
    """Return the active people of an organisation by name, with one of ``roles`` if given."""
    rows = session.execute(
        select(Person.id, Person.name, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == organisation_id, Person.disabled_at.is_(None))
        .order_by(Person.name, Person.id)
    )
    found: dict[int, tuple[str, set[Role]]] = {}
    for row in rows:
        found.setdefault(row.id, (row.name, set()))[1].add(row.role)
    wanted = set(roles) if roles is not None else None
    return tuple(
        PersonChoice(key, name, frozenset(held))
        for key, (name, held) in found.items()
        if wanted is None or wanted & held
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """One line of the list of people."""

    id: int
    name: str
    email: str
    roles: tuple[Role, ...]
    seen_at: datetime | None
    """When they were last here; ``None`` for never."""

    @property
    def initials(self) -> str:
        """Return the letters of the avatar."""
        return initials(self.name)


PEOPLE_ORDER: tuple[Any, ...] = ((Person.name, False), (Person.id, False))
"""The keys of the list of people."""


def people_page(organisation_id: int, *, search: str = "", role: Role | None = None) -> Select[Any]:
    """Return the statement of the list of people, to be paged by (name, id)."""
    seen = (
        select(func.max(SignInSession.seen_at, type_=UtcDateTime))
        .where(
            SignInSession.person_id == Person.id,
            SignInSession.organisation_id == organisation_id,
        )
        .scalar_subquery()
    )
    columns: list[Any] = [Person.id, Person.name, Person.email, seen.label("seen_at")]
    return select(*columns).where(*_belongs(organisation_id, search, role))


def people_lines(
    session: Session, organisation_id: int, rows: Sequence[Row[Any]]
) -> Sequence[PersonLine]:
    """Return a page of people with their roles here: one more statement."""
    held: dict[int, list[Role]] = {row.id: [] for row in rows}
    for person_id, role in session.execute(
        select(Membership.person_id, Membership.role).where(
            Membership.organisation_id == organisation_id, Membership.person_id.in_(list(held))
        )
    ):
        held[person_id].append(role)
    order = list(Role)
    return [
        PersonLine(
            id=row.id,
            name=row.name,
            email=row.email,
            roles=tuple(sorted(held[row.id], key=order.index)),
            seen_at=row.seen_at,
        )
        for row in rows
    ]


def count_people(
    session: Session, organisation_id: int, *, search: str = "", role: Role | None = None
) -> int:
    """Return how many people the list holds."""
    return (
        session.scalar(
            select(func.count()).select_from(Person).where(*_belongs(organisation_id, search, role))
        )
        or 0
    )


def _belongs(organisation_id: int, search: str, role: Role | None) -> list[ColumnElement[bool]]:
    member = select(1).where(
        Membership.person_id == Person.id, Membership.organisation_id == organisation_id
    )
    if role is not None:
        member = member.where(Membership.role == role)
    wanted: list[ColumnElement[bool]] = [exists(member), Person.disabled_at.is_(None)]
    if search:
        found = or_(
            Person.name.icontains(search, autoescape=True),
            Person.email.icontains(search, autoescape=True),
        )
        wanted.append(found)
    return wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """One account of the demo company that a click signs in."""

    person_id: int
    name: str
    role: Role
    organisation_id: int
    organisation_name: str


def demo_accounts(session: Session) -> Sequence[DemoAccount]:
    """Return one person a role, in the order of the roles: who got it first; every candidate."""
    rows = session.execute(
        select(
            Person.id,
            Person.name,
            Membership.role,
            Organisation.id.label("organisation_id"),
            Organisation.name.label("organisation_name"),
        )
        .join(Membership, Membership.person_id == Person.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Person.disabled_at.is_(None))
        .order_by(Membership.id)
    )
    offered: dict[Role, list[DemoAccount]] = {}
    for row in rows:
        account = DemoAccount(
            person_id=row.id,
            name=row.name,
            role=row.role,
            organisation_id=row.organisation_id,
            organisation_name=row.organisation_name,
        )
        held = offered.setdefault(row.role, [])
        if not held or row.role is Role.CANDIDATE:
            held.append(account)
    return [account for role in DEMO_ORDER for account in offered.get(role, ())]


DEMO_ORDER = (
    Role.COORDINATOR,
    Role.AUDITOR,
    Role.PROCESS_OWNER,
    Role.MANAGEMENT,
    Role.CANDIDATE,
    Role.TUTOR,
    Role.EXAM_STAFF,
    Role.EVALUATOR,
    Role.JURY,
    Role.ADMINISTRATOR,
)
"""From who runs the audits to who opens the accounts."""


def is_empty(session: Session) -> bool:
    """Say whether nobody has an account yet: the first-run page opens then."""
    return session.scalar(select(Person.id).limit(1)) is None


def membership_since(session: Session, person_id: int, organisation_id: int) -> datetime | None:
    """Return when a person first got a role in an organisation, ``None`` if they have none."""
    return session.scalar(
        select(func.min(Membership.granted_at)).where(
            Membership.person_id == person_id, Membership.organisation_id == organisation_id
        )
    )


def is_member(session: Session, person_id: int, organisation_id: int) -> bool:
    """Say whether someone is an active member of an organisation."""
    found = session.scalar(
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Person.id == person_id,
            Person.disabled_at.is_(None),
            Membership.organisation_id == organisation_id,
        )
        .limit(1)
    )
    return found is not None
