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


BOOK = (10, 12, 11, 13, 12, 11, 14, 12, 11, 13)
FORMS = {
    "one value a line": "\n".join(str(value) for value in BOOK),
    "period;value": "\n".join(f"2026-{n:02};{value}" for n, value in enumerate(BOOK, 1)),
    "headings": "Mois;Valeur\n"
    + "\n".join(f"{n:02}/2026;{value},0" for n, value in enumerate(BOOK, 1)),
    "any order": "\n".join(f"2026-{n:02};{v}" for n, v in reversed([*enumerate(BOOK, 1)])),
    "a spreadsheet": "\r\n".join(f"{value}.00" for value in BOOK) + "\r\n\r\n",
    "ranks": "\n".join(f"{n};{value}" for n, value in enumerate(BOOK, 1)),
}


@pytest.fixture
def xmr(tmp_path, monkeypatch, capsys):
    """Run the command on a file of these bytes; return (exit code, stdout, stderr)."""
    monkeypatch.setenv("QSE_INSTANCE", str(tmp_path / "instance"))

    def xmr(content, *options, name="serie.csv"):
        file = tmp_path / name
        if content is not None:
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        code = main(["indicator", "xmr", str(file), *options])
        out = capsys.readouterr()
        return code, out.out, out.err

    return xmr


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_the_limits_of_the_book_come_from_every_form_of_file(xmr, content):
    code, out, _ = xmr(content, "--json")
    told = json.loads(out)
    assert code == 0
    assert list(told) == [
        "mean", "mean_range", "upper", "lower", "range_upper", "provisional", "signals",
    ]  # fmt: skip
    figures = [round(told[name], 3) for name in list(told)[:5]]
    assert figures == [11.9, 1.667, 16.333, 7.467, 5.445]
    assert (told["provisional"], told["signals"]) == (True, [])


@pytest.mark.parametrize(("rules", "found"), [
    ("wheeler", {"rule": "W2", "from": "2026-11", "to": "2027-06"}),
    ("western-electric", {"rule": "WE4", "from": "2026-11", "to": "2027-06"}),
    ("nelson", None),
])  # fmt: skip
def test_eight_in_a_row_are_a_signal_of_the_sets_that_say_eight(xmr, rules, found):
    months = [(n // 12 + 2026, n % 12 + 1) for n in range(18)]
    values = (*(13, 9) * 5, *(12,) * 8)
    lines = [f"{y}-{m:02};{v}" for (y, m), v in zip(months, values, strict=True)]
    code, out, _ = xmr("\n".join(lines), "--rules", rules, "--json")
    signals = json.loads(out)["signals"]
    assert code == 0
    assert (found in signals) if found else not [s for s in signals if s["rule"] == "N2"]


@pytest.mark.parametrize(("content", "said"), [
    (None, "serie.csv"),
    ("", "fichier sans valeur"),
    ("\n \n", "fichier sans valeur"),
    ("Valeur\n", "fichier sans valeur"),
    ("10\n12\nonze\n", "ligne 3, colonne 1"),
    ("2026-01;10\n2026-02;onze\n", "ligne 2, colonne 2"),
    ("2026-01;10\n2026-13;11\n", "ligne 2, colonne 1"),
    ("2026-01;10\n2026-02;11\n\n2026-01;12\n", "ligne 4, colonne 1"),
    ("2026-01;10\n11\n", "ligne 2"),
    ("2026-01;10;ok\n", "ligne 1"),
    ("2026-01;10\n2026-T2;11\n", "ligne 2, colonne 1"),
    ("10\n1e400\n", "ligne 2"),
    ("1\n" * 20_001, "20000"),
    (b"\x00" * 64, "ligne 1"),
    (b"1" * 5_000_000, ""),
])  # fmt: skip
def test_a_series_that_cannot_be_read_exits_2_with_its_line(xmr, content, said):
    code, out, err = xmr(content, "--json")
    assert (code, out) == (2, "")
    assert said in err.replace("\u202f", "").replace("\u00a0", " ")


@pytest.mark.parametrize("options", [("--rules", "montgomery"), ("--limits",)])
def test_an_option_that_is_not_known_exits_2(xmr, options):
    with pytest.raises(SystemExit) as stopped:
        xmr("1\n2\n", *options)
    assert stopped.value.code == 2


def test_a_folder_is_no_series(xmr, tmp_path):
    (tmp_path / "dossier").mkdir()
    assert xmr(None, name="dossier")[0] == 2
