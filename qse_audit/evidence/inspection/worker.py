"""Inspect one file, then end: the process that a hostile file may break without harm.

Started by :mod:`qse_audit.evidence.intake` as a script. A job comes in as JSON, what was found
goes out as JSON.
"""

import contextlib
import json
import sys
from pathlib import Path
from typing import Any


def limit(*, memory_bytes: int, cpu_seconds: int, file_bytes: int) -> None:
    """Bound what this process may use, where the system can: not on Windows."""
    try:
        import resource  # Unix only
    except ImportError:
        return
    wanted = [
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
    ]
    for what, bound in wanted:
        with contextlib.suppress(ValueError, OSError):  # a lower hard limit is already set
            resource.setrlimit(what, (bound, bound))


def inspect(job: dict[str, Any]) -> dict[str, Any]:
    """Return what is known of the file of ``job``, or made of it; only what it needs is loaded.

    :raises Unacceptable: when it must be refused.
    """
    path, kind = Path(job["path"]), job["inspector"]
    if kind == "mask":
        from qse_audit.evidence.inspection import masking  # heavy

        return masking.hide(
            path,
            Path(job["folder"]),
            zones=job["zones"],
            thumbnail_pixels=job["thumbnail_pixels"],
        )
    if kind == "image":
        from qse_audit.evidence.inspection import images  # heavy

        return images.rewrite(
            path,
            Path(job["folder"]),
            max_pixels=job["max_pixels"],
            thumbnail_pixels=job["thumbnail_pixels"],
        )
    if kind == "pdf":
        from qse_audit.evidence.inspection import pdfs  # heavy

        return pdfs.check(path)
    from qse_audit.evidence.inspection import offices, texts  # after the limits are set

    if kind == "text":
        return texts.check(path)
    check = offices.check_ooxml if kind == "ooxml" else offices.check_odf
    return check(path, job["extension"])


def main() -> int:
    """Read a job, write what was found."""
    job = json.load(sys.stdin.buffer)
    sys.path.insert(0, job["package_root"])  # the code of who asked, whatever is installed
    limit(
        memory_bytes=job["memory_bytes"],
        cpu_seconds=job["cpu_seconds"],
        file_bytes=job["file_bytes"],
    )
    from qse_audit.evidence.inspection import Unacceptable  # the path is only known now

    try:
        found = inspect(job)
    except Unacceptable as refused:
        found = {"refused": refused.code, "values": refused.values}
    except (MemoryError, RecursionError):
        found = {"refused": "too_complex", "values": {}}
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
