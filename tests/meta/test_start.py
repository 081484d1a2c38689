"""What a process loads before it answers: nothing that only some works need."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from qse_audit.paths import PACKAGE

SEEN = """
import gc, json, sys
from qse_audit import __main__ as door
resting = not gc.isenabled()
from qse_audit import footprint
from qse_audit.app import create_app
from qse_audit.cli.base import prepare
from qse_audit.settings import load_settings
footprint.settle()
settings = load_settings()
app = create_app(settings, prepare(settings))
found = app.test_client().get("/first-run")
print(json.dumps({
    "modules": sorted(name for name in sys.modules if "." not in name),
    "dialects": sorted(name for name in sys.modules if name.startswith("sqlalchemy.dialects.")),
    "status": found.status_code, "resting": resting,
    "works": gc.isenabled(), "frozen": gc.get_freeze_count(),
}))
"""
HEAVY = (
    "PIL",
    "alembic",
    "cryptography",
    "docx",
    "lxml",
    "mako",
    "plotly",
    "psycopg",
    "pypdf",
    "python_calamine",
    "segno",
    "typst",
    "xlsxwriter",
    "yaml",
)
"""Each loads in the functions that use it; the reason stands on the line."""


@dataclass(frozen=True)
class Start:
    """A process that was started a second time on its instance, once it answered."""

    modules: list[str]
    dialects: list[str]
    status: int
    resting: bool
    works: bool
    frozen: int


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    instance = tmp_path_factory.mktemp("start")
    environ = {**os.environ, "PYTHONPATH": str(PACKAGE.parent), "QSE_INSTANCE": str(instance)}
    run = {"env": environ, "cwd": instance, "check": True, "capture_output": True}
    subprocess.run([sys.executable, "-m", "qse_audit", "init-db"], **run)
    done = subprocess.run([sys.executable, "-c", SEEN], **run)
    found = Start(**json.loads(done.stdout))
    assert found.status == 200
    return found


@pytest.mark.parametrize("library", HEAVY)
def test_a_heavy_library_waits_until_somebody_needs_it(start, library):
    assert library not in start.modules, f"import {library} in the function that uses it"


def test_sqlite_does_not_load_the_dialects_of_others(start):
    assert "sqlalchemy.dialects.sqlite" in start.dialects
    assert "sqlalchemy.dialects.postgresql" not in start.dialects, (
        "an option called postgresql_… loads the dialect: see db.constraints.unique_among"
    )


def test_the_collector_rests_while_the_application_loads_and_works_afterwards(start):
    assert start.resting
    assert start.works
    assert start.frozen > 50_000
