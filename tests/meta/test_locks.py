"""Thousands of random acts by everybody: what is submitted, issued or closed stays (abuse 4).

Routes and forms are found by themselves: a new one is tried without a word here.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from hashlib import sha256
from importlib import import_module
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from wtforms import BooleanField, DateField, Form, IntegerField, SelectField, StringField
from wtforms.fields.core import UnboundField

from qse_audit.actions.models import Action
from qse_audit.audits.models import Audit, ChecklistItem, Report
from qse_audit.audits.rules import AuditStatus
from qse_audit.audits.services import ReportWords
from qse_audit.balances.models import Balance, BalanceRecord
from qse_audit.balances.rules import BalanceStatus, Section
from qse_audit.core.canonical import canonical_json
from qse_audit.core.errors import NotFound
from qse_audit.core.workflow import Workflow
from qse_audit.db.trail import Event
from qse_audit.evidence.models import Evidence, Withdrawal, finding_evidence
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import FindingStatus
from qse_audit.policies import allows
from qse_audit.portfolios.models import (
    Candidacy,
    Claim,
    Dossier,
    SignedOpinion,
    Situation,
    SituationRecord,
)
from qse_audit.portfolios.rules import CandidacyStatus
from qse_audit.web.forms import CodeField
from tests.databases import kinds
from tests.world import ACTORS, SAMPLES, SCRIPT, World, world_on

ACTS = {"sqlite": 5_000, "postgresql": 1_500}
AREAS = ("actions", "assessments", "audits", "balances", "evidence", "findings", "portfolios")
LAWFUL = {("portfolios.move", "reopen")}
"""What opens a submitted dossier again, by its exam centre: the one way, with a reason."""
SLOW = {"audits.revise", "portfolios.submit"}
"""They make papers for seconds; ``portfolios/test_dossiers`` and the features’ tests try them."""
SLOW_MOVES = {("audits.move", "report")}
KINDS = ("audit", "finding", "action", "situation")
HAPPENS = {"status", "version", "closed_at"}
"""Columns that a lawful transition moves; what was said before it is in the others."""
WORDS = {field.name for field in fields(ReportWords)}
"""The next version of an issued report is written in the audit; the issued one is a row apart."""
FRAME = ("mission", "company_context", "route", "candidate_id", "submitted_at")


def pytest_generate_tests(metafunc):
    metafunc.parametrize("kind", kinds(metafunc.config))


@pytest.fixture
def world(kind) -> Iterator[World]:
    with world_on(kind) as world:
        with Session(world.engine) as session:
            add_open_files(session)
            session.commit()
        yield world


def add_open_files(session: Session) -> None:
    """Store files that nothing final relies on yet: in the demo, something does on each."""
    columns = {c.key for c in Evidence.__table__.columns} - {"id", "version", "sealed_at"}
    for model in session.scalars(select(Evidence).order_by(Evidence.id).limit(4)).all():
        session.add(Evidence(**{name: getattr(model, name) for name in columns}))


# --- what may not change ---


def row_of(row: Any, *, without: set[str] = frozenset()) -> dict[str, str]:
    columns = row.__table__.columns.keys()
    return {name: str(getattr(row, name)) for name in columns if name not in without}


def rows_of(session: Session, statement: Any, *, without: set[str] = frozenset()) -> list[Any]:
    return [row_of(row, without=without) for row in session.scalars(statement)]


def audit_content(session: Session, audit: Audit) -> Any:
    items = select(ChecklistItem).where(ChecklistItem.audit_id == audit.id).order_by("id")
    gathered = select(Evidence.id, Evidence.checklist_item_id).where(
        Evidence.origin_id == audit.id, Evidence.checklist_item_id.is_not(None)
    )
    return [
        row_of(audit, without=HAPPENS | WORDS),
        rows_of(session, items),
        [list(row) for row in session.execute(gathered.order_by(Evidence.id))],
    ]


def finding_content(session: Session, finding: Finding) -> Any:
    ties = select(finding_evidence.c.evidence_id).where(finding_evidence.c.finding_id == finding.id)
    return [row_of(finding, without=HAPPENS), sorted(session.scalars(ties))]


def candidacy_content(session: Session, candidacy: Candidacy) -> Any:
    own = select(Situation.id).where(Situation.candidacy_id == candidacy.id)
    return [
        {name: str(getattr(candidacy, name)) for name in FRAME},
        rows_of(session, select(Situation).where(Situation.id.in_(own)).order_by("id")),
        rows_of(session, select(Claim).where(Claim.situation_id.in_(own)).order_by("id")),
        rows_of(
            session,
            select(SituationRecord).where(SituationRecord.situation_id.in_(own)).order_by("id"),
        ),
    ]


def contents(session: Session) -> Iterator[tuple[str, Any]]:
    """Give everything that may not change now, by its name."""
    final = [AuditStatus.REPORTED, AuditStatus.CLOSED]
    for audit in session.scalars(select(Audit).where(Audit.status.in_(final))):
        yield f"audit {audit.id}", audit_content(session, audit)
        if audit.status is AuditStatus.CLOSED:
            words = [str(getattr(audit, name)) for name in sorted(WORDS)]
            yield f"words of audit {audit.id}", words
    for each in session.scalars(select(Finding).where(Finding.status != FindingStatus.DRAFT)):
        yield f"finding {each.id}", finding_content(session, each)
    submitted = select(Candidacy).where(Candidacy.status == CandidacyStatus.SUBMITTED)
    for each in session.scalars(submitted):
        yield f"candidacy {each.id}", candidacy_content(session, each)
    for statement in (
        select(Action).where(Action.status.in_(["effective", "cancelled"])),
        select(Evidence).where(Evidence.sealed_at.is_not(None)),
        select(Report),
        select(SignedOpinion),
        select(Dossier),
        select(Balance).where(Balance.status == BalanceStatus.FROZEN),
        select(BalanceRecord),
    ):
        for row in session.scalars(statement):
            yield f"{row.__tablename__} {row.id}", row_of(row)
    withdrawn = select(Withdrawal.evidence_id).order_by(Withdrawal.evidence_id)
    sealed = withdrawn.join(Evidence).where(Evidence.sealed_at.is_not(None))
    yield "withdrawals of sealed files", list(session.scalars(sealed))


def locked(session: Session) -> dict[str, str]:
    """Return the hash of everything that may not change now, by its name."""
    return {name: sha256(canonical_json(what)).hexdigest() for name, what in contents(session)}


# --- the acts ---


def form_fields() -> dict[str, list[UnboundField]]:
    """Return every field of every form of the areas, by its name."""
    found: dict[str, list[UnboundField]] = {}
    for area in AREAS:
        module = import_module(f"qse_audit.{area}.forms")
        for form in vars(module).values():
            if isinstance(form, type) and issubclass(form, Form):
                for name, field in vars(form).items():
                    if isinstance(field, UnboundField):
                        found.setdefault(name, []).append(field)
    return found


class Dice:
    """Random acts: the same ones for the same seed."""

    def __init__(self, app: Flask, world: World, seed: int) -> None:
        self.random = random.Random(seed)
        self.fields = form_fields()
        self.world, self.insiders, self.ids = world, {}, {}
        with Session(world.engine) as session:
            for argument, model in SAMPLES.items():
                self.ids[argument] = list(session.scalars(select(model.id).order_by(model.id)))
        self.routes: dict[str, list[Any]] = {area: [] for area in AREAS}
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            area = rule.endpoint.split(".")[0]
            if "POST" in rule.methods and area in AREAS and rule.endpoint not in SLOW:
                self.routes[area].append((rule, app.view_functions[rule.endpoint]))

        self.weights = [len(self.routes[area]) ** 0.5 for area in AREAS]

    def act(self) -> tuple[str, str, str, dict[str, Any]]:
        """Return who does it, an endpoint, a path and a body."""
        while True:
            (area,) = self.random.choices(AREAS, self.weights)
            rule, view = self.random.choice(self.routes[area])
            values = self._values(rule, view)
            move = (rule.endpoint, values.get("name"))
            if move not in LAWFUL | SLOW_MOVES:
                break
        path = rule.build(values)[1]
        return self._who(view, values), rule.endpoint, path, self._body()

    def _who(self, view: Any, values: dict[str, Any]) -> str:
        """Return anybody, or more often one of those who may read the object."""
        target = getattr(view, "target", None)
        if target is None or self.random.random() < 0.3:
            return self.random.choice(ACTORS)
        key = (target.argument, values[target.argument])
        if key not in self.insiders:
            with Session(self.world.engine) as session:
                try:
                    access = target.load(session, key[1]).access()
                    who = [n for n in ACTORS if allows(self.world.people[n], target.read, access)]
                except NotFound:
                    who = []
            self.insiders[key] = who
        return self.random.choice(self.insiders[key] or ACTORS)

    def _values(self, rule: Rule, view: Any) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name in sorted(rule.arguments):  # a set: its order is another one in each process
            if name in self.ids:
                values[name] = self.random.choice(self.ids[name])
            elif name == "name":
                assert isinstance(view.guard, Workflow), rule.endpoint
                values[name] = self.random.choice(view.guard.transitions).name
            elif name == "kind":
                values[name] = self.random.choice(KINDS)
            elif name == "section":
                values[name] = self.random.choice(list(Section)).value
            elif name == "origin_id":
                values[name] = self.random.randint(1, 12)
            elif name == "position":
                values[name] = self.random.randint(1, 30)
            else:
                assert name == "code", f"say what {name} of {rule.rule} may be"
                values[name] = f"C{self.random.randint(1, 8)}"
        return values

    def _body(self) -> dict[str, Any]:
        roll = self.random
        body = {
            name: value
            for name, known in self.fields.items()
            if roll.random() < 0.9 and (value := self._value(roll.choice(known))) is not None
        }
        body |= {
            "evidence_id": roll.choice(self.ids["evidence_id"]),
            "capability": [str(n) for n in roll.sample(range(1, 9), 3)],
            "criterion": str(roll.randint(1, 30)),
            "record": f"{roll.choice(KINDS[:3])}/{roll.randint(1, 12)}",
            "shown_sha256": "0" * 64,
        }
        return body

    def _value(self, field: UnboundField) -> Any:
        roll, kind = self.random, field.field_class
        if issubclass(kind, CodeField):
            return roll.choice(list(field.args[1])).value
        if issubclass(kind, DateField):
            return f"2026-{roll.randint(1, 12):02}-{roll.randint(1, 28):02}"
        if issubclass(kind, BooleanField):
            return "y"
        if issubclass(kind, IntegerField | SelectField):
            return str(roll.randint(0, 6))
        if issubclass(kind, StringField):
            return f"Réécrit {roll.randint(0, 99)}"
        return None


WRITES = ("INSERT", "UPDATE", "DELETE")
BESIDE = ("sign_in_session", "throttle", "idempotency")


@pytest.fixture
def writes(world) -> Counter:
    """Counts the statements that wrote, but for those of the sign-in."""
    seen: Counter = Counter()

    def note(_c, _cur, statement, *_):
        verb, _, rest = statement.lstrip().partition(" ")
        if verb in WRITES and not any(table in rest[:60] for table in BESIDE):
            seen["writes"] += 1

    event.listen(world.engine, "before_cursor_execute", note)
    return seen


def areas_without(accepted: Counter) -> set[str]:
    """Return the areas where no act was accepted: rare ones need more throws."""
    return {area for area in AREAS if not any(e.startswith(area) for e in accepted)}


def test_what_is_locked_never_changes(world, kind, writes):
    clients = {name: world.client(name) for name in ACTORS}
    dice, answers, accepted = Dice(world.app, world, seed=4), Counter(), Counter()
    with Session(world.engine) as session:
        first = known = locked(session)
        start = list(session.scalars(select(Event.hash).order_by(Event.id)))
    while answers.total() < ACTS[kind] or (
        areas_without(accepted) and answers.total() < 3 * ACTS[kind]
    ):
        acts = []
        for _ in range(dice.random.randint(1, 3)):
            who, endpoint, path, body = dice.act()
            before = writes["writes"]
            answer = clients[who].post(path, data=body, headers=SCRIPT)
            answers[answer.status_code] += 1
            acts.append(f"{who} POST {path} → {answer.status_code}")
            if writes["writes"] > before:
                accepted[endpoint] += 1
        if writes.pop("writes", 0):
            with Session(world.engine) as session:
                after = locked(session)
            changed = [name for name in known if after.get(name) != known[name]]
            assert not changed, f"after {answers.total()} acts changed {changed}:\n" + "\n".join(
                acts
            )
            known = known | after
    with Session(world.engine) as session:
        chain = list(session.scalars(select(Event.hash).order_by(Event.id)))
    assert chain[: len(start)] == start
    assert not [code for code in answers if code >= 500], answers
    assert len(known) >= len(first) > 30
    missing = areas_without(accepted)
    assert not missing, f"no act of {missing} was accepted: the dice are toothless ({accepted})"
