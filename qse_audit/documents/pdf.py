"""PDF files from typst templates: PDF/A-3a for the archive and PDF/UA-1 for every reader.

The template gets its values as JSON in ``sys.inputs.data``: content, never markup. It is compiled
in a process of its own, which keeps typst's memory out of the server and can be bounded.
"""

import json
import mimetypes
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from os import environ
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from qse_audit import paths
from qse_audit.core.errors import DocumentError
from qse_audit.core.text import N_
from qse_audit.documents.fonts import font_files, printable

MAX_IMAGES = 500
MAX_FILE_BYTES = 25_000_000
MAX_FILES_BYTES = 200_000_000
MEMORY_BYTES = 2_000_000_000
"""Address space of the compiling process; 60 pages with photos stay under a fifth of it."""
CORES_USED = 2
"""CPU time runs this much faster than the clock at most; the clock is to stop a long document."""

PICTURE = "_picture.typ"
PICTURE_WIDTH_INCHES = 8
WORKER = Path(__file__).with_name("pdf_worker.py")
_IMAGE_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,99}\.(png|jpg|jpeg|gif|webp|svg)")
_ATTACHMENT_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}")


def render_pdf(
    template: str,
    data: Mapping[str, Any],
    *,
    images: Mapping[str, bytes | Path] | None = None,
    attachments: Mapping[str, bytes] | None = None,
    made_at: datetime | None = None,
    folder: Path | None = None,
    timeout_seconds: float = 60,
) -> bytes:
    """Return the PDF that ``template`` (``audit_report.typ``) makes of ``data``.

    ``images`` are found by the template under ``/images/<name>``; ``attachments`` travel inside
    the PDF, as PDF/A-3 allows. With ``made_at`` the same input gives the same bytes. Templates of
    ``folder`` are added to those of ``templates/documents/``.

    :raises DocumentError: when an image is not one, a limit is met, or the template fails.
    """
    made = {"format": "pdf", "timestamp": None if made_at is None else int(made_at.timestamp())}
    with TemporaryDirectory(prefix="qse-pdf-") as name:
        root = Path(name)
        _lay_templates(root, folder)
        _lay_files(root / "images", images or {}, _IMAGE_NAME)
        _lay_files(root / "attachments", attachments or {}, _ATTACHMENT_NAME)
        return _made(template, data, root, attachments=attachments or {}, asked=made,
                     timeout_seconds=timeout_seconds)  # fmt: skip


def render_png(svg: str, *, width_px: int = 1600, timeout_seconds: float = 20) -> bytes:
    """Return a drawing as a picture ``width_px`` wide on a white ground.

    :raises DocumentError: when it is no drawing, or a limit is met.
    """
    asked = {"format": "png", "ppi": width_px / PICTURE_WIDTH_INCHES}
    with TemporaryDirectory(prefix="qse-png-") as name:
        root = Path(name)
        _lay_templates(root, None)
        _lay_files(root / "images", {"picture.svg": svg.encode()}, _IMAGE_NAME)
        return _made(PICTURE, {}, root, attachments={}, asked=asked,
                     timeout_seconds=timeout_seconds)  # fmt: skip


def _made(
    template: str,
    data: Mapping[str, Any],
    root: Path,
    *,
    attachments: Mapping[str, bytes],
    asked: Mapping[str, Any],
    timeout_seconds: float,
) -> bytes:
    """Return what the worker makes of the files laid into ``root``."""
    if not (root / template).is_file():
        raise DocumentError(N_("Le modèle de document %(name)s manque.", name=template))
    job = {
        "template": str(root / template),
        "root": str(root),
        "fonts": str(root / "fonts"),
        "packages": str(root / "packages"),
        "inputs": {"data": _as_json(data), "attachments": json.dumps(_listed(attachments))},
        "memory_bytes": MEMORY_BYTES,
        "cpu_seconds": CORES_USED * max(1, round(timeout_seconds)) + 1,
        **asked,
    }
    return _compile(job, root, timeout_seconds)


def _compile(job: Mapping[str, Any], root: Path, timeout_seconds: float) -> bytes:
    """Run the worker on ``job`` and return what it made."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-B", str(WORKER)],
            input=json.dumps(job).encode(),
            capture_output=True,
            cwd=root,
            env=_environment(root),
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DocumentError(
            N_("Le document n’est pas prêt après %(count)d s.", count=round(timeout_seconds))
        ) from error
    if done.returncode == 0 and done.stdout.startswith((b"%PDF-", b"\x89PNG")):
        return done.stdout
    if done.returncode == 1:
        reason = _reason(done.stderr.decode("utf-8", "replace"))
        raise DocumentError(
            N_("Le document n’a pas pu être mis en page : %(reason)s", reason=reason)
        )
    raise DocumentError(N_("Le document est trop gros pour être mis en page."))


def _reason(diagnostic: str) -> str:
    """Return what a person can use of typst's diagnostic: the first error and its place."""
    lines = [line.strip() for line in diagnostic.splitlines() if line.strip()]
    place = next((line.removeprefix("┌─ ") for line in lines if line.startswith("┌─ ")), "")
    first = lines[0].removeprefix("error: ") if lines else "?"
    return f"{first} ({place})" if place else first


def _environment(root: Path) -> dict[str, str]:
    """Return a bare environment: no proxy, no secret, and no way to the package server."""
    nowhere = "http://127.0.0.1:9"
    return {
        "HTTP_PROXY": nowhere,
        "HTTPS_PROXY": nowhere,
        "ALL_PROXY": nowhere,
        "HOME": str(root),
        "TMP": str(root),
        "TMPDIR": str(root),
        "RAYON_NUM_THREADS": "2",
        **_windows(),
    }


def _windows() -> dict[str, str]:
    """Return what Python cannot start without on Windows."""
    return {"SYSTEMROOT": environ["SYSTEMROOT"]} if "SYSTEMROOT" in environ else {}


def _as_json(data: Mapping[str, Any]) -> str:
    """Return ``data`` as JSON with only printable text."""
    try:
        return json.dumps(printable(dict(data)), ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise DocumentError(N_("Les données du document ne peuvent pas être écrites.")) from error


def _lay_templates(root: Path, folder: Path | None) -> None:
    """Copy the templates and the font files into ``root``, which is all that typst may read."""
    for source in (paths.templates_dir() / "documents", folder):
        if source is not None:
            for path in source.glob("*.typ"):
                shutil.copyfile(path, root / path.name)
    for name in ("fonts", "packages"):
        (root / name).mkdir()
    for path in font_files():
        shutil.copyfile(path, root / "fonts" / path.name)


def _lay_files(folder: Path, given: Mapping[str, bytes | Path], names: re.Pattern[str]) -> None:
    """Copy the ``given`` files into ``folder``, within the limits."""
    folder.mkdir()
    if len(given) > MAX_IMAGES:
        raise DocumentError(N_("Plus de %(count)d images dans un document.", count=MAX_IMAGES))
    total = 0
    for name, source in given.items():
        if not names.fullmatch(name):
            raise DocumentError(N_("Nom de fichier refusé dans un document : %(name)s", name=name))
        size = source.stat().st_size if isinstance(source, Path) else len(source)
        total += size
        if size > MAX_FILE_BYTES or total > MAX_FILES_BYTES:
            raise DocumentError(N_("Trop d’octets d’images dans un document : %(name)s", name=name))
        if isinstance(source, Path):
            shutil.copyfile(source, folder / name)
        else:
            (folder / name).write_bytes(source)


def _listed(attachments: Mapping[str, bytes]) -> list[dict[str, str]]:
    """Return what the base template needs to attach each file."""
    unknown = "application/octet-stream"
    return [
        {"name": name, "mime": mimetypes.guess_type(name)[0] or unknown} for name in attachments
    ]
