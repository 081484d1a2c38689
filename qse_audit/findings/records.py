"""Findings in a portfolio: who wrote them, and what a dossier keeps of each."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, case, or_, select
from sqlalchemy.orm import Session

from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import AUDIT_TEAM, Kind
from qse_audit.core.text import N_
from qse_audit.db.participation import in_team, strongest_link
from qse_audit.documents.text import moment
from qse_audit.evidence.models import Evidence, finding_evidence
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import VERBS
from qse_audit.records import (
    CANDIDATE,
    TEAM,
    Candidate,
    RecordKind,
    Snapshot,
    Telling,
    as_code,
    as_day,
    state_of,
    taken,
)


def taken_part(who: Candidate) -> Select[Any]:
    """Return the findings that a candidate wrote, or of an audit where they were in the team."""
    of_audit = and_(Finding.origin_kind == Kind.AUDIT, in_team(Finding.origin_id, who.person_id))
    written = Finding.created_by_id == who.person_id
    return taken(
        Kind.FINDING,
        Finding.id,
        reference=Finding.reference,
        title=Finding.title,
        happened_on=as_day(Finding.created_at),
        involvement=case(
            (written, Involvement.AUTHOR.value),
            else_=strongest_link(Kind.AUDIT, Finding.origin_id, who.person_id, AUDIT_TEAM),
        ),
        detail=as_code(Finding.grade),
    ).where(Finding.organisation_id == who.organisation_id, or_(written, of_audit))


def snapshots(session: Session, ids: Sequence[int], telling: Telling) -> Mapping[int, Snapshot]:
    """Return findings as they are now."""
    evidence: dict[int, list[dict[str, str]]] = {}
    for finding_id, name, digest in session.execute(
        select(finding_evidence.c.finding_id, Evidence.file_name, Evidence.sha256)
        .join(Evidence, Evidence.id == finding_evidence.c.evidence_id)
        .where(finding_evidence.c.finding_id.in_(ids))
        .order_by(Evidence.id)
    ):
        evidence.setdefault(finding_id, []).append({"name": name, "sha256": digest})
    findings = session.scalars(select(Finding).where(Finding.id.in_(ids)))
    return {f.id: _finding(f, evidence.get(f.id, []), telling) for f in findings}


def _finding(finding: Finding, evidence: list[dict[str, str]], telling: Telling) -> Snapshot:
    words = telling.words
    fields = (
        "reference", "title", "grade", "status", "requirement_text", "evidence_text", "gap_text",
        "impact_text", "referential_label", "clause_ref", "created_at", "finalised_at", "closed_at",
    )  # fmt: skip
    mine = finding.created_by_id == telling.candidate_id
    facts = [
        (N_("Gravité"), words.translate(finding.grade.label)),
        (N_("Statut"), words.translate(finding.status.label)),
        (N_("Rédigé le"), moment(finding.created_at, words.locale)),
        (N_("Rédigé par"), words.translate(CANDIDATE if mine else TEAM)),
        (N_("Exigence"), f"{finding.referential_label} {finding.clause_ref}".strip()),
        (N_("Ce qui est demandé"), finding.requirement_text),
        (N_("Preuve"), finding.evidence_text),
        (N_("Écart"), finding.gap_text),
        (N_("Effet"), finding.impact_text),
        (N_("Fichiers du constat"), ", ".join(e["name"] for e in evidence)),
    ]
    state = {**state_of(finding, *fields), "written_by_candidate": mine, "evidence": evidence}
    on = finding.created_at.date()
    return Snapshot(finding.reference, finding.title, on, state, facts)


FINDING = RecordKind(
    kind=Kind.FINDING,
    word=N_("Constat"),
    icon="search",
    taken_part=taken_part,
    snapshots=snapshots,
    verbs=VERBS,
)
