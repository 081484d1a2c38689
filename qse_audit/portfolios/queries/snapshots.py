"""Live records as they are now, to be frozen in a dossier: what they say, not who else is named.

Third parties are counted, never named: the dossier leaves the company (domain.md 7).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, case, func, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Site
from qse_audit.actions.models import Action
from qse_audit.audits.models import (
    Audit,
    AuditCriterion,
    ChecklistItem,
    Report,
    audit_process,
    audit_site,
)
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.text import N_, Coded, Message
from qse_audit.db.participation import Participation
from qse_audit.documents.names import safe_name
from qse_audit.documents.text import Texts, day, moment
from qse_audit.evidence.models import Evidence, finding_evidence
from qse_audit.findings.models import Finding
from qse_audit.processes.models import Process
from qse_audit.referentials.models import Edition, Referential


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file of the store that a record brings into the dossier."""

    sha256: str
    name: str
    media_type: str
    is_image: bool = False
    thumbnail_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A record as it is now."""

    reference: str
    title: str
    happened_on: date | None
    state: Mapping[str, Any]
    """Its fields, as JSON can hold them."""
    facts: Sequence[tuple[Message, str]]
    """The same for people: label and value, in the language of the dossier."""
    files: Sequence[FileRef] = field(default=())


Loader = Callable[[Session, Sequence[int], int, Texts], Mapping[int, Snapshot]]


def snapshots(
    session: Session, keys: Sequence[tuple[Kind, int]], candidate_id: int, *, words: Texts
) -> Mapping[tuple[Kind, int], Snapshot]:
    """Return each record of ``keys`` as it is now."""
    found: dict[tuple[Kind, int], Snapshot] = {}
    for kind, load in LOADERS.items():
        ids = sorted({record_id for wanted, record_id in keys if wanted is kind})
        if ids:
            loaded = load(session, ids, candidate_id, words)
            found |= {(kind, key): snapshot for key, snapshot in loaded.items()}
    return found


def _plain(value: Any) -> Any:
    """Return a column’s value as JSON can hold it."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value.value if isinstance(value, Coded) else value


def _state(row: Any, *names: str) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _dates(start: date | None, end: date | None, words: Texts) -> str:
    if end is None or end == start:
        return day(start, words.locale)
    return f"{day(start, words.locale)} – {day(end, words.locale)}"


def _audits(
    session: Session, ids: Sequence[int], candidate_id: int, words: Texts
) -> Mapping[int, Snapshot]:
    answers = _answers(session, ids, candidate_id)
    people = _people(session, ids, words)
    places = _names(session, audit_site, ids, name=Site.name)
    processes = _names(session, audit_process, ids, name=Process.name)
    criteria = _criteria(session, ids)
    audits = session.scalars(select(Audit).where(Audit.id.in_(ids)))
    return {
        audit.id: _audit(
            audit,
            answers.get(audit.id, {}),
            {
                "criteria": criteria.get(audit.id, []),
                "sites": places.get(audit.id, []),
                "processes": processes.get(audit.id, []),
                "people": people.get(audit.id, []),
            },
            words,
        )
        for audit in audits
    }


def _audit(
    audit: Audit, answers: Mapping[str, Any], around: Mapping[str, list[str]], words: Texts
) -> Snapshot:
    fields = (
        "reference", "title", "status", "method", "objectives", "scope", "virtual_places",
        "starts_on", "ends_on", "opening_meeting_on", "closing_meeting_on", "question_count",
        "answered_count", "conclusions", "fulfilment", "sampling", "not_covered", "follow_up",
        "reported_at", "closed_at",
    )  # fmt: skip
    own = answers.get("own", 0)
    meetings = [audit.opening_meeting_on, audit.closing_meeting_on]
    facts = [
        (N_("Dates"), _dates(audit.starts_on, audit.ends_on, words)),
        (N_("Statut"), words.translate(audit.status.label)),
        (N_("Méthode"), words.translate(audit.method.label)),
        (N_("Critères"), ", ".join(around["criteria"])),
        (N_("Sites"), ", ".join(around["sites"])),
        (N_("Processus"), ", ".join(around["processes"])),
        (N_("Participants"), ", ".join(around["people"])),
        (N_("Objectifs"), audit.objectives),
        (N_("Périmètre"), audit.scope),
        (N_("Réunions"), ", ".join(day(on, words.locale) for on in meetings if on)),
        (N_("Réponses du candidat"), f"{own} / {audit.question_count}"),
        (N_("Conclusions"), audit.conclusions),
        (N_("Suites"), audit.follow_up),
    ]
    state = {**_state(audit, *fields), **around, "answers": dict(answers)}
    return Snapshot(audit.reference, audit.title, audit.starts_on, state, facts)


def _answers(session: Session, ids: Sequence[int], candidate_id: int) -> dict[int, dict[str, int]]:
    """Count the answers by verdict, and those that the candidate gave (``own``)."""
    own = func.sum(case((ChecklistItem.answered_by_id == candidate_id, 1), else_=0))
    rows = session.execute(
        select(ChecklistItem.audit_id, ChecklistItem.verdict, func.count(), own)
        .where(ChecklistItem.audit_id.in_(ids), ChecklistItem.verdict.is_not(None))
        .group_by(ChecklistItem.audit_id, ChecklistItem.verdict)
        .order_by(ChecklistItem.audit_id, ChecklistItem.verdict)
    )
    found: dict[int, dict[str, int]] = {}
    for audit_id, verdict, count, mine in rows:
        counts = found.setdefault(audit_id, {"own": 0})
        counts[str(verdict)] = count
        counts["own"] += mine
    return found


def _people(session: Session, ids: Sequence[int], words: Texts) -> dict[int, list[str]]:
    """Say how many people took part, by link: “Auditeur : 2”."""
    rows = session.execute(
        select(Participation.subject_id, Participation.link, func.count())
        .where(Participation.subject_kind == Kind.AUDIT, Participation.subject_id.in_(ids))
        .group_by(Participation.subject_id, Participation.link)
    ).all()
    order = list(Link)
    found: dict[int, list[str]] = {}
    for audit_id, link, count in sorted(rows, key=lambda row: (row[0], order.index(row[1]))):
        found.setdefault(audit_id, []).append(f"{words.translate(link.label)} : {count}")
    return found


def _names(
    session: Session, table: Table, ids: Sequence[int], *, name: Any
) -> dict[int, list[str]]:
    """Return the names of what ``table`` ties to each audit."""
    owner = table.c.audit_id
    rows = session.execute(
        select(owner, name)
        .select_from(table)
        .join(name.class_)
        .where(owner.in_(ids))
        .order_by(name)
    )
    found: dict[int, list[str]] = {}
    for audit_id, text in rows:
        found.setdefault(audit_id, []).append(text)
    return found


def _criteria(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    rows = session.execute(
        select(AuditCriterion.audit_id, Referential.ref, Edition.label)
        .join(Edition, Edition.id == AuditCriterion.edition_id)
        .join(Referential, Referential.id == Edition.referential_id)
        .where(AuditCriterion.audit_id.in_(ids))
        .order_by(AuditCriterion.id)
    )
    found: dict[int, list[str]] = {}
    for audit_id, ref, label in rows:
        found.setdefault(audit_id, []).append(f"{ref}:{label}")
    return found


def _findings(
    session: Session, ids: Sequence[int], candidate_id: int, words: Texts
) -> Mapping[int, Snapshot]:
    evidence: dict[int, list[dict[str, str]]] = {}
    for finding_id, name, digest in session.execute(
        select(finding_evidence.c.finding_id, Evidence.file_name, Evidence.sha256)
        .join(Evidence, Evidence.id == finding_evidence.c.evidence_id)
        .where(finding_evidence.c.finding_id.in_(ids))
        .order_by(Evidence.id)
    ):
        evidence.setdefault(finding_id, []).append({"name": name, "sha256": digest})
    findings = session.scalars(select(Finding).where(Finding.id.in_(ids)))
    return {f.id: _finding(f, evidence.get(f.id, []), candidate_id, words) for f in findings}


def _finding(
    finding: Finding, evidence: list[dict[str, str]], candidate_id: int, words: Texts
) -> Snapshot:
    fields = (
        "reference", "title", "grade", "status", "requirement_text", "evidence_text", "gap_text",
        "impact_text", "referential_label", "clause_ref", "created_at", "finalised_at", "closed_at",
    )  # fmt: skip
    mine = finding.created_by_id == candidate_id
    facts = [
        (N_("Gravité"), words.translate(finding.grade.label)),
        (N_("Statut"), words.translate(finding.status.label)),
        (N_("Rédigé le"), moment(finding.created_at, words.locale)),
        (N_("Rédigé par"), words.translate(N_("le candidat") if mine else N_("l’équipe"))),
        (N_("Exigence"), f"{finding.referential_label} {finding.clause_ref}".strip()),
        (N_("Ce qui est demandé"), finding.requirement_text),
        (N_("Preuve"), finding.evidence_text),
        (N_("Écart"), finding.gap_text),
        (N_("Effet"), finding.impact_text),
        (N_("Fichiers du constat"), ", ".join(e["name"] for e in evidence)),
    ]
    state = {**_state(finding, *fields), "written_by_candidate": mine, "evidence": evidence}
    on = finding.created_at.date()
    return Snapshot(finding.reference, finding.title, on, state, facts)


def _reports(
    session: Session, ids: Sequence[int], candidate_id: int, words: Texts
) -> Mapping[int, Snapshot]:
    rows = session.execute(
        select(Report, Audit.reference, Audit.title)
        .join(Audit, Audit.id == Report.audit_id)
        .where(Report.id.in_(ids))
    )
    return {
        report.id: _report(report, reference, title, words=words, candidate_id=candidate_id)
        for report, reference, title in rows
    }


def _report(
    report: Report, reference: str, title: str, *, words: Texts, candidate_id: int
) -> Snapshot:
    mine = report.issued_by_id == candidate_id
    facts = [
        (N_("Émis le"), moment(report.issued_at, words.locale)),
        (N_("Émis par"), words.translate(N_("le candidat") if mine else N_("l’équipe"))),
        (N_("Version"), str(report.number)),
        (N_("Motif"), report.reason),
        (N_("Empreinte du contenu"), report.model_sha256),
    ]
    paper = f"pdf-{words.locale}"
    digest = report.files.get(paper) or report.files.get("pdf-fr")
    name = safe_name(f"{reference}-v{report.number}", ".pdf")
    files = [FileRef(digest, name, "application/pdf")] if digest else []
    fields = ("number", "reason", "model_sha256", "head_seq", "head_hash", "issued_at")
    state = {**_state(report, *fields), "files": report.files, "issued_by_candidate": mine}
    on = report.issued_at.date()
    return Snapshot(f"{reference} v{report.number}", title, on, state, facts, files)


def _evidence(
    session: Session, ids: Sequence[int], candidate_id: int, words: Texts
) -> Mapping[int, Snapshot]:
    rows = session.scalars(select(Evidence).where(Evidence.id.in_(ids)))
    return {each.id: _evidence_file(each, candidate_id, words) for each in rows}


def _evidence_file(evidence: Evidence, candidate_id: int, words: Texts) -> Snapshot:
    fields = (
        "title", "type", "happened_on", "place", "file_name", "media_type", "size_bytes", "sha256",
        "received_sha256", "uploaded_at",
    )  # fmt: skip
    mine = evidence.uploaded_by_id == candidate_id
    facts = [
        (N_("Type"), words.translate(evidence.type.label)),
        (N_("Date du fait"), day(evidence.happened_on, words.locale)),
        (N_("Lieu"), evidence.place),
        (N_("Versé le"), moment(evidence.uploaded_at, words.locale)),
        (N_("Versé par"), words.translate(N_("le candidat") if mine else N_("l’équipe"))),
        (N_("Empreinte"), evidence.sha256),
    ]
    file = FileRef(
        evidence.sha256,
        safe_name(evidence.file_name),
        evidence.media_type,
        evidence.is_image,
        evidence.thumbnail_sha256,
    )
    state = {**_state(evidence, *fields), "uploaded_by_candidate": mine}
    return Snapshot(evidence.file_name, evidence.title, evidence.happened_on, state, facts, [file])


def _actions(
    session: Session, ids: Sequence[int], candidate_id: int, words: Texts
) -> Mapping[int, Snapshot]:
    rows = session.scalars(select(Action).where(Action.id.in_(ids)))
    return {each.id: _action(each, candidate_id, words) for each in rows}


def _action(action: Action, candidate_id: int, words: Texts) -> Snapshot:
    fields = (
        "reference", "title", "kind", "status", "description", "cause", "due_on", "criterion",
        "verify_on", "done_at", "done_note", "verified_at", "verification_note", "reopened_count",
    )  # fmt: skip
    roles = {"owned": action.owner_id, "verified": action.verified_by_id}
    mine = {f"{name}_by_candidate": key == candidate_id for name, key in roles.items()}
    facts = [
        (N_("Nature"), words.translate(action.kind.label)),
        (N_("Statut"), words.translate(action.status.label)),
        (N_("Échéance"), day(action.due_on, words.locale)),
        (N_("Cause"), action.cause),
        (N_("Critère d’efficacité"), action.criterion),
        (N_("Réalisée le"), moment(action.done_at, words.locale) if action.done_at else ""),
        (N_("Réalisation"), action.done_note),
        (N_("Vérifiée le"), moment(action.verified_at, words.locale) if action.verified_at else ""),
        (N_("Vérification"), action.verification_note),
    ]
    state = {**_state(action, *fields), **mine}
    return Snapshot(action.reference, action.title, action.due_on, state, facts)


LOADERS: Mapping[Kind, Loader] = {
    Kind.AUDIT: _audits,
    Kind.FINDING: _findings,
    Kind.REPORT: _reports,
    Kind.EVIDENCE: _evidence,
    Kind.ACTION: _actions,
}
