"""Taking a file in: received, checked and kept, before any row says that it is there.

What looks inside the file runs in a child process with little memory and time: a hostile file
breaks that process, not the server. No transaction needs to be open meanwhile.
"""

import json
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from qse_audit.core.errors import Refused, refuse_all
from qse_audit.documents.names import safe_name
from qse_audit.documents.store import CHUNK, FileStore, Staged, Stored
from qse_audit.evidence import rules
from qse_audit.evidence.inspection import signatures
from qse_audit.evidence.rules import FileType, Zone

WORKER = Path(__file__).parent / "inspection" / "worker.py"
PACKAGE_ROOT = Path(__file__).parents[2]
IMAGE_MEMORY_BYTES = 1_200_000_000
"""Address space for a photo: 50 million pixels decoded, turned and written again."""
MEMORY_BYTES = 500_000_000
"""Address space for anything else."""
IMAGE_CPU_SECONDS = 25
CPU_SECONDS = 4
WALL_SECONDS = 40
OUTPUT_BYTES = 250_000_000
AT_ONCE = threading.BoundedSemaphore(2)
"""How many files are looked into at the same time; the others wait."""


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
    taken_on: date | None = None
    """The day that the camera wrote in a photo."""


def take_in(files: FileStore, upload: Upload, *, max_bytes: int = rules.MAX_BYTES) -> TakenIn:
    """Check ``upload`` and keep it.

    A photo is written again without its metadata: what was received is not kept.

    :raises Refused: when the file is not acceptable; nothing is kept then.
    :raises StorageFull: when the free-space reserve would be touched.
    """
    name = safe_file_name(upload.file_name)
    extension = rules.extension_of(name)
    kind = rules.FILE_TYPES.get(extension)
    if kind is None:
        raise Refused([rules.refusal(rules.type_refusal(extension), name)])
    with files.staged(_limited(upload.stream, name, max_bytes)) as staged:
        _check_signature(staged, kind, name)
        with files.workspace() as folder:
            found = _inspected(staged.path, folder, extension=extension)
            if "refused" in found:
                raise Refused([rules.refusal(found["refused"], name, **found["values"])])
            thumbnail = _kept(files, folder / "thumbnail") if found.get("image") else None
            stored = _kept(files, folder / "image") if found.get("image") else files.keep(staged)
    taken_on = found.get("taken_on")
    return TakenIn(
        file_name=name,
        media_type=kind.media_type,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        received_sha256=staged.sha256,
        thumbnail_sha256=thumbnail.sha256 if thumbnail else None,
        width=found.get("width"),
        height=found.get("height"),
        taken_on=date.fromisoformat(taken_on) if taken_on else None,
    )


def safe_file_name(given: str) -> str:
    """Return the last part of a name as every system accepts it, with its extension."""
    last = re.split(r"[\\/]", given.replace("\0", ""))[-1]
    extension = rules.extension_of(safe_name(last[-40:]))
    if extension not in rules.FILE_TYPES:
        return safe_name(last)
    return safe_name(last.rpartition(".")[0], extension)


def _limited(stream: BinaryIO, name: str, max_bytes: int) -> Iterator[bytes]:
    """Give the bytes of ``stream``; refuse when there is none, or more than ``max_bytes``."""
    size = 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > max_bytes:
            raise Refused([rules.refusal(rules.TOO_BIG, name, most=max_bytes // 1024**2)])
        yield chunk
    if not size:
        raise Refused([rules.refusal("empty", name)])


def _check_signature(staged: Staged, kind: FileType, name: str) -> None:
    """Refuse a file whose first bytes contradict its name, or whose end hides an archive."""
    found = signatures.name_of(signatures.head_of(staged.path))
    code = rules.signature_refusal(kind, found)
    if code is None and kind.inspector in {"pdf", "text"} and zipfile.is_zipfile(staged.path):
        code = "hidden_archive"
    if code:
        raise Refused([rules.refusal(code, name, found=found, expected=kind.name)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A copy of a photo in which zones are hidden, kept; nothing refers to it yet."""

    sha256: str
    thumbnail_sha256: str
    size_bytes: int
    width: int
    height: int


def mask_photo(files: FileStore, sha256: str, zones: Sequence[Zone], *, name: str = "") -> Masked:
    """Make and keep a copy of a kept photo without what stands in ``zones``; ``name`` for refusals.

    :raises Refused: for zones that hide nothing or leave the photo; nothing is kept then.
    :raises Damaged: when the photo is no longer what was kept.
    :raises StorageFull: when the free-space reserve would be touched.
    """
    refuse_all(rules.zone_refusals(zones))
    with files.workspace() as folder:
        found = _run(
            files.sound(sha256), folder, inspector="mask", zones=[z.as_json() for z in zones]
        )
        if "refused" in found:
            raise Refused([rules.refusal(found["refused"], name, **found["values"])])
        image, thumbnail = _kept(files, folder / "image"), _kept(files, folder / "thumbnail")
    return Masked(
        sha256=image.sha256,
        thumbnail_sha256=thumbnail.sha256,
        size_bytes=image.size_bytes,
        width=found["width"],
        height=found["height"],
    )


def _inspected(path: Path, folder: Path, *, extension: str) -> Mapping[str, Any]:
    """Return what the child process found in a file."""
    inspector = rules.FILE_TYPES[extension].inspector
    return _run(path, folder, inspector=inspector, extension=extension)


def _run(path: Path, folder: Path, *, inspector: str, **given: Any) -> Mapping[str, Any]:
    """Give a job to a child process and return what it says."""
    is_image = inspector in {"image", "mask"}
    job = {
        **given,
        "path": str(path.resolve()),
        "folder": str(folder.resolve()),
        "inspector": inspector,
        "max_pixels": rules.MAX_PIXELS,
        "thumbnail_pixels": rules.THUMBNAIL_PIXELS,
        "memory_bytes": IMAGE_MEMORY_BYTES if is_image else MEMORY_BYTES,
        "cpu_seconds": IMAGE_CPU_SECONDS if is_image else CPU_SECONDS,
        "file_bytes": OUTPUT_BYTES,
        "package_root": str(PACKAGE_ROOT),
    }
    too_complex = {"refused": "too_complex", "values": {}}
    try:
        with AT_ONCE:
            done = subprocess.run(
                [sys.executable, "-I", "-B", str(WORKER)],
                input=json.dumps(job).encode(),
                capture_output=True,
                cwd=folder,
                env={k: v for k, v in os.environ.items() if k == "SYSTEMROOT"},
                timeout=WALL_SECONDS,
                check=False,
            )
    except subprocess.TimeoutExpired:
        return too_complex
    if done.returncode != 0:
        return too_complex
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def _kept(files: FileStore, path: Path) -> Stored:
    """Keep a file that the child process wrote."""
    with path.open("rb") as file:
        return files.put(iter(lambda: file.read(CHUNK), b""))
