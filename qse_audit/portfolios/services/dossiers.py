"""Giving a sealed dossier back as it was sealed, and checking one."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from qse_audit.core.text import N_, Message
from qse_audit.db.trail import first_broken
from qse_audit.documents.archive import CHUNK_BYTES
from qse_audit.documents.bag import Writable
from qse_audit.documents.bag_check import verify_bag
from qse_audit.documents.seal import PublicKey
from qse_audit.documents.store import FileStore
from qse_audit.portfolios.models import Dossier


def export_dossier(session: Session, dossier: Dossier, files: FileStore, out: Writable) -> int:
    """Write the sealed ZIP of ``dossier`` to ``out``, as it was sealed; return its size.

    :raises Damaged: when the file is missing or is no longer the one that was sealed.
    """
    size = 0
    with files.sound(dossier.sha256).open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            out.write(chunk)
            size += len(chunk)
    return size


def verify_file(path: Path, *keys: PublicKey) -> tuple[bool, Message | None]:
    """Check a dossier’s file against the keys that may have sealed it, then its event chain.

    Every byte counts, tag files and the ZIP’s own structures included.

    :returns: whether all is well, and the first thing that is not.
    """
    found = verify_bag(path, public_keys=keys)
    if not found.ok:
        return False, found.first_problem
    claims = (found.seal or {}).get("claims", {})
    with zipfile.ZipFile(path) as archive:
        name = next((n for n in archive.namelist() if n.endswith("/data/events.jsonl")), "")
        if not name:
            return False, N_("Le fichier %(name)s manque.", name="data/events.jsonl")
        problem = _chain_problem(archive.read(name), claims)
    return problem is None, problem


def _chain_problem(lines: bytes, claims: Mapping[str, Any]) -> Message | None:
    """Return what is wrong with the events of a dossier: the chain itself, or its last link."""
    events = [json.loads(line) for line in lines.splitlines()]
    chain = ((e["seq"], e["prev"], e["body"], e["hash"]) for e in events)
    if (broken := first_broken(chain)) is not None:
        return N_("La chaîne du registre est rompue à l’événement n° %(seq)d.", seq=broken)
    if not events or events[-1]["hash"] != claims.get("head_hash"):
        return N_("Le registre ne s’arrête pas à la tête que le sceau annonce.")
    return None
