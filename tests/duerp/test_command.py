"""``qse-audit duerp versions``: which version was in force on a day."""

import json

import pytest

from qse_audit.cli import main
from tests.duerp.conftest import approve
from tests.factories import NOW

DAY = NOW.date().isoformat()


@pytest.fixture
def run(settings, monkeypatch, capsys, session):
    def run(*arguments):
        session.commit()
        monkeypatch.setenv("QSE_INSTANCE", str(settings.instance))
        monkeypatch.setenv("QSE_DATABASE_URL", settings.database_url)
        monkeypatch.setenv("QSE_SECRET_KEY", settings.secret_key)
        code = main(["duerp", "versions", *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_the_version_in_force_on_a_day_is_listed(run, session, cast, duerp):
    approve(session, duerp, cast)
    code, out, _ = run("--as-of", DAY, "--json")
    (found,) = json.loads(out)
    assert code == 0
    assert (found["version"], found["in_force_from"], found["in_force_until"]) == (1, DAY, None)
    assert found["kept_until"] == f"{NOW.year + 40}{DAY[4:]}"
    assert len(found["sha256"]) == 64
    code, out, _ = run("--as-of", "2020-01-01", "--json")
    assert (code, json.loads(out)[0]["version"]) == (0, None)
    code, out, _ = run("--as-of", DAY, "--organisation", found["organisation"])
    assert (code, f"v1, {DAY}" in out) == (0, True)
    for wrong in (("--as-of", "31/12/2026"), ("--organisation", "Inconnue")):
        code, out, err = run(*wrong)
        assert (code, out) == (2, "")
        assert wrong[1] in err or "--organisation" in err
