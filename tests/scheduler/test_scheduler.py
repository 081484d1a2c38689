"""The lease, the beat, and the table of jobs."""

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from qse_audit import scheduler
from qse_audit.core.clock import now
from qse_audit.core.errors import NotFound
from qse_audit.db.lease import (
    SCHEDULER,
    database_now,
    last_beat,
    release_lease,
    take_lease,
)
from qse_audit.scheduler import JOBS, Job, Scheduler, run_job


def take(engine, holder, at):
    with Session(engine) as session:
        taken = take_lease(session, "thing", holder=holder, now=at, seconds=60)
        session.commit()
    return taken


def test_a_lease_has_one_holder_until_it_ends_or_is_given_back(engine):
    at = now()
    assert take(engine, "a", at)
    assert not take(engine, "b", at + timedelta(seconds=30))
    assert take(engine, "a", at + timedelta(seconds=50))
    assert not take(engine, "b", at + timedelta(seconds=100))
    assert take(engine, "b", at + timedelta(seconds=111))
    with Session(engine) as session:
        release_lease(session, "thing", holder="b", now=at)
        session.commit()
    assert take(engine, "c", at + timedelta(seconds=112))


def test_ten_threads_ask_for_a_new_lease_and_one_has_it(engine):
    at, taken, gate = now(), [], threading.Barrier(10)

    def ask(name):
        gate.wait()
        taken.append(take(engine, name, at))

    threads = [threading.Thread(target=ask, args=(str(n),)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken.count(True) == 1


def test_the_clock_of_the_database_is_that_of_the_world(session):
    assert abs(database_now(session) - now()) < timedelta(seconds=5)


@pytest.fixture
def counted(monkeypatch):
    """Replace the table of jobs by one that counts its runs."""
    runs = []

    def count(_session, _now, _settings):
        runs.append(1)
        return 1

    jobs = (Job(name="count", run=count, every_seconds=1, sentence=JOBS[0].sentence),)
    monkeypatch.setattr(scheduler, "JOBS", jobs)
    return runs


def wait_for(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    assert condition()


def test_the_holder_runs_the_jobs_and_the_next_takes_over_at_once(engine, settings, counted):
    first = Scheduler(engine, settings, beat_seconds=0.1)
    second = Scheduler(engine, settings, beat_seconds=0.1)
    first.start()
    second.start()
    try:
        wait_for(lambda: counted)
        assert first.holds.is_set()
        assert not second.holds.is_set()
        first.stop()
        wait_for(second.holds.is_set)
    finally:
        second.stop()
    with Session(engine) as session:
        assert last_beat(session, SCHEDULER) is not None


def test_a_process_without_the_lease_runs_nothing(engine, settings, counted):
    idle = Scheduler(engine, settings)
    idle.run(scheduler.JOBS[0])
    assert not counted


def test_a_job_that_fails_is_logged_and_the_scheduler_lives(engine, settings, caplog):
    def fail(_session, _now, _settings):
        raise ValueError("broken")

    running = Scheduler(engine, settings)
    running.holds.set()
    running.run(Job(name="fail", run=fail, every_seconds=1, sentence=JOBS[0].sentence))
    assert "job fail failed" in caplog.text


def test_a_database_that_is_gone_takes_the_lease_away(settings, caplog, tmp_path):
    from qse_audit.db.engine import make_engine

    gone = make_engine(f"sqlite:///{tmp_path / 'nowhere' / 'x.sqlite3'}")
    running = Scheduler(gone, settings)
    running.holds.set()
    running.beat()
    assert not running.holds.is_set()


def test_the_settings_may_leave_the_jobs_to_others(engine, settings):
    assert scheduler.start(engine, settings) is None
    started = scheduler.start(engine, replace(settings, scheduler=True))
    assert started is not None
    started.stop()


@pytest.mark.parametrize("name", [job.name for job in JOBS])
def test_every_job_runs_on_an_empty_database(engine, settings, name):
    assert run_job(name, engine, settings) == 0


def test_an_unknown_job_is_refused_with_the_known_ones(engine, settings):
    with pytest.raises(NotFound, match="remind, send-mail"):
        run_job("nonsense", engine, settings)


def test_every_job_has_a_name_for_the_command_line_and_a_sentence():
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert all(job.sentence.endswith(".") and " " not in job.name for job in JOBS)


def test_sqlite_knows_how_full_its_tables_are_once_it_looked(engine, settings, cast):
    run_job("look-at-tables", engine, settings)
    if engine.dialect.name == "sqlite":  # PostgreSQL looks by itself
        looked = "SELECT stat FROM sqlite_stat1 WHERE idx = 'ix_membership_organisation'"
        with engine.connect() as connection:
            assert connection.exec_driver_sql(looked).scalar().split()[0] == str(
                connection.exec_driver_sql("SELECT count(*) FROM membership").scalar()
            )
