"""Reading processes. Nothing here writes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from qse_audit.accounts.models import Person
from qse_audit.core.errors import NotFound
from qse_audit.processes.models import Process, process_member, process_site
from qse_audit.processes.rules import ProcessKind


@dataclass(frozen=True, slots=True)
class ProcessChoice:
    """A process as offered in a list of choices."""

    id: int
    name: str
    kind: ProcessKind
    owner_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessLine:
    """One card of the process map."""

    id: int
    name: str
    kind: ProcessKind
    purpose: str
    owner_name: str | None
    member_count: int
    site_count: int
    archived: bool


def get_process(session: Session, process_id: int) -> Process:
    """Return a process with its owner, members and sites.

    :raises NotFound: if there is none.
    """
    found = session.scalars(
        select(Process)
        .where(Process.id == process_id)
        .options(
            selectinload(Process.owner),
            selectinload(Process.members),
            selectinload(Process.sites),
        )
    ).first()
    if found is None:
        raise NotFound(f"process {process_id}")
    return found


def processes_of(session: Session, organisation_id: int) -> tuple[ProcessChoice, ...]:
    """Return the processes in use of an organisation, by name: choices of a form."""
    rows = session.execute(
        select(Process.id, Process.name, Process.kind, Process.owner_id)
        .where(Process.organisation_id == organisation_id, Process.archived_at.is_(None))
        .order_by(Process.name, Process.id)
    )
    return tuple(ProcessChoice(row.id, row.name, row.kind, row.owner_id) for row in rows)


def process_map(
    session: Session, organisation_id: int
) -> Mapping[ProcessKind, Sequence[ProcessLine]]:
    """Return the processes in use by family, each family by name: one statement."""
    lines = [line for line in _lines(session, organisation_id) if not line.archived]
    return {kind: [line for line in lines if line.kind is kind] for kind in ProcessKind}


def archived_processes(session: Session, organisation_id: int) -> Sequence[ProcessLine]:
    """Return the processes out of use, by name."""
    return [line for line in _lines(session, organisation_id) if line.archived]


def _lines(session: Session, organisation_id: int) -> Sequence[ProcessLine]:
    members = (
        select(func.count())
        .select_from(process_member)
        .where(process_member.c.process_id == Process.id)
        .scalar_subquery()
    )
    sites = (
        select(func.count())
        .select_from(process_site)
        .where(process_site.c.process_id == Process.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Process.id,
            Process.name,
            Process.kind,
            Process.purpose,
            Process.archived_at,
            Person.name.label("owner_name"),
            members.label("members"),
            sites.label("sites"),
        )
        .outerjoin(Person, Person.id == Process.owner_id)
        .where(Process.organisation_id == organisation_id)
        .order_by(Process.name, Process.id)
    )
    return [
        ProcessLine(
            id=row.id,
            name=row.name,
            kind=row.kind,
            purpose=row.purpose,
            owner_name=row.owner_name,
            member_count=row.members,
            site_count=row.sites,
            archived=row.archived_at is not None,
        )
        for row in rows
    ]


def people_in(session: Session, process_ids: Iterable[int]) -> frozenset[int]:
    """Return the ids of the people who own or work in any of these processes: not impartial."""
    ids = sorted(set(process_ids))
    if not ids:
        return frozenset()
    owners = select(Process.owner_id).where(Process.id.in_(ids), Process.owner_id.is_not(None))
    members = select(process_member.c.person_id).where(process_member.c.process_id.in_(ids))
    return frozenset(session.scalars(owners.union(members)))


def is_name_taken(
    session: Session, organisation_id: int, name: str, *, except_id: int | None = None
) -> bool:
    """Say whether another process of the organisation, even archived, has this name."""
    taken = select(Process.id).where(
        Process.organisation_id == organisation_id, func.lower(Process.name) == func.lower(name)
    )
    if except_id is not None:
        taken = taken.where(Process.id != except_id)
    return session.scalar(taken.limit(1)) is not None
