"""The live records that a candidate took part in: only these may be tied to a situation.

One statement says it all, for the picker and for the check when tying, so that they cannot differ.
Taking part: audits by a link to them; findings that the candidate wrote, or of an audit where they
were in the team; issued reports of those audits; evidence files that they brought, or of those
audits; actions that they own or verified. Always within the company of the candidacy, and only
while they belong to it; what was tied before they left stays tied.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Membership
from qse_audit.actions.models import Action
from qse_audit.audits.models import Audit, Report
from qse_audit.audits.rules import AuditStatus
from qse_audit.core.permissions import AUDIT_TEAM, Kind, Link
from qse_audit.db.base import UtcDateTime
from qse_audit.db.participation import Participation, linked_to
from qse_audit.evidence.models import Evidence
from qse_audit.evidence.queries import is_here
from qse_audit.findings.models import Finding
from qse_audit.policies import SHARED_AUDIT
from qse_audit.portfolios.models import Candidacy

RANKS = (
    Link.LEAD_AUDITOR,
    Link.AUDITOR,
    Link.TRAINEE_AUDITOR,
    Link.TECHNICAL_EXPERT,
    Link.AUDITEE,
    Link.OBSERVER,
)
"""The links to an audit, the one that proves most first."""
PICKED = 40
"""How many records the picker shows at once."""
OFFERED = 3
"""How many records are offered to start from, against the blank page."""


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A record that the candidate took part in, as shown where one is chosen."""

    kind: Kind
    id: int
    reference: str
    title: str
    happened_on: date | None
    involvement: str
    """The link by which they took part: ``lead_auditor``, ``author``."""
    detail: str
    """Its status, grade, number or type, as a code."""
    entered_at: datetime | None = None
    """When a file was sent, which is not when its fact happened; ``None`` for other records."""


def find_records(
    session: Session, candidacy: Candidacy, *, search: str = "", kind: str = ""
) -> tuple[RecordLine, ...]:
    """Return the records to choose from, the newest first; one statement."""
    records = _taken_part(candidacy).subquery()
    statement = (
        select(records)
        .where(_still_there(candidacy))
        .order_by(records.c.happened_on.desc().nulls_last(), records.c.id)
    )
    if search:
        wanted = search.lower()
        statement = statement.where(
            or_(
                func.lower(records.c.title).contains(wanted, autoescape=True),
                records.c.title.contains(search, autoescape=True),  # SQLite lowers ASCII only
                func.lower(records.c.reference).contains(wanted, autoescape=True),
            )
        )
    if kind:
        statement = statement.where(records.c.kind == kind)
    return tuple(_line(row) for row in session.execute(statement.limit(PICKED)))


def first_records(session: Session, candidacy: Candidacy) -> tuple[RecordLine, ...]:
    """Return the newest records that a first situation may start from, audits before the rest."""
    audits = find_records(session, candidacy, kind=Kind.AUDIT)
    others = find_records(session, candidacy, kind=Kind.ACTION) if len(audits) < OFFERED else ()
    return (*audits, *others)[:OFFERED]


def find_record(
    session: Session, candidacy: Candidacy, kind: Kind, record_id: int
) -> RecordLine | None:
    """Return one record to tie if the candidate took part in it; ``None`` for any other, alike."""
    if not session.scalar(select(_still_there(candidacy))):
        return None
    return records_by_key(session, candidacy, [(kind, record_id)]).get((kind, record_id))


def _still_there(candidacy: Candidacy) -> ColumnElement[bool]:
    """Return the condition that the candidate belongs to the company: else nothing new is tied."""
    return exists().where(
        Membership.person_id == candidacy.candidate_id,
        Membership.organisation_id == candidacy.organisation_id,
    )


def records_by_key(
    session: Session, candidacy: Candidacy, keys: Iterable[tuple[Kind, int]]
) -> Mapping[tuple[Kind, int], RecordLine]:
    """Return those of the records ``keys`` that the candidate (still) took part in."""
    by_kind: dict[Kind, list[int]] = {}
    for kind, record_id in keys:
        by_kind.setdefault(kind, []).append(record_id)
    if not by_kind:
        return {}
    records = _taken_part(candidacy).subquery()
    wanted = or_(
        false(),
        *(and_(records.c.kind == kind, records.c.id.in_(ids)) for kind, ids in by_kind.items()),
    )
    lines = (_line(row) for row in session.execute(select(records).where(wanted)))
    return {(line.kind, line.id): line for line in lines}


def _line(row: Any) -> RecordLine:
    return RecordLine(
        Kind(row.kind),
        row.id,
        row.reference,
        row.title,
        row.happened_on,
        row.involvement,
        row.detail,
        row.entered_at,
    )


def _taken_part(candidacy: Candidacy) -> Any:
    person, company = candidacy.candidate_id, candidacy.organisation_id
    return union_all(
        _audits(person, company),
        _findings(person, company),
        _reports(person, company),
        _evidence(person, company, candidacy.id),
        _actions(person, company),
    )


def _columns(kind: Kind, *columns: Any) -> Select[Any]:
    names = ("id", "reference", "title", "happened_on", "involvement", "detail")
    labelled = [column.label(name) for name, column in zip(names, columns, strict=True)]
    entered = Evidence.uploaded_at if kind is Kind.EVIDENCE else cast(None, UtcDateTime)
    return select(
        type_coerce(literal(kind.value), String).label("kind"),
        *labelled,
        type_coerce(entered, UtcDateTime).label("entered_at"),
    )


def _code(column: Any) -> ColumnElement[str]:
    return type_coerce(column, String)


def _day(column: Any) -> ColumnElement[date]:
    return type_coerce(func.date(column), Date)


def _link(audit_id: Any, person: int, links: Iterable[Link]) -> ColumnElement[str]:
    """Return the strongest of ``links`` between a person and an audit; NULL for none."""
    wanted = list(links)
    ranks = case(
        *((Participation.link == link, place) for place, link in enumerate(RANKS)), else_=99
    )
    strongest = (
        select(_code(Participation.link))
        .where(
            Participation.subject_kind == Kind.AUDIT,
            Participation.subject_id == audit_id,
            Participation.person_id == person,
            Participation.link.in_(wanted),
        )
        .order_by(ranks)
        .limit(1)
    )
    return strongest.scalar_subquery()


def _in_team(audit_id: Any, person: int) -> ColumnElement[bool]:
    return linked_to(Kind.AUDIT, audit_id, person, AUDIT_TEAM)


def _audits(person: int, company: int) -> Select[Any]:
    shared = [AuditStatus(status) for status in SHARED_AUDIT]
    return _columns(
        Kind.AUDIT,
        Audit.id,
        Audit.reference,
        Audit.title,
        Audit.starts_on,
        _link(Audit.id, person, RANKS),
        _code(Audit.status),
    ).where(
        Audit.organisation_id == company,
        or_(
            linked_to(Kind.AUDIT, Audit.id, person, AUDIT_TEAM | {Link.OBSERVER}),
            and_(linked_to(Kind.AUDIT, Audit.id, person, [Link.AUDITEE]), Audit.status.in_(shared)),
        ),
    )


def _findings(person: int, company: int) -> Select[Any]:
    of_audit = and_(Finding.origin_kind == Kind.AUDIT, _in_team(Finding.origin_id, person))
    written = Finding.created_by_id == person
    return _columns(
        Kind.FINDING,
        Finding.id,
        Finding.reference,
        Finding.title,
        _day(Finding.created_at),
        case((written, Link.AUTHOR.value), else_=_link(Finding.origin_id, person, AUDIT_TEAM)),
        _code(Finding.grade),
    ).where(Finding.organisation_id == company, or_(written, of_audit))


def _reports(person: int, company: int) -> Select[Any]:
    issued = Report.issued_by_id == person
    return (
        _columns(
            Kind.REPORT,
            Report.id,
            Audit.reference,
            Audit.title,
            _day(Report.issued_at),
            case((issued, Link.AUTHOR.value), else_=_link(Report.audit_id, person, AUDIT_TEAM)),
            cast(Report.number, String),
        )
        .join(Audit, Audit.id == Report.audit_id)
        .where(Report.organisation_id == company, or_(issued, _in_team(Report.audit_id, person)))
    )


def _evidence(person: int, company: int, candidacy_id: int) -> Select[Any]:
    brought = Evidence.uploaded_by_id == person
    here = or_(Evidence.origin_kind != Kind.CANDIDACY, Evidence.origin_id == candidacy_id)
    of_audit = and_(Evidence.origin_kind == Kind.AUDIT, _in_team(Evidence.origin_id, person))
    return _columns(
        Kind.EVIDENCE,
        Evidence.id,
        Evidence.file_name,
        Evidence.title,
        Evidence.happened_on,
        case((brought, Link.AUTHOR.value), else_=_link(Evidence.origin_id, person, AUDIT_TEAM)),
        Evidence.media_type,
    ).where(Evidence.organisation_id == company, here, is_here(), or_(brought, of_audit))


def _actions(person: int, company: int) -> Select[Any]:
    owned = Action.owner_id == person
    return _columns(
        Kind.ACTION,
        Action.id,
        Action.reference,
        Action.title,
        Action.due_on,
        case((owned, Link.OWNER.value), else_=Link.VERIFIER.value),
        _code(Action.status),
    ).where(Action.organisation_id == company, or_(owned, Action.verified_by_id == person))
