"""Files kept by content address: the name of a file is the SHA-256 of its bytes.

A file is complete or absent: it is written beside its place, synced, then renamed. It is never
changed afterwards; the same bytes are kept once.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from qse_audit.core.errors import NotFound, StorageFull

CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of a file just kept."""

    sha256: str
    size_bytes: int


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

    def put_bytes(self, content: bytes) -> Stored:
        """Keep ``content``."""
        return self.put([content])

    def put(self, chunks: Iterable[bytes]) -> Stored:
        """Keep a stream of bytes and return its address.

        :raises StorageFull: when the free-space reserve would be touched; nothing is kept then.
        """
        incoming = self.folder / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        handle, name = tempfile.mkstemp(dir=incoming)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in chunks:
                    self._keep_reserve(len(chunk))
                    file.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
                file.flush()
                os.fsync(file.fileno())
            self._settle(Path(name), digest.hexdigest())
        except OSError as error:
            Path(name).unlink(missing_ok=True)
            raise StorageFull(str(error)) from error
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return Stored(digest.hexdigest(), size)

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
