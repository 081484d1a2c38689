"""Files kept by content address: the name of a file is the SHA-256 of its bytes.

A file is complete or absent: it is written beside its place, synced, then renamed. It is never
changed afterwards; the same bytes are kept once.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from qse_audit.core.errors import Damaged, NotFound, StorageFull

CHUNK = 1024 * 1024
INCOMING = "incoming"
"""The folder of what is being received."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of a file just kept."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Staged(Stored):
    """A file that is not kept yet."""

    path: Path


@dataclass(frozen=True, slots=True)
class FileStore:
    """A folder of files by content address."""

    folder: Path
    reserve_bytes: int = 0
    """Free space that new files leave alone."""

    def path(self, sha256: str) -> Path:
        """Return where a file is, or would be.

        :raises NotFound: when ``sha256`` is no address.
        """
        if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
            raise NotFound(sha256)
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def open(self, sha256: str) -> BinaryIO:
        """Open a file for reading.

        :raises NotFound: when it is not here.
        """
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError as error:
            raise NotFound(sha256) from error

    def sound(self, sha256: str) -> Path:
        """Return where a file is, after reading it whole: what is sent out is what was kept.

        :raises Damaged: when it is not here, or no longer has the bytes of its address.
        """
        path, digest = self.path(sha256), hashlib.sha256()
        try:
            with path.open("rb") as file:
                while chunk := file.read(CHUNK):
                    digest.update(chunk)
        except FileNotFoundError as error:
            raise Damaged(sha256, is_missing=True) from error
        if digest.hexdigest() != sha256:
            raise Damaged(sha256, is_missing=False)
        return path.resolve()

    def put_bytes(self, content: bytes) -> Stored:
        """Keep ``content``."""
        return self.put([content])

    def put(self, chunks: Iterable[bytes]) -> Stored:
        """Keep a stream of bytes and return its address.

        :raises StorageFull: when the free-space reserve would be touched; nothing is kept then.
        """
        with self.staged(chunks) as staged:
            return self.keep(staged)

    @contextmanager
    def staged(self, chunks: Iterable[bytes]) -> Iterator[Staged]:
        """Write a stream beside the kept files, to be looked at; it is gone after, unless kept.

        :raises StorageFull: when the free-space reserve would be touched.
        """
        with self.workspace() as folder:
            digest, size = hashlib.sha256(), 0
            place = folder / "received"
            with self._no_space_is_storage_full(), place.open("xb") as file:
                for chunk in chunks:
                    self._keep_reserve(len(chunk))
                    file.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
                file.flush()
                os.fsync(file.fileno())
            yield Staged(digest.hexdigest(), size, place)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """Give an empty folder on the volume of the kept files; it is gone after."""
        with self._no_space_is_storage_full():
            incoming = self.folder / INCOMING
            incoming.mkdir(parents=True, exist_ok=True)
            made = tempfile.TemporaryDirectory(dir=incoming, ignore_cleanup_errors=True)
        with made as name:
            yield Path(name)

    def keep(self, staged: Staged) -> Stored:
        """Move a staged file to its address.

        :raises StorageFull: when it cannot be moved.
        """
        with self._no_space_is_storage_full():
            self._settle(staged.path, staged.sha256)
        return Stored(staged.sha256, staged.size_bytes)

    def kept(self) -> Iterator[tuple[str, datetime]]:
        """Give the address of every kept file, and when it was last kept."""
        for path in self.folder.glob("??/??/*"):
            with suppress(FileNotFoundError):
                yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def kept_at(self, sha256: str) -> datetime | None:
        """Return when a file was last kept; ``None`` when it is not here."""
        with suppress(FileNotFoundError):
            return datetime.fromtimestamp(self.path(sha256).stat().st_mtime, UTC)
        return None

    def remove(self, sha256: str) -> None:
        """Remove a file that nothing refers to; nothing happens when it is not here."""
        self.path(sha256).unlink(missing_ok=True)

    def drop_interrupted(self, before: datetime) -> int:
        """Remove what was being received before an instant and never ended; return how many."""
        found = [
            path
            for path in (self.folder / INCOMING).glob("*")
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
        ]
        for path in found:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        return len(found)

    @contextmanager
    def _no_space_is_storage_full(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageFull(str(error)) from error

    def _settle(self, written: Path, sha256: str) -> None:
        place = self.path(sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        written.chmod(0o440)
        written.replace(place)
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _keep_reserve(self, wanted_bytes: int) -> None:
        if self.reserve_bytes and (
            shutil.disk_usage(self.folder).free - wanted_bytes < self.reserve_bytes
        ):
            raise StorageFull(str(self.folder))
