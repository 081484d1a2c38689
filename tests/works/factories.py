"""Works that tests make up: what each step does is given, what they keep can be counted."""

from pathlib import Path

from sqlalchemy import func, select

from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.db.outbox import Notice, notify
from qse_audit.db.work import Work, ask_work
from qse_audit.works.services import Ending, WorkKind
from tests.factories import NOW


def kind_of(*, read=None, make=None, keep=None):
    """Return the kind “note”, which puts one message into the inbox of who asked."""

    def leave_note(session, task, made):
        notify(
            session,
            N_("Fait"),
            key=f"note/{task.subject_id}/{made}",
            person_id=task.actor.user_id,
            organisation_id=task.actor.organisation_id,
            now=NOW,
        )
        return Ending(result=(Kind.AUDIT, task.subject_id), message=N_("Fait."))

    return WorkKind(
        name="note",
        title=N_("Une note"),
        ready=N_("Note prête"),
        failed=N_("Pas de note"),
        open=N_("Voir"),
        phases={"write": N_("Écriture")},
        read=read or (lambda session, task: task.subject_id),
        make=make or (lambda task, read: read),
        keep=keep or leave_note,
    )


def table(**steps):
    return {"note": kind_of(**steps)}


def ask(session, who, number=1, *, kind="note"):
    """Ask for a note about audit ``number`` and return the id of the work."""
    work_id = ask_work(
        session,
        kind,
        key=f"{kind}/{number}",
        subject=(Kind.AUDIT, number),
        label=f"AUD-2026-{number:03d} · Achats",
        payload={"number": number},
        person_id=who.user_id,
        organisation_id=who.organisation_id,
        now=NOW,
    )
    session.commit()
    return work_id


def stored(session, work_id):
    """Return the row as it is now; SQLite has one writer, which this is not."""
    session.rollback()
    work = session.get_one(Work, work_id, populate_existing=True)
    session.expunge(work)
    session.rollback()
    return work


def notes(session):
    session.rollback()
    count = session.scalar(select(func.count(Notice.id)))
    session.rollback()
    return count


def kept_files(folder: Path) -> list[Path]:
    """Return every file of a store, received halfway or kept."""
    return [path for path in folder.rglob("*") if path.is_file()]
