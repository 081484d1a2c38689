"""The command line as its users call it: real processes, exit codes and outputs."""

import json
import os
import subprocess
import sys

import pytest

from qse_audit.paths import referentials_dir


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    return tmp_path_factory.mktemp("instance")


@pytest.fixture(scope="module")
def run(instance):
    """Run ``qse-audit`` in an instance of its own, shared by the tests of this module."""
    environment = {**os.environ, "QSE_INSTANCE": str(instance), "QSE_DATABASE_URL": ""}

    def run(*arguments, code=0, **extra):
        done = subprocess.run(
            [sys.executable, "-m", "qse_audit", *map(str, arguments)],
            env={**environment, **extra},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr[-2000:]
        return done

    return run


@pytest.fixture(scope="module")
def demo(run):
    return json.loads(run("demo", "--no-serve", "--json").stdout)


@pytest.fixture(scope="module")
def sealed(run, demo, tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "dossier.zip"
    run("dossier", "export", 1, "-o", path)
    return path


def test_the_demo_tells_its_accounts_audits_and_candidacies(demo):
    assert {"database", "accounts", "audits", "candidacies"} == set(demo)
    roles = {account["role"] for account in demo["accounts"]}
    assert roles >= {"coordinator", "auditor", "candidate", "tutor", "evaluator", "exam_staff"}
    assert all(account["password"] for account in demo["accounts"])
    assert len(demo["audits"]) == 9
    assert len(demo["candidacies"]) == 2


def test_loading_the_demo_again_changes_nothing(run, demo):
    assert json.loads(run("demo", "--no-serve", "--json").stdout) == demo


def test_a_sealed_dossier_verifies_with_the_key_of_the_instance(run, sealed):
    assert run("dossier", "verify", sealed).stdout.strip() == "verified"


def test_a_changed_byte_is_found(run, sealed, tmp_path):
    content = bytearray(sealed.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "changed.zip").write_bytes(content)
    assert run("dossier", "verify", tmp_path / "changed.zip", code=1).stdout.strip()


def test_the_key_of_another_instance_does_not_vouch_for_it(run, sealed, tmp_path):
    other = {"QSE_INSTANCE": str(tmp_path / "other")}
    run("dossier", "verify", sealed, code=1, **other)


def test_the_doctor_finds_nothing_wrong_with_the_demo(run, demo):
    told = json.loads(run("doctor", "--json").stdout)
    assert told["sound"]
    assert told["faults"] == []
    assert all(told["counts"][name] for name in ("events", "texts", "rows", "sealed", "files"))
    assert run("doctor").stdout.splitlines()[-1] == "sound"


def test_the_doctor_exits_1_and_tells_the_first_thing_that_is_wrong(run, demo, instance):
    path = next((instance / "files").glob("??/??/*"))
    content = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(content + b"x")
    told = run("doctor", code=1).stdout
    assert "modifié sur le disque" in told
    assert path.name in told
    fault = json.loads(run("doctor", "--json", code=1).stdout)["faults"][0]
    assert (fault["code"], fault["subject"]) == ("file_changed", path.name)
    path.write_bytes(content)


def test_the_doctor_does_not_touch_a_database_that_is_not_there(run, tmp_path):
    assert "init-db" in run("doctor", code=2, QSE_INSTANCE=str(tmp_path)).stderr


def test_a_dossier_that_does_not_exist_is_said_so(run, demo, tmp_path):
    assert "no dossier 99" in run("dossier", "export", 99, "-o", tmp_path / "x", code=2).stderr


def test_a_dry_run_reports_and_changes_nothing(run, demo, tmp_path):
    grid = tmp_path / "grille.csv"
    grid.write_text("ref;title_fr;question_fr\n1;Chapitre;\n1.1;Point;Vu ?\n", encoding="utf-8")
    told = json.loads(run("referential", "import", grid, "--dry-run", "--json").stdout)
    assert set(told) == {"referential", "edition", "requirements", "assessable", "warnings"}
    assert told["requirements"] == 2
    assert json.loads(run("referential", "import", grid, "--json").stdout) == told


def test_a_broken_file_names_the_place_and_exits_2(run, demo, tmp_path):
    broken = tmp_path / "broken.yaml"
    source = (referentials_dir() / "audits/iso-9001-2015.yaml").read_text(encoding="utf-8")
    broken.write_text(source.replace("kind: audit", "kind: audit\nkind: audit"), encoding="utf-8")
    told = run("referential", "import", broken, code=2).stderr
    assert "kind" in told


def test_a_wrong_setting_exits_2_and_says_what_is_accepted(run):
    told = run("init-db", code=2, QSE_SMTP_PORT="many").stderr
    assert "QSE_SMTP_PORT" in told
    assert "from 1 to 65535" in told


def test_a_job_runs_by_its_name(run, demo):
    assert run("run-job", "remind").stdout.startswith("remind: ")
    assert "expected one of" in run("run-job", "dance", code=2).stderr


def test_the_demo_is_never_served_to_the_network(run, demo):
    assert "loopback" in run("serve", "--host", "0.0.0.0", code=2).stderr


BOOK = "10\n12\n11\n13\n12\n11\n14\n12\n11\n13\n"


def test_the_limits_of_a_series_are_printed_as_json(run, tmp_path):
    file = tmp_path / "serie.csv"
    file.write_text(BOOK, encoding="utf-8")
    told = json.loads(run("indicator", "xmr", file, "--json").stdout)
    assert {key: told[key] for key in ("mean", "provisional", "signals")} == {
        "mean": 11.9,
        "provisional": True,
        "signals": [],
    }
    assert [round(told[key], 3) for key in ("upper", "lower", "range_upper", "mean_range")] == [
        16.333,
        7.467,
        5.445,
        1.667,
    ]


def test_signals_go_from_a_period_to_another(run, tmp_path):
    file = tmp_path / "serie.csv"
    months = [f"{n % 12 + 1:02}/{2024 + n // 12};{5 if n < 12 else 7},{n % 3}" for n in range(24)]
    file.write_text("Mois;Valeur\n" + "\n".join(months), encoding="utf-8")
    told = json.loads(run("indicator", "xmr", file, "--rules", "nelson", "--json").stdout)
    assert {"rule": "N2", "from": "2025-01", "to": "2025-12"} in told["signals"]
    assert not told["provisional"]
    assert (
        "signal N2: 2025-01 – 2025-12" in run("indicator", "xmr", file, "--rules", "nelson").stdout
    )


def test_too_few_values_have_no_limits(run, tmp_path):
    file = tmp_path / "serie.csv"
    file.write_text("1\n2\n3\n", encoding="utf-8")
    told = json.loads(run("indicator", "xmr", file, "--json").stdout)
    assert (told["mean"], told["upper"], told["provisional"]) == (None, None, True)


def test_a_series_that_cannot_be_read_exits_2_and_names_the_place(run, tmp_path):
    file = tmp_path / "serie.csv"
    file.write_text("2026-01;1\n2026-02;un\n", encoding="utf-8")
    assert "ligne 2, colonne 2" in run("indicator", "xmr", file, code=2).stderr
    run("indicator", "xmr", tmp_path / "absent.csv", code=2)
    run("indicator", "xmr", file, "--rules", "montgomery", code=2)


def test_the_objectives_of_the_demo_are_checked_and_the_anomalies_told(run, demo):
    told = json.loads(run("objective", "check", "--json", code=1).stdout)
    assert {each["code"] for each in told["anomalies"]} == {"K1", "K3", "K4", "K6", "K7", "K11"}
    assert (told["open"], told["accepted"]) == (6, 1)
    gap = next(each for each in told["anomalies"] if each["code"] == "K7")
    assert gap["figures"]["gap"] == "1/2"
    run("objective", "check", "--organisation", "Nobody", code=2)
