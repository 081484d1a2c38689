"""Several processes at once, and processes killed in the middle: once each, nothing half-done."""

import os
import signal
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from qse_audit.app import WORKS
from qse_audit.audits import services as audits
from qse_audit.audits.models import Report
from qse_audit.audits.queries import get_audit
from qse_audit.core.clock import now
from qse_audit.db.outbox import Notice
from qse_audit.db.work import Work, WorkStatus
from qse_audit.documents.store import FileStore
from qse_audit.evidence.jobs import GRACE, sweep
from qse_audit.portfolios.models import Dossier
from qse_audit.portfolios.queries.candidacies import get_candidacy
from qse_audit.portfolios.services.submissions import WHATEVER, ask_submission
from qse_audit.works.jobs import run_works
from qse_audit.works.rules import SILENT_LIFE
from tests.audits.factories import answer_all, make_audit
from tests.portfolios import factories as portfolios
from tests.spawned import begin, spawning
from tests.works.factories import ask, kept_files, stored


@pytest.fixture
def spawn(database, settings):
    with spawning("tests.works.workers") as start:
        yield lambda what: start(what, database, settings.instance)


def kill_in_the_middle(spawn):
    """Let a process make every file, then kill it before it keeps them."""
    process = spawn("stuck")
    begin(process)
    assert process.stdout.readline() == "made\n", process.stderr.read()
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)


def go_on_after_the_silence(session, settings):
    """Run the job as the scheduler of another process would, once the dead one is given up."""
    session.rollback()
    return run_works(session, now() + SILENT_LIFE + timedelta(seconds=5), settings, WORKS)


def test_three_processes_do_each_work_once(session, cast, spawn):
    for number in range(20):
        ask(session, cast.alice, number)
    processes = [spawn("drain") for _ in range(3)]
    begin(*processes)
    for process in processes:
        assert process.wait(60) == 0, process.stderr.read()
    session.rollback()
    assert session.scalars(select(Work.status)).all() == [WorkStatus.DONE] * 20
    assert session.scalars(select(Work.tries)).all() == [1] * 20
    assert session.scalar(select(func.count(Notice.id))) == 20


def test_a_report_killed_while_it_is_made_is_issued_by_the_next_process(
    session, cast, spawn, settings
):
    audit = make_audit(session, cast, status="in_progress")
    answer_all(session, cast, audit)
    audit_id = audit.id
    work_id = audits.ask_report(session, audit, actor=cast.alice, now=now())
    session.commit()
    kill_in_the_middle(spawn)
    session.rollback()
    assert session.scalars(select(Report)).all() == []
    assert get_audit(session, audit_id).status == "in_progress"
    assert stored(session, work_id).status is WorkStatus.RUNNING
    assert go_on_after_the_silence(session, settings) == 2  # taken back, then done
    assert stored(session, work_id).status is WorkStatus.DONE
    report = session.scalars(select(Report)).one()
    assert get_audit(session, audit_id).status == "reported"
    _no_orphan_stays(session, settings, set(report.files.values()))


def test_a_dossier_killed_while_it_is_sealed_is_submitted_by_the_next_process(
    session, cast, spawn, settings
):
    files = FileStore(settings.files_folder)
    ready = portfolios.make_full(session, cast, files)
    work_id = ask_submission(
        session,
        ready,
        files=files,
        actor=cast.emma,
        now=now(),
        is_declared_authentic=True,
        release_sha256=WHATEVER,
    )
    session.commit()
    before = {path.name for path in kept_files(settings.files_folder)}
    kill_in_the_middle(spawn)
    session.rollback()
    assert session.scalars(select(Dossier)).all() == []
    assert get_candidacy(session, ready.id).status == "evidencing"
    go_on_after_the_silence(session, settings)
    assert stored(session, work_id).status is WorkStatus.DONE
    dossier = session.scalars(select(Dossier)).one()
    assert get_candidacy(session, ready.id).status == "submitted"
    _no_orphan_stays(session, settings, {*before, dossier.sha256})


def _no_orphan_stays(session, settings, wanted):
    sweep(session, FileStore(settings.files_folder), now() + GRACE + timedelta(hours=1))
    assert {path.name for path in kept_files(settings.files_folder)} == wanted
