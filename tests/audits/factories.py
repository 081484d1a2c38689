"""Makers of what the tests about audits need: name only what matters to the test."""

from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from qse_audit.audits import services
from qse_audit.audits.models import Audit, ChecklistItem
from qse_audit.audits.queries import get_audit, item_at
from qse_audit.audits.rules import Verdict
from qse_audit.audits.services import AuditPlan, AuditTeam, ReportWords
from qse_audit.core.permissions import Kind, Link
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import FindingStatus, Grade
from qse_audit.referentials.models import Edition, Question, Referential, Requirement
from qse_audit.referentials.rules import EditionStatus
from tests.factories import NOW, Cast, make_process

NUMBERS = count(1)
"""So that two processes never have the same name."""

WORDS = ReportWords(
    participants="Bob Lefèvre, conducteur de ligne",
    conclusions="Le processus est maîtrisé.",
    fulfilment="Les critères sont satisfaits pour l’essentiel.",
    divergences="Aucune.",
    sampling="Trois dossiers sur quarante : un échantillon peut ne pas être représentatif.",
)


def make_edition(
    session: Session,
    *,
    chapters: int = 2,
    clauses: int = 2,
    questions: int = 1,
    ref: str = "ISO 9001",
    organisation_id: int | None = None,
) -> Edition:
    """Store an edition of so many chapters × clauses × questions; 0 questions: clauses alone."""
    referential = Referential(
        organisation_id=organisation_id,
        identifier=ref.lower().replace(" ", "-"),
        ref=ref,
        title={"fr": "Management de la qualité", "en": "Quality management"},
        domains=["quality"],
    )
    session.add(referential)
    session.flush()
    edition = Edition(
        referential_id=referential.id,
        label="2015",
        status=EditionStatus.IN_FORCE,
        description={},
        amendments=[],
        sha256="0" * 64,
        created_at=NOW,
        assessable_count=chapters * clauses,
        requirement_count=chapters * (clauses + 1),
        question_count=chapters * clauses * questions,
    )
    session.add(edition)
    session.flush()
    _fill(session, edition.id, chapters=chapters, clauses=clauses, questions=questions)
    session.commit()
    return edition


def _fill(session: Session, edition_id: int, *, chapters: int, clauses: int, questions: int):
    base = (
        session.scalar(
            Requirement.__table__.select()
            .with_only_columns(Requirement.id)
            .order_by(Requirement.id.desc())
            .limit(1)
        )
        or 0
    ) + 1
    nodes, asked = [], []
    for c in range(chapters):
        chapter_id = base + len(nodes)
        for n in range(clauses + 1):
            ref = f"{c + 4}.{n}" if n else str(c + 4)
            text = f"Exigence {ref}"
            nodes.append(
                {
                    "id": base + len(nodes),
                    "edition_id": edition_id,
                    "parent_id": chapter_id if n else None,
                    "position": len(nodes),
                    "depth": 1 if n else 0,
                    "key": ref,
                    "ref": ref,
                    "title": {"fr": f"Article {ref}", "en": f"Clause {ref}"},
                    "text": {"fr": text} if n == 1 and not questions else {},
                    "guidance": {"fr": "Regarder le registre."},
                    "expected_evidence": {"fr": "Un enregistrement daté."},
                    "assessable": bool(n),
                    "weight": 1,
                    "tags": [],
                }
            )
            asked += [
                {
                    "edition_id": edition_id,
                    "requirement_id": nodes[-1]["id"],
                    "position": q,
                    "key": f"{ref}/{q}",
                    "text": {"fr": f"Question {ref}.{q} ?", "en": f"Question {ref}.{q}?"},
                }
                for q in range(questions if n else 0)
            ]
    session.execute(insert(Requirement), nodes)
    if asked:
        session.execute(insert(Question), asked)
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy import text

        session.execute(
            text("SELECT setval('requirement_id_seq', (SELECT max(id) FROM requirement))")
        )


def plan_of(cast: Cast, process_id: int | None = None, **changes: Any) -> AuditPlan:
    """Return a plan that lacks nothing; ``changes`` take something away."""
    values: dict[str, Any] = {
        "title": "Usinage : préparation et contrôle",
        "objectives": "Vérifier la maîtrise du processus.",
        "client": "Direction",
        "starts_on": date(2026, 4, 13),
        "ends_on": date(2026, 4, 14),
        "site_ids": [cast.site],
        "process_ids": [process_id] if process_id else [],
        **changes,
    }
    return AuditPlan(**values)


def team_of(cast: Cast, **people: Any) -> AuditTeam:
    """Return Alice as lead auditor and Bob as auditee, besides ``people`` by link."""
    given = {Link.LEAD_AUDITOR: [cast.alice.user_id], Link.AUDITEE: [cast.bob.user_id]}
    return AuditTeam(people={**given, **{Link(link): ids for link, ids in people.items()}})


def make_audit(
    session: Session,
    cast: Cast,
    *,
    status: str = "draft",
    edition: Edition | None = None,
    words: ReportWords | None = WORDS,
    team: AuditTeam | None = None,
    **changes: Any,
) -> Audit:
    """Store an audit that went through the workflow to ``status`` (up to in_progress)."""
    process = make_process(session, cast, name=f"Usinage {next(NUMBERS)}")
    edition = edition or make_edition(session, ref=f"ISO {process.id}")
    audit = services.create_audit(
        session,
        plan_of(cast, process.id, **changes),
        team=team or team_of(cast),
        criteria={edition.id: None},
        actor=cast.claire,
        now=NOW,
    )
    steps = ["draft", "planned", "in_progress"]
    for name, actor in [("plan", cast.claire), ("start", cast.alice)][: steps.index(status)]:
        services.move_audit(session, audit, name, actor=actor, now=NOW)
    if words and status == "in_progress":
        services.write_report(session, audit, words, actor=cast.alice, now=NOW)
    session.commit()
    return get_audit(session, audit.id)


def answer_all(session: Session, cast: Cast, audit: Audit, verdict: Verdict = Verdict.CONFORMING):
    """Answer every question alike."""
    for position in range(1, audit.question_count + 1):
        item = item_at(session, audit.id, position)
        services.answer(
            session, item, verdict=verdict, observation="Vu.", actor=cast.alice, now=NOW
        )
    session.commit()
    session.refresh(audit)


def make_finding(
    session: Session,
    cast: Cast,
    audit: Audit,
    *,
    grade: Grade = Grade.MINOR_NONCONFORMITY,
    status: FindingStatus = FindingStatus.FINAL,
    item: ChecklistItem | None = None,
    **words: str,
) -> Finding:
    """Store a finding of an audit."""
    number = session.query(Finding).count() + 1
    values = {
        "title": "Pied à coulisse non vérifié",
        "requirement_text": "Les instruments sont vérifiés.",
        "evidence_text": "PC-07, poste 3, étiquette de 2024.",
        "gap_text": "La vérification a plus d’un an.",
        "clause_ref": "7.1.5",
        "referential_label": "ISO 9001:2015",
        **words,
    }
    finding = Finding(
        organisation_id=audit.organisation_id,
        reference=f"CST-2026-{number:03d}",
        origin_kind=Kind.AUDIT,
        origin_id=audit.id,
        checklist_item_id=item.id if item else None,
        grade=grade,
        status=status,
        created_at=NOW,
        created_by_id=cast.alice.user_id,
        finalised_at=None if status is FindingStatus.DRAFT else NOW,
        closed_at=NOW if status is FindingStatus.CLOSED else None,
        **values,
    )
    session.add(finding)
    session.commit()
    return finding
