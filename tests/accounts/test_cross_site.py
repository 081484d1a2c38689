"""What other sites may make a browser send: nothing that writes."""

import pytest
from bs4 import BeautifulSoup

from qse_audit.accounts.models import Person


@pytest.fixture
def guarded(app):
    app.config["WTF_CSRF_ENABLED"] = True
    return app


def token_of(client, path="/me"):
    page = BeautifulSoup(client.get(path).text, "html.parser")
    return page.select_one("meta[name=csrf-token]")["content"]


def test_a_form_without_its_token_changes_nothing(guarded, session, client_of, cast):
    client = client_of(cast.alice)
    answer = client.post("/me", data={"name": "Pirate", "locale": "fr"})
    assert answer.status_code == 400
    assert session.get(Person, cast.alice.user_id).name == "Alice Moreau"


def test_the_token_of_somebody_else_does_not_count(guarded, session, client_of, cast):
    foreign = token_of(client_of(cast.bob))
    answer = client_of(cast.alice).post(
        "/me", data={"name": "Pirate", "locale": "fr", "csrf_token": foreign}
    )
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("site", "status"),
    [("cross-site", 403), ("same-site", 403), ("same-origin", 303), ("none", 303)],
)
def test_the_browser_says_who_made_it_send(guarded, session, client_of, cast, site, status):
    client = client_of(cast.alice)
    answer = client.post(
        "/me",
        data={"name": "Alice Martin", "locale": "fr", "csrf_token": token_of(client)},
        headers={"Sec-Fetch-Site": site},
    )
    assert answer.status_code == status
    saved = session.get(Person, cast.alice.user_id).name
    assert saved == ("Alice Martin" if status == 303 else "Alice Moreau")


def test_signing_in_needs_a_token_too(guarded, cast):
    answer = guarded.test_client().post("/sign-in", data={"email": "a", "password": "b"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "path",
    ["/sign-out", "/locale", "/switch-organisation", "/people/1/remove", "/people/1/roles"],
)
def test_reading_an_address_that_writes_is_refused(client_of, cast, path):
    assert client_of(cast.ines).get(path).status_code == 405
