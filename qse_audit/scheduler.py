"""The scheduled jobs, and the one process that runs them: the holder of the lease.

Any number of processes may serve; each asks for the lease now and then. Jobs are safe even if two
processes ran them at once (each act is claimed by a row); the lease only saves work.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeAlias

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from qse_audit.accounts.jobs import forget_stale, sign_heads
from qse_audit.app import WORKS
from qse_audit.core.clock import PARIS
from qse_audit.core.errors import NotFound
from qse_audit.core.text import N_, Message
from qse_audit.dashboard.jobs import remind, send_mail
from qse_audit.db.lease import (
    LEASE_SECONDS,
    SCHEDULER,
    database_now,
    release_lease,
    take_lease,
)
from qse_audit.db.statistics import STATISTICS_SECONDS, refresh_statistics
from qse_audit.db.wall import system_session
from qse_audit.documents.seal import SealKey, load_or_make_key
from qse_audit.documents.store import FileStore
from qse_audit.evidence.jobs import erase_withdrawn, sweep
from qse_audit.indicators.services import count_all, watch_events
from qse_audit.settings import Settings
from qse_audit.works.jobs import run_works

log = logging.getLogger("qse_audit.scheduler")

FIRST_SECONDS = 3
"""How long the jobs let a process that starts answer its first visitors."""

BEAT_SECONDS = 20
"""How often the holder says that it is alive, and the others ask whether it still is."""

Work: TypeAlias = Callable[[Session, datetime, Settings], int]
"""A job: does what is due at an instant and returns how much it did; safe to run twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One line of the table of jobs."""

    name: str
    run: Work
    every_seconds: int
    sentence: Message


def _sweep_files(session: Session, now: datetime, settings: Settings) -> int:
    return sweep(session, FileStore(settings.files_folder), now)


def _erase_withdrawn(session: Session, now: datetime, settings: Settings) -> int:
    return erase_withdrawn(session, FileStore(settings.files_folder), now)


def _look_at_tables(session: Session, _: datetime, __: Settings) -> int:
    refresh_statistics(session)
    return 0


def _run_works(session: Session, now: datetime, settings: Settings) -> int:
    return run_works(session, now, settings, WORKS)


def _count_indicators(session: Session, now: datetime, _: Settings) -> int:
    return count_all(session, now) + watch_events(session, now)


def _forget_stale(session: Session, now: datetime, _: Settings) -> int:
    return forget_stale(session, now)


def _sign_heads(session: Session, now: datetime, settings: Settings) -> int:
    def key() -> SealKey:
        return load_or_make_key(settings.seal_key_path, now=now, name=settings.public_url)

    return sign_heads(session, settings.heads_folder, key, now)


JOBS: tuple[Job, ...] = (
    Job(
        name="remind",
        run=remind,
        every_seconds=600,
        sentence=N_("Rappelle les échéances des actions : message, puis un courriel par jour."),
    ),
    Job(
        name="send-mail",
        run=send_mail,
        every_seconds=60,
        sentence=N_("Remet les courriels en attente au serveur de messagerie."),
    ),
    Job(
        name="run-works",
        run=_run_works,
        every_seconds=20,
        sentence=N_("Reprend les travaux longs qu’un arrêt du serveur a interrompus."),
    ),
    Job(
        name="sweep-files",
        run=_sweep_files,
        every_seconds=6 * 3600,
        sentence=N_("Retire les fichiers qu’aucune fiche ne cite et les envois interrompus."),
    ),
    Job(
        name="erase-withdrawn",
        run=_erase_withdrawn,
        every_seconds=60,
        sentence=N_("Efface du serveur les preuves qui ont été retirées."),
    ),
    Job(
        name="look-at-tables",
        run=_look_at_tables,
        every_seconds=STATISTICS_SECONDS,
        sentence=N_("Regarde la taille des tables, pour que les listes longues restent rapides."),
    ),
    Job(
        name="count-indicators",
        run=_count_indicators,
        every_seconds=24 * 3600,
        sentence=N_(
            "Compte depuis nos fiches les valeurs des indicateurs automatiques, et cherche les "
            "signaux."
        ),
    ),
    Job(
        name="sign-heads",
        run=_sign_heads,
        every_seconds=3600,
        sentence=N_("Signe une fois par jour la tête du registre de chaque organisation."),
    ),
    Job(
        name="forget-stale",
        run=_forget_stale,
        every_seconds=24 * 3600,
        sentence=N_("Efface les connexions, liens et essais échoués qui ne servent plus."),
    ),
)


def run_job(name: str, engine: Engine, settings: Settings, now: datetime | None = None) -> int:
    """Run one job at once and return how much it did; ``now`` is the database’s by default.

    :raises NotFound: for a name that is not in the table.
    """
    job = next((each for each in JOBS if each.name == name), None)
    if job is None:
        known = ", ".join(each.name for each in JOBS)
        raise NotFound(f"no job called {name!r}: expected one of {known}")
    with system_session(engine) as session:
        at = now or database_now(session)
        session.rollback()
        count = job.run(session, at, settings)
        session.commit()
    return count


class Scheduler:
    """The jobs of this process, run while it holds the lease."""

    def __init__(self, engine: Engine, settings: Settings, *, beat_seconds: float = BEAT_SECONDS):
        self.engine, self.settings = engine, settings
        self.holder = f"{socket.gethostname()[:30]}/{os.getpid()}/{id(self):x}"
        self.holds = threading.Event()
        """Whether this process holds the lease, as of its last beat."""
        self._runner = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(2)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=PARIS,
        )
        self._add("beat", self.beat, beat_seconds, first_seconds=beat_seconds)
        for job in JOBS:
            act = partial(self.run, job)
            self._add(job.name, act, job.every_seconds, first_seconds=FIRST_SECONDS)

    def start(self) -> None:
        """Ask for the lease, then let the jobs run."""
        self.beat()
        self._runner.start()

    def stop(self) -> None:
        """End the job that runs, then leave the lease to the next process at once."""
        self._runner.shutdown(wait=True)
        if self.holds.is_set():
            self.holds.clear()
            with system_session(self.engine) as session:
                at = database_now(session)
                release_lease(session, SCHEDULER, holder=self.holder, now=at)
                session.commit()

    def beat(self) -> None:
        """Take or keep the lease; a database that does not answer loses it."""
        try:
            with system_session(self.engine) as session:
                has_it = take_lease(
                    session,
                    SCHEDULER,
                    holder=self.holder,
                    now=database_now(session),
                    seconds=LEASE_SECONDS,
                )
                session.commit()
        except Exception:
            self.holds.clear()
            log.exception("the lease of the scheduler could not be renewed")
            return
        if has_it:
            self.holds.set()
        else:
            self.holds.clear()

    def run(self, job: Job) -> None:
        """Run a job if this process holds the lease; what goes wrong is for the next time."""
        if not self.holds.is_set():
            return
        try:
            count = run_job(job.name, self.engine, self.settings)
        except Exception:
            log.exception("job %s failed", job.name)
            return
        if count:
            log.info("job %s did %d", job.name, count)

    def _add(
        self, name: str, act: Callable[[], Any], seconds: float, *, first_seconds: float
    ) -> None:
        first = datetime.now(PARIS) + timedelta(seconds=first_seconds)
        self._runner.add_job(act, "interval", id=name, seconds=seconds, next_run_time=first)


def start(engine: Engine, settings: Settings) -> Scheduler | None:
    """Start the jobs of this process; ``None`` where the settings leave them to others."""
    if not settings.scheduler:
        return None
    scheduler = Scheduler(engine, settings)
    scheduler.start()
    return scheduler
