"""Whatever is changed behind the application’s back is found and named."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from qse_audit.audits.models import Report
from qse_audit.core.clock import now
from qse_audit.doctor.examining import examine
from qse_audit.evidence.models import Evidence
from qse_audit.portfolios.models import Dossier
from tests.databases import kinds
from tests.world import world_on

TAMPERING = {
    "an event’s body": (
        """UPDATE event SET body = replace(body, '"seq"', '"sez"') WHERE id = 40""",
        {"chain_broken", "event_changed"},
    ),
    "the author of an event": ("UPDATE event SET actor_id = NULL WHERE id = 40", {"event_changed"}),
    "the date of an event": (
        "UPDATE event SET at = (SELECT min(at) FROM event) WHERE id = 400",
        {"event_changed", "event_back_dated"},
    ),
    "an event taken away": (
        "DELETE FROM event WHERE id = 300",
        {"chain_broken"},
    ),
    "a text of the register": (
        "UPDATE event_text SET value = 'Autre' WHERE id = 30",
        {"text_changed"},
    ),
    "the title of a file": ("UPDATE evidence SET title = 'Autre' WHERE id = 1", {"row_changed"}),
    "the date of a fact": (
        "UPDATE evidence SET happened_on = '2020-01-01' WHERE id = 1",
        {"row_changed"},
    ),
    "the file behind an evidence": (
        "UPDATE evidence SET sha256 = (SELECT sha256 FROM evidence WHERE id = 2) WHERE id = 1",
        {"row_changed"},
    ),
    "an answer of an audit": (
        "UPDATE checklist_item SET observation = 'Autre' WHERE id = "
        "(SELECT min(id) FROM checklist_item WHERE verdict IS NOT NULL)",
        {"row_changed"},
    ),
    "a verdict": (
        "UPDATE checklist_item SET verdict = 'conforming' WHERE id = "
        "(SELECT min(id) FROM checklist_item WHERE verdict = 'minor_nonconformity')",
        {"row_changed"},
    ),
    "the words of a final finding": (
        "UPDATE finding SET gap_text = 'Autre' WHERE id = "
        "(SELECT min(id) FROM finding WHERE status = 'closed')",
        {"row_changed"},
    ),
    "a closed audit reopened": (
        "UPDATE audit SET status = 'in_progress', closed_at = NULL WHERE status = 'closed'",
        {"row_changed"},
    ),
    "an action cancelled": (
        "UPDATE action SET status = 'cancelled' WHERE status = 'open'",
        {"row_changed"},
    ),
    "a report": (
        "UPDATE report SET model = (SELECT model FROM report WHERE id = 2) WHERE id = 1",
        {"sealed_changed"},
    ),
    "a report with its hash": (
        "UPDATE report SET model = (SELECT model FROM report WHERE id = 2), "
        "model_sha256 = (SELECT model_sha256 FROM report WHERE id = 2) WHERE id = 1",
        {"sealed_differs"},
    ),
    "the facts of a frozen balance": (
        "UPDATE balance_record SET document = replace(document, 'Le système', 'Un système')",
        {"sealed_changed"},
    ),
    "a frozen balance taken away": ("DELETE FROM balance_record", {"sealed_missing"}),
    "a line of an approved DUERP": (
        "UPDATE duerp_record SET document = replace(document, 'Coupure', 'Piqûre')",
        {"sealed_changed"},
    ),
    "an approved DUERP taken away": ("DELETE FROM duerp_record WHERE id = 1", {"sealed_missing"}),
    "a report taken away": ("DELETE FROM report WHERE id = 1", {"sealed_missing"}),
    "a signed opinion": (
        "UPDATE signed_opinion SET document = replace(document, '\"observed\"', '\"partly\"')",
        {"sealed_changed"},
    ),
    "a dossier’s file exchanged": (
        "UPDATE dossier SET sha256 = (SELECT sha256 FROM evidence WHERE id = 1)",
        {"sealed_differs"},
    ),
    "the head that a dossier names": (
        "UPDATE dossier SET head_hash = (SELECT prev FROM event WHERE id = 2)",
        {"head_lost"},
    ),
}  # fmt: skip


def pytest_generate_tests(metafunc):
    metafunc.parametrize("kind", kinds(metafunc.config))


@pytest.fixture
def world(kind):
    with world_on(kind) as world:
        yield world


@pytest.fixture
def files(world):
    return world.app.extensions["files"]


@pytest.fixture
def company(world):
    """The demo company: everything in it was done by the services."""
    with Session(world.engine) as session:
        yield session


@contextmanager
def without_triggers(session):
    """Let the owner of the database do what the application never can; all is undone after."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        for table in (
            "event",
            "report",
            "signed_opinion",
            "dossier",
            "balance_record",
            "duerp_record",
        ):
            for act in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER {table}_no_{act}"))
    yield
    session.rollback()


def test_every_change_in_the_database_is_found(company, files):
    assert examine(company, files, now=now()).as_json()["faults"] == []
    found = {}
    for name, (statement, _) in TAMPERING.items():
        with without_triggers(company):
            changed = company.execute(text(statement)).rowcount
            assert changed, f"{name}: nothing was changed"
            found[name] = {f.code for f in examine(company, files, now=now()).faults}
    assert found == {name: codes for name, (_, codes) in TAMPERING.items()}


def test_every_change_on_the_disk_is_found(company, files):
    evidence = company.scalars(select(Evidence).where(Evidence.thumbnail_sha256.is_not(None)))
    photo = evidence.first()
    report = company.scalars(select(Report)).first()
    dossier = company.scalars(select(Dossier)).first()
    addresses = [
        photo.sha256, photo.thumbnail_sha256, report.files["docx-en"], dossier.sha256,
    ]  # fmt: skip
    for address in addresses:
        path = files.path(address)
        whole = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        told = examine(company, files, now=now()).faults
        assert [(f.code, f.subject) for f in told] == [("file_changed", address)]
        path.unlink()
        told = examine(company, files, now=now()).faults
        assert [(f.code, f.subject) for f in told] == [("file_missing", address)]
        path.write_bytes(whole)
    assert examine(company, files, now=now()).is_sound


def test_a_file_without_a_row_is_counted_once_the_sweep_should_have_removed_it(company, files):
    files.put_bytes(b"de personne")
    assert examine(company, files, now=now()).counts["orphans"] == 0
    later = examine(company, files, now=now() + timedelta(days=2))
    assert later.counts["orphans"] == 1
    assert later.is_sound
