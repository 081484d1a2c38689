"""The worker: runs what was asked for, in threads of the process that serves, or by ``run-job``.

It commits by itself: a claim and a heartbeat must be seen by the others at once. What a kind of
work changes is committed together with its end, or not at all; see :mod:`.services.kinds`.
"""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from qse_audit.core.errors import Conflict, Refusal, StorageFull
from qse_audit.db.engine import read_only_options
from qse_audit.db.lease import database_now
from qse_audit.db.wall import system_session
from qse_audit.db.work import Work
from qse_audit.settings import Settings
from qse_audit.works import queries, services
from qse_audit.works.queries import WorkLine
from qse_audit.works.rules import BEAT_SECONDS, INCIDENT, MOST_READINGS, UNKNOWN_KIND, reasons
from qse_audit.works.services import Ending, Task, WorkKind

log = logging.getLogger("qse_audit.works")

LANES = 2
"""How many works one process runs at the same time."""
TELL_SECONDS = 0.3
"""How often progress is written down."""
LOOK_SECONDS = 0.05
"""How often a waiting request looks whether its work is over."""
STOP_SECONDS = 5.0
"""How long a process that stops lets its works end by themselves."""


class Lost(Exception):
    """Raised in a turn whose work was taken back: somebody else has it."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a turn needs of its row; no session stays open."""

    id: int
    kind: str
    subject_id: int
    payload: Mapping[str, Any]
    person_id: int
    organisation_id: int
    asked_at: datetime


class Worker:
    """What runs the works in this process."""

    def __init__(self, engine: Engine, settings: Settings, kinds: Mapping[str, WorkKind]) -> None:
        self.engine, self.settings, self.kinds = engine, settings, kinds
        self._lock = threading.Lock()
        self._lanes: set[threading.Thread] = set()
        self._turns: set[Turn] = set()
        self._wanted = self._stopping = False

    def poke(self) -> None:
        """Begin what waits, beside the caller; call it once the request is committed."""
        with self._lock:
            self._wanted = True
            if self._stopping or len(self._lanes) >= LANES:
                return
            lane = threading.Thread(target=self._lane, name="qse-work", daemon=True)
            self._lanes.add(lane)
        lane.start()

    def lead(self, work_id: int, seconds: float) -> WorkLine | None:
        """Wait a moment for a work; return it once it is done, ``None`` if it goes on or failed.

        Who asked counts as led to its outcome then.
        """
        end = time.monotonic() + seconds
        while not self._has_ended(work_id):
            if time.monotonic() >= end:
                return None
            time.sleep(LOOK_SECONDS)
        with system_session(self.engine) as session:
            found = queries.get_work(session, work_id)
            if found.result is None:
                return None
            services.see_work(session, work_id, database_now(session))
            session.commit()
        return found

    def drain(self) -> int:
        """Run what waits until nothing does, and return how many works were begun."""
        count = 0
        while not self._stopping and (turn := self._claim()) is not None:
            self._turns.add(turn)
            try:
                turn.run()
            finally:
                self._turns.discard(turn)
            count += 1
        return count

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Let what runs end within ``seconds``, then leave it to the next process."""
        self._stopping = True
        end = time.monotonic() + seconds
        for lane in list(self._lanes):
            lane.join(max(0.0, end - time.monotonic()))
        for turn in list(self._turns):
            turn.give_back()

    def _lane(self) -> None:
        try:
            while True:
                with suppress(OperationalError):  # the database is away: the next poke tries again
                    self.drain()
                with self._lock:
                    if self._stopping or not self._wanted:
                        self._lanes.discard(threading.current_thread())
                        return
                    self._wanted = False
        except BaseException:
            self._lanes.discard(threading.current_thread())
            raise

    def _claim(self) -> "Turn | None":
        holder = f"{socket.gethostname()[:30]}/{os.getpid()}/{secrets.token_hex(8)}"
        with system_session(self.engine) as session:
            row = services.claim_work(session, holder, database_now(session))
            claimed = None if row is None else _claimed(row)
            session.commit()
        return None if claimed is None else Turn(self, claimed, holder)

    def _has_ended(self, work_id: int) -> bool:
        reader = self.engine.execution_options(**read_only_options(self.engine))
        with system_session(reader) as session:
            return queries.has_ended(session, work_id)


class Turn:
    """One work in the hands of one holder."""

    def __init__(self, worker: Worker, claimed: Claimed, holder: str) -> None:
        self.worker, self.engine = worker, worker.engine
        self.claimed, self.holder = claimed, holder
        self._told = ("", 0, 0)
        self._lost = False
        self._over = threading.Event()

    def run(self) -> None:
        """Do the work and end it; what goes wrong is written down for who asked."""
        kind = self.worker.kinds.get(self.claimed.kind)
        with self._beating():
            try:
                if kind is None:
                    self._fail((UNKNOWN_KIND,))
                else:
                    self._until_it_holds(kind)
            except Lost:
                log.warning("work %d was taken back", self.claimed.id)
            except OperationalError as error:
                self._without_database(error)
            except Exception as error:
                self._explain(error)

    def give_back(self) -> None:
        """Leave the work to another holder: this process stops."""
        self._lost = True
        with system_session(self.engine) as session:
            services.give_back(session, self.claimed.id, self.holder)
            session.commit()

    def tell(self, phase: str, done: int, total: int) -> None:
        """Take note of how far the work is.

        :raises Lost: when somebody else has it.
        """
        if self._lost:
            raise Lost
        self._told = (phase, done, total)

    def _until_it_holds(self, kind: WorkKind) -> None:
        for reading in range(1, MOST_READINGS + 1):
            try:
                self._once(kind)
            except (Conflict, StaleDataError, IntegrityError) as error:
                if reading == MOST_READINGS:
                    raise Conflict(theirs={}, yours={}) from error
            else:
                return

    def _once(self, kind: WorkKind) -> None:
        task = self._task()
        with task.reader() as session:
            read = kind.read(session, task)
        made = kind.make(task, read)
        with task.writer() as session:
            ending: Ending = kind.keep(session, task, made)
            at = database_now(session)
            if not services.end_well(session, self.claimed.id, self.holder, ending=ending, now=at):
                raise Lost
            session.commit()

    def _task(self) -> Task:
        work = self.claimed
        with system_session(self.engine) as session:
            actor = queries.actor_of(session, work.person_id, work.organisation_id)
        return Task(
            subject_id=work.subject_id,
            payload=work.payload,
            actor=actor,
            asked_at=work.asked_at,
            engine=self.engine,
            settings=self.worker.settings,
            tell=self.tell,
        )

    def _explain(self, error: Exception) -> None:
        if told := reasons(error):
            self._fail(told)
            return
        incident = secrets.token_hex(4)
        log.exception("incident %s in work %d", incident, self.claimed.id, exc_info=error)
        self._fail((INCIDENT,), incident)

    def _without_database(self, error: OperationalError) -> None:
        """Say that the disk is full; what lost its database for another reason is begun again."""
        log.error("work %d lost its database", self.claimed.id, exc_info=error)
        if any(word in str(error.orig) for word in ("is full", "No space left")):
            with suppress(OperationalError):
                self._fail(reasons(StorageFull(str(error.orig))))

    def _fail(self, refusals: tuple[Refusal, ...], incident: str = "") -> None:
        with system_session(self.engine) as session:
            at = database_now(session)
            services.end_badly(
                session,
                self.claimed.id,
                self.holder,
                refusals=refusals,
                incident=incident,
                now=at,
            )
            session.commit()

    @contextmanager
    def _beating(self) -> Iterator[None]:
        """Say that the holder is alive until the work is over."""
        heart = threading.Thread(target=self._beat, name="qse-work-beat", daemon=True)
        heart.start()
        try:
            yield
        finally:
            self._over.set()
            heart.join()

    def _beat(self) -> None:
        said, at = self._told, time.monotonic()
        while not self._over.wait(TELL_SECONDS):
            told = self._told
            if told == said and time.monotonic() - at < BEAT_SECONDS:
                continue
            try:
                if not self._says_it_lives(told):
                    self._lost = not self._over.is_set()
                    return
            except OperationalError:
                log.warning("work %d could not say that it is alive", self.claimed.id)
            said, at = told, time.monotonic()

    def _says_it_lives(self, told: tuple[str, int, int]) -> bool:
        with system_session(self.engine) as session:
            at = database_now(session)
            is_ours = services.beat(session, self.claimed.id, self.holder, told=told, now=at)
            session.commit()
        return is_ours


def _claimed(row: Work) -> Claimed:
    return Claimed(
        id=row.id,
        kind=row.kind,
        subject_id=row.subject_id,
        payload=row.payload,
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        asked_at=row.asked_at,
    )


def run_works(
    session: Session, now: datetime, settings: Settings, kinds: Mapping[str, WorkKind]
) -> int:
    """Take back what the dead left, run what nobody runs, forget what is old; return how many."""
    bound = session.get_bind()
    assert isinstance(bound, Engine)
    count = services.recover_works(session, now) + services.forget_works(session, now)
    session.commit()
    return count + Worker(bound, settings, kinds).drain()
