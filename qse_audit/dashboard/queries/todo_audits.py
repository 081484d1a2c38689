"""The audits, the findings and the events of the register that await a person."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Row, Select, case, literal, null, select, union_all
from sqlalchemy.orm import Session

from qse_audit.audits import queries as audits
from qse_audit.audits.models import Audit
from qse_audit.audits.rules import AuditStatus
from qse_audit.core.clock import day_in_paris
from qse_audit.core.permissions import Kind, Link, Role
from qse_audit.core.text import N_, Message
from qse_audit.dashboard.queries.lines import SHOWN, SOON_DAYS, Line, Section, oversees, works_here
from qse_audit.dashboard.queries.todo_events import event_sections, open_events
from qse_audit.db.base import UtcDateTime
from qse_audit.db.participation import linked_to
from qse_audit.findings import queries as findings
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import FindingStatus, Grade
from qse_audit.policies import Identity
from qse_audit.records import as_code


def audits_findings_events(session: Session, who: Identity, now: datetime) -> Iterable[Section]:
    """Give the audits to plan, start, finish, follow or receive, the findings still drafts, events.

    Each audit stands in one place only; the three kinds come in one statement.
    """
    if not works_here(who):
        return
    today = day_in_paris(now)
    rows = session.execute(union_all(_audits(who), _drafts(who), open_events(who))).all()
    placed: dict[str, list[Line]] = {}
    for row in rows:
        if row.kind == Kind.AUDIT and (place := _audit_place(row, who, today)):
            placed.setdefault(place, []).append(_audit(row, today))
    for place, title, rank in AUDIT_PLACES:
        lines = placed.get(place, [])
        yield Section(title=title, lines=lines[:SHOWN], rank=rank, more="audits.index")
    yield Section(
        title=N_("Constats à finir de rédiger"),
        lines=[_draft(row) for row in rows if row.kind == Kind.FINDING],
        rank=26,
        more="findings.index",
        more_values={"status": FindingStatus.DRAFT.value},
    )
    yield from event_sections([row for row in rows if row.kind == Kind.ACCIDENT], who, now)


def _audits(who: Identity) -> Select[Any]:
    conducts = linked_to(
        Kind.AUDIT, Audit.id, who.user_id, [Link.LEAD_AUDITOR, Link.AUDITOR, Link.TRAINEE_AUDITOR]
    )
    leads = linked_to(Kind.AUDIT, Audit.id, who.user_id, [Link.LEAD_AUDITOR])
    columns: list[Any] = [
        literal(Kind.AUDIT.value).label("kind"),
        Audit.id,
        Audit.reference,
        Audit.title,
        as_code(Audit.status).label("code"),
        Audit.starts_on,
        Audit.question_count,
        Audit.answered_count,
        case((conducts, 1), else_=0).label("conducts"),
        case((leads, 1), else_=0).label("leads"),
        literal("").label("status"),
        null().cast(UtcDateTime).label("due_at"),
    ]
    chosen = (
        select(*columns)
        .where(
            Audit.organisation_id == who.organisation_id,
            audits.readable_by(who),
            Audit.status.in_([AuditStatus.DRAFT, AuditStatus.PLANNED, AuditStatus.IN_PROGRESS]),
        )
        .order_by(Audit.listed_on, Audit.id)
        .limit(8 * SHOWN)
        .subquery()
    )
    return select(*chosen.c)


def _drafts(who: Identity) -> Select[Any]:
    columns: list[Any] = [
        literal(Kind.FINDING.value),
        Finding.id,
        Finding.reference,
        Finding.title,
        as_code(Finding.grade),
        null().cast(Date),
        *(literal(0).label(name) for name in ("questions", "answers", "conducts", "leads")),
        literal("").label("status"),
        null().cast(UtcDateTime).label("due_at"),
    ]
    chosen = (
        select(*columns)
        .where(
            Finding.organisation_id == who.organisation_id,
            Finding.status == FindingStatus.DRAFT,
            findings.readable_by(who),
        )
        .order_by(Finding.id)
        .limit(SHOWN)
        .subquery()
    )
    return select(*chosen.c)


AUDIT_PLACES = (
    ("issue", N_("Rapports à émettre"), 21),
    ("conduct", N_("Audits à terminer"), 23),
    ("start", N_("Audits à démarrer"), 24),
    ("plan", N_("Audits à planifier"), 25),
    ("receive", N_("Audits de votre activité"), 40),
    ("next", N_("Audits en cours et à venir"), 60),
)
"""Where an audit stands on the page, its heading, and how soon it is read."""


def _audit_place(row: Row[Any], who: Identity, today: date) -> str:
    """Return the section of one audit for this person; ``""`` for none."""
    status = AuditStatus(row.code)
    is_complete = row.question_count and row.answered_count == row.question_count
    coordinates = Role.COORDINATOR in who.roles
    if status is AuditStatus.DRAFT:
        return "plan" if row.leads or coordinates else ""
    if status is AuditStatus.IN_PROGRESS and is_complete and (row.leads or coordinates):
        return "issue"
    if row.conducts:
        return "conduct" if status is AuditStatus.IN_PROGRESS else "start"
    if not oversees(who):
        return "receive"
    soon = row.starts_on is not None and row.starts_on <= today + timedelta(days=SOON_DAYS)
    return "next" if soon else ""


def _audit(row: Row[Any], today: date) -> Line:
    meta: tuple[Message | str, ...] = (row.reference,)
    status = AuditStatus(row.code)
    if status is AuditStatus.IN_PROGRESS:
        answered = N_(
            "%(done)s réponses sur %(all)s", done=row.answered_count, all=row.question_count
        )
        meta += (answered,)
    elif row.starts_on is not None:
        meta += (N_("le %(starts_on)s", starts_on=row.starts_on.isoformat()),)
    late = status is AuditStatus.PLANNED and row.starts_on and row.starts_on < today
    return Line(
        title=row.title,
        kind=Kind.AUDIT,
        id=row.id,
        meta=meta,
        status="late" if late else status.value,
        status_label=N_("En retard") if late else status.label,
    )


def _draft(row: Row[Any]) -> Line:
    grade = Grade(row.code)
    return Line(
        title=row.title or row.reference,
        kind=Kind.FINDING,
        id=row.id,
        meta=(row.reference,),
        status=grade.value,
        status_label=grade.label,
    )
