"""Makers of certifications, candidacies, situations and the live records behind them."""

from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO

from PIL import Image

from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionKind
from qse_audit.audits.models import Audit, ChecklistItem, Report
from qse_audit.audits.rules import AuditStatus, Verdict
from qse_audit.certifications.models import Block, Capability, CertificationVersion, Criterion
from qse_audit.certifications.rules import CriterionSource, Modality, Route
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.participation import write_links
from qse_audit.db.trail import Act, record
from qse_audit.evidence.models import Evidence
from qse_audit.evidence.rules import EvidenceType
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import Grade
from qse_audit.portfolios.queries.candidacies import get_candidacy, get_situation
from qse_audit.portfolios.queries.opinions import draft_opinion
from qse_audit.portfolios.queries.portfolio import read_portfolio, structure_of
from qse_audit.portfolios.rules import Observation
from qse_audit.portfolios.services import candidacies, opinions, situations, submissions
from qse_audit.portfolios.services.candidacies import Registration
from qse_audit.portfolios.services.situations import Story
from tests.factories import NOW

BLOCKS = {
    "BC1": ("L’analyse de la politique QSE en place", {"C1": "ab", "C2": "ab"}),
    "BC3": ("L’audit QSE", {"C7": "abcdef", "C8": "abcdefghij"}),
}
RECORD = {
    "routes": [{"code": "FC", "open": True}, {"code": "CA", "open": False}],
    "readiness": {
        "any_of": ["real_situation", "presentation", "simulated_situation"],
        "all_of": ["company_opinion"],
    },
    "grid_notice": {"fr": "Grille de travail, non officielle.", "en": "Working grid."},
}
PHOTO = BytesIO()
Image.new("RGB", (320, 200), "#0b5d6b").save(PHOTO, "PNG")


def make_certification(session, *, code="RNCP28242"):
    version = CertificationVersion(
        identifier=code.lower(),
        code=code,
        title={"fr": "CQP Coordonnateur de système QSE", "en": "QSE system coordinator"},
        authority="CPNE de la métallurgie",
        starts_on=date(2017, 4, 21),
        ends_on=date(2022, 4, 21),
        record=RECORD,
        sha256="c" * 64,
        created_at=NOW,
        blocks=[
            Block(
                position=place,
                code=block,
                official_code=f"{code}{block}",
                title={"fr": title, "en": title},
                capabilities=[
                    Capability(
                        position=int(capability[1:]),
                        code=capability,
                        title={"fr": f"Capacité {capability}", "en": f"Capability {capability}"},
                        criteria=[
                            Criterion(
                                position=n,
                                key=f"{capability}-{letter}",
                                source=CriterionSource.WORKING_GRID,
                                label={"fr": f"Critère {letter}", "en": f"Criterion {letter}"},
                                evidence={"fr": "Preuve", "en": "Proof"},
                            )
                            for n, letter in enumerate(letters)
                        ],
                    )
                    for capability, letters in capabilities.items()
                ],
            )
            for place, (block, (title, capabilities)) in enumerate(BLOCKS.items())
        ],
    )
    session.add(version)
    session.commit()
    return version


def codes(session, version):
    """Return capability code → id."""
    blocks = structure_of(session, version.id)
    return {c.code: c.id for block in blocks for c in block.capabilities}


def criteria(session, version):
    """Return criterion key → id."""
    blocks = structure_of(session, version.id, with_criteria=True)
    return {k.key: k.id for b in blocks for c in b.capabilities for k in c.criteria}


def make_candidacy(session, cast, version, *, started=True, candidate=None, **changes):
    values = {
        "tutor_ids": (cast.farid.user_id,),
        "route": Route.CONTINUING,
        "starts_on": date(2026, 1, 5),
        "report_due_on": date(2026, 6, 30),
        "exam_centre_id": cast.centre,
        **changes,
    }
    candidacy = candidacies.register_candidacy(
        session,
        Registration(**values),
        candidate_id=(candidate or cast.emma).user_id,
        certification_version_id=version.id,
        actor=cast.claire,
        now=NOW,
    )
    if started:
        candidacies.move_candidacy(session, candidacy, "start", actor=cast.emma, now=NOW)
    session.commit()
    return get_candidacy(session, candidacy.id)


def make_audit(session, cast, *, lead=None, team=None, title="Audit de l’atelier d’usinage", **v):
    values = {
        "status": AuditStatus.REPORTED,
        "objectives": "Vérifier la maîtrise des machines.",
        "scope": "Atelier d’usinage, équipes de jour.",
        "conclusions": "Conforme, sauf la mise à jour des gammes.",
        "opening_meeting_on": date(2026, 3, 9),
        "closing_meeting_on": date(2026, 3, 10),
        "reported_at": NOW + timedelta(days=10),
        **v,
    }
    number = len(title) + len(session.query(Audit).all())
    audit = Audit(
        organisation_id=values.pop("organisation_id", cast.company),
        reference=values.pop("reference", f"AUD-2026-{number:03d}"),
        title=title,
        starts_on=date(2026, 3, 9),
        listed_on=date(2026, 3, 9),
        ends_on=date(2026, 3, 10),
        created_at=NOW,
        created_by_id=cast.claire.user_id,
        question_count=2,
        answered_count=2,
        **values,
    )
    session.add(audit)
    session.flush()
    leader = (lead or cast.emma).user_id
    people = {Link.LEAD_AUDITOR: [leader], Link.AUDITEE: [cast.bob.user_id], **(team or {})}
    write_links(session, Kind.AUDIT, audit.id, people)
    for position, verdict in enumerate((Verdict.CONFORMING, Verdict.MINOR_NONCONFORMITY), 1):
        session.add(
            ChecklistItem(
                audit_id=audit.id, position=position, referential_label="ISO 9001:2015",
                section_ref="8", section_title={"fr": "Réalisation"}, clause_ref="8.5.1",
                clause_title={"fr": "Maîtrise"}, question={"fr": "Comment ?"}, guidance={},
                expected_evidence={}, verdict=verdict, observation="vu",
                answered_at=NOW, answered_by_id=leader,
            )
        )  # fmt: skip
    act = Act(verb="audit.create", kind=Kind.AUDIT, subject_id=audit.id, texts={"title": title})
    record(session, act, organisation_id=audit.organisation_id, actor_id=leader, now=NOW)
    session.commit()
    return audit


def make_finding(session, cast, audit, *, author=None, title="Gamme non à jour"):
    finding = Finding(
        organisation_id=audit.organisation_id,
        reference=f"CST-2026-{audit.id:03d}{len(title) % 10}",
        origin_kind=Kind.AUDIT,
        origin_id=audit.id,
        grade=Grade.MINOR_NONCONFORMITY,
        title=title,
        gap_text="La gamme affichée date de 2023.",
        clause_ref="8.5.1",
        created_at=NOW,
        created_by_id=(author or cast.emma).user_id,
    )
    session.add(finding)
    session.commit()
    return finding


def make_evidence(session, cast, files, audit, *, by=None, title="Photo du poste", content=None):
    stored = files.put_bytes(content or PHOTO.getvalue())
    evidence = Evidence(
        organisation_id=audit.organisation_id,
        origin_kind=Kind.AUDIT,
        origin_id=audit.id,
        title=title,
        type=EvidenceType.OBSERVATION,
        happened_on=date(2026, 3, 9),
        file_name=f"{title}.png",
        media_type="image/png",
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        received_sha256=stored.sha256,
        thumbnail_sha256=stored.sha256,
        uploaded_at=NOW,
        uploaded_by_id=(by or cast.emma).user_id,
    )
    session.add(evidence)
    session.commit()
    return evidence


def make_report(session, cast, files, audit, *, by=None):
    stored = files.put_bytes(b"%PDF-1.7 rapport")
    report = Report(
        organisation_id=audit.organisation_id,
        audit_id=audit.id,
        number=1,
        model={},
        model_sha256=sha256(b"modele").hexdigest(),
        files={"pdf-fr": stored.sha256},
        head_seq=1,
        head_hash="a" * 64,
        issued_at=NOW,
        issued_by_id=(by or cast.emma).user_id,
    )
    session.add(report)
    session.commit()
    return report


def make_action(session, cast, finding, *, owner=None, title="Mettre à jour les gammes"):
    action = Action(
        organisation_id=finding.organisation_id,
        reference=f"ACT-2026-{finding.id:03d}",
        origin_kind=Kind.FINDING,
        origin_id=finding.id,
        context_kind=finding.origin_kind,
        context_id=finding.origin_id,
        kind=ActionKind.CORRECTIVE,
        title=title,
        owner_id=(owner or cast.emma).user_id,
        due_on=date(2026, 4, 30),
        due_set_on=date(2026, 3, 10),
        created_at=NOW,
    )
    session.add(action)
    session.commit()
    return action


STORY = Story(
    title="Audit de l’atelier d’usinage",
    modality=Modality.REAL_SITUATION,
    starts_on=date(2026, 3, 9),
    ends_on=date(2026, 3, 10),
    context="Renouvellement du certificat.",
    own_role="Je conduisais l’audit seule.",
    team_part="Nous avons relu les gammes à deux.",
    what_i_did="J’ai choisi un échantillon de huit postes.",
    result="Une non-conformité mineure, soldée en six semaines.",
    otherwise="Je verrais l’équipe de nuit.",
)


def make_situation(session, cast, candidacy, *capabilities, story=STORY, records=(), actor=None):
    """Store a situation that claims ``capabilities`` (ids) and ties ``records`` (kind, id)."""
    actor = actor or cast.emma
    situation = situations.add_situation(
        session, candidacy, story, capability_ids=capabilities, actor=actor, now=NOW
    )
    for kind, key in records:
        situations.tie_record(session, situation, kind, key, actor=actor, now=NOW)
    session.commit()
    return get_situation(session, situation.id)


def give_opinions(session, cast, candidacy, *, observation=Observation.OBSERVED):
    """Let Farid answer for every capability."""
    for code, key in codes(session, candidacy.certification).items():
        opinions.save_opinion(
            session, candidacy, key, observation=observation, comment=f"Vu pour {code}.",
            version=None, actor=cast.farid, now=NOW,
        )  # fmt: skip
    session.commit()


def sign(session, cast, candidacy):
    """Let Farid sign what he wrote."""
    portfolio = read_portfolio(session, candidacy)
    draft = draft_opinion(session, candidacy, portfolio, actor=cast.farid)
    signed = opinions.sign_opinion(
        session, candidacy, shown_sha256=draft.sha256, consents=True, actor=cast.farid, now=NOW
    )
    session.commit()
    return signed


def assign(session, cast, candidacy):
    """Let Karine name Gaëlle evaluator and Hugo jury."""
    candidacies.assign_panel(
        session, candidacy, evaluator_ids=[cast.gaelle.user_id], jury_ids=[cast.hugo.user_id],
        actor=cast.karine, now=NOW,
    )  # fmt: skip
    session.commit()


def make_full(session, cast, files):
    """Store a portfolio that is ready: one situation over an audit shows every capability."""
    version = make_certification(session)
    candidacy = make_candidacy(session, cast, version)
    audit = make_audit(session, cast)
    finding = make_finding(session, cast, audit)
    evidence = make_evidence(session, cast, files, audit)
    report = make_report(session, cast, files, audit)
    situation = make_situation(
        session,
        cast,
        candidacy,
        *codes(session, version).values(),
        records=[
            (Kind.AUDIT, audit.id),
            (Kind.FINDING, finding.id),
            (Kind.EVIDENCE, evidence.id),
            (Kind.REPORT, report.id),
        ],
    )
    situations.claim_criterion(
        session, situation, criteria(session, version)["C8-e"], actor=cast.emma, now=NOW
    )
    give_opinions(session, cast, candidacy)
    sign(session, cast, candidacy)
    assign(session, cast, candidacy)
    return get_candidacy(session, candidacy.id)


def submit(session, cast, candidacy, files, key, *, now=None):
    dossier = submissions.submit_dossier(
        session,
        get_candidacy(session, candidacy.id),
        files=files,
        seal_key=key,
        actor=cast.emma,
        now=now or NOW + timedelta(days=30),
    )
    session.commit()
    return dossier
