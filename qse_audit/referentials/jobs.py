"""The long work of referentials: a file that was looked at becomes an edition."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from qse_audit.core.clock import now
from qse_audit.core.errors import BadInput, NotFound
from qse_audit.core.text import N_
from qse_audit.referentials import services
from qse_audit.referentials.formats.any_file import read_outline
from qse_audit.referentials.rules import Outline
from qse_audit.works.services import Ending, Task, WorkKind

GONE = N_("Le fichier n’est plus sur le serveur : déposez-le à nouveau.")


@dataclass(frozen=True, slots=True)
class File:
    """A file that a person dropped, looked at and confirmed."""

    sha256: str
    name: str
    naming: dict[str, str] | None
    """``ref``, ``title`` and ``label``, where the file does not say what it is."""


def find_file(_: Session, task: Task) -> File:
    """Say which file is asked for, and refuse who may not import any more."""
    services.refuse_import(task.actor)
    asked: dict[str, Any] = dict(task.payload)
    return File(asked["sha256"], asked["name"], asked["naming"])


def read_file(task: Task, file: File) -> Outline:
    """Read the file again, under the name that was given to it.

    :raises BadInput: when it waited too long.
    """
    task.progress("read")
    try:
        with task.files.open(file.sha256) as content:
            outline = read_outline(content.read(), file.name)
    except NotFound as error:
        raise BadInput(GONE) from error
    task.progress("store")
    return outline.called(**file.naming) if file.naming else outline


def store(session: Session, task: Task, outline: Outline) -> Ending:
    """Store what the file holds and say what became of it."""
    report = services.import_outline(
        session,
        outline,
        organisation_id=task.actor.organisation_id,
        actor_id=task.actor.user_id,
        now=now(),
    )
    assert report.edition_id is not None  # it is stored
    return Ending(
        result=(services.EDITION_PAGE, report.edition_id),
        message=N_("%(name)s : %(outcome)s.", name=report.ref, outcome=report.outcome.label),
    )


IMPORT = WorkKind(
    name=services.IMPORT_WORK,
    title=N_("Import d’un référentiel"),
    ready=N_("Référentiel importé"),
    failed=N_("Le référentiel n’a pas été importé"),
    open=N_("Voir le référentiel"),
    back=N_("Revenir à l’import"),
    phases={
        "read": N_("Lecture du fichier"),
        "store": N_("Enregistrement des exigences"),
    },
    read=find_file,
    make=read_file,
    keep=store,
)
