"""``qse-audit indicator import``: a dry run, a real one, and every fault with its place."""

import json

import pytest
from sqlalchemy import func, select

from qse_audit.cli import main
from qse_audit.indicators.models import Measurement
from tests.indicators.factories import MONTH, make_indicator, measure

LAST = MONTH.previous


@pytest.fixture
def run(session, cast, database, tmp_path, monkeypatch, capsys):
    """Run the command on a file with these lines; return (exit code, stdout, stderr)."""
    monkeypatch.setenv("QSE_INSTANCE", str(tmp_path))
    monkeypatch.setenv("QSE_DATABASE_URL", database)

    def run(*options, lines=(), name="valeurs.csv"):
        session.rollback()
        file = tmp_path / name
        file.write_text("\n".join(["période;accidents;heures", *lines]), encoding="utf-8")
        code = main(["indicator", "import", str(file), *options])
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


def count(session) -> int:
    session.expire_all()
    found = session.scalar(select(func.count()).select_from(Measurement))
    session.rollback()
    return found


def test_a_dry_run_reports_and_changes_nothing(session, cast, run):
    reference = make_indicator(session, cast).reference
    code, out, _ = run(
        "--indicator", reference, "--dry-run", "--json", lines=[f"{LAST.iso};1;16450"]
    )
    told = json.loads(out.splitlines()[-1])
    assert (code, told["added"], told["values"], told["errors"]) == (0, 1, 2, [])
    assert count(session) == 0


def test_a_file_is_imported(session, cast, run):
    reference = make_indicator(session, cast).reference
    code, out, _ = run("--indicator", reference, lines=[f"{LAST.iso};1;16450"])
    assert (code, "1 added" in out) == (0, True)
    assert count(session) == 1


def test_every_fault_is_said_with_line_and_column_and_nothing_changes(session, cast, run):
    reference = make_indicator(session, cast).reference
    lines = [f"{LAST.iso};1;16450", "2026-13;1;2", f"{LAST.previous.iso};x;-2"]
    code, out, err = run("--indicator", reference, "--json", lines=lines)
    errors = json.loads(out.splitlines()[-1])["errors"]
    assert code == 2
    assert [(each["line"], each["cell"]) for each in errors] == [(3, "A3"), (4, "B4"), (4, "C4")]
    assert "ligne 4, colonne heures (C4)" in err
    assert "attendu" in err
    assert count(session) == 0


def test_a_correction_without_a_reason_is_refused(session, cast, run):
    indicator = make_indicator(session, cast)
    reference = indicator.reference
    measure(session, indicator, {LAST: {"accidents": 1, "heures": 16450}}, by=cast.bob)
    lines = [f"{LAST.iso};1;17000"]
    code, _, err = run("--indicator", reference, lines=lines)
    assert (code, "dites pourquoi" in err) == (2, True)
    code, out, _ = run("--indicator", reference, "--reason", "Paie", lines=lines)
    assert (code, "1 corrected" in out) == (0, True)


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--indicator", "IND-1900-001"], "IND-1900-001"), (["--by", "nobody@example.org"], "--by")],
)
def test_what_is_not_known_is_named(session, cast, run, options, said):
    reference = make_indicator(session, cast).reference
    given = options if "--indicator" in options else ["--indicator", reference, *options]
    code, _, err = run(*given, lines=[f"{LAST.iso};1;16450"])
    assert (code, said in err) == (2, True)
    assert count(session) == 0
