"""What a kind of work is made of: three steps, and its words.

A feature describes each kind in its ``jobs.py``; ``WORKS`` in ``app.py`` lists them. The worker
calls the steps, so that nobody waits for the one writer of SQLite while a file is made:

1. ``read(session, task)``: look at everything on a read-only snapshot of the database;
2. ``make(task, read)``: make the files; no transaction is open;
3. ``keep(session, task, made)``: in one short write transaction, check that what was read still
   holds (:class:`Conflict` begins again at 1), change, record, and return the :class:`Ending`.

The transaction of ``keep`` also ends the work: both are there, or neither is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from qse_audit.core.text import N_, Message
from qse_audit.db.engine import read_only_options
from qse_audit.db.wall import acting_session
from qse_audit.documents.store import FileStore
from qse_audit.policies import Identity
from qse_audit.settings import Settings

BACK = N_("Revenir à la fiche")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One turn of a work: what was asked, by whom, and where things are."""

    subject_id: int
    payload: Mapping[str, Any]
    actor: Identity
    """Who asked, with the roles of today."""
    asked_at: datetime
    engine: Engine
    settings: Settings
    tell: Callable[[str, int, int], None]

    def progress(self, phase: str, done: int = 0, total: int = 0) -> None:
        """Say how far it is: a code of the kind’s ``phases``; ``total`` 0 when not known.

        Cheap: it is written down a few times a second at most.
        """
        self.tell(phase, done, total)

    @property
    def files(self) -> FileStore:
        """Return where files are kept."""
        return FileStore(
            self.settings.files_folder,
            reserve_bytes=self.settings.storage_reserve_mib * 1024 * 1024,
        )

    def reader(self) -> Session:
        """Return a session of the actor: it reads one snapshot of the database, writes nothing."""
        options = read_only_options(self.engine)
        if self.engine.dialect.name == "postgresql":
            options["isolation_level"] = "REPEATABLE READ"
        return self._acting(self.engine.execution_options(**options))

    def writer(self) -> Session:
        """Return a session of the actor that may write."""
        return self._acting(self.engine)

    def _acting(self, engine: Engine) -> Session:
        here, me = self.actor.organisation_id, self.actor.user_id
        return acting_session(engine, organisation_id=here, person_id=me)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What a work led to."""

    result: tuple[str, int]
    """The kind and the id of the object whose page shows it."""
    message: Message
    """``Rapport émis : version 2.``"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkKind:
    """One line of the table of works."""

    name: str
    title: Message
    """What is being made: “Rapport d’audit”."""
    ready: Message
    """“Rapport prêt”."""
    failed: Message
    """“Le rapport n’a pas été émis”."""
    open: Message
    """The act that leads to the result: “Voir le rapport”."""
    phases: Mapping[str, Message]
    back: Message = BACK
    """The act that leads to where it was asked for."""
    read: Callable[[Session, Task], Any]
    make: Callable[[Task, Any], Any]
    keep: Callable[[Session, Task, Any], Ending]
