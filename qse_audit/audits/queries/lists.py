"""Reading many audits: the list, its filters and its export."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Person
from qse_audit.audits.models import Audit, audit_process
from qse_audit.audits.queries.audits import Named, mine, readable_by
from qse_audit.audits.rules import AuditStatus
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.participation import Participation
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import NONCONFORMITIES
from qse_audit.policies import Identity
from qse_audit.processes.models import Process
from qse_audit.web.paging import PAGE_SIZE, Page, counted, page


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """What a list of audits is narrowed to."""

    text: str = ""
    status: AuditStatus | None = None
    year: int | None = None
    process_id: int | None = None
    only_mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One audit as shown in a list."""

    id: int
    reference: str
    title: str
    status: AuditStatus
    starts_on: date | None
    ends_on: date | None
    lead: str | None
    question_count: int
    answered_count: int
    finding_count: int
    nonconformity_count: int


def audit_page(
    session: Session,
    who: Identity,
    wanted: AuditFilter,
    *,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[AuditLine]:
    """Return one page of the audits that ``who`` may read here, the latest first."""
    keys: list[Any] = [(Audit.listed_on, True), (Audit.id, True)]
    return page(session, _lines(who, wanted), keys, cursor=cursor, size=size, make=_line)


def all_audits(session: Session, who: Identity, wanted: AuditFilter) -> Iterator[AuditLine]:
    """Give every audit that the list would show, page after page: for exports."""
    statement = _lines(who, wanted).order_by(Audit.listed_on.desc(), Audit.id.desc())
    for row in session.execute(statement.execution_options(yield_per=500)):
        yield _line(row)


def count_audits(session: Session, who: Identity, wanted: AuditFilter) -> int:
    """Return how many audits the list holds, as far as counting goes."""
    return session.scalar(select(counted(select(Audit.id).where(*_narrowed(who, wanted))))) or 0


def _lines(who: Identity, wanted: AuditFilter) -> Select[Any]:
    lead = (
        select(Person.name)
        .join(Participation, Participation.person_id == Person.id)
        .where(
            Participation.subject_kind == Kind.AUDIT,
            Participation.subject_id == Audit.id,
            Participation.link == Link.LEAD_AUDITOR,
        )
        .limit(1)
        .scalar_subquery()
    )
    findings = select(func.count()).where(
        Finding.origin_kind == Kind.AUDIT, Finding.origin_id == Audit.id
    )
    serious = findings.where(Finding.grade.in_(sorted(NONCONFORMITIES)))
    return select(
        Audit.id,
        Audit.reference,
        Audit.title,
        Audit.status,
        Audit.starts_on,
        Audit.ends_on,
        Audit.listed_on,
        Audit.question_count,
        Audit.answered_count,
        lead.label("lead"),
        findings.scalar_subquery().label("finding_count"),
        serious.scalar_subquery().label("nonconformity_count"),
    ).where(*_narrowed(who, wanted))


def _narrowed(who: Identity, wanted: AuditFilter) -> list[Any]:
    """Return the conditions of the list."""
    conditions: list[Any] = [readable_by(who)]
    if wanted.only_mine:
        conditions.append(mine(who))
    if wanted.status is not None:
        conditions.append(Audit.status == wanted.status)
    if wanted.year is not None:
        conditions.append(
            Audit.listed_on.between(date(wanted.year, 1, 1), date(wanted.year, 12, 31))
        )
    if wanted.process_id is not None:
        conditions.append(
            exists().where(
                audit_process.c.audit_id == Audit.id,
                audit_process.c.process_id == wanted.process_id,
            )
        )
    if wanted.text:
        conditions.append(
            or_(
                Audit.title.icontains(wanted.text, autoescape=True),
                Audit.reference.icontains(wanted.text, autoescape=True),
            )
        )
    return conditions


def _line(row: Row[Any]) -> AuditLine:
    values = dict(row._mapping)
    values.pop("listed_on")
    return AuditLine(**values)


def years_of(session: Session, organisation_id: int) -> tuple[int, ...]:
    """Return the years between the first and the last audit, the latest first."""
    days = select(Audit.listed_on).where(Audit.organisation_id == organisation_id).limit(1)
    first = days.order_by(Audit.listed_on).scalar_subquery()
    last = days.order_by(Audit.listed_on.desc()).scalar_subquery()
    row = session.execute(select(first.label("first"), last.label("last"))).one()
    if row.first is None:
        return ()
    return tuple(range(row.last.year, row.first.year - 1, -1))


def processes_of(session: Session, organisation_id: int) -> tuple[Named, ...]:
    """Return the processes of an organisation that may be audited, by name."""
    rows = session.execute(
        select(Process.id, Process.name)
        .where(Process.organisation_id == organisation_id, Process.archived_at.is_(None))
        .order_by(Process.name)
    )
    return tuple(Named(row.id, row.name) for row in rows)
