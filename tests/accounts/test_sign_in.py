"""Signing in and out, and what tries to get around it."""

import json
import logging
import statistics
import time
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from qse_audit.accounts import services
from qse_audit.accounts.models import Membership, Person, SignInFailure, SignInSession
from qse_audit.accounts.rules import (
    SESSION_ABSOLUTE,
    SESSION_IDLE,
    THROTTLE_ACCOUNT,
    THROTTLE_ADDRESS,
    THROTTLE_WINDOW,
    account_key,
)
from qse_audit.core.clock import now
from tests.accounts.conftest import PASSWORD


def send(client, email, password=PASSWORD, **more):
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def test_the_right_password_signs_in_and_comes_back_to_the_page_asked_for(app, cast, with_password):
    client = app.test_client()
    asked = client.get("/people?q=a")
    assert asked.location == "/sign-in?next=/people?q%3Da"
    page = client.get(asked.location)
    assert 'value="/people?q=a"' in page.text
    email = with_password(cast.ines)
    answer = send(client, email.upper(), next="/people?q=a")
    assert (answer.status_code, answer.location) == (303, "/people?q=a")
    assert client.get("/people").status_code == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app, cast, with_password):
    answer = send(app.test_client(), with_password(cast.alice))
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("sid="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_over_https_the_cookie_is_bound_to_the_host(app, cast, with_password):
    answer = app.test_client().post(
        "/sign-in",
        base_url="https://localhost",
        data={"email": with_password(cast.alice), "password": PASSWORD},
    )
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if "sid=" in c)
    assert cookie.startswith("__Host-sid=")
    assert "Secure" in cookie


def test_plain_http_from_elsewhere_does_not_count_the_cookie(client_of, cast):
    client = client_of(cast.claire)
    assert client.get("/people").status_code == 200
    away = client.get("/people", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert away.status_code == 303


@pytest.mark.parametrize(
    "trap",
    [
        "https://evil.example/x",
        "//evil.example/x",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "http:evil.example",
    ],
)
def test_the_way_back_never_leaves_this_host(app, cast, with_password, trap):
    answer = send(app.test_client(), with_password(cast.alice), next=trap)
    assert answer.status_code == 303
    assert answer.location.startswith("/")
    assert not answer.location.startswith(("//", "/\\"))
    assert "javascript:" not in answer.location


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(app, cast, with_password):
    wrong = send(app.test_client(), with_password(cast.alice), "pas le bon mot")
    unknown = send(app.test_client(), "nobody@example.org", "pas le bon mot")
    assert wrong.status_code == unknown.status_code == 422
    assert "Adresse ou mot de passe inconnu" in wrong.text
    assert wrong.text.count("<p") == unknown.text.count("<p")


def test_an_unknown_account_takes_the_same_time(session, cast, with_password):
    email = with_password(cast.alice)

    def seconds(address):
        times = []
        for _ in range(7):
            start = time.perf_counter()
            services.check_password(session, address, "pas le bon mot")
            times.append(time.perf_counter() - start)
        return statistics.median(times)

    known, unknown = seconds(email), seconds("nobody@example.org")
    assert 0.5 < known / unknown < 2


def test_a_person_without_a_role_anywhere_cannot_come_in(app, session, cast):
    services.create_person(
        session, name="Sans Rôle", email="sans@example.org", password=PASSWORD, now=now()
    )
    session.commit()
    assert send(app.test_client(), "sans@example.org").status_code == 422


def test_failures_count_although_the_answer_is_rolled_back(app, session, cast):
    for _ in range(3):
        assert send(app.test_client(), "nobody@example.org", "faux").status_code == 422
    kept = session.scalar(
        select(SignInFailure.count).where(SignInFailure.key == account_key("nobody@example.org"))
    )
    assert kept == 3


@pytest.mark.parametrize("known", [True, False])
def test_too_many_failures_ask_to_wait_even_with_the_right_password(
    app, session, cast, with_password, known
):
    email = with_password(cast.alice) if known else "nobody@example.org"
    for _ in range(THROTTLE_ACCOUNT):
        assert send(app.test_client(), email, "faux").status_code == 422
    waiting = send(app.test_client(), email, PASSWORD)
    assert waiting.status_code == 429
    assert 0 < int(waiting.headers["Retry-After"]) <= THROTTLE_WINDOW.total_seconds()
    assert "min avant de réessayer" in waiting.text
    session.execute(update(SignInFailure).values(since=now() - THROTTLE_WINDOW))
    session.commit()
    assert send(app.test_client(), email, PASSWORD).status_code == (303 if known else 422)


def test_one_network_address_cannot_try_many_accounts(app, cast):
    client = app.test_client()
    codes = {send(client, f"n{i}@example.org", "x").status_code for i in range(THROTTLE_ADDRESS)}
    assert codes == {422}
    assert send(client, "other@example.org", "x").status_code == 429
    elsewhere = client.post(
        "/sign-in",
        data={"email": "other@example.org", "password": "x"},
        environ_base={"REMOTE_ADDR": "192.0.2.9"},
    )
    assert elsewhere.status_code == 422


def test_a_success_forgets_the_failures_of_the_account(app, session, cast, with_password):
    email = with_password(cast.alice)
    for _ in range(THROTTLE_ACCOUNT - 1):
        send(app.test_client(), email, "faux")
    assert send(app.test_client(), email).status_code == 303
    assert send(app.test_client(), email, "faux").status_code == 422


def test_a_try_is_counted_before_it_is_made(engine):
    waits = [services.claim_try(engine, {"account/x": 3}, now=now()) > 0 for _ in range(5)]
    assert waits == [False, False, False, True, True]


def test_signing_in_never_keeps_a_session_that_was_there_before(
    app, session, cast, with_password, client_of, open_sessions
):
    planted = client_of(cast.david)
    before = planted.get_cookie("sid").value
    answer = send(planted, with_password(cast.alice))
    assert answer.status_code == 303
    assert planted.get_cookie("sid").value != before
    assert open_sessions(cast.david) == 0
    victim = app.test_client()
    victim.set_cookie("sid", before, domain="localhost")
    assert victim.get("/me").status_code == 303


def test_a_cookie_kept_after_sign_out_opens_nothing(client_of, cast):
    client = client_of(cast.alice)
    kept = client.get_cookie("sid").value
    assert client.post("/sign-out").location == "/sign-in"
    assert client.get_cookie("sid") is None
    client.set_cookie("sid", kept, domain="localhost")
    assert client.get("/me").status_code == 303


@pytest.mark.parametrize(
    ("column", "age"), [("seen_at", SESSION_IDLE), ("created_at", SESSION_ABSOLUTE)]
)
def test_a_session_ends_by_itself(session, client_of, cast, column, age):
    client = client_of(cast.alice)
    session.execute(update(SignInSession).values({column: now() - age - timedelta(seconds=1)}))
    session.commit()
    assert client.get("/me").status_code == 303


def test_a_disabled_person_is_out_at_once(session, client_of, cast):
    client = client_of(cast.alice)
    session.execute(update(Person).where(Person.id == cast.alice.user_id).values(disabled_at=now()))
    session.commit()
    assert client.get("/me").status_code == 303


def test_someone_signed_in_does_not_see_the_sign_in_page(browse, cast):
    page = browse(cast.alice, "GET", "/sign-in?next=/me", status=303)
    assert page.response.location == "/me"


def test_the_language_chosen_stays_with_the_person(browse, session, cast):
    browse(cast.alice, "POST", "/locale", status=303, locale="en", next="/me")
    assert session.get(Person, cast.alice.user_id).locale == "en"
    assert browse(cast.alice, "GET", "/me").html["lang"] == "en"


def test_an_unknown_language_changes_nothing(browse, session, cast):
    browse(cast.alice, "POST", "/locale", status=303, locale="xx")
    assert session.get(Person, cast.alice.user_id).locale == "fr"


def test_the_security_log_tells_events_and_no_secret(app, cast, with_password, caplog):
    email = with_password(cast.alice)
    with caplog.at_level(logging.INFO, logger="qse_audit.security"):
        client = app.test_client()
        send(client, email, "un secret tapé trop vite")
        send(client, email)
        client.post("/sign-out")
    lines = [json.loads(r.message) for r in caplog.records if r.name == "qse_audit.security"]
    assert [line["event"] for line in lines] == ["sign-in.failed", "sign-in.ok", "sign-out"]
    assert lines[1]["person_id"] == cast.alice.user_id
    assert lines[0]["address"] == "127.0.0.1"
    assert "secret" not in caplog.text
    assert PASSWORD not in caplog.text
    assert email not in caplog.text


def test_a_nul_in_the_form_or_the_address_is_answered_politely(app, cast):
    assert send(app.test_client(), "a\0b@example.org", "x").status_code == 422
    assert app.test_client().get("/sign-in?next=%00").status_code == 404


def test_the_right_password_of_who_belongs_to_nothing_says_so(session, app, cast, with_password):
    email = with_password(cast.alice)
    session.execute(delete(Membership).where(Membership.person_id == cast.alice.user_id))
    session.commit()
    answer = send(app.test_client(), email)
    assert answer.status_code == 422
    assert "n’appartenez plus à aucune organisation" in answer.text
    wrong = send(app.test_client(), email, "pas le bon mot")
    assert "n’appartenez plus" not in wrong.text
