"""Taking a file in: checked and kept, before any row says that it is there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from qse_audit.core.errors import refuse_all
from qse_audit.documents.names import safe_name
from qse_audit.documents.store import CHUNK, FileStore
from qse_audit.evidence import rules


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrives: the name that its sender gives it, and its bytes."""

    file_name: str
    stream: BinaryIO


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """A file that was found acceptable and is kept; nothing refers to it yet."""

    file_name: str
    media_type: str
    size_bytes: int
    sha256: str
    received_sha256: str
    thumbnail_sha256: str | None = None
    width: int | None = None
    height: int | None = None


def take_in(files: FileStore, upload: Upload, *, max_bytes: int = rules.MAX_BYTES) -> TakenIn:
    """Check ``upload`` and keep it.

    :raises Refused: when the file is not acceptable; nothing is kept then.
    :raises StorageFull: when the free-space reserve would be touched.
    """
    name = safe_name(upload.file_name)
    kind = rules.FILE_TYPES.get(rules.extension_of(name))
    if kind is None:
        refuse_all([rules.refusal("unreadable", name)])
    assert kind is not None  # refused otherwise
    stored = files.put(_chunks(upload.stream))
    return TakenIn(
        file_name=name,
        media_type=kind.media_type,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        received_sha256=stored.sha256,
    )


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk
