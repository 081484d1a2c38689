"""A ZIP file that can be written in one way only, as a stream.

Stored members, one time for all, no extra field, no comment, sizes after the data: the bytes follow
from the names, the contents, their order and the time. So a reader can write the same archive again
and compare it byte by byte: nothing can hide between, before or after the members.

We write the format ourselves, in the few lines below, because the bytes that :mod:`zipfile` makes
may change with Python, and a seal must hold for decades. Without ZIP64: less than 4 GiB in all.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import BinaryIO
from zlib import crc32

from qse_audit.core.errors import DocumentError
from qse_audit.core.text import N_

MAX_BYTES = 0xFFFFFFFF
MAX_MEMBERS = 20_000
MAX_DIRECTORY_BYTES = 16_000_000
CHUNK_BYTES = 1 << 18

_LOCAL = struct.Struct("<4s5H3L2H")
_DESCRIPTOR = struct.Struct("<4s3L")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION = 20
_MADE_BY = 3 << 8 | _VERSION  # Unix
_FLAGS = 0x0808  # sizes after the data, names in UTF-8
_MODE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Entry:
    """A member as written: the place of its header, and what its content measures."""

    name: str
    offset: int
    size: int
    crc: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a member's content lies, as the directory of an archive says."""

    name: str
    data_at: int
    size: int


class Archive:
    """The archive being written; each method yields the bytes to send, in order."""

    def __init__(self, at: datetime) -> None:
        self._time = _dos_time(at)
        self._offset = 0
        self.entries: list[Entry] = []

    def add(self, name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield a member; afterwards the last of :attr:`entries` describes it.

        :raises DocumentError: when the archive would grow over 4 GiB or 20,000 members.
        """
        raw = name.encode()
        offset, size, crc, digest = self._offset, 0, 0, sha256()
        yield self._count(
            _LOCAL.pack(b"PK\3\4", _VERSION, _FLAGS, 0, *self._time, 0, 0, 0, len(raw), 0) + raw
        )
        for chunk in chunks:
            size += len(chunk)
            crc = crc32(chunk, crc)
            digest.update(chunk)
            yield self._count(chunk)
        yield self._count(_DESCRIPTOR.pack(b"PK\7\x08", crc, size, size))
        self.entries.append(Entry(name, offset, size, crc, digest.hexdigest()))
        if len(self.entries) > MAX_MEMBERS:
            raise DocumentError(
                N_("Plus de %(count)d fichiers dans une archive.", count=MAX_MEMBERS)
            )

    def close(self) -> Iterator[bytes]:
        """Yield the directory and the end."""
        start = self._offset
        for entry in self.entries:
            yield self._count(self._directory_line(entry))
        count = len(self.entries)
        yield _END.pack(b"PK\5\6", 0, 0, count, count, self._offset - start, start, 0)

    def _directory_line(self, entry: Entry) -> bytes:
        """Return the line of ``entry`` in the directory."""
        raw = entry.name.encode()
        head = (_MADE_BY, _VERSION, _FLAGS, 0, *self._time, entry.crc, entry.size, entry.size)
        return _CENTRAL.pack(b"PK\1\2", *head, len(raw), 0, 0, 0, 0, _MODE, entry.offset) + raw

    def _count(self, chunk: bytes) -> bytes:
        """Return ``chunk``, counted."""
        self._offset += len(chunk)
        if self._offset > MAX_BYTES - MAX_DIRECTORY_BYTES:
            raise DocumentError(N_("L’archive dépasse 4 Go."))
        return chunk


class BrokenArchive(Exception):  # it is the finding, not a failure of ours
    """Raised with the message that says what is wrong with an archive that was read."""


def read_slots(file: BinaryIO, size: int) -> Sequence[Slot]:
    """Return where the members of the archive ``file`` of ``size`` bytes lie, in their order.

    Reads the directory only, within the limits above; the members must follow each other without
    a gap. What is written elsewhere is for the caller to compare.

    :raises BrokenArchive: when the file is not such an archive.
    """
    start, length, count = _read_end(file, size)
    file.seek(start)
    directory = file.read(length)
    slots, at, offset = [], 0, 0
    for _ in range(count):
        slot, at = _read_line(directory, at, offset)
        slots.append(slot)
        offset = slot.data_at + slot.size + _DESCRIPTOR.size
    if at != length or offset != start:
        raise BrokenArchive(N_("Le répertoire de l’archive ZIP est abîmé."))
    return slots


def read_chunks(file: BinaryIO, slot: Slot) -> Iterator[bytes]:
    """Yield the content of ``slot``; other readers may move ``file`` in between."""
    at, end = slot.data_at, slot.data_at + slot.size
    while at < end:
        file.seek(at)
        chunk = file.read(min(CHUNK_BYTES, end - at))
        if not chunk:
            raise BrokenArchive(N_("L’archive ZIP est incomplète."))
        at += len(chunk)
        yield chunk


def _read_end(file: BinaryIO, size: int) -> tuple[int, int, int]:
    """Return where the directory starts, its length, and how many members it lists."""
    if size > MAX_BYTES:
        raise BrokenArchive(N_("L’archive dépasse 4 Go."))
    tail_at = max(0, size - _END.size - 0xFFFF)
    file.seek(tail_at)
    tail = file.read()
    found = tail.rfind(b"PK\5\6")
    if found < 0 or len(tail) - found < _END.size:
        raise BrokenArchive(N_("Ce n’est pas une archive ZIP complète."))
    if len(tail) - found > _END.size:
        raise BrokenArchive(N_("Des octets ont été ajoutés à la fin de l’archive ZIP."))
    _, _, _, _, count, length, start, _ = _END.unpack(tail[found:])
    if start + length + _END.size != size:
        raise BrokenArchive(
            N_("La fin de l’archive ZIP est abîmée, ou des octets ont été ajoutés.")
        )
    if count > MAX_MEMBERS or length > MAX_DIRECTORY_BYTES:
        raise BrokenArchive(N_("Le répertoire de l’archive ZIP est trop grand."))
    return start, length, count


def _read_line(directory: bytes, at: int, offset: int) -> tuple[Slot, int]:
    """Return the slot listed at ``at``, whose member starts at ``offset``, and the next place."""
    broken = BrokenArchive(N_("Le répertoire de l’archive ZIP est abîmé."))
    if len(directory) - at < _CENTRAL.size or directory[at : at + 4] != b"PK\1\2":
        raise broken
    fields = _CENTRAL.unpack_from(directory, at)
    size, name_length = fields[9], fields[10]
    name_at = at + _CENTRAL.size
    raw = directory[name_at : name_at + name_length]
    try:
        name = raw.decode()
    except UnicodeDecodeError as error:
        raise broken from error
    return Slot(name, offset + _LOCAL.size + len(raw), size), name_at + name_length


def _dos_time(at: datetime) -> tuple[int, int]:
    """Return an instant as ZIP keeps it: UTC, even seconds, from 1980 to 2107."""
    at = at.astimezone(UTC)
    if not 1980 <= at.year <= 2107:
        raise ValueError(f"a ZIP file cannot hold the year {at.year}")
    time = at.hour << 11 | at.minute << 5 | at.second >> 1
    return time, (at.year - 1980) << 9 | at.month << 5 | at.day
