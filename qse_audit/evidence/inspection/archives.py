"""What every ZIP container must respect before anything in it is believed."""

import re
import stat
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError

from qse_audit.evidence.inspection import Unacceptable

MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 500_000_000
MAX_RATIO = 100
SMALL_BYTES = 1_000_000
"""Entries below this size may be as repetitive as they like."""
CHUNK = 1024 * 1024
_ESCAPES = re.compile(r"^/|^[a-zA-Z]:|\\|(^|/)\.\.(/|$)|[\x00-\x1f\x7f]")


def open_checked(path: Path) -> ZipFile:
    """Open a ZIP container within the limits, every entry read to its end.

    :raises Unacceptable: for what is no ZIP, explodes, escapes, links or is locked.
    """
    try:
        container = ZipFile(path)
        _check_directory(container.infolist(), path.stat().st_size)
        _read_all(container)
    except (BadZipFile, ZlibError, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise Unacceptable("office_damaged") from error
    return container


def _check_directory(entries: list[ZipInfo], packed_bytes: int) -> None:
    if len(entries) > MAX_ENTRIES:
        raise Unacceptable("zip_entries", most=MAX_ENTRIES)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_RATIO * packed_bytes + SMALL_BYTES:
        raise Unacceptable("zip_bomb")
    names = [entry.filename.removesuffix("/") for entry in entries]
    if len({name.casefold() for name in names}) != len(names):
        raise Unacceptable("office_damaged")
    for entry in entries:
        _check_entry(entry)


def _check_entry(entry: ZipInfo) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise Unacceptable("zip_link")
    if entry.flag_bits & 0x1:
        raise Unacceptable("office_locked")
    if _ESCAPES.search(entry.filename):
        raise Unacceptable("zip_escape")
    if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise Unacceptable("office_damaged")
    if entry.file_size > max(SMALL_BYTES, MAX_RATIO * entry.compress_size):
        raise Unacceptable("zip_bomb")


def _read_all(container: ZipFile) -> None:
    """Read every entry, counting what really comes out; zipfile checks each CRC at the end."""
    total = 0
    for entry in container.infolist():
        with container.open(entry) as file:
            while chunk := file.read(CHUNK):
                total += len(chunk)
                if total > MAX_UNPACKED_BYTES:
                    raise Unacceptable("zip_bomb")
