"""A company on a database of its own, with as many rows as wanted, written fast."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import JSON, Column, Engine, Integer, Table
from sqlalchemy.orm import Session

from qse_audit.accounts.models import SignInSession
from qse_audit.accounts.queries import token_hash
from qse_audit.actions.models import Action
from qse_audit.app import create_app
from qse_audit.audits.models import Audit, ChecklistItem
from qse_audit.audits.services import create_audit, move_audit
from qse_audit.core.clock import now
from qse_audit.db.engine import make_engine
from qse_audit.db.participation import Participation
from qse_audit.db.schema import upgrade
from qse_audit.db.statistics import refresh_statistics
from qse_audit.db.trail import Event
from qse_audit.findings.models import Finding
from qse_audit.policies import Identity
from qse_audit.settings import Settings
from tests.audits.factories import make_edition, plan_of, team_of
from tests.factories import NOW, Cast, make_cast, make_process

INSTANT = "'2025-01-06 08:00:00.000000'"
VERDICTS = (
    "CASE {i} % 9 WHEN 0 THEN 'minor_nonconformity' WHEN 1 THEN 'strength' ELSE 'conforming' END"
)
SEEN = "'Vu au poste ' || {i} || ', registre du mois signé ; deux opérateurs interrogés.'"


@dataclass(frozen=True)
class Stage:
    """The application on one database."""

    settings: Settings
    engine: Engine
    app: Flask
    cast: Cast

    @property
    def path(self) -> Path:
        return Path(self.engine.url.database or "")

    def token(self, who: Identity) -> str:
        token, at = secrets.token_urlsafe(32), now()
        with Session(self.engine) as session:
            session.add(
                SignInSession(
                    token_hash=token_hash(token),
                    person_id=who.user_id,
                    organisation_id=who.organisation_id,
                    created_at=at,
                    seen_at=at,
                )
            )
            session.commit()
        return token

    def client(self, who: Identity) -> FlaskClient:
        client = self.app.test_client()
        client.set_cookie("sid", self.token(who), domain="localhost")
        return client

    def new_audit(self, session: Session, edition_id: int, process_id: int) -> Audit:
        """Create an audit with its checklist, as Claire does."""
        return create_audit(
            session,
            plan_of(self.cast, process_id),
            team=team_of(self.cast),
            criteria={edition_id: None},
            with_checklist=True,
            actor=self.cast.claire,
            now=NOW,
        )

    def criteria(self, session: Session, questions: int) -> tuple[int, int]:
        """Store an edition of so many questions and a process; return their ids."""
        name = f"Banc {secrets.token_hex(4)}"
        edition = make_edition(session, chapters=10, clauses=questions // 10, ref=name)
        return edition.id, make_process(session, self.cast, name=name).id

    def live_audit(self, questions: int, *, answered: bool) -> int:
        """Bring an audit of so many questions in progress, through the services."""
        with Session(self.engine) as session:
            audit = self.new_audit(session, *self.criteria(session, questions))
            assert audit.question_count == questions
            for name, actor in (("plan", self.cast.claire), ("start", self.cast.alice)):
                move_audit(session, audit, name, actor=actor, now=NOW)
            key = audit.id
            session.commit()
        if answered:
            with closing(sqlite3.connect(self.path)) as db, db:
                answer(db, key, self.cast.alice.user_id)
        return key


@contextmanager
def open_stage(folder: Path, *, audits: int = 0, answers: int = 0) -> Iterator[Stage]:
    """Open a company with so many old audits, their answers, and a finding and an action each."""
    folder.mkdir()
    settings = Settings(
        instance=folder, secret_key=secrets.token_hex(32), storage_reserve_mib=0, scheduler=False
    )
    engine = make_engine(settings.database)
    upgrade(engine)
    with Session(engine) as session:
        cast = make_cast(session)
    if audits:
        with closing(sqlite3.connect(folder / "qse-audit.sqlite3")) as db:
            fill_company(db, cast, audits, answers)
    with Session(engine) as session:
        refresh_statistics(session)  # as the job does each hour
        session.commit()
    engine.dispose()
    app = create_app(settings, engine)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    yield Stage(settings, engine, app, cast)
    engine.dispose()


def answer(db: sqlite3.Connection, audit_id: int, person_id: int) -> None:
    """Answer every question of an audit."""
    db.execute(
        f"UPDATE checklist_item SET verdict = {VERDICTS.format(i='position')}, "
        f"observation = CASE position % 3 WHEN 0 THEN '' ELSE {SEEN.format(i='position')} END, "
        f"answered_at = {INSTANT}, answered_by_id = ? WHERE audit_id = ?",
        (person_id, audit_id),
    )
    db.execute("UPDATE audit SET answered_count = question_count WHERE id = ?", (audit_id,))


def fill_company(db: sqlite3.Connection, cast: Cast, audits: int, answers: int) -> None:
    """Write old audits led by Alice; Bob was audited in one of fifty."""
    for pragma in ("synchronous = OFF", "foreign_keys = OFF", "cache_size = -200000"):
        db.execute(f"PRAGMA {pragma}")
    company, alice, bob = cast.company, cast.alice.user_id, cast.bob.user_id
    day = f"date('2022-01-03', (i * 1200 / {audits}) || ' days')"
    questions = f"{answers // audits} + (i <= {answers % audits})"
    common = {"organisation_id": company, "created_at": INSTANT}
    fill(
        db,
        Audit,
        audits,
        **common,
        reference="printf('AUD-2022-%06d', i)",
        title="'Audit interne de l’atelier ' || (i % 40)",
        status="CASE i % 3 WHEN 0 THEN 'in_progress' WHEN 1 THEN 'reported' ELSE 'closed' END",
        closed_at=f"CASE i % 3 WHEN 2 THEN {INSTANT} END",
        starts_on=day,
        ends_on=day,
        listed_on=day,
        question_count=questions,
        answered_count=questions,
        created_by_id=alice,
    )
    link = {"subject_kind": "'audit'"}
    people = {"link": "'lead_auditor'", "person_id": alice}
    fill(db, Participation, audits, **link, **people, subject_id="i")
    people = {"link": "'auditee'", "person_id": bob}
    fill(db, Participation, max(1, audits // 50), **link, **people, subject_id="i * 50")
    fill_answers(db, cast, audits, answers)
    fill_findings(db, cast, audits)
    db.commit()


def fill_answers(db: sqlite3.Connection, cast: Cast, audits: int, count: int) -> None:
    """Write the answers of each audit, and the chain of events that they left."""
    alice = cast.alice.user_id
    fill(
        db,
        ChecklistItem,
        count,
        audit_id=f"(i - 1) % {audits} + 1",
        position=f"(i - 1) / {audits} + 1",
        referential_label="'ISO 9001:2015'",
        section_ref="'8'",
        section_title="""'{"fr": "Réalisation"}'""",
        clause_ref="'8.5.1'",
        question="""'{"fr": "Comment la gamme est-elle tenue à jour ?"}'""",
        verdict=VERDICTS.format(i="i"),
        observation=SEEN.format(i="i"),
        answered_at=INSTANT,
        answered_by_id=alice,
    )
    fill(
        db,
        Event,
        count,
        organisation_id=cast.company,
        seq="i",
        at=INSTANT,
        actor_id=alice,
        verb="'audit.answer'",
        subject_kind="'checklist_item'",
        subject_id="i",
        body="""printf('{"data":{"after":"conforming","position":%d}}', i)""",
        prev="printf('%064x', i - 1)",
        hash="printf('%064x', i)",
    )


def fill_findings(db: sqlite3.Connection, cast: Cast, count: int) -> None:
    """Write one finding an audit and one action a finding."""
    state_findings(db, cast, count, audit="i", year=2022)
    common = {"organisation_id": cast.company, "created_at": INSTANT}
    fill(
        db,
        Action,
        count,
        **common,
        reference="printf('ACT-2022-%06d', i)",
        origin_kind="'finding'",
        origin_id="i",
        context_kind="'audit'",
        context_id="i",
        kind="'corrective'",
        title="'Mettre la gamme à jour ' || (i % 60)",
        owner_id=f"CASE i % 50 WHEN 0 THEN {cast.bob.user_id} ELSE {cast.jean.user_id} END",
        criterion="'Plus d’écart en trois mois'",
        due_on="date('2026-01-05', (i % 300) || ' days')",
        due_set_on="'2026-01-05'",
        status="CASE i % 3 WHEN 0 THEN 'open' ELSE 'effective' END",
        done_at=INSTANT,
        verified_at=f"CASE i % 3 WHEN 0 THEN NULL ELSE {INSTANT} END",
        verified_by_id=f"CASE i % 3 WHEN 0 THEN NULL ELSE {cast.claire.user_id} END",
    )


def state_findings(
    db: sqlite3.Connection, cast: Cast, count: int, *, audit: str, year: int
) -> None:
    """Write findings of the audit that the SQL ``audit`` numbers."""
    fill(
        db,
        Finding,
        count,
        organisation_id=cast.company,
        created_at=INSTANT,
        reference=f"printf('CST-{year}-%06d', i)",
        origin_kind="'audit'",
        origin_id=audit,
        grade="CASE i % 4 WHEN 0 THEN 'strength' ELSE 'minor_nonconformity' END",
        status="CASE i % 3 WHEN 0 THEN 'final' ELSE 'closed' END",
        finalised_at=INSTANT,
        closed_at=f"CASE i % 3 WHEN 0 THEN NULL ELSE {INSTANT} END",
        title="'Gamme non tenue à jour au poste ' || (i % 60)",
        clause_ref="'8.5.1'",
        requirement_text="'La gamme affichée est celle en vigueur.'",
        evidence_text="'Poste ' || i || ' : indice B affiché, indice D en vigueur depuis mars.'",
        gap_text="'Deux indices de retard : l’outil de mesure demandé n’est pas le bon.'",
        created_by_id=cast.alice.user_id,
    )


def fill(db: sqlite3.Connection, model: Any, count: int, **values: object) -> None:
    """Insert ``count`` rows whose ``values`` are SQL of ``i`` (1…count); the rest by default."""
    made: Table = model.__table__
    for column in made.columns:
        if column.name not in values and not column.nullable and not column.primary_key:
            values[column.name] = default_of(column)
    db.execute(
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
        f"INSERT INTO {made.name} ({', '.join(values)}) "
        f"SELECT {', '.join(str(value) for value in values.values())} FROM n"
    )


def default_of(column: Column[Any]) -> str:
    """Return the SQL of what a required column holds when nobody says."""
    value = getattr(column.default, "arg", None)
    if isinstance(value, Enum):
        return f"'{value.value}'"
    if isinstance(value, (int, str)):
        return repr(value)
    if isinstance(column.type, JSON):
        return "'{}'"
    return "1" if isinstance(column.type, Integer) else "''"
