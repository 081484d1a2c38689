"""``qse-audit risk …``: what it prints, and what it refuses."""

import json

import pytest

from qse_audit.cli import main
from qse_audit.paths import referentials_dir


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command away from any database; return (exit code, stdout, stderr)."""
    monkeypatch.setenv("QSE_INSTANCE", str(tmp_path))

    def run(*words):
        code = main(["risk", *map(str, words)])
        out = capsys.readouterr()
        return code, out.out, out.err

    yield run
    made = {path.name for path in tmp_path.iterdir()} - {"secret.key"}
    assert not made, "a command that only reads made a database"


def triplet(s, o, d):
    return ("action-priority", "--severity", s, "--occurrence", o, "--detection", d)


def test_a_triplet_is_rated(run):
    assert run(*triplet(9, 2, 7))[:2] == (0, "S=9 O=2 D=7: H (RPN 126)\n")
    code, out, _ = run(*triplet(9, 3, 4), "--json")
    assert json.loads(out) == {
        "severity": 9, "occurrence": 3, "detection": 4, "priority": "L", "rpn": 108,
    }  # fmt: skip
    assert code == 0


def test_all_triplets_are_listed(run):
    code, out, _ = run("action-priority", "--all", "--json")
    rated = json.loads(out)
    found = [sum(each["priority"] == letter for each in rated) for letter in "HML"]
    assert (code, found) == (0, [318, 214, 468])
    assert sorted(rated[0]) == ["detection", "occurrence", "priority", "rpn", "severity"]


def test_a_note_that_is_missing_or_off_the_scale_is_named(run):
    code, _, err = run(*triplet(0, 5, 11))
    assert (code, err.count("attendu : un nombre entier de 1 à 10")) == (2, 2)
    assert "severity : 0" in err
    assert "detection : 11" in err
    code, _, err = run("action-priority", "--severity", 5)
    assert (code, "il manque --occurrence, --detection" in err) == (2, True)


def test_the_file_of_a_scale_is_checked_every_fault_at_its_line(run, tmp_path_factory):
    delivered = referentials_dir() / "matrices" / "apr-matrice-4x4.yaml"
    assert run("scale", "check", delivered)[:2] == (
        0, "apr-matrice-4x4: 2 criteria, 3 bands (preliminary)\n",
    )  # fmt: skip
    assert json.loads(run("scale", "check", delivered, "--json")[1])["scale"]["version"] == 1
    wrong = tmp_path_factory.mktemp("scale") / "wrong.yaml"
    text = delivered.read_text(encoding="utf-8").replace("rank: low", "rank: bas")
    wrong.write_text(text.replace("letter: V", "letter: VVVV"), encoding="utf-8")
    code, out, err = run("scale", "check", wrong)
    assert (code, out, err.count("\n")) == (2, "", 3)
    code, out, err = run("scale", "check", wrong, "--json")
    told = json.loads(out)
    assert (code, told["error_count"], told["scale"]) == (2, 3, None)
    assert [each["place"].split(", ")[1] for each in told["errors"]] == [
        "id", "criteria[1].letter", "bands[0].rank",
    ]  # fmt: skip
