"""Asking for the import of a file that was looked at: a long work of whoever confirms it."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from qse_audit.core.canonical import canonical_json
from qse_audit.core.errors import NotAllowed
from qse_audit.core.permissions import Permission
from qse_audit.db.work import ask_work
from qse_audit.policies import Identity, allows

IMPORT_WORK = "referential"
"""The kind of the work that imports a file."""
IMPORT_PAGE, EDITION_PAGE = "referential_import", "edition"
"""Where the work is asked for, and where it leads to, as the table of pages calls them."""


def ask_import(
    session: Session,
    sha256: str,
    name: str,
    *,
    preview: str,
    naming: Mapping[str, str] | None,
    label: str,
    actor: Identity,
    now: datetime,
) -> int:
    """Ask for the kept file ``sha256`` to be imported; return the id of the work.

    ``preview`` tells one look at a file from another: confirmed twice under the same name, it is
    imported once; dropped again later, again.
    """
    refuse_import(actor)
    asked = {"sha256": sha256, "name": name, "naming": None if naming is None else dict(naming)}
    once = hashlib.sha256(preview.encode() + canonical_json(asked)).hexdigest()
    return ask_work(
        session,
        IMPORT_WORK,
        key=f"{IMPORT_WORK}/{once}",
        subject=(IMPORT_PAGE, actor.organisation_id),
        label=label,
        payload=asked,
        person_id=actor.user_id,
        organisation_id=actor.organisation_id,
        now=now,
    )


def refuse_import(actor: Identity) -> None:
    """Refuse who may not import; returns when they may.

    :raises NotAllowed: to others than a coordinator.
    """
    if not allows(actor, Permission.REFERENTIAL_EDIT):
        raise NotAllowed(Permission.REFERENTIAL_EDIT)
