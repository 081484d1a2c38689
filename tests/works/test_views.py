"""The page of a work: for who asked alone, from any page, until its outcome was seen."""

import threading

import pytest

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_
from qse_audit.db.work import WorkStatus
from qse_audit.works import services
from qse_audit.works.jobs import Worker
from tests.audits.factories import answer_all, make_audit
from tests.conftest import as_json
from tests.factories import NOW
from tests.works.factories import ask, stored, table


@pytest.fixture
def kinds(app):
    app.extensions["work_kinds"] = table()
    return app.extensions["work_kinds"]


@pytest.fixture
def work_id(session, cast, kinds):
    return ask(session, cast.alice, make_audit(session, cast).id)


@pytest.fixture
def running(session, work_id):
    services.claim_work(session, "somebody", NOW)
    services.beat(session, work_id, "somebody", told=("write", 3, 4), now=NOW)
    session.commit()
    return work_id


@pytest.fixture
def done(engine, settings, kinds, work_id):
    Worker(engine, settings, kinds).drain()
    return work_id


@pytest.fixture
def failed(session, running):
    why = Refusal("why", N_("Parce que."), "ISO 19011:2018, 6.5")
    services.end_badly(session, running, "somebody", refusals=[why], incident="abcd1234", now=NOW)
    session.commit()
    return running


def test_a_work_that_runs_shows_how_far_it_is_without_script(browse, cast, running):
    page = browse(cast.alice, "GET", f"/works/{running}")
    bar = page.select_one("progress")
    assert (bar["value"], page.select_one(f"#{bar['aria-labelledby']}").text) == ("75", "Écriture")
    assert page.select_one("#work-state")["role"] == "status"
    assert page.select_one("noscript a")["href"] == f"/works/{running}"
    assert page.select_one('a[href^="/audits/"]:not(nav a)') is not None


def test_what_waits_has_no_percentage(browse, cast, work_id):
    bar = browse(cast.alice, "GET", f"/works/{work_id}").select_one("progress")
    assert "value" not in bar.attrs


def test_a_script_hears_how_far_it_is(browse, cast, running):
    told = as_json(browse(cast.alice, "GET", f"/works/{running}/state"))
    assert told == {"status": "running", "is_over": False, "percent": 75, "state": "Écriture"}


@pytest.mark.parametrize("who", ["claire", "bob", "ines", "david"])
@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "/state"), ("POST", "/open")])
def test_nobody_else_knows_of_a_work(browse, cast, done, who, method, path):
    browse(getattr(cast, who), method, f"/works/{done}{path}", status=404)


def test_what_is_done_leads_to_its_result_and_is_then_seen(browse, session, cast, done):
    page = browse(cast.alice, "GET", f"/works/{done}")
    assert "Note prête" in page.text
    opened = browse(cast.alice, "POST", f"/works/{done}/open", status=303)
    assert opened.response.location.startswith("/audits/")
    assert stored(session, done).seen_at is not None
    assert browse(cast.alice, "GET", "/").select_one(".bar__work") is None


def test_what_failed_gives_every_reason_and_its_incident(browse, session, cast, failed):
    page = browse(cast.alice, "GET", f"/works/{failed}")
    assert "Parce que." in page.text
    assert "ISO 19011:2018, 6.5" in page.text
    assert page.select_one("code").text == "abcd1234"
    browse(cast.alice, "POST", f"/works/{failed}/open", status=303)
    assert stored(session, failed).seen_at is not None


@pytest.mark.parametrize(
    ("fixture", "said", "side"),
    [
        ("running", "Une note", "75 %"),
        ("done", "Note prête", "Prêt"),
        ("failed", "Pas de note", "Non abouti"),
    ],
)
def test_every_page_and_the_home_page_find_it_again(request, browse, cast, fixture, said, side):
    work_id = request.getfixturevalue(fixture)
    home = browse(cast.alice, "GET", "/")
    assert home.select_one(".bar__work")["href"] == f"/works/{work_id}"
    assert said in home.select_one(".bar__work").text
    line = home.select_one(".todo li")
    assert (line.a.text, line.a["href"]) == (said, f"/works/{work_id}")
    assert side in line.text
    assert browse(cast.alice, "GET", "/inbox").select_one(".bar__work") is not None
    assert browse(cast.bob, "GET", "/").select_one(".bar__work") is None


def test_the_list_keeps_what_was_seen(browse, cast, done, statements):
    browse(cast.alice, "POST", f"/works/{done}/open", status=303)
    statements.clear()
    page = browse(cast.alice, "GET", "/works/")
    assert len(statements) - 1 <= 4, statements  # one signs in
    assert page.select_one("tbody a")["href"] == f"/works/{done}"
    assert browse(cast.bob, "GET", "/works/").select_one("tbody") is None


def test_pages_of_a_work_send_two_statements(browse, cast, running, statements):
    for path in ("", "/state"):
        statements.clear()
        browse(cast.alice, "GET", f"/works/{running}{path}")
        assert len(statements) - 1 <= 2, statements


def test_a_kind_that_this_version_does_not_know_has_a_page_still(app, browse, cast, done, failed):
    app.extensions["work_kinds"] = {}
    for work_id in (done, failed):
        browse(cast.alice, "GET", f"/works/{work_id}")
    browse(cast.alice, "GET", "/works/")
    browse(cast.alice, "GET", "/")


def test_a_work_longer_than_the_patience_leads_to_its_page(
    app, browse, session, cast, engine, settings
):
    go_on = threading.Event()
    worker = Worker(
        engine, settings, {"report": table(make=lambda t, r: go_on.wait(20) and r)["note"]}
    )
    app.extensions["worker"] = worker
    app.config["WORK_PATIENCE_SECONDS"] = 0.1
    audit = make_audit(session, cast, status="in_progress")
    answer_all(session, cast, audit)
    path = f"/audits/{audit.id}/moves/report"
    first = browse(cast.alice, "POST", path, status=303, go="1").response.location
    second = browse(cast.alice, "POST", path, status=303, go="1").response.location
    assert first == second
    assert first.startswith("/works/")
    browse(cast.alice, "GET", first)
    go_on.set()
    assert worker.lead(int(first.rsplit("/", 1)[1]), 20) is not None
    worker.stop()
    assert stored(session, 1).status is WorkStatus.DONE
