"""Choosing a new password by a link, without telling who has an account."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from qse_audit.accounts import services
from qse_audit.accounts.models import Membership, OneTimeToken
from qse_audit.accounts.rules import RESET_LIFE, THROTTLE_ACCOUNT, THROTTLE_RESET
from qse_audit.core.clock import now
from qse_audit.core.permissions import Role
from qse_audit.db.outbox import Mail
from tests.accounts.conftest import PASSWORD

NEW = "une fenêtre ouverte en mars"
FORM = {"password": NEW, "again": NEW}


def ask(app, email):
    return app.test_client().post("/password-reset", data={"email": email})


def test_the_answer_is_the_same_with_and_without_an_account(app, session, cast):
    known, unknown = ask(app, "bob@example.org"), ask(app, "nobody@example.org")
    assert known.status_code == unknown.status_code == 303
    assert known.location == unknown.location
    assert known.headers.getlist("Set-Cookie") == unknown.headers.getlist("Set-Cookie")
    assert "Si un compte existe" in app.test_client().get(known.location).text
    assert session.scalars(select(Mail.address)).all() == ["bob@example.org"]


def test_the_link_in_the_mail_changes_the_password_and_ends_every_session(
    app, session, cast, with_password, client_of, open_sessions
):
    email = with_password(cast.bob)
    client_of(cast.bob)
    ask(app, email)
    mail = session.scalars(select(Mail)).one()
    token = mail.text.split("/password-reset/")[1].split()[0]
    session.rollback()
    client = app.test_client()
    assert email in client.get(f"/password-reset/{token}").text
    answer = client.post(f"/password-reset/{token}", data=FORM)
    assert answer.location == "/sign-in"
    assert open_sessions(cast.bob) == 0
    assert services.check_password(session, email, NEW) is not None
    assert services.check_password(session, email, PASSWORD) is None


def test_the_mail_is_in_the_language_of_its_reader(app, session, cast):
    services.set_locale(session, cast.bob.user_id, "en")
    session.commit()
    ask(app, "bob@example.org")
    mail = session.scalars(select(Mail)).one()
    assert "bob@example.org" in mail.text
    assert "\n" not in mail.subject


def test_a_link_changes_one_password_once(app, session, cast, reset_link):
    token = reset_link("bob@example.org")
    assert app.test_client().post(f"/password-reset/{token}", data=FORM).status_code == 303
    again = app.test_client().post(f"/password-reset/{token}", data=FORM)
    assert again.status_code == 410
    assert "déjà servi" in again.text


def test_reading_does_not_use_the_link_and_a_bad_password_neither(app, cast, reset_link):
    token = reset_link("bob@example.org")
    client = app.test_client()
    assert client.get(f"/password-reset/{token}").status_code == 200
    weak = client.post(f"/password-reset/{token}", data={"password": "bob", "again": "bob"})
    assert weak.status_code == 422
    other = client.post(f"/password-reset/{token}", data={"password": NEW, "again": "autre"})
    assert "ne sont pas pareils" in other.text
    assert client.post(f"/password-reset/{token}", data=FORM).status_code == 303


def test_a_link_lives_two_hours(app, cast, reset_link):
    token = reset_link("bob@example.org", at=now() - RESET_LIFE - timedelta(seconds=1))
    assert app.test_client().get(f"/password-reset/{token}").status_code == 410


def test_a_newer_link_replaces_the_older(app, cast, reset_link):
    first, second = reset_link("bob@example.org"), reset_link("bob@example.org")
    assert app.test_client().get(f"/password-reset/{first}").status_code == 410
    assert app.test_client().get(f"/password-reset/{second}").status_code == 200


def test_a_changed_password_kills_the_links_that_wait(
    app, session, cast, reset_link, with_password, browse
):
    with_password(cast.bob)
    token = reset_link("bob@example.org")
    browse(cast.bob, "POST", "/me/password", status=303, old=PASSWORD, **FORM)
    assert app.test_client().get(f"/password-reset/{token}").status_code == 410


def test_a_link_for_nobody_is_dead_at_birth(app, session, cast, reset_link):
    token = reset_link("nobody@example.org")
    assert app.test_client().post(f"/password-reset/{token}", data=FORM).status_code == 410


def test_nobody_is_flooded_with_mails(app, session, cast):
    answers = {ask(app, "bob@example.org").status_code for _ in range(THROTTLE_RESET + 3)}
    assert answers == {303}
    assert session.scalar(select(func.count()).select_from(Mail)) == THROTTLE_RESET


def test_a_new_password_opens_an_account_that_was_waiting(app, session, cast, reset_link):
    for _ in range(THROTTLE_ACCOUNT + 1):
        app.test_client().post("/sign-in", data={"email": "bob@example.org", "password": "x"})
    token = reset_link("bob@example.org")
    app.test_client().post(f"/password-reset/{token}", data=FORM)
    data = {"email": "bob@example.org", "password": NEW}
    assert app.test_client().post("/sign-in", data=data).status_code == 303


def test_an_administrator_hands_a_link_over_after_proving_who_they_are(
    app, session, cast, client_of
):
    path = f"/people/{cast.bob.user_id}"
    asked = client_of(cast.ines).post(f"{path}/reset-link")
    assert asked.location.startswith("/confirm")
    client = client_of(cast.ines, elevated=True)
    assert client.post(f"{path}/reset-link").location == path
    page = BeautifulSoup(client.get(path).text, "html.parser")
    link = page.select_one("#reset-link")["value"].removeprefix("http://localhost")
    assert link not in client.get(path).text
    assert app.test_client().post(link, data=FORM).location == "/sign-in"
    assert services.check_password(session, "bob@example.org", NEW)


@pytest.mark.parametrize("who", ["claire", "david"])
def test_nobody_else_hands_links_over(browse, session, cast, who):
    someone, path = getattr(cast, who), f"/people/{cast.bob.user_id}/reset-link"
    browse(someone, "POST", path, status=403 if who == "claire" else 404, elevated=True)
    assert session.scalar(select(func.count()).select_from(OneTimeToken)) == 0


def test_an_administrator_gets_no_link_to_an_account_that_opens_elsewhere(browse, session, cast):
    session.add(
        Membership(
            person_id=cast.bob.user_id,
            organisation_id=cast.other_company,
            role=Role.AUDITOR,
            granted_at=now(),
        )
    )
    session.commit()
    path = f"/people/{cast.bob.user_id}/reset-link"
    browse(cast.ines, "POST", path, status=303, elevated=True)
    assert session.scalar(select(func.count()).select_from(OneTimeToken)) == 0


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000"])
def test_the_mail_never_takes_its_address_from_the_request(app, session, cast, host):
    app.test_client().post(
        "/password-reset", data={"email": "bob@example.org"}, headers={"Host": host}
    )
    mail = session.scalars(select(Mail)).one()
    assert "evil" not in mail.text
    assert "http://127.0.0.1:8000/password-reset/" in mail.text


def test_only_the_hash_of_a_link_is_stored(session, cast, reset_link):
    token = reset_link("bob@example.org")
    link = session.scalars(select(OneTimeToken)).one()
    assert token not in repr([getattr(link, c.key) for c in OneTimeToken.__table__.columns])
