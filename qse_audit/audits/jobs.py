"""The long work of audits: a report made into files, then issued."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from qse_audit.audits import queries, reports, services
from qse_audit.audits.queries.report_model import AuditReport
from qse_audit.core.clock import now
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.works.services import Ending, Task, WorkKind


@dataclass(frozen=True, slots=True)
class Made:
    """A report and the addresses of its files."""

    report: AuditReport
    files: Mapping[str, str]
    at: datetime
    """When it was read: the instant that it prints."""


def read_report(session: Session, task: Task) -> tuple[AuditReport, datetime]:
    """Read what the report says, and refuse what may not be issued."""
    audit, at = queries.get_audit(session, task.subject_id), now()
    report = services.prepare_report(
        session,
        audit,
        number=task.payload["number"],
        reason=task.payload["reason"],
        actor=task.actor,
        now=at,
    )
    return report, at


def make_files(task: Task, read: tuple[AuditReport, datetime]) -> Made:
    """Make the files and keep them."""
    report, at = read
    made = reports.report_files(report, task.files, tell=partial(task.progress, "files"))
    files = {name: task.files.put_bytes(content).sha256 for name, content in made.items()}
    task.progress("issue")
    return Made(report, files, at)


def issue(session: Session, task: Task, made: Made) -> Ending:
    """Issue the report if the audit still says the same."""
    audit = queries.get_audit(session, task.subject_id)
    stored = services.issue_report(
        session, audit, made.report, files=made.files, actor=task.actor, now=made.at
    )
    return Ending(
        result=(Kind.REPORT, stored.id),
        message=N_("Rapport émis : version %(number)s.", number=stored.number),
    )


REPORT = WorkKind(
    name=services.REPORT_WORK,
    title=N_("Rapport d’audit"),
    ready=N_("Rapport prêt"),
    failed=N_("Le rapport n’a pas été émis"),
    open=N_("Voir le rapport"),
    phases={
        "files": N_("Mise en page des fichiers PDF et Word"),
        "issue": N_("Émission du rapport"),
    },
    read=read_report,
    make=make_files,
    keep=issue,
)
