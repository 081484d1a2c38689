"""Changing findings. Each function is one act: it checks, changes, records; it never commits."""

from datetime import datetime

from sqlalchemy.orm import Session

from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Kind
from qse_audit.db.numbering import next_reference
from qse_audit.db.trail import Act, record
from qse_audit.evidence.models import Evidence
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import FINDING_WORKFLOW, Grade, short_title
from qse_audit.policies import Identity
from qse_audit.processes.models import Process


def draft_finding(
    session: Session,
    *,
    organisation_id: int,
    origin: tuple[Kind, int],
    checklist_item_id: int | None,
    grade: Grade,
    title: str,
    requirement_text: str,
    referential_label: str,
    clause_ref: str,
    process_id: int | None,
    actor: Identity,
    now: datetime,
) -> Finding:
    """Add a finding in its initial state and return it, with its id and reference.

    A title longer than a title may be is cut at a word. The caller has checked that ``actor`` may
    add findings to ``origin``.

    :raises NotFound: for a process that is not the organisation’s.
    """
    check_process(session, process_id, organisation_id)
    finding = Finding(
        organisation_id=organisation_id,
        reference=next_reference(
            session, "CST", organisation_id=organisation_id, year=day_in_paris(now).year
        ),
        origin_kind=origin[0],
        origin_id=origin[1],
        checklist_item_id=checklist_item_id,
        grade=grade,
        status=FINDING_WORKFLOW.initial,
        title=short_title(title),
        requirement_text=requirement_text.strip(),
        referential_label=referential_label.strip(),
        clause_ref=clause_ref.strip(),
        process_id=process_id,
        created_at=now,
        created_by_id=actor.user_id,
    )
    session.add(finding)
    session.flush()
    data = {"origin": f"{origin[0]}/{origin[1]}", "grade": grade, "clause": finding.clause_ref}
    act = Act(
        verb="finding.draft",
        kind=Kind.FINDING,
        subject_id=finding.id,
        data={"reference": finding.reference, **data},
        texts={"title": finding.title},
    )
    record(session, act, organisation_id=organisation_id, actor_id=actor.user_id, now=now)
    return finding


def attach_evidence(
    session: Session, finding: Finding, evidence: Evidence, *, actor: Identity, now: datetime
) -> None:
    """Tie an evidence file to a finding; tying it twice changes nothing."""
    if evidence in finding.evidence:
        return
    finding.evidence.append(evidence)
    finding.evidence_count = len(finding.evidence)
    act = Act(
        verb="finding.attach",
        kind=Kind.FINDING,
        subject_id=finding.id,
        data={"evidence": evidence.id, "sha256": evidence.sha256},
    )
    record(session, act, organisation_id=finding.organisation_id, actor_id=actor.user_id, now=now)


def check_process(session: Session, process_id: int | None, organisation_id: int) -> None:
    """Refuse a process that is not the organisation’s.

    :raises NotFound: then.
    """
    if process_id is None:
        return
    found = session.get(Process, process_id)
    if found is None or found.organisation_id != organisation_id:
        raise NotFound(f"process {process_id}")
