"""Changing processes. Each function is one act; none commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from qse_audit.accounts.models import Membership, Person, Site
from qse_audit.accounts.rules import one_line
from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.db.base import Base
from qse_audit.db.trail import Act, record
from qse_audit.policies import Identity
from qse_audit.processes.models import Process
from qse_audit.processes.queries import is_name_taken
from qse_audit.processes.rules import NAME_TAKEN, PERSON_FOREIGN, SITE_FOREIGN, ProcessKind

M = TypeVar("M", bound=Base)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessDraft:
    """What people write about a process."""

    name: str
    kind: ProcessKind
    purpose: str = ""
    owner_id: int | None = None
    member_ids: frozenset[int] = frozenset()
    site_ids: frozenset[int] = frozenset()


def create_process(
    session: Session, draft: ProcessDraft, *, actor: Identity, now: datetime
) -> Process:
    """Add a process to the organisation of ``actor``.

    :raises Refused: for a name that is taken, or people and sites of elsewhere.
    """
    refuse_all(_refusals(session, draft, actor.organisation_id))
    process = Process(organisation_id=actor.organisation_id)
    session.add(process)
    _fill(session, process, draft)
    session.flush()
    _record(session, process, "process.create", actor=actor, now=now)
    return process


def edit_process(
    session: Session, process: Process, draft: ProcessDraft, *, actor: Identity, now: datetime
) -> None:
    """Change a process; its version rises even when only members or sites change.

    :raises Refused: for a name that is taken, or people and sites of elsewhere.
    """
    refuse_all(_refusals(session, draft, process.organisation_id, process=process))
    _fill(session, process, draft)
    flag_modified(process, "name")
    _record(session, process, "process.edit", actor=actor, now=now)


def archive_process(session: Session, process: Process, *, actor: Identity, now: datetime) -> None:
    """Take a process out of the map and of the choices; what was recorded about it stays."""
    if process.archived_at is None:
        process.archived_at = now
        _record(session, process, "process.archive", actor=actor, now=now)


def restore_process(session: Session, process: Process, *, actor: Identity, now: datetime) -> None:
    """Put an archived process back on the map."""
    if process.archived_at is not None:
        process.archived_at = None
        _record(session, process, "process.restore", actor=actor, now=now)


def _refusals(
    session: Session, draft: ProcessDraft, organisation_id: int, *, process: Process | None = None
) -> list[Refusal]:
    """Return every reason why a draft cannot be stored.

    People and sites that the process has already stay acceptable: they may have left since.
    """
    reasons = []
    except_id = process.id if process else None
    if is_name_taken(session, organisation_id, one_line(draft.name), except_id=except_id):
        reasons.append(NAME_TAKEN)
    people = set(draft.member_ids) | set(filter(None, [draft.owner_id]))
    sites = set(draft.site_ids)
    if process is not None:
        people -= {member.id for member in process.members} | {process.owner_id or 0}
        sites -= {site.id for site in process.sites}
    if people - _known_people(session, people, organisation_id):
        reasons.append(PERSON_FOREIGN)
    if sites - {s.id for s in _rows(session, Site, sites) if s.organisation_id == organisation_id}:
        reasons.append(SITE_FOREIGN)
    return reasons


def _known_people(session: Session, ids: Collection[int], organisation_id: int) -> set[int]:
    return set(
        session.scalars(
            select(Membership.person_id).where(
                Membership.organisation_id == organisation_id,
                Membership.person_id.in_(sorted(ids)),
            )
        )
    )


def _fill(session: Session, process: Process, draft: ProcessDraft) -> None:
    process.name = one_line(draft.name)
    process.kind = draft.kind
    process.purpose = draft.purpose.strip()
    process.owner_id = draft.owner_id
    with session.no_autoflush:
        process.members = list(_rows(session, Person, draft.member_ids))
        process.sites = list(_rows(session, Site, draft.site_ids))


def _rows(session: Session, model: type[M], ids: Collection[int]) -> Sequence[M]:
    if not ids:
        return ()
    return session.scalars(select(model).where(model.id.in_(sorted(ids)))).all()


def _record(
    session: Session, process: Process, verb: str, *, actor: Identity, now: datetime
) -> None:
    data = {
        "kind": process.kind.value,
        "owner": process.owner_id,
        "members": sorted(member.id for member in process.members),
        "sites": sorted(site.id for site in process.sites),
    }
    texts = {"name": process.name, "purpose": process.purpose}
    act = Act(verb=verb, kind="process", subject_id=process.id, data=data, texts=texts)
    record(
        session,
        act,
        organisation_id=process.organisation_id,
        actor_id=actor.user_id,
        now=now,
    )
