"""Audits and their reports in a portfolio: who took part, and what a dossier keeps of each."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, String, Table, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Site
from qse_audit.audits.models import (
    Audit,
    AuditCriterion,
    ChecklistItem,
    Report,
    audit_process,
    audit_site,
)
from qse_audit.audits.rules import AuditStatus
from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import AUDIT_TEAM, Kind, Link
from qse_audit.core.text import N_
from qse_audit.db.participation import Participation, in_team, linked_to, strongest_link
from qse_audit.documents.names import safe_name
from qse_audit.documents.text import Texts, day, moment
from qse_audit.policies import SHARED_AUDIT
from qse_audit.processes.models import Process
from qse_audit.records import (
    CANDIDATE,
    TEAM,
    Candidate,
    FileRef,
    RecordKind,
    Snapshot,
    Start,
    Telling,
    as_code,
    as_day,
    state_of,
    taken,
)
from qse_audit.referentials.models import Edition, Referential


def audits_taken_part(who: Candidate) -> Select[Any]:
    """Return the audits to which a candidate is linked; as auditee, those that they know of."""
    person, shared = who.person_id, [AuditStatus(status) for status in SHARED_AUDIT]
    return taken(
        Kind.AUDIT,
        Audit.id,
        reference=Audit.reference,
        title=Audit.title,
        happened_on=Audit.starts_on,
        involvement=strongest_link(Kind.AUDIT, Audit.id, person),
        detail=as_code(Audit.status),
    ).where(
        Audit.organisation_id == who.organisation_id,
        or_(
            linked_to(Kind.AUDIT, Audit.id, person, AUDIT_TEAM | {Link.OBSERVER}),
            and_(linked_to(Kind.AUDIT, Audit.id, person, [Link.AUDITEE]), Audit.status.in_(shared)),
        ),
    )


def reports_taken_part(who: Candidate) -> Select[Any]:
    """Return the reports that a candidate issued, or of an audit where they were in the team."""
    person = who.person_id
    issued = Report.issued_by_id == person
    return (
        taken(
            Kind.REPORT,
            Report.id,
            reference=Audit.reference,
            title=Audit.title,
            happened_on=as_day(Report.issued_at),
            involvement=case(
                (issued, Involvement.AUTHOR.value),
                else_=strongest_link(Kind.AUDIT, Report.audit_id, person, AUDIT_TEAM),
            ),
            detail=cast(Report.number, String),
        )
        .join(Audit, Audit.id == Report.audit_id)
        .where(
            Report.organisation_id == who.organisation_id,
            or_(issued, in_team(Report.audit_id, person)),
        )
    )


def audit_snapshots(
    session: Session, ids: Sequence[int], telling: Telling
) -> Mapping[int, Snapshot]:
    """Return audits as they are now."""
    answers = _answers(session, ids, telling.candidate_id)
    people = _people(session, ids, telling.words)
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
            telling.words,
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
    state = {**state_of(audit, *fields), **around, "answers": dict(answers)}
    return Snapshot(audit.reference, audit.title, audit.starts_on, state, facts)


def _dates(start: date | None, end: date | None, words: Texts) -> str:
    if end is None or end == start:
        return day(start, words.locale)
    return f"{day(start, words.locale)} – {day(end, words.locale)}"


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


def report_snapshots(
    session: Session, ids: Sequence[int], telling: Telling
) -> Mapping[int, Snapshot]:
    """Return issued reports, with their paper in the language of the dossier."""
    rows = session.execute(
        select(Report, Audit.reference, Audit.title)
        .join(Audit, Audit.id == Report.audit_id)
        .where(Report.id.in_(ids))
    )
    return {
        report.id: _report(report, reference, title, telling=telling)
        for report, reference, title in rows
    }


def _report(report: Report, reference: str, title: str, *, telling: Telling) -> Snapshot:
    words = telling.words
    mine = report.issued_by_id == telling.candidate_id
    facts = [
        (N_("Émis le"), moment(report.issued_at, words.locale)),
        (N_("Émis par"), words.translate(CANDIDATE if mine else TEAM)),
        (N_("Version"), str(report.number)),
        (N_("Motif"), report.reason),
        (N_("Empreinte du contenu"), report.model_sha256),
    ]
    paper = f"pdf-{words.locale}"
    digest = report.files.get(paper) or report.files.get("pdf-fr")
    name = safe_name(f"{reference}-v{report.number}", ".pdf")
    files = [FileRef(digest, name, "application/pdf")] if digest else []
    fields = ("number", "reason", "model_sha256", "head_seq", "head_hash", "issued_at")
    state = {**state_of(report, *fields), "files": report.files, "issued_by_candidate": mine}
    on = report.issued_at.date()
    return Snapshot(f"{reference} v{report.number}", title, on, state, facts, files)


def facts(session: Session, ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Return what each audit holds, by the names that the suggestions know."""
    rows = session.execute(
        select(
            Audit.id,
            Audit.status,
            Audit.opening_meeting_on,
            Audit.closing_meeting_on,
            Audit.conclusions,
            Audit.reported_at,
            Audit.closed_at,
            Audit.answered_count,
            Audit.question_count,
        ).where(Audit.id.in_(ids))
    )
    return {row.id: frozenset(name for name, holds in _facts(row).items() if holds) for row in rows}


def _facts(row: Any) -> dict[str, bool]:
    return {
        "criteria": row.question_count > 0,
        "planned": row.status not in {"draft", "cancelled"},
        "answers": row.answered_count > 0,
        "meetings": bool(row.opening_meeting_on and row.closing_meeting_on),
        "conclusions": bool(row.conclusions.strip()),
        "reported": row.reported_at is not None,
        "closed": row.closed_at is not None,
    }


def start(session: Session, audit_id: int) -> Start:
    """Return the first words of a situation about an audit: its dates, objectives and scope."""
    row = session.execute(
        select(Audit.title, Audit.starts_on, Audit.ends_on, Audit.objectives, Audit.scope).where(
            Audit.id == audit_id
        )
    ).one()
    context = "\n\n".join(text.strip() for text in (row.objectives, row.scope) if text.strip())
    return Start(row.title, row.starts_on, row.ends_on, context)


AUDIT = RecordKind(
    kind=Kind.AUDIT,
    word=N_("Audit"),
    icon="clipboard-check",
    taken_part=audits_taken_part,
    snapshots=audit_snapshots,
    verbs={
        "audit.draft": N_("Audit créé"),
        "audit.plan": N_("Audit planifié"),
        "audit.start": N_("Audit démarré"),
        "audit.change_plan": N_("Plan d’audit modifié"),
        "audit.set_team": N_("Équipe d’audit modifiée"),
        "audit.set_criteria": N_("Critères d’audit modifiés"),
        "audit.make_checklist": N_("Grille d’audit préparée"),
        "audit.share_sections": N_("Sections d’audit réparties"),
        "audit.answer": N_("Réponse donnée à une question d’audit"),
        "audit.write_report": N_("Texte du rapport enregistré"),
        "audit.report": N_("Rapport d’audit émis"),
        "audit.revise": N_("Rapport d’audit révisé"),
        "audit.close": N_("Audit clos"),
        "audit.cancel": N_("Audit annulé"),
    },
    facts=facts,
    start=start,
)
REPORT = RecordKind(
    kind=Kind.REPORT,
    word=N_("Rapport d’audit"),
    icon="file-earmark-text",
    taken_part=reports_taken_part,
    snapshots=report_snapshots,
    verbs={},
)
