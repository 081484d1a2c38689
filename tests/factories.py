"""The cast, and makers of what tests need: name only what matters to the test."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Membership, Organisation, Person, Site
from qse_audit.accounts.rules import OrganisationKind
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.permissions import Role
from qse_audit.policies import Identity
from qse_audit.processes.models import Process
from qse_audit.processes.rules import ProcessKind

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def today() -> date:
    """Return the day of the toolkit’s clock, asked anew: a run may go on past midnight."""
    return day_in_paris(now())


CAST: dict[str, tuple[str, str, Role]] = {
    "alice": ("Alice Moreau", "company", Role.AUDITOR),
    "bob": ("Bob Lefèvre", "company", Role.PROCESS_OWNER),
    "claire": ("Claire Dubois", "company", Role.COORDINATOR),
    "emma": ("Emma Petit", "company", Role.CANDIDATE),
    "farid": ("Farid Haddad", "company", Role.TUTOR),
    "ines": ("Inès Robert", "company", Role.ADMINISTRATOR),
    "jean": ("Jean Garnier", "company", Role.MANAGEMENT),
    "david": ("David Roche", "other_company", Role.COORDINATOR),
    "gaelle": ("Gaëlle Simon", "centre", Role.EVALUATOR),
    "hugo": ("Hugo Blanc", "centre", Role.JURY),
    "karine": ("Karine Faure", "centre", Role.EXAM_STAFF),
}
"""Who is who: Alice leads audits, Bob is audited, Claire coordinates QSE, David is a stranger in a
company of his own; Emma candidate, Farid tutor, Gaëlle evaluator, Hugo jury; Inès administers,
Jean manages, Karine works for the exam centre."""


@dataclass(frozen=True)
class Cast:
    """The people and places that tests share; identities carry ids, not rows."""

    company: int
    other_company: int
    centre: int
    site: int
    alice: Identity
    bob: Identity
    claire: Identity
    emma: Identity
    farid: Identity
    ines: Identity
    jean: Identity
    david: Identity
    gaelle: Identity
    hugo: Identity
    karine: Identity

    def everyone(self) -> dict[str, Identity]:
        return {name: getattr(self, name) for name in CAST}


TABLES: tuple[Any, ...] = tuple(
    model.__table__ for model in (Organisation, Person, Site, Membership)
)
"""What the cast is stored in, parents first."""
KNOWN: dict[str, tuple[Cast, list[tuple[Any, list[dict[str, Any]]]]]] = {}
"""The cast of an empty database of each kind, with its rows: they are the same each time."""


def make_cast(session: Session) -> Cast:
    """Store two companies, an exam centre, one site and the eleven people.

    The first time they go through the models; the same rows again take a third of that.
    """
    kind = session.get_bind().dialect.name
    if session.scalar(select(Organisation.id).limit(1)) is not None:
        return _new_cast(session)
    if kind in KNOWN:
        return _same_cast(session, *KNOWN[kind])
    cast = _new_cast(session)
    rows = [(table, [dict(row) for row in session.execute(table.select()).mappings()])
            for table in TABLES]  # fmt: skip
    KNOWN[kind] = cast, rows
    session.commit()
    return cast


def _same_cast(session: Session, cast: Cast, rows: list[tuple[Any, list[dict[str, Any]]]]) -> Cast:
    for table, some in rows:
        session.execute(table.insert(), some)
    if session.get_bind().dialect.name == "postgresql":
        last = ((table.name, max(row["id"] for row in some)) for table, some in rows)
        steps = (f"setval(pg_get_serial_sequence('{name}', 'id'), {key})" for name, key in last)
        session.execute(text(f"SELECT {', '.join(steps)}"))
    session.commit()
    return cast


def _new_cast(session: Session) -> Cast:
    places = {
        "company": Organisation(
            name="Atelier Martin", kind=OrganisationKind.COMPANY, created_at=NOW
        ),
        "other_company": Organisation(
            name="Forges du Nord", kind=OrganisationKind.COMPANY, created_at=NOW
        ),
        "centre": Organisation(
            name="Centre d’examen", kind=OrganisationKind.EXAM_CENTRE, created_at=NOW
        ),
    }
    session.add_all(places.values())
    people = {
        name: Person(name=full, email=f"{name}@example.org", created_at=NOW)
        for name, (full, _, _) in CAST.items()
    }
    session.add_all(people.values())
    session.flush()
    site = Site(organisation_id=places["company"].id, name="Usine de Vierzon")
    session.add(site)
    session.add_all(
        Membership(
            person_id=people[name].id, organisation_id=places[place].id, role=role, granted_at=NOW
        )
        for name, (_, place, role) in CAST.items()
    )
    identities = {
        name: Identity(people[name].id, places[place].id, frozenset({role}))
        for name, (_, place, role) in CAST.items()
    }
    ids = {name: place.id for name, place in places.items()}
    session.flush()
    cast = Cast(site=site.id, **ids, **identities)
    session.commit()
    return cast


def make_process(
    session: Session, cast: Cast, *, name: str = "Usinage", owner: Identity | None = None
) -> Process:
    """Store a process of the company, owned by Bob."""
    process = Process(
        organisation_id=cast.company,
        name=name,
        kind=ProcessKind.OPERATIONAL,
        owner_id=(owner or cast.bob).user_id,
    )
    session.add(process)
    session.commit()
    return process
