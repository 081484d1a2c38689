"""One’s own account, one’s own browsers, and proving again who one is."""

import pytest
from flask import Blueprint
from sqlalchemy import select, update

from qse_audit.accounts import services
from qse_audit.accounts.models import Person, SignInSession
from qse_audit.accounts.rules import ELEVATION_LIFE, THROTTLE_ACCOUNT
from qse_audit.core.clock import now
from qse_audit.core.permissions import Permission, Role
from qse_audit.web.database import commits
from qse_audit.web.guards import requires, requires_elevation
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.own_app

NEW = "une fenêtre ouverte en mars"


def test_everyone_has_their_account_page(browse, cast):
    for who in cast.everyone().values():
        page = browse(who, "GET", "/me")
        assert "cet appareil" in page.text
    browse(None, "GET", "/me", status=303)


def test_name_and_language_are_saved(browse, session, cast):
    browse(cast.bob, "POST", "/me", status=303, name="  Bob\u202e  Martin ", locale="en")
    bob = session.get(Person, cast.bob.user_id)
    assert (bob.name, bob.locale) == ("Bob Martin", "en")


def test_what_else_is_sent_does_not_count(browse, session, cast, roles_of):
    browse(
        cast.bob,
        "POST",
        "/me",
        status=303,
        name="Bob",
        locale="fr",
        id=cast.ines.user_id,
        person_id=cast.ines.user_id,
        email="admin@example.org",
        roles="administrator",
        disabled_at="",
        organisation_id=cast.other_company,
    )
    assert session.get(Person, cast.bob.user_id).email == "bob@example.org"
    assert session.get(Person, cast.ines.user_id).name == "Inès Robert"
    assert roles_of(cast.bob.user_id, cast.company) == {Role.PROCESS_OWNER}


@pytest.mark.parametrize("name", ["", "   ", "\u202e", "x" * 121])
def test_a_name_that_is_none_is_refused_with_what_was_typed(browse, session, cast, name):
    browse(cast.bob, "POST", "/me", status=422, name=name, locale="fr")
    assert session.get(Person, cast.bob.user_id).name == "Bob Lefèvre"


def test_a_new_password_needs_the_old_one(browse, session, cast, with_password):
    email = with_password(cast.bob)
    page = browse(cast.bob, "POST", "/me/password", status=422, old="faux", password=NEW, again=NEW)
    assert "pas votre mot de passe actuel" in page.text
    assert services.check_password(session, email, PASSWORD)


def test_a_new_password_ends_the_other_sessions_and_renews_this_one(
    session, cast, with_password, client_of, open_sessions
):
    email = with_password(cast.bob)
    here, there = client_of(cast.bob), client_of(cast.bob)
    before = here.get_cookie("sid").value
    data = {"old": PASSWORD, "password": NEW, "again": NEW}
    assert here.post("/me/password", data=data).status_code == 303
    assert open_sessions(cast.bob) == 1
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 303
    assert here.get_cookie("sid").value != before
    session.rollback()
    assert services.check_password(session, email, NEW)


def test_the_old_password_cannot_be_guessed_from_inside(client_of, cast, with_password):
    with_password(cast.bob)
    client = client_of(cast.bob)
    data = {"old": "faux", "password": NEW, "again": NEW}
    codes = [client.post("/me/password", data=data).status_code for _ in range(9)]
    assert codes == [422] * THROTTLE_ACCOUNT + [429]


def test_one_ends_one_s_own_sessions_only(session, client_of, cast, open_sessions):
    here, there, other = client_of(cast.bob), client_of(cast.bob), client_of(cast.alice)
    ids = session.scalars(select(SignInSession.id).order_by(SignInSession.id)).all()
    session.rollback()
    assert here.post("/me/sessions/end", data={"session_id": ids[2]}).status_code == 404
    assert here.post("/me/sessions/end", data={"session_id": 9999}).status_code == 404
    assert other.get("/me").status_code == 200
    assert here.post("/me/sessions/end", data={"session_id": ids[1]}).status_code == 303
    assert there.get("/me").status_code == 303
    gone = here.post("/me/sessions/end", data={"session_id": ids[0]})
    assert gone.location == "/sign-in"
    assert open_sessions(cast.bob) == 0


@pytest.fixture
def signing(app):
    """A page that asks for elevation, as signing will."""
    bp = Blueprint("signing", __name__)

    @bp.route("/sign-here", methods=["GET", "POST"])
    @requires(Permission.OWN_SPACE)
    @requires_elevation
    @commits
    def sign_here():
        return "signed"

    app.register_blueprint(bp)
    return app


def test_a_signature_asks_for_the_password_again_and_comes_back(
    signing, session, cast, with_password, client_of
):
    with_password(cast.farid)
    client = client_of(cast.farid)
    asked = client.get("/sign-here?x=1")
    assert asked.location == "/confirm?next=/sign-here?x%3D1"
    assert client.post("/confirm", data={"password": "faux"}).status_code == 422
    before = client.get_cookie("sid").value
    proven = client.post("/confirm", data={"password": PASSWORD, "next": "/sign-here?x=1"})
    assert proven.location == "/sign-here?x=1"
    assert client.get_cookie("sid").value != before
    assert client.get("/sign-here").text == "signed"
    assert client.post("/sign-here").text == "signed"
    session.execute(update(SignInSession).values(elevated_at=now() - ELEVATION_LIFE))
    session.commit()
    assert client.get("/sign-here").status_code == 303


def test_a_form_sent_too_late_goes_back_to_its_page(signing, cast, client_of):
    client = client_of(cast.farid)
    late = client.post("/sign-here", headers={"Referer": "http://localhost/me"})
    assert late.location == "/confirm?next=/me"
    script = client.post("/sign-here", headers={"Accept": "application/json"})
    assert script.status_code == 403


def test_confirming_never_leaves_this_host(cast, with_password, client_of):
    with_password(cast.farid)
    answer = client_of(cast.farid).post(
        "/confirm", data={"password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer.location == "/"


def test_the_password_of_somebody_else_proves_nothing(session, cast, with_password, client_of):
    with_password(cast.alice)
    answer = client_of(cast.farid).post("/confirm", data={"password": PASSWORD})
    assert answer.status_code == 422
