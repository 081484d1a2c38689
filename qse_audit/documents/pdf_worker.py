"""Compile one typst document, then end: the process that typst's memory dies with.

Started by :mod:`qse_audit.documents.pdf` as a plain script, so it imports nothing of ours. A job
comes in as JSON, the PDF goes out as bytes; on failure one line says why and the exit code is 1.
"""

import contextlib
import json
import sys
from typing import Any


def limit(memory_bytes: int, cpu_seconds: int) -> None:
    """Bound what this process may use, where the system can: not on Windows."""
    try:
        import resource  # Unix only
    except ImportError:
        return
    wanted = [
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ]
    for what, bound in wanted:
        with contextlib.suppress(ValueError, OSError):  # a lower hard limit is already set
            resource.setrlimit(what, (bound, bound))


def compile_job(job: dict[str, Any]) -> bytes:
    """Return the PDF of ``job``, tagged and archivable, or the picture of its first page."""
    import typst  # heavy, and grows: only in this process

    fonts = typst.Fonts(include_system_fonts=False, font_paths=[job["fonts"]])
    compiler = typst.Compiler(
        job["template"],
        root=job["root"],
        font_paths=fonts,
        sys_inputs=job["inputs"],
        package_path=job["packages"],
        package_cache_path=job["packages"],
    )
    if job["format"] == "png":
        made = compiler.compile(format="png", ppi=job["ppi"])
    else:
        made = compiler.compile(pdf_standards=["a-3a", "ua-1"], timestamp=job["timestamp"])
    assert isinstance(made, bytes)  # one page
    return made


def main() -> int:
    """Read a job, write what it asks for."""
    job = json.load(sys.stdin.buffer)
    limit(job["memory_bytes"], job["cpu_seconds"])
    try:
        made = compile_job(job)
    except Exception as error:  # whatever it is, the parent process words it
        reason = getattr(error, "diagnostic", "") or f"{type(error).__name__}: {error}"
        sys.stderr.buffer.write(reason.encode("utf-8", "replace"))
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
