"""Sealing: the ZIP of a dossier from what was frozen alone, with no write transaction open."""

from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from qse_audit.core.errors import DocumentError
from qse_audit.core.text import N_
from qse_audit.db.trail import read_chain
from qse_audit.documents.bag import BagSummary, bag_chunks
from qse_audit.documents.seal import SealKey
from qse_audit.documents.store import FileStore, Stored
from qse_audit.portfolios.reports.bundle import members


def seal_dossier(
    session: Session,
    model: Mapping[str, Any],
    *,
    files: FileStore,
    key: SealKey,
    now: datetime,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Stored:
    """Write the sealed ZIP of what was frozen into the store, as a stream.

    ``session`` only reads the register; ``tell`` hears how many bytes are written, of how many.

    :raises StorageFull: when there is no room; nothing is kept then.
    :raises DocumentError: when a file is no longer what it was.
    """
    chain = read_chain(session, model["candidacy"]["organisation_id"])
    bag = _Watched(
        bag_chunks(
            root=model["reference"],
            members=members(model, chain, files, now=now),
            info={
                "Source-Organization": model["candidacy"]["company"],
                "External-Identifier": model["reference"],
                "External-Description": f"{model['certification']['code']}, "
                f"{model['candidacy']['candidate']}",
            },
            key=key,
            sealed_at=now,
            claims={
                "reference": model["reference"],
                "head_seq": model["chain"]["seq"],
                "head_hash": model["chain"]["hash"],
                "model_sha256": model["chain"]["model_sha256"],
            },
        ),
        tell=lambda done: tell(done, sum(file["size_bytes"] for file in model["files"])),
    )
    stored = files.put(bag)
    _check_evidence(model, bag.summary)
    return stored


class _Watched:
    """A stream of chunks that tells how much passed, and keeps what its generator returns."""

    def __init__(
        self, chunks: Generator[bytes, None, BagSummary], *, tell: Callable[[int], None]
    ) -> None:
        self._chunks, self._tell = chunks, tell
        self.summary: BagSummary | None = None

    def __iter__(self) -> Iterator[bytes]:
        self.summary = yield from self._counted()

    def _counted(self) -> Generator[bytes, None, BagSummary]:
        done = 0
        while True:
            try:
                chunk = next(self._chunks)
            except StopIteration as end:
                summary: BagSummary = end.value
                return summary
            done += len(chunk)
            self._tell(done)
            yield chunk


def _check_evidence(model: Mapping[str, Any], summary: BagSummary | None) -> None:
    """Refuse to seal a file whose bytes are no longer those of its address."""
    written = {entry.name: entry.sha256 for entry in summary.entries} if summary else {}
    root = model["reference"]
    for file in model["files"]:
        if written.get(f"{root}/data/{file['path']}") != file["sha256"]:
            raise DocumentError(
                N_("Le fichier « %(name)s » est abîmé sur le serveur.", name=file["name"])
            )
