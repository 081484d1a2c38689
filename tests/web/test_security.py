import re

import pytest
from flask import g

from qse_audit.web.errors import PAGES, local_path

pytestmark = pytest.mark.own_app


def test_every_answer_carries_the_security_headers(browse, cast):
    headers = browse(cast.claire, "GET", "/").response.headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' 'nonce-")
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


def test_the_nonce_changes_with_each_page(browse, cast):
    policies = {
        browse(cast.claire, "GET", "/").response.headers["Content-Security-Policy"]
        for _ in range(2)
    }
    assert len(policies) == 2


def test_https_is_remembered_by_browsers(client_of):
    answer = client_of(None).get("/health", base_url="https://localhost")
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


def test_a_form_without_its_token_is_refused_and_explained(app, browse, cast):
    app.config["WTF_CSRF_ENABLED"] = True
    page = browse(cast.claire, "POST", "/sign-out", status=400)
    assert "Rechargez-la" in page.text


def test_another_site_cannot_make_the_browser_act(browse, cast):
    browse(cast.claire, "POST", "/sign-out", status=403, headers={"Sec-Fetch-Site": "cross-site"})


def test_a_plain_cookie_counts_on_this_machine_only(app, sign_in, cast):
    client = app.test_client()
    client.set_cookie("sid", sign_in(cast.claire), domain="localhost")
    assert client.get("/").status_code == 200
    away = client.get("/", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert away.status_code == 303
    assert "/sign-in" in away.location


def test_who_is_not_signed_in_is_led_to_the_sign_in_page_and_back(browse, cast):
    answer = browse(None, "GET", "/audits/?q=achats", status=303).response
    assert answer.location == "/sign-in?next=/audits/?q%3Dachats"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("/audits/?q=1", "/audits/?q=1"),
        ("audits", "/audits"),
        ("https://evil.example/x", "/"),
        ("//evil.example/x", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_a_way_back_stays_on_this_host(app, given, kept):
    with app.test_request_context("/"):
        found = local_path(given)
    assert found == kept or re.fullmatch(r"/[^/\\].*", found)
    assert "evil.example" not in found or found.startswith("/evil")


@pytest.mark.parametrize("code", PAGES)
def test_each_status_says_what_happened_and_gives_a_way_back(app, code):
    from qse_audit.web.errors import show

    with app.test_request_context("/", headers={"Accept": "text/html"}):
        g.visitor = None
        body, answered = show(code)
    assert answered == code
    assert 'href="/"' in body


def test_an_accident_shows_a_number_and_no_trace(app, browse, cast):
    @app.get("/accident")
    def accident():
        raise RuntimeError("secret detail")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    page = browse(cast.claire, "GET", "/accident", status=500)
    assert "secret detail" not in page.text
    assert re.search(r"[0-9a-f]{8}", page.text)


def test_a_script_gets_its_errors_as_json(browse, cast):
    page = browse(
        cast.claire, "GET", "/nowhere", status=404, headers={"Accept": "application/json"}
    )
    assert page.response.json["status"] == 404
