"""The long work of indicators: a file of values, read and stored."""

from sqlalchemy.orm import Session

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import NotAllowed
from qse_audit.core.permissions import Kind, Permission
from qse_audit.core.text import N_
from qse_audit.indicators import queries, services
from qse_audit.indicators.rules.tables import Read
from qse_audit.policies import allows
from qse_audit.works.services import Ending, Task, WorkKind


def read_file(session: Session, task: Task) -> Read:
    """Read the file that waits, for the indicator as it is now."""
    indicator = queries.get_indicator(session, task.subject_id)
    if not allows(task.actor, Permission.INDICATOR_MEASURE, indicator.access()):
        raise NotAllowed(Permission.INDICATOR_MEASURE)
    task.progress("read")
    with task.files.open(task.payload["sha256"]) as file:
        content = file.read()
    return services.read_values(content, task.payload["name"], indicator, today=day_in_paris(now()))


def keep_file(session: Session, task: Task, read: Read) -> Ending:
    """Store its values."""
    task.progress("store")
    indicator = queries.get_indicator(session, task.subject_id)
    done = services.import_values(
        session, indicator, read, source=task.payload["name"], reason=task.payload["reason"],
        actor=task.actor, now=now(),
    )  # fmt: skip
    return Ending(
        result=(Kind.INDICATOR, indicator.id),
        message=N_("Import terminé : %(added)d périodes ajoutées, %(corrected)d corrigées.",
                   added=done.added, corrected=done.corrected),
    )  # fmt: skip


VALUES = WorkKind(
    name=services.IMPORT_WORK,
    title=N_("Import de valeurs"),
    ready=N_("Valeurs importées"),
    failed=N_("Les valeurs n’ont pas été importées"),
    open=N_("Voir l’indicateur"),
    phases={"read": N_("Lecture du fichier"), "store": N_("Enregistrement des valeurs")},
    read=read_file,
    make=lambda _task, read: read,
    keep=keep_file,
)
