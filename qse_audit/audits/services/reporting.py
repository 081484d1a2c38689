"""Writing the words of a report, issuing it, and revising it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.audits import queries
from qse_audit.audits.models import Audit, Report
from qse_audit.audits.queries.report_model import AuditReport, as_model
from qse_audit.audits.queries.reports import audit_report, reported_evidence
from qse_audit.audits.rules import AUDIT_WORKFLOW, AuditStatus, dates_are_in_order, report_is_open
from qse_audit.audits.services.moves import REASON_ASKED, apply_move, tell
from qse_audit.audits.services.plans import check_version, note, shown
from qse_audit.core.canonical import canonical_json
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import Conflict, NotAllowed, Refusal, TransitionRefused, refuse_all
from qse_audit.core.permissions import Kind, Link, Permission
from qse_audit.core.text import N_
from qse_audit.db.trail import chain_head
from qse_audit.db.work import ask_work, asked_work
from qse_audit.evidence.services import seal_evidence
from qse_audit.policies import Identity, allows


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWords:
    """What the lead auditor writes of a report (ISO 19011:2018, 6.5.1)."""

    participants: str = ""
    opening_meeting_on: date | None = None
    closing_meeting_on: date | None = None
    conclusions: str = ""
    fulfilment: str = ""
    divergences: str = ""
    sampling: str = ""
    not_covered: str = ""
    follow_up: str = ""
    confidentiality: str = ""


def write_report(
    session: Session,
    audit: Audit,
    words: ReportWords,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Write the words of the report of ``audit``; an issued version is not touched by it.

    :raises Conflict: when ``version`` is no longer the stored one, with both texts.
    :raises Refused: at a status where the report does not change, or for meetings out of order.
    """
    texts = {field.name: shown(getattr(words, field.name)) for field in fields(words)}
    check_version(audit, version, texts)
    order = dates_are_in_order(words.opening_meeting_on, words.closing_meeting_on)
    refuse_all([r for r in (report_is_open(audit.status), order) if r])
    for field in fields(words):
        value = getattr(words, field.name)
        written = value.replace("\r\n", "\n").strip() if isinstance(value, str) else value
        setattr(audit, field.name, written)
    note(session, audit, "audit.write_report", actor=actor, now=now, texts=_given(texts))


def _given(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}


MEETING_TO_COME = Refusal(
    "meeting_to_come",
    N_("Une réunion du rapport est datée d’un jour à venir : elle n’a pas encore eu lieu."),
    "ISO 19011:2018, 6.5.1",
)
REPORT_WORK = "report"
"""The kind of the work that issues a report."""


def ask_report(
    session: Session,
    audit: Audit,
    *,
    number: int | None = None,
    reason: str = "",
    actor: Identity,
    now: datetime,
) -> int:
    """Ask for version ``number`` of the report of ``audit`` (the next one) to be made and issued.

    Asked twice, it is made once.

    :returns: the id of the work.
    :raises Refused: with everything that is missing.
    """
    number = number or next_number(session, audit)
    key = f"{REPORT_WORK}/{audit.id}/{number}/{actor.user_id}"
    if (known := asked_work(session, key)) is not None:
        return known
    refuse_report(session, audit, number=number, reason=reason, actor=actor, now=now)
    return ask_work(
        session,
        REPORT_WORK,
        key=key,
        subject=(Kind.AUDIT, audit.id),
        label=f"{audit.reference} · {audit.title}",
        payload={"number": number, "reason": reason},
        person_id=actor.user_id,
        organisation_id=actor.organisation_id,
        now=now,
    )


def next_number(session: Session, audit: Audit) -> int:
    """Return the number of the next version of the report."""
    last = session.scalar(select(func.max(Report.number)).where(Report.audit_id == audit.id))
    return 1 + (last or 0)


def refuse_report(
    session: Session, audit: Audit, *, number: int, reason: str, actor: Identity, now: datetime
) -> None:
    """Refuse what may not be issued now; returns when it may.

    Number 1 needs a complete audit in progress, a revision a reason and an issued report; neither
    tells of a meeting that is still to come.

    :raises NotAllowed: to others than the lead auditor.
    :raises Refused: with everything that is missing.
    """
    if not allows(actor, Permission.AUDIT_REPORT, audit.access()):
        raise NotAllowed(Permission.AUDIT_REPORT)
    if number == 1:
        facts = queries.audit_facts(session, audit)
        if refusals := AUDIT_WORKFLOW.refusals(audit.status, "report", facts):
            raise TransitionRefused(refusals)
    else:
        refuse_all([_not_reported(audit)] if audit.status is not AuditStatus.REPORTED else [])
        refuse_all([] if reason.strip() else [REASON_ASKED])
        refuse_all([] if number == next_number(session, audit) else [_not_next(number)])
    meetings = (audit.opening_meeting_on, audit.closing_meeting_on)
    is_early = any(on is not None and on > day_in_paris(now) for on in meetings)
    refuse_all([MEETING_TO_COME] if is_early else [])


def prepare_report(
    session: Session,
    audit: Audit,
    *,
    number: int | None = None,
    reason: str = "",
    actor: Identity,
    now: datetime,
) -> AuditReport:
    """Return version ``number`` of the report of ``audit`` (the next one), ready to be made.

    Nothing is written: making the files takes seconds, during which others may write.

    :raises Refused: with everything that is missing.
    """
    number = number or next_number(session, audit)
    refuse_report(session, audit, number=number, reason=reason, actor=actor, now=now)
    return audit_report(
        session,
        audit,
        number=number,
        reason=reason.strip(),
        head=chain_head(session, audit.organisation_id),
        issued_by_id=actor.user_id,
        now=now,
    )


def issue_report(
    session: Session,
    audit: Audit,
    report: AuditReport,
    *,
    files: Mapping[str, str],
    actor: Identity,
    now: datetime,
) -> Report:
    """Store ``report`` with the addresses of its ``files``; the first version moves the audit.

    :raises Conflict: when the audit changed since :func:`prepare_report`.
    :raises Refused: when it may no longer be issued.
    """
    session.execute(select(Audit.id).where(Audit.id == audit.id).with_for_update())
    session.refresh(audit, ["status", "version"])
    again = prepare_report(
        session, audit, number=report.number, reason=report.reason, actor=actor, now=now
    )
    if again.content() != report.content():
        raise Conflict(theirs={}, yours={})
    model = as_model(report)
    sha256 = hashlib.sha256(canonical_json(model)).hexdigest()
    data = {"number": report.number, "model_sha256": sha256, "files": dict(files)}
    if report.number == 1:
        apply_move(session, audit, "report", data=data, actor=actor, now=now)
    else:
        texts = {"reason": report.reason}
        note(session, audit, "audit.revise", actor=actor, now=now, data=data, texts=texts)
    stored = Report(
        organisation_id=audit.organisation_id,
        audit_id=audit.id,
        number=report.number,
        reason=report.reason,
        model=model,
        model_sha256=sha256,
        files=dict(files),
        head_seq=report.head_seq,
        head_hash=report.head_hash,
        issued_at=now,
        issued_by_id=actor.user_id,
    )
    session.add(stored)
    session.flush()
    seal_evidence(session, reported_evidence(session, audit.id), now=now)
    _tell_report(session, audit, report.number, actor=actor, now=now)
    return stored


def _tell_report(
    session: Session, audit: Audit, number: int, *, actor: Identity, now: datetime
) -> None:
    message = N_(
        "Le rapport de l’audit %(reference)s « %(title)s » est émis (version %(number)s).",
        reference=audit.reference,
        title=audit.title,
        number=number,
    )
    links = audit.access().links
    people = {i for link in (Link.AUDITEE, Link.AUDITOR) for i in links.get(link, ())}
    tell(session, audit, message, people=people, key=f"report/{number}", actor=actor, now=now)


def _not_reported(audit: Audit) -> Refusal:
    message = N_(
        "On révise un rapport émis et non clos ; cet audit est à l’état « %(state)s ».",
        state=audit.status.label,
    )
    return Refusal("not_reported", message, "ISO 19011:2018, 6.5.2")


def _not_next(number: int) -> Refusal:
    message = N_("La version %(number)s du rapport est déjà émise.", number=number)
    return Refusal("already_issued", message, "ISO 19011:2018, 6.5.2")
