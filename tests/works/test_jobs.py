"""The worker: each work once, in one short write transaction, and no failure without its reason."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Person
from qse_audit.core.clock import now
from qse_audit.core.errors import Conflict, Refusal, Refused, StorageFull
from qse_audit.core.text import N_
from qse_audit.db.work import Work, WorkStatus
from qse_audit.works import services
from qse_audit.works.jobs import Worker, run_works
from qse_audit.works.rules import KEPT, MOST_READINGS, SILENT_LIFE
from tests.factories import NOW
from tests.works.factories import ask, notes, stored, table


@pytest.fixture
def work_id(session, cast):
    return ask(session, cast.alice)


def codes(work):
    return [each["code"] for each in work.outcome]


def test_what_was_asked_is_done_and_told(session, engine, settings, work_id):
    assert Worker(engine, settings, table()).drain() == 1
    work = stored(session, work_id)
    assert (work.status, work.result_id, work.holder) == (WorkStatus.DONE, 1, None)
    assert work.payload == {}
    assert notes(session) == 1


def test_what_is_asked_twice_is_done_once(session, cast, engine, settings, work_id):
    assert ask(session, cast.alice) == work_id
    assert Worker(engine, settings, table()).drain() == 1
    assert ask(session, cast.alice) == work_id
    assert notes(session) == 1


def test_what_failed_may_be_asked_again(session, cast, engine, settings, work_id):
    Worker(engine, settings, {}).drain()
    assert codes(stored(session, work_id)) == ["unknown_kind"]
    again = ask(session, cast.alice)
    assert again != work_id
    Worker(engine, settings, table()).drain()
    assert stored(session, again).status is WorkStatus.DONE


def test_six_threads_claim_each_of_thirty_works_once(session, cast, engine, settings):
    for number in range(30):
        ask(session, cast.alice, number)
    runs, gate = [], threading.Barrier(6)

    def read(_session, task):
        runs.append(task.subject_id)

    def run():
        gate.wait()
        Worker(engine, settings, table(read=read)).drain()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(runs) == list(range(30))
    statuses = session.scalars(select(Work.status)).all()
    assert statuses == [WorkStatus.DONE] * 30


def test_reading_cannot_write(session, engine, settings, work_id):
    def read(reader, _task):
        reader.execute(text("UPDATE person SET name = 'x'"))

    Worker(engine, settings, table(read=read)).drain()
    work = stored(session, work_id)
    assert codes(work) == ["incident"] or work.status is WorkStatus.RUNNING  # SQLite says so later
    assert "x" not in session.scalars(select(Person.name)).all()


def test_others_write_while_files_are_made(session, cast, engine, settings, work_id):
    def make(_task, read):
        with Session(engine) as other:
            other.execute(text("PRAGMA busy_timeout=0") if _is_sqlite(engine) else text("SELECT 1"))
            other.get(Person, cast.bob.user_id).name = "Bob au travail"
            other.commit()
        return read

    Worker(engine, settings, table(make=make)).drain()
    assert stored(session, work_id).status is WorkStatus.DONE
    assert session.get(Person, cast.bob.user_id).name == "Bob au travail"


def _is_sqlite(engine):
    return engine.dialect.name == "sqlite"


def test_what_changed_in_between_is_read_and_made_again(session, engine, settings, work_id):
    readings = []

    def read(_session, task):
        readings.append(task.subject_id)

    def keep(_session, _task, _made):
        raise Conflict(theirs={}, yours={})

    Worker(engine, settings, table(read=read, keep=keep)).drain()
    assert len(readings) == MOST_READINGS
    assert codes(stored(session, work_id)) == ["edited_meanwhile"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused([Refusal("r1", N_("Non, %(why)s.", why=N_("pas encore")))]), "r1"),
        (StorageFull("/"), "storage_full"),
        (ValueError("broken"), "incident"),
    ],
)
def test_a_failure_is_told_and_nothing_of_it_is_kept(
    session, engine, settings, work_id, error, code, caplog
):
    whole = table()["note"].keep

    def keep(own, task, made):
        whole(own, task, made)
        raise error

    Worker(engine, settings, table(keep=keep)).drain()
    work = stored(session, work_id)
    assert codes(work) == [code]
    assert (work.status, work.payload) == (WorkStatus.FAILED, {})
    assert notes(session) == 0
    assert (work.incident != "") == (work.incident in caplog.text and code == "incident")


def test_what_a_dead_holder_left_is_begun_once_more_then_given_up(session, engine, work_id):
    for expected in (WorkStatus.ASKED, WorkStatus.FAILED):
        assert services.claim_work(session, "dead", NOW).id == work_id
        session.commit()
        assert services.recover_works(session, NOW + SILENT_LIFE - timedelta(seconds=1)) == 0
        assert services.recover_works(session, NOW + SILENT_LIFE + timedelta(seconds=1)) == 1
        session.commit()
        assert stored(session, work_id).status is expected
    assert codes(stored(session, work_id)) == ["died"]


def test_a_holder_that_was_given_up_changes_nothing_any_more(session, engine, settings, work_id):
    def make(_task, read):
        with Session(engine) as other:
            services.recover_works(other, now() + SILENT_LIFE + timedelta(minutes=1))
            other.commit()
        return read

    Worker(engine, settings, table(make=make)).drain()
    # It came round to the same worker, which lost it twice: given up, with nothing written.
    assert codes(stored(session, work_id)) == ["died"]
    assert notes(session) == 0


def test_a_work_that_lives_long_says_so(session, engine, settings, work_id, monkeypatch):
    monkeypatch.setattr("qse_audit.works.jobs.TELL_SECONDS", 0.02)
    seen, enough = [], threading.Event()

    def make(task, read):
        task.progress("write", 3, 4)
        for _ in range(200):
            with Session(engine) as other:
                row = other.get(Work, work_id)
                seen.append((row.phase, row.done_count, row.total_count))
            if seen[-1] == ("write", 3, 4):
                break
            enough.wait(0.02)
        return read

    Worker(engine, settings, table(make=make)).drain()
    assert seen[-1] == ("write", 3, 4)
    assert stored(session, work_id).status is WorkStatus.DONE


def test_a_process_that_stops_leaves_its_work_to_the_next(session, engine, settings, work_id):
    making, go_on = threading.Event(), threading.Event()

    def make(_task, read):
        making.set()
        go_on.wait(20)
        return read

    first = Worker(engine, settings, table(make=make))
    first.poke()
    assert making.wait(20)
    first.stop(seconds=0)
    assert stored(session, work_id).status is WorkStatus.ASKED
    assert Worker(engine, settings, table()).drain() == 1
    go_on.set()
    for lane in list(first._lanes):
        lane.join(20)
    assert notes(session) == 1
    assert stored(session, work_id).status is WorkStatus.DONE


def test_a_poke_while_the_lane_ends_is_not_lost(session, cast, engine, settings):
    worker = Worker(engine, settings, table())
    for number in range(40):
        work_id = ask(session, cast.alice, number)
        worker.poke()
        if number % 4 == 0:
            assert worker.lead(work_id, 20) is not None
    assert worker.lead(work_id, 20) is not None
    worker.stop()
    assert notes(session) == 40


def test_somebody_who_left_gets_nothing_done(session, cast, engine, settings, work_id):
    session.get(Person, cast.alice.user_id).disabled_at = NOW
    session.commit()
    Worker(engine, settings, table()).drain()
    assert codes(stored(session, work_id)) == ["not_allowed"]


def test_the_job_runs_what_nobody_runs_and_forgets_what_is_old(session, engine, settings, work_id):
    assert run_works(session, now(), settings, table()) == 1
    assert run_works(session, now() + KEPT - timedelta(days=1), settings, table()) == 0
    assert run_works(session, now() + KEPT + timedelta(days=1), settings, table()) == 1
    assert session.get(Work, work_id) is None


def test_the_database_itself_refuses_an_impossible_work(session, work_id):
    for change in ("status = 'done'", "status = 'running'", "done_count = 3"):
        with pytest.raises((IntegrityError, DBAPIError)):
            session.execute(text(f"UPDATE work SET {change} WHERE id = {work_id}"))
        session.rollback()
