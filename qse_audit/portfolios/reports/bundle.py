"""What a sealed dossier holds, in order; everything comes from the read model and the chain."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from qse_audit.core.canonical import canonical_json
from qse_audit.documents.bag import Member
from qse_audit.documents.store import FileStore
from qse_audit.portfolios.reports.pages import index_page, read_me, verify_page
from qse_audit.portfolios.reports.paper import dossier_pdf
from qse_audit.portfolios.reports.reading import worded

Link = tuple[int, str, str, str]
"""(seq, prev, body, hash) of an event."""


READ_ME = {"fr": "LISEZ-MOI.txt", "en": "README.txt"}

RECORD_FIELDS = (
    "key", "kind", "id", "reference", "title", "happened_on", "involvement", "state",
)  # fmt: skip


def members(
    model: Mapping[str, Any], chain: Iterable[Link], files: FileStore, *, now: datetime
) -> Iterator[Member]:
    """Yield the payload of a dossier; files and events are streamed, never held."""
    reading = worded(model)
    yield Member(f"data/{READ_ME[model['locale']]}", read_me(reading))
    yield Member("data/index.html", index_page(reading))
    yield Member("data/verify.html", verify_page(model["locale"]))
    yield Member("data/dossier.pdf", dossier_pdf(reading, files, made_at=now))
    yield Member("data/dossier.json", canonical_json(model))
    if model["opinion"]:
        yield Member("data/opinion.json", model["opinion"]["text"].encode())
    for record in reading["records"]:
        content = {name: record[name] for name in RECORD_FIELDS}
        yield Member(f"data/{record['file_name']}", canonical_json(content))
    for file in model["files"]:
        yield Member(f"data/{file['path']}", files.path(file["sha256"]))
    yield Member("data/events.jsonl", event_lines(chain, model["chain"]["seq"]))


def event_lines(chain: Iterable[Link], head_seq: int) -> Iterator[bytes]:
    """Yield the chain up to ``head_seq``, one JSON line an event.

    The bodies hold codes, numbers and salted hashes only: nobody’s words leave with them.
    """
    for seq, prev, body, digest in chain:
        if seq > head_seq:
            return
        line = {"seq": seq, "prev": prev, "hash": digest, "body": body}
        yield canonical_json(line) + b"\n"
