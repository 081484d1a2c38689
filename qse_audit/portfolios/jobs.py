"""The long work of portfolios: a dossier sealed, then submitted."""

from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from qse_audit.core.clock import now
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.documents.seal import load_or_make_key
from qse_audit.documents.store import Stored
from qse_audit.portfolios.queries.candidacies import get_candidacy
from qse_audit.portfolios.services.sealing import seal_dossier
from qse_audit.portfolios.services.submissions import DOSSIER_WORK, keep_dossier
from qse_audit.works.services import Ending, Task, WorkKind


def read_declared(_: Session, task: Task) -> dict[str, Any]:
    """Return what was frozen when the candidate declared it: it is read no second time."""
    model: dict[str, Any] = task.payload["model"]
    return model


def seal(task: Task, model: dict[str, Any]) -> Stored:
    """Write the sealed file."""
    settings, at = task.settings, now()
    key = load_or_make_key(settings.seal_key_path, now=at, name=settings.public_url)
    tell = partial(task.progress, "seal")
    tell(0, 0)
    with task.reader() as session:
        return seal_dossier(session, model, files=task.files, key=key, now=at, tell=tell)


def keep(session: Session, task: Task, stored: Stored) -> Ending:
    """Submit what was declared."""
    model = task.payload["model"]
    candidacy = get_candidacy(session, task.subject_id)
    dossier = keep_dossier(
        session,
        candidacy,
        model,
        stored=stored,
        files=task.files,
        actor=task.actor,
        now=now(),
    )
    return Ending(
        result=(Kind.CANDIDACY, candidacy.id),
        message=N_("Dossier %(reference)s remis et scellé.", reference=dossier.reference),
    )


DOSSIER = WorkKind(
    name=DOSSIER_WORK,
    title=N_("Remise du dossier"),
    ready=N_("Dossier remis et scellé"),
    failed=N_("Le dossier n’a pas été remis"),
    open=N_("Voir le dossier"),
    phases={"seal": N_("Mise en page et scellement")},
    read=read_declared,
    make=seal,
    keep=keep,
)
