"""The empty database, and the demo’s one-click sign-in."""

import dataclasses

import pytest
from sqlalchemy import select

from qse_audit.accounts.models import Membership, Organisation, Person
from qse_audit.accounts.queries import demo_accounts
from qse_audit.app import create_app
from qse_audit.core.permissions import Role
from tests.accounts.conftest import PASSWORD

FORM = {
    "organisation": "Atelier Martin",
    "kind": "company",
    "name": "Inès Robert",
    "email": "Ines@Example.org",
    "password": PASSWORD,
    "again": PASSWORD,
    "coordinates": "y",
}


def test_every_page_of_an_empty_database_leads_to_the_first_run(app):
    client = app.test_client()
    for path in ("/", "/sign-in", "/people", "/password-reset"):
        assert client.get(path).location == "/first-run"
    assert client.get("/health").status_code == 200
    assert client.get("/first-run").status_code == 200


def test_the_first_run_makes_the_organisation_and_signs_its_administrator_in(app, session):
    client = app.test_client()
    answer = client.post("/first-run", data=FORM)
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/organisation").status_code == 200
    person = session.scalars(select(Person)).one()
    assert person.email == "ines@example.org"
    assert set(session.scalars(select(Membership.role))) == {Role.ADMINISTRATOR, Role.COORDINATOR}
    assert session.scalars(select(Organisation.name)).one() == "Atelier Martin"


def test_the_first_administrator_may_leave_coordination_to_others(app, session):
    app.test_client().post("/first-run", data={k: v for k, v in FORM.items() if k != "coordinates"})
    assert session.scalars(select(Membership.role)).all() == [Role.ADMINISTRATOR]


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "nowhere"},
        {"password": "court", "again": "court"},
        {"again": "autre chose encore"},
        {"kind": "galaxy"},
        {"organisation": ""},
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_made(app, session, wrong):
    answer = app.test_client().post("/first-run", data={**FORM, **wrong})
    assert answer.status_code == 422
    assert "Inès Robert" in answer.text
    assert session.scalars(select(Person)).all() == []
    assert session.scalars(select(Organisation)).all() == []


def test_afterwards_the_first_run_is_gone_for_good(app, session, cast):
    for _ in range(2):
        assert app.test_client().get("/first-run").status_code == 404
        assert app.test_client().post("/first-run", data=FORM).status_code == 404
    assert len(session.scalars(select(Organisation)).all()) == 3


def test_the_database_is_asked_once_whether_it_is_empty(app, cast, statements):
    client = app.test_client()
    client.get("/sign-in")
    statements.clear()
    client.get("/sign-in")
    assert statements == []


@pytest.fixture
def demo(settings, engine):
    app = create_app(dataclasses.replace(settings, demo=True), engine)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


def test_the_demo_offers_one_door_a_role(demo, session, cast):
    page = demo.test_client().get("/sign-in").text
    accounts = demo_accounts(session)
    assert len({a.role for a in accounts}) == len(accounts) == len(Role)
    for account in accounts:
        assert f"/demo/sign-in/{account.person_id}" in page
        assert account.name in page


def test_one_click_enters_as_that_person(demo, session, cast):
    client = demo.test_client()
    answer = client.post(f"/demo/sign-in/{cast.gaelle.user_id}", data={"next": "/me"})
    assert (answer.status_code, answer.location) == (303, "/me")
    assert "Gaëlle Simon" in client.get("/me").text
    assert client.post("/demo/confirm", data={"next": "/me"}).location == "/me"


@pytest.mark.parametrize(
    ("host", "remote"),
    [
        ("qse.example.org", "127.0.0.1"),
        ("localhost.evil.example", "127.0.0.1"),
        ("127.0.0.1.evil.example", "127.0.0.1"),
        ("localhost", "192.0.2.7"),
        ("127.0.0.1", "10.0.0.2"),
    ],
)
def test_the_doors_of_the_demo_are_closed_to_the_network(demo, cast, host, remote):
    client = demo.test_client()
    options = {"headers": {"Host": host}, "environ_base": {"REMOTE_ADDR": remote}}
    path = f"/demo/sign-in/{cast.ines.user_id}"
    assert client.post(path, **options).status_code == 404
    assert "/demo/sign-in" not in client.get("/sign-in", **options).text


def test_forwarded_headers_do_not_pass_for_this_machine(demo, cast):
    answer = demo.test_client().post(
        f"/demo/sign-in/{cast.ines.user_id}",
        headers={"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "localhost"},
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    )
    assert answer.status_code == 404


def test_without_the_demo_there_is_no_door(app, client_of, cast):
    assert app.test_client().post(f"/demo/sign-in/{cast.ines.user_id}").status_code == 404
    assert "/demo/" not in app.test_client().get("/sign-in").text
    assert client_of(cast.ines).post("/demo/confirm").status_code == 404


def test_the_demo_opens_only_the_accounts_that_it_shows(demo, cast):
    assert demo.test_client().post("/demo/sign-in/99999").status_code == 404
