"""Proofs: a photo sent from the page of an action, tied to it, read by those whom it concerns."""

import io

import pytest
from PIL import Image

from qse_audit.actions import services
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionStatus, Move
from qse_audit.core.clock import now
from tests.actions.factories import make_action, make_done


def photo():
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def send(session, client_of):
    """Send a photo as the page does, while the test holds no lock on the database."""

    def send(who, action):
        key = action.id
        session.rollback()
        return post(client_of(who), key)

    return send


def post(client, key):
    return client.post(
        f"/evidence/add/action/{key}",
        data={"file": (io.BytesIO(photo()), "atelier 2.jpg")},
        headers={"Accept": "application/json"},
    )


def test_a_photo_is_enough_to_say_that_it_is_done(session, cast, browse, client_of, send):
    action = make_action(session, cast)
    page = browse(cast.bob, "GET", f"/actions/{action.id}")
    assert page.select_one(f'[data-drop][data-upload="/evidence/add/action/{action.id}"]')
    answer = send(cast.bob, action)
    assert answer.status_code in {200, 201}, answer.text
    assert answer.json["thumb_url"]
    browse(cast.bob, "POST", f"/actions/{action.id}/do", status=303, note="")
    session.expire_all()
    stored = session.get(Action, action.id)
    assert stored.status is ActionStatus.DONE
    assert [p.file_name for p in stored.proofs] == ["atelier 2.jpg"]
    for who in (cast.bob, cast.alice, cast.claire):
        page = browse(who, "GET", f"/actions/{action.id}")
        session.rollback()
        with client_of(who).get(page.select_one(".thumb img")["src"]) as picture:
            assert picture.status_code == 200


@pytest.mark.parametrize("who", ["david", "farid"])
def test_who_may_not_know_the_action_adds_nothing(session, cast, send, who):
    action = make_action(session, cast)
    assert send(getattr(cast, who), action).status_code == 404
    session.expire_all()
    assert not session.get(Action, action.id).proofs


def test_a_verified_action_takes_no_more_proof_and_its_proofs_are_sealed(session, cast, send):
    action = make_done(session, cast)
    send(cast.bob, action)
    session.expire_all()
    stored = session.get(Action, action.id)
    services.move_action(
        session, stored, "verify-effective", Move(note="Vu."), actor=cast.alice, now=now()
    )
    session.commit()
    session.expire_all()
    assert session.get(Action, action.id).proofs[0].sealed_at is not None
    assert send(cast.bob, action).status_code == 422
