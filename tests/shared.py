"""What all workers of a run share: made once, by whoever needs it first; the others wait.

A template of a database, a PostgreSQL server, a company: each takes seconds, in every worker.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

from fasteners import InterProcessLock
from jinja2 import FileSystemBytecodeCache

T = TypeVar("T")
PLACE = "TESTS_SHARED_FOLDER"
"""The variable by which the workers are told where it is."""


def begin() -> None:
    """Make the folder; whoever starts the workers calls it before them."""
    os.environ[PLACE] = tempfile.mkdtemp(prefix="qse-tests-shared-")


def end() -> None:
    """Remove the folder, after all workers have ended."""
    shutil.rmtree(os.environ[PLACE], ignore_errors=True)


@cache
def folder() -> Path:
    """Return the folder that all workers of this run share."""
    if PLACE not in os.environ:  # the tests’ makers are used without pytest
        begin()
    return Path(os.environ[PLACE])


def shared(name: str, make: Callable[[], T]) -> T:
    """Return what ``make`` told of what it made, for the first worker or for an earlier one.

    It is told as JSON: a tuple comes back as a list. What failed once fails at once afterwards,
    with the first reason.
    """
    told, failed = (folder() / f"{name}.{end}" for end in ("json", "failed"))
    with InterProcessLock(folder() / f"{name}.lock"):
        if failed.exists():
            raise RuntimeError(f"{name} could not be made: {failed.read_text(encoding='utf-8')}")
        if not told.exists():
            try:
                told.write_text(json.dumps(make()), encoding="utf-8")
            except Exception as error:
                failed.write_text(repr(error), encoding="utf-8")
                raise
    found: T = json.loads(told.read_text(encoding="utf-8"))
    return found


@cache
def templates() -> FileSystemBytecodeCache:
    """Return where pages are compiled once, for every application of every worker."""
    path = folder() / "templates"
    path.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(path))
