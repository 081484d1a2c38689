"""The whole examination, in the order in which one would want to know."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.audits.models import Report
from qse_audit.core.errors import Damaged
from qse_audit.core.text import N_
from qse_audit.doctor.chains import examine_chains
from qse_audit.doctor.faults import Examination, Fault
from qse_audit.doctor.heads import Heads, examine_heads
from qse_audit.doctor.rows import examine_rows
from qse_audit.doctor.sealed import examine_sealed
from qse_audit.documents.store import FileStore
from qse_audit.evidence.jobs import GRACE, addresses_in_use
from qse_audit.evidence.models import Evidence
from qse_audit.evidence.queries import is_here
from qse_audit.portfolios.models import Dossier


def examine(
    session: Session, files: FileStore, *, heads: Heads | None = None, now: datetime
) -> Examination:
    """Look at the chains, their signed heads, the rows, what is sealed, the bytes of every file.

    Reads all of it: minutes for a large instance. Files without a row are counted, no fault: the
    sweep removes them a day later.
    """
    found = Examination()
    examine_chains(session, found)
    if heads is not None:
        examine_heads(session, heads, found)
    examine_rows(session, found)
    examine_sealed(session, found)
    _files(files, set(_must_be_kept(session)), found)
    used = set(addresses_in_use(session))
    orphans = sum(a not in used and at < now - GRACE for a, at in files.kept())
    found.count("orphans", orphans)
    return found


def _must_be_kept(session: Session) -> Iterator[str]:
    """Give the address of every file that a row promises: evidence, papers, dossiers."""
    for sha256, thumbnail in session.execute(
        select(Evidence.sha256, Evidence.thumbnail_sha256).where(is_here())
    ):
        yield from filter(None, (sha256, thumbnail))
    for papers in session.scalars(select(Report.files)):
        yield from papers.values()
    yield from session.scalars(select(Dossier.sha256))


def _files(files: FileStore, promised: set[str], found: Examination) -> None:
    for address in sorted(promised):
        try:
            size = files.sound(address).stat().st_size
        except Damaged as error:
            code = "file_missing" if error.is_missing else "file_changed"
            message = (
                N_("Un fichier enregistré manque sur le disque.")
                if error.is_missing
                else N_("Un fichier a été modifié sur le disque.")
            )
            found.faults.append(Fault(code, address, message))
        else:
            found.count("files")
            found.count("bytes", size)
