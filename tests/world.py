"""The demo company and a stranger’s company in one database: objects of every kind and status.

Made once for a module: the tests that use it only read, or are refused.
"""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from qse_audit.accidents.models import Accident
from qse_audit.accounts import services as accounts
from qse_audit.accounts.models import (
    Membership,
    OneTimeToken,
    Organisation,
    Person,
    SignInSession,
    Site,
)
from qse_audit.accounts.rules import OrganisationKind
from qse_audit.actions.models import Action
from qse_audit.app import create_app
from qse_audit.assessments.models import AssessmentNote
from qse_audit.audits.models import Audit, ChecklistItem, Report
from qse_audit.balances.models import Balance, BalanceFact
from qse_audit.causes.models import CauseAnalysis, CauseMember, CauseNode
from qse_audit.certifications import services as certifications
from qse_audit.certifications.models import Capability, CertificationVersion
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.permissions import Kind, Role
from qse_audit.db.engine import make_engine
from qse_audit.db.outbox import Mail, MailState, post_mail
from qse_audit.db.work import Work, WorkStatus, ask_work
from qse_audit.demo.loader import load_demo
from qse_audit.documents.seal import load_or_make_key
from qse_audit.duerp.models import DuerpContribution, DuerpEvent, DuerpRequest, DuerpVersion
from qse_audit.evidence.models import Evidence
from qse_audit.evidence.services import withdraw_evidence
from qse_audit.findings.models import Finding
from qse_audit.indicators import services as indicators
from qse_audit.indicators.models import (
    Audience,
    Baseline,
    Indicator,
    LoggedSignal,
    RareEvent,
)
from qse_audit.indicators.rules import Chart
from qse_audit.objectives.models import (
    Arbitration,
    Axis,
    CoherenceReport,
    Objective,
    Priority,
)
from qse_audit.policies import Identity
from qse_audit.policy.models import (
    ContextIssue,
    InterestedParty,
    PartyNeed,
    Policy,
    PolicySentence,
    Proposal,
)
from qse_audit.portfolios.models import (
    Candidacy,
    Disclosure,
    Dossier,
    Situation,
    SituationRecord,
)
from qse_audit.portfolios.rules import CandidacyStatus, Way
from qse_audit.processes.models import Process
from qse_audit.referentials import services as referentials
from qse_audit.referentials.models import Edition, Question, Referential, Requirement
from qse_audit.referentials.rules import Identity as InHouse
from qse_audit.referentials.services import editions
from qse_audit.risks.models import Risk, RiskAnalysis, RiskScale, RiskSection, RiskVersion
from qse_audit.settings import Settings
from qse_audit.workshops import services as workshops
from qse_audit.workshops.models import Workshop, WorkshopProposal
from qse_audit.workshops.rules import WorkshopDraft
from tests import databases
from tests.indicators.factories import MONTH, make_indicator, measure
from tests.shared import shared, templates

ACTORS = [
    "alice",
    "bob",
    "claire",
    "emma",
    "farid",
    "gaelle",
    "hugo",
    "ines",
    "jean",
    "karim",
    "karine",
    "thomas",
    "yanis",
    "david",
]
"""One of each role at least; Karim owns an audited process, David is the stranger."""

SCRIPT = {"Accept": "application/json"}
"""Headers of a script: a refusal is then a line, not a page, and asked for three times as fast."""

SAMPLES: dict[str, Any] = {
    "person_id": Person,
    "invitation_id": OneTimeToken,
    "site_id": Site,
    "process_id": Process,
    "referential_id": Referential,
    "edition_id": Edition,
    "requirement_id": Requirement,
    "evidence_id": Evidence,
    "action_id": Action,
    "finding_id": Finding,
    "cause_id": CauseAnalysis,
    "cause_node_id": CauseNode,
    "cause_member_id": CauseMember,
    "accident_id": Accident,
    "workshop_id": Workshop,
    "workshop_proposal_id": WorkshopProposal,
    "audit_id": Audit,
    "item_id": ChecklistItem,
    "report_id": Report,
    "indicator_id": Indicator,
    "signal_id": LoggedSignal,
    "baseline_id": Baseline,
    "event_id": RareEvent,
    "issue_id": ContextIssue,
    "party_id": InterestedParty,
    "need_id": PartyNeed,
    "proposal_id": Proposal,
    "policy_id": Policy,
    "sentence_id": PolicySentence,
    "objective_id": Objective,
    "axis_id": Axis,
    "priority_id": Priority,
    "arbitration_id": Arbitration,
    "coherence_id": CoherenceReport,
    "balance_id": Balance,
    "analysis_id": RiskAnalysis,
    "section_id": RiskSection,
    "risk_id": Risk,
    "version_id": RiskVersion,
    "scale_id": RiskScale,
    "duerp_id": DuerpVersion,
    "contribution_id": DuerpContribution,
    "trigger_id": DuerpEvent,
    "request_id": DuerpRequest,
    "fact_id": BalanceFact,
    "certification_id": CertificationVersion,
    "candidacy_id": Candidacy,
    "situation_id": Situation,
    "tied_id": SituationRecord,
    "dossier_id": Dossier,
    "copy_id": Disclosure,
    "mail_id": Mail,
    "work_id": Work,
}
"""What each id in a URL is an id of."""


@dataclass(eq=False)
class World:
    """The running application on the two companies, and who is who."""

    app: Flask
    engine: Engine
    people: dict[str, Identity]

    def client(self, name: str | None) -> FlaskClient:
        """Return a browser where somebody is signed in, lately enough to sign."""
        client = self.app.test_client()
        if name is None:
            return client
        who = self.people[name]
        with Session(self.engine) as session:
            person = session.get_one(Person, who.user_id)
            accounts.open_session(session, person, organisation_id=who.organisation_id, now=now())
            opened = select(func.max(SignInSession.id))
            token = accounts.elevate_session(session, session.scalar(opened) or 0, now=now())
            session.commit()
        client.set_cookie("sid", token, domain="localhost")
        return client

    def keys(self, argument: str) -> list[int]:
        """Return the id of one object of each status that the kind has."""
        model = SAMPLES.get(argument)
        if model is None:
            return []
        with Session(self.engine) as session:
            rows = session.scalars(select(model).order_by(model.id)).all()
            by_status = {str(getattr(row, "status", "")): row.id for row in rows}
        return sorted(by_status.values())


@contextmanager
def world_on(kind: str) -> Iterator[World]:
    """Give a world of its own on a database of ``kind``: a copy, for making one takes long."""
    source, instance = _made(kind)
    with databases.copied_url(source) as url, tempfile.TemporaryDirectory() as folder:
        shutil.copytree(instance, folder, dirs_exist_ok=True)
        engine = make_engine(url)
        app = create_app(_settings(url, Path(folder)), engine)
        app.jinja_env.bytecode_cache = templates()
        app.config.update(
            TESTING=True,
            WTF_CSRF_ENABLED=False,
            WORK_PATIENCE_SECONDS=60.0,
            PROPAGATE_EXCEPTIONS=False,
        )
        with Session(engine) as session:
            people = identities(session)
        yield World(app, engine, people)
        app.extensions["worker"].stop()
        engine.dispose()


@cache
def _made(kind: str) -> tuple[str, Path]:
    """Return the world that others are copied from, made once: its database and its folder."""
    url, folder = shared(f"world-{kind}", lambda: _make(kind))
    return url, Path(folder)


def _make(kind: str) -> tuple[str, str]:
    url, folder = databases.lasting(kind, "world")
    settings, engine = _settings(url, folder), make_engine(url)
    app = create_app(settings, engine)
    with Session(engine) as session:
        fill(session, app, settings)
        session.commit()
    app.extensions["worker"].stop()
    databases.let_go(engine)
    return url, str(folder)


def _settings(url: str, folder: Path) -> Settings:
    return Settings(
        instance=folder,
        secret_key=secrets.token_hex(32),
        database_url=url,
        storage_reserve_mib=0,
        scheduler=False,
    )


def fill(session: Session, app: Flask, settings: Settings) -> None:
    """Store the demo company, a stranger, an invitation, a mail and an in-house referential."""
    referentials.load_shipped(session, now=now())
    certifications.load_shipped(session, now=now())
    key = load_or_make_key(settings.seal_key_path, now=now(), name="tests")
    load_demo(session, files=app.extensions["files"], seal_key=key, now=now())
    company = session.scalars(select(Organisation).order_by(Organisation.id)).first()
    people = identities(session)
    accounts.invite(
        session,
        company,
        accounts.InvitationDraft("Paul", "paul@example.org", frozenset({Role.AUDITOR})),
        actor=people["ines"],
        now=now(),
    )
    post_mail(
        session,
        key="k",
        address="alice@example.org",
        subject="s",
        text="t",
        person_id=people["alice"].user_id,
        now=now(),
    )
    session.execute(update(Mail).values(state=MailState.UNCERTAIN))
    ask_works(session, people["alice"])
    write_grid(session, people["claire"])
    add_rarities(session, people["gaelle"])
    gather(session, people["alice"])
    follow_indicators(session, people["claire"], people["karim"])
    stranger = accounts.create_organisation(
        session, name="Forges du Nord", kind=OrganisationKind.COMPANY, actor_id=None, now=now()
    )
    david = accounts.create_person(
        session, name="David Roche", email="david@example.org", password=None, now=now()
    )
    roles = [Role.COORDINATOR, Role.ADMINISTRATOR, Role.MANAGEMENT]
    accounts.grant_roles(session, david, stranger, roles, actor_id=None, now=now())


def gather(session: Session, who: Identity) -> None:
    """Open a workshop that somebody came to: its people and proposals are read before the vote."""
    draft = WorkshopDraft(title="t", question="q")
    made = workshops.create_workshop(
        session, draft, subject=None, secret_key="k", actor=who, now=now()
    )
    workshops.move_workshop(session, made, "open", "", actor=who, now=now())
    workshops.join(session, made, "Régis", "Rectifieur", now=now())
    workshops.propose(session, made, "p", by=None, actor=who, now=now())


def write_grid(session: Session, actor: Identity) -> None:
    """Store an in-house referential of one requirement with its question."""
    grid = InHouse(
        ref="GRILLE",
        label="1",
        title={"fr": "Grille"},
        description={"fr": "Notre grille"},
        publisher="Atelier",
    )
    edition = editions.create_in_house(session, grid, actor=actor, now=now())
    words = {"fr": "Mots du chapitre"}
    requirement = Requirement(
        edition_id=edition.id,
        position=0,
        depth=0,
        key="1",
        ref="1",
        title={"fr": "Chapitre"},
        text=words,
        guidance=words,
        expected_evidence=words,
        assessable=True,
        tags=[],
    )
    session.add(requirement)
    session.flush()
    session.add(
        Question(
            edition_id=edition.id,
            requirement_id=requirement.id,
            position=0,
            key="1/q1",
            text={"fr": "Comment ?"},
        )
    )


def add_rarities(session: Session, evaluator: Identity) -> None:
    """Store what the demo does not need: a note, a proof, a withdrawn file, a masked copy."""
    session.add(
        AssessmentNote(
            dossier_id=session.scalars(select(func.max(Dossier.id))).one(),
            capability_id=session.scalars(select(func.min(Capability.id))).one(),
            evaluator_id=evaluator.user_id,
            text="Une note",
            updated_at=now(),
        )
    )
    action = session.scalars(select(Action).order_by(Action.id)).first()
    proof = session.scalars(select(Evidence).order_by(Evidence.id)).first()
    action.proofs.append(proof)
    taken = {"id", "version", "sealed_at"}
    columns = [column.key for column in Evidence.__table__.columns if column.key not in taken]
    spare = Evidence(**{name: getattr(proof, name) for name in columns})
    session.add(spare)
    session.flush()
    author = Identity(spare.uploaded_by_id, spare.organisation_id)
    add_copy(session, proof)
    withdraw_evidence(session, spare, reason="Un visage", actor=author, now=now())


def follow_indicators(session: Session, by: Identity, owner: Identity) -> None:
    """Store an indicator of each status; the one that is followed has values, limits, a signal."""
    cast = Followed(owner, by)
    make_indicator(session, cast, title="Fréquence en projet", active=False)
    dropped = make_indicator(session, cast, title="Fréquence abandonnée")
    indicators.move_indicator(session, dropped, "drop", reason="Inutile", actor=by, now=now())
    rare = make_indicator(session, cast, title="Jours sans accident", chart=Chart.G)
    for days in (90, 40):
        on = day_in_paris(now()) - timedelta(days=days)
        event = indicators.date_event(session, rare, on, "Une chute", actor=owner, now=now())
    indicators.withdraw_event(session, rare, event, "Un trajet", actor=owner, now=now())
    kept = make_indicator(session, cast, title="Fréquence suivie")
    month = MONTH.previous
    measure(session, kept, {month: {"accidents": 1, "heures": 9000}}, by=owner, source="La paie")
    measure(session, kept, {month: {"heures": 9500}}, by=owner, reason="La paie révisée")
    day = month.starts_on
    session.add_all(
        [
            Baseline(
                indicator_id=kept.id,
                from_on=day,
                cause="Une presse neuve",
                locked_at=now(),
                locked_by_id=by.user_id,
            ),
            LoggedSignal(
                organisation_id=kept.organisation_id,
                indicator_id=kept.id,
                rule="W1",
                from_on=day,
                until_on=day,
                found_at=now(),
                analysis="Un jour de glace",
                cause="Le gel",
                analysed_at=now(),
                analysed_by_id=by.user_id,
            ),
            Audience(
                organisation_id=kept.organisation_id, indicator_id=kept.id, role=Role.MANAGEMENT
            ),
        ]
    )


@dataclass(frozen=True)
class Followed:
    """The two people whom the makers of indicators need."""

    bob: Identity
    """Who owns them."""
    claire: Identity
    """Who makes them."""


def add_copy(session: Session, proof: Evidence) -> None:
    """Store a masked copy of a file in the portfolio that is still written."""
    candidacy = session.scalars(
        select(Candidacy).where(Candidacy.status == CandidacyStatus.EVIDENCING)
    ).first()
    session.add(
        Disclosure(
            candidacy_id=candidacy.id,
            record_kind="evidence",
            record_id=proof.id,
            way=Way.COPY,
            source_sha256=proof.received_sha256,
            sha256=proof.sha256,
            thumbnail_sha256=proof.thumbnail_sha256,
            media_type=proof.media_type,
            file_name="copie masquée - photo.jpg",
            size_bytes=proof.size_bytes,
            people="deux opérateurs, d’accord",
            made_at=now(),
            made_by_id=candidacy.candidate_id,
        )
    )


def ask_works(session: Session, who: Identity) -> None:
    """Store one long work of each status, asked for by ``who``."""
    audit_id = session.scalar(select(func.min(Audit.id))) or 0
    for status in WorkStatus:
        work_id = ask_work(
            session,
            "report",
            key=f"world/{status}",
            subject=(Kind.AUDIT, audit_id),
            label="AUD",
            payload={},
            person_id=who.user_id,
            organisation_id=who.organisation_id,
            now=now(),
        )
        is_over = status in {WorkStatus.DONE, WorkStatus.FAILED}
        session.execute(
            update(Work)
            .where(Work.id == work_id)
            .values(status=status, holder="x", finished_at=now() if is_over else None)
        )


def identities(session: Session) -> dict[str, Identity]:
    """Return everybody by the first part of their address."""
    held: dict[tuple[str, int, int], set[Role]] = {}
    rows = session.execute(
        select(Person.email, Person.id, Membership.organisation_id, Membership.role).join(
            Membership, Membership.person_id == Person.id
        )
    )
    for row in rows:
        held.setdefault((row.email.split("@")[0], row.id, row.organisation_id), set()).add(row.role)
    return {name: Identity(pid, oid, frozenset(roles)) for (name, pid, oid), roles in held.items()}
