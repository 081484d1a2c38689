"""Inviting people, and what single-use links may never do."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qse_audit.accounts import queries, services
from qse_audit.accounts.models import Membership, OneTimeToken, Person
from qse_audit.accounts.queries import token_hash
from qse_audit.accounts.rules import INVITATION_LIFE
from qse_audit.core.clock import now
from qse_audit.core.errors import Refused
from qse_audit.core.permissions import Role
from qse_audit.db.outbox import Mail
from qse_audit.db.trail import Event
from tests.accounts.conftest import PASSWORD

NEW = {"name": "Léa Fontaine", "locale": "en", "password": PASSWORD, "again": PASSWORD}


def invite(client, email="lea@example.org", roles=("auditor", "tutor"), **more):
    data = {"name": "Léa Fontaine", "email": email, "roles": list(roles), **more}
    return client.post("/people/invite", data=data)


def token_in(page):
    field = page.select_one("#invitation-link")
    return field["value"].rsplit("/", 1)[1] if field else None


def test_an_invitation_shows_its_link_once_and_mails_it(session, client_of, cast, browse):
    client = client_of(cast.ines)
    answer = invite(client)
    assert answer.status_code == 303
    shown = client.get(answer.location)
    assert "http://localhost/invitations/" in shown.text
    assert "/invitations/" not in client.get(answer.location).text.replace(
        "/people/invitations/", ""
    )
    mail = session.scalars(select(Mail)).one()
    assert mail.address == "lea@example.org"
    assert "Atelier Martin" in mail.subject
    assert "http://127.0.0.1:8000/invitations/" in mail.text
    assert "Inès Robert" in mail.text
    link = session.scalars(select(OneTimeToken)).one()
    token = mail.text.split("/invitations/")[1].split()[0]
    assert link.token_hash == token_hash(token)
    assert session.scalars(select(Event.verb)).all() == ["invitation.create"]


@pytest.mark.parametrize("who", ["claire", "alice", "jean"])
def test_only_administrators_invite(browse, cast, who):
    someone = getattr(cast, who)
    browse(someone, "GET", "/people/invite", status=403)
    browse(someone, "POST", "/people/invite", status=403, name="X", email="x@example.org")


@pytest.mark.parametrize(
    ("email", "roles", "told"),
    [
        ("no address", ["auditor"], "n’a pas la forme"),
        ("lea@example.org", [], "au moins un rôle"),
        ("lea@example.org", ["jury"], "choix"),
        ("bob@example.org", ["auditor"], "fait déjà partie"),
        ("lea@example.org\r\nBcc: x@example.org", ["auditor"], "n’a pas la forme"),
    ],
)
def test_what_cannot_be_invited_is_refused_and_kept_on_the_form(
    session, client_of, cast, email, roles, told
):
    answer = invite(client_of(cast.ines), email, roles)
    assert answer.status_code == 422
    assert told in answer.text
    assert "Léa Fontaine" in answer.text
    assert session.scalar(select(func.count()).select_from(OneTimeToken)) == 0


def test_a_new_person_makes_an_account_and_is_in(app, session, cast, invited, roles_of):
    token = invited(roles=frozenset({Role.AUDITOR, Role.TUTOR}))
    client = app.test_client()
    assert "Léa Fontaine" in client.get(f"/invitations/{token}").text
    answer = client.post(f"/invitations/{token}", data=NEW)
    assert (answer.status_code, answer.location) == (303, "/")
    person = queries.get_person_by_email(session, "lea@example.org")
    assert roles_of(person.id, cast.company) == {Role.AUDITOR, Role.TUTOR}
    assert person.locale == "en"
    assert client.get("/me").status_code == 200


def test_reading_the_link_does_not_use_it(app, session, cast, invited):
    token = invited()
    for _ in range(3):
        assert app.test_client().get(f"/invitations/{token}").status_code == 200
    assert session.scalar(select(OneTimeToken.used_at)) is None


def test_what_the_guest_adds_to_the_form_gives_nothing_more(app, session, cast, invited, roles_of):
    token = invited()
    extra = {"roles": ["administrator"], "email": "other@example.org", "organisation_id": 2}
    app.test_client().post(f"/invitations/{token}", data={**NEW, **extra})
    person = queries.get_person_by_email(session, "lea@example.org")
    assert roles_of(person.id, cast.company) == {Role.AUDITOR}
    assert queries.get_person_by_email(session, "other@example.org") is None


def test_a_weak_password_keeps_the_link_alive(app, session, cast, invited):
    token = invited()
    weak = {**NEW, "password": "court", "again": "court"}
    refused = app.test_client().post(f"/invitations/{token}", data=weak)
    assert refused.status_code == 422
    assert "12" in refused.text
    assert app.test_client().post(f"/invitations/{token}", data=NEW).status_code == 303


def test_somebody_with_an_account_must_sign_in_as_themselves(
    app, session, cast, invited, client_of, roles_of
):
    token = invited("david@example.org")
    nobody = app.test_client()
    assert f"/sign-in?next=/invitations/{token}" in nobody.get(f"/invitations/{token}").text
    assert nobody.post(f"/invitations/{token}", data=NEW).status_code == 401
    other = client_of(cast.bob)
    assert "Bob Lefèvre" in other.get(f"/invitations/{token}").text
    assert other.post(f"/invitations/{token}").status_code == 401
    assert roles_of(cast.david.user_id, cast.company) == set()
    david = client_of(cast.david)
    assert "Rejoindre l’organisation" in david.get(f"/invitations/{token}").text
    assert david.post(f"/invitations/{token}").status_code == 303
    assert roles_of(cast.david.user_id, cast.company) == {Role.AUDITOR}
    assert "Atelier Martin" in david.get("/me").text


def test_a_link_opens_once(app, session, cast, invited):
    token = invited()
    assert app.test_client().post(f"/invitations/{token}", data=NEW).status_code == 303
    for method in ("GET", "POST"):
        again = app.test_client().open(f"/invitations/{token}", method=method, data=NEW)
        assert again.status_code == 410
        assert "déjà servi" in again.text
    assert session.scalar(select(func.count()).select_from(Person)) == 12


def test_an_old_link_says_that_it_has_expired(app, cast, invited):
    token = invited(at=now() - INVITATION_LIFE - timedelta(minutes=1))
    answer = app.test_client().post(f"/invitations/{token}", data=NEW)
    assert answer.status_code == 410
    assert "a expiré" in answer.text


def test_a_link_of_another_purpose_opens_nothing(app, cast, invited, reset_link):
    reset, invitation = reset_link("bob@example.org"), invited()
    for path in (f"/invitations/{reset}", f"/password-reset/{invitation}"):
        for method in ("GET", "POST"):
            answer = app.test_client().open(path, method=method, data=NEW)
            assert answer.status_code == 410
            assert "sert à autre chose" in answer.text


def test_a_made_up_link_is_not_found(app, cast):
    answer = app.test_client().get("/invitations/made-up")
    assert answer.status_code == 404
    assert "pas reconnu" in answer.text


def test_sending_again_kills_the_first_link(app, session, client_of, cast, invited):
    token = invited()
    link_id = session.scalar(select(OneTimeToken.id))
    answer = client_of(cast.ines).post(f"/people/invitations/{link_id}/renew")
    assert answer.status_code == 303
    assert "remplacé" in app.test_client().get(f"/invitations/{token}").text
    again = client_of(cast.ines).post(f"/people/invitations/{link_id}/renew")
    assert again.location == "/people"
    assert session.scalar(select(func.count()).select_from(OneTimeToken)) == 2


def test_a_revoked_invitation_opens_nothing(app, session, client_of, cast, invited):
    token = invited()
    link_id = session.scalar(select(OneTimeToken.id))
    client_of(cast.ines).post(f"/people/invitations/{link_id}/revoke")
    assert app.test_client().post(f"/invitations/{token}", data=NEW).status_code == 410


def test_the_invitations_of_others_look_missing(browse, session, cast, invited):
    invited()
    link_id = session.scalar(select(OneTimeToken.id))
    session.add(
        Membership(
            person_id=cast.david.user_id,
            organisation_id=cast.other_company,
            role=Role.ADMINISTRATOR,
            granted_at=now(),
        )
    )
    session.commit()
    for path in ("", "/renew", "/revoke"):
        method = "POST" if path else "GET"
        browse(cast.david, method, f"/people/invitations/{link_id}{path}", status=404)
        browse(cast.david, method, f"/people/invitations/999{path}", status=404)
        browse(cast.claire, method, f"/people/invitations/{link_id}{path}", status=403)


def test_a_reset_link_is_no_invitation_to_manage(browse, session, cast, reset_link):
    reset_link("bob@example.org")
    link_id = session.scalar(select(OneTimeToken.id))
    browse(cast.ines, "GET", f"/people/invitations/{link_id}", status=404)


def test_the_invitations_of_a_fallen_administrator_die(app, session, cast, invited):
    token = invited(roles=frozenset({Role.ADMINISTRATOR}))
    session.add(
        Membership(
            person_id=cast.claire.user_id,
            organisation_id=cast.company,
            role=Role.ADMINISTRATOR,
            granted_at=now(),
        )
    )
    session.commit()
    services.remove_person(
        session,
        session.get(Person, cast.ines.user_id),
        queries.get_organisation(session, cast.company),
        actor=cast.claire,
        now=now(),
    )
    session.commit()
    assert app.test_client().post(f"/invitations/{token}", data=NEW).status_code == 410


def test_of_two_simultaneous_uses_one_counts(engine, session, cast, invited):
    token = invited("david@example.org")
    session.rollback()
    outcomes = []

    def accept():
        with Session(engine) as own:
            link = queries.get_link(own, token)
            david = own.get_one(Person, cast.david.user_id)
            own.expire_on_commit = False
            try:
                services.accept_invitation(own, link, david, now=now())
                own.commit()
                outcomes.append("in")
            except Refused:
                outcomes.append("refused")

    threads = [Thread(target=accept) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in"] + ["refused"] * 5


def test_the_list_shows_what_waits_and_what_has_expired(browse, session, cast, invited):
    invited()
    session.execute(update(OneTimeToken).values(expires_at=now() - timedelta(days=1)))
    session.commit()
    invited("marc@example.org")
    page = browse(cast.claire, "GET", "/people")
    assert "expirée" in page.text
    assert "en attente" in page.text
    assert not page.select("form[action*=revoke]")
    assert browse(cast.ines, "GET", "/people").select("form[action*=revoke]")
