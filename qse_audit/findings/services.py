"""Changing findings. Each function is one act: it checks, changes, records; it never commits."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import Conflict, NotAllowed, NotFound, TransitionRefused, refuse_all
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.numbering import next_reference
from qse_audit.db.trail import Act, record
from qse_audit.evidence.models import Evidence, finding_evidence
from qse_audit.evidence.rules import WITHDRAWN_REFUSAL
from qse_audit.evidence.services import seal_evidence
from qse_audit.findings.models import Finding
from qse_audit.findings.queries import finding_facts
from qse_audit.findings.rules import (
    FINDING_WORKFLOW,
    REOPENED_WITHOUT_REASON,
    TEXT_FIELDS,
    FindingStatus,
    Grade,
    Statement,
    change_refusals,
    deletion_refusals,
    short_title,
    statement_refusals,
)
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
    texts = {"title": finding.title}
    _record(session, finding, "draft", actor=actor, now=now, data=data, texts=texts)
    return finding


def edit_finding(
    session: Session,
    finding: Finding,
    statement: Statement,
    *,
    version: int | None,
    actor: Identity,
    now: datetime,
) -> None:
    """Write a draft anew; the same words again change nothing.

    Drafts are saved as they are typed, so that only the names of what changed are recorded; the
    words themselves are recorded when the finding is made final.

    :raises Conflict: when ``version`` is no longer the stored one.
    :raises Refused: for a text that is too long, or once the finding is final.
    :raises NotFound: for a process that is not the organisation’s.
    """
    refuse_all((*change_refusals(finding.status), *statement_refusals(statement)))
    check_process(session, statement.process_id, finding.organisation_id)
    wanted = {f.name: getattr(statement, f.name) for f in fields(statement)}
    stored = {name: getattr(finding, name) for name in wanted}
    changed = sorted(name for name in wanted if wanted[name] != stored[name])
    if not changed:
        return
    if version is not None and version != finding.version:
        raise Conflict(theirs=_as_texts(stored), yours=_as_texts(wanted))
    for name in changed:
        setattr(finding, name, wanted[name])
    _record(session, finding, "edit", actor=actor, now=now, data={"changed": changed})


def attach_evidence(
    session: Session, finding: Finding, evidence: Evidence, *, actor: Identity, now: datetime
) -> None:
    """Tie an evidence file to a draft; tying it twice changes nothing.

    :raises Refused: once the finding is final.
    """
    refuse_all(change_refusals(finding.status))
    refuse_all([WITHDRAWN_REFUSAL] if evidence.withdrawal else [])
    if evidence in finding.evidence:
        return
    finding.evidence.append(evidence)
    _count_evidence(session, finding, 1)
    data = {"evidence": evidence.id, "sha256": evidence.sha256}
    _record(session, finding, "attach", actor=actor, now=now, data=data)


def detach_evidence(
    session: Session, finding: Finding, evidence_id: int, *, actor: Identity, now: datetime
) -> None:
    """Untie an evidence file from a draft; the file stays with the audit.

    :raises NotFound: for a file that is not tied to it.
    :raises Refused: once the finding is final.
    """
    refuse_all(change_refusals(finding.status))
    found = next((e for e in finding.evidence if e.id == evidence_id), None)
    if found is None:
        raise NotFound(f"evidence {evidence_id}")
    finding.evidence.remove(found)
    _count_evidence(session, finding, -1)
    data = {"evidence": found.id, "sha256": found.sha256}
    _record(session, finding, "detach", actor=actor, now=now, data=data)


def release_evidence(
    session: Session, evidence: Evidence, *, actor: Identity, now: datetime
) -> None:
    """Untie a file that was withdrawn from every draft."""
    drafts = session.scalars(
        select(Finding).where(
            Finding.evidence.any(Evidence.id == evidence.id),
            Finding.status == FindingStatus.DRAFT,
        )
    ).all()
    for draft in drafts:
        detach_evidence(session, draft, evidence.id, actor=actor, now=now)


def move_finding(
    session: Session,
    finding: Finding,
    name: str,
    *,
    reason: str = "",
    actor: Identity,
    now: datetime,
) -> None:
    """Apply the transition ``name``.

    What is made final is recorded word for word, and its evidence files are sealed.

    :raises TransitionRefused: with every unmet condition; the finding is then unchanged.
    """
    facts = finding_facts(session, finding, actor.user_id)
    before, reason = finding.status, reason.strip()
    after = FINDING_WORKFLOW.decide(before, name, facts)
    transition = FINDING_WORKFLOW.named(name)
    if transition is not None and transition.asks_reason and not reason:
        raise TransitionRefused([REOPENED_WITHOUT_REASON])
    finding.status = after
    finding.closed_at = now if after is FindingStatus.CLOSED else None
    data: dict[str, Any] = {"before": before, "after": after, "grade": finding.grade}
    texts = {"reason": reason} if reason else {}
    if before is FindingStatus.DRAFT:
        finding.finalised_at = now
        data["evidence"] = sorted(e.sha256 for e in finding.evidence)
        texts |= {n: t for n in TEXT_FIELDS if (t := getattr(finding, n))}
        _seal(session, finding, now)
    _record(session, finding, name, actor=actor, now=now, data=data, texts=texts)


def _seal(session: Session, finding: Finding, now: datetime) -> None:
    """Let nobody change the files that a final finding relies on."""
    session.flush()
    session.execute(
        update(finding_evidence)
        .where(finding_evidence.c.finding_id == finding.id)
        .values(sealed_at=now)
    )
    seal_evidence(session, [e.id for e in finding.evidence], now=now)


def delete_finding(session: Session, finding: Finding, *, actor: Identity, now: datetime) -> None:
    """Delete a draft that nobody needs; its reference is never used again.

    :raises NotAllowed: for anyone but its author and the lead auditor.
    :raises Refused: when it is no draft any more, or actions were asked for.
    """
    if not may_delete(finding, actor):
        raise NotAllowed("only the author or the lead auditor")
    refuse_all(deletion_refusals(finding.status, finding_facts(session, finding, actor.user_id)))
    _record(session, finding, "delete", actor=actor, now=now, texts={"title": finding.title})
    session.delete(finding)
    session.flush()


def may_delete(finding: Finding, who: Identity) -> bool:
    """Say whether ``who`` wrote the finding or leads the audit behind it."""
    leads = finding.access().links.get(Link.LEAD_AUDITOR, frozenset())
    return who.user_id in leads | {finding.created_by_id}


def _count_evidence(session: Session, finding: Finding, change: int) -> None:
    """Count a file more or less, leaving the version of the text alone: someone may be typing."""
    session.flush()
    session.execute(
        update(Finding)
        .where(Finding.id == finding.id)
        .values(evidence_count=Finding.evidence_count + change),
        execution_options={"synchronize_session": False},
    )
    session.expire(finding, ["evidence_count"])


def _as_texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _record(
    session: Session,
    finding: Finding,
    act: str,
    *,
    actor: Identity,
    now: datetime,
    data: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
) -> None:
    """Add one act on a finding to the chain."""
    record(
        session,
        Act(
            verb=f"finding.{act}",
            kind=Kind.FINDING,
            subject_id=finding.id,
            data={"reference": finding.reference, **(data or {})},
            texts=texts or {},
        ),
        organisation_id=finding.organisation_id,
        actor_id=actor.user_id,
        now=now,
    )


def check_process(session: Session, process_id: int | None, organisation_id: int) -> None:
    """Refuse a process that is not the organisation’s.

    :raises NotFound: then.
    """
    if process_id is None:
        return
    found = session.get(Process, process_id)
    if found is None or found.organisation_id != organisation_id:
        raise NotFound(f"process {process_id}")
