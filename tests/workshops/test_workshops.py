"""Workshops: rules, what is stored and frozen, the facilitator’s pages, those by the link."""

import hashlib
import io
import json
from dataclasses import replace
from fractions import Fraction

import pytest
from pypdf import PdfReader
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from qse_audit.causes.rules import CauseTool, Slot
from qse_audit.core.errors import Refused
from qse_audit.core.permissions import Kind, Permission
from qse_audit.db.trail import Event
from qse_audit.documents.qr import qr_svg
from qse_audit.policies import allows
from qse_audit.workshops import queries, services
from qse_audit.workshops.models import (
    Workshop,
    WorkshopParticipant,
    WorkshopProposal,
    WorkshopResult,
    WorkshopVote,
)
from qse_audit.workshops.rules import Ballot, VoteMethod, WorkshopStatus, standings
from tests.beside import begun_beside
from tests.causes.factories import add, make_analysis
from tests.factories import NOW
from tests.workshops.factories import come, frozen_workshop, make_workshop, voting


def refused(act, *codes):
    with pytest.raises(Refused) as caught:
        act()
    assert {refusal.code for refusal in caught.value.refusals} == set(codes)


def test_points_are_added_and_ratings_compared_by_their_mean():
    three = [(1, "a"), (2, "b"), (3, "c")]
    ranked = standings(three, [(2, 3), (1, 2), (2, 1), (1, 2)], VoteMethod.POINTS)
    assert [(s.proposal_id, s.points, s.voters, s.rank) for s in ranked] == [
        (1, 4, 2, 1), (2, 4, 2, 1), (3, 0, 0, 3)
    ]  # fmt: skip
    ranked = standings(three, [(1, 3), (1, 4), (1, 3), (2, 4)], VoteMethod.RATING)
    assert [(s.proposal_id, s.mean, s.rank) for s in ranked] == [
        (2, Fraction(4), 1), (1, Fraction(10, 3), 2), (3, None, 3)
    ]  # fmt: skip


def test_a_ballot_is_counted_once_within_its_points_and_never_after_the_close(session, cast):
    made, (regis, lina), (bac, palier) = voting(session, cast)

    def cast_ballot(who, votes):
        services.vote(session, made, who, Ballot(votes=votes))
        session.commit()

    refused(lambda: cast_ballot(regis, {bac.id: 4, palier.id: 2}), "too_many_points")
    refused(lambda: cast_ballot(regis, {bac.id: -1}), "vote_range", "empty_ballot")
    refused(lambda: cast_ballot(regis, {bac.id: 1, 999: 1}), "proposal_gone")
    refused(lambda: cast_ballot(regis, {}), "empty_ballot")
    cast_ballot(regis, {bac.id: 5})
    cast_ballot(regis, {bac.id: 2, palier.id: 3})
    assert queries.ballot_of(session, regis.id) == {bac.id: 2, palier.id: 3}
    cast_ballot(lina, {bac.id: 5})
    services.move_workshop(session, made, "freeze", "Le bac.", actor=cast.alice, now=NOW)
    session.commit()
    refused(lambda: cast_ballot(lina, {palier.id: 5}), "vote_closed")
    document = queries.document_of(queries.result_of(session, made.id))
    assert [(s["text"], s["points"]) for s in document["standings"]] == [
        ("Bac chargé", 7),
        ("Palier usé", 3),
    ]


def test_a_ballot_that_meets_the_close_is_told_that_it_is_not_counted(session, cast, engine):
    made, (regis, lina), (bac, palier) = voting(session, cast)
    services.vote(session, made, regis, Ballot(votes={bac.id: 5}))
    session.commit()
    key, late, voted, told = made.id, lina.id, palier.id, []

    def cast_late(own):
        here, by = own.get(Workshop, key), own.get(WorkshopParticipant, late)
        with pytest.raises(Refused) as caught:
            services.vote(own, here, by, Ballot(votes={voted: 5}))
        told.extend(refusal.code for refusal in caught.value.refusals)

    services.move_workshop(session, made, "freeze", "Le bac.", actor=cast.alice, now=NOW)
    beside = begun_beside(engine, cast_late)
    session.commit()
    beside.join()
    assert told == ["vote_closed"]


def test_of_two_ballots_of_one_person_at_once_one_counts(session, cast, engine):
    made, (regis, _), (bac, palier) = voting(session, cast)
    key, who, second = made.id, regis.id, palier.id

    def cast_again(own):
        here, by = own.get(Workshop, key), own.get(WorkshopParticipant, who)
        services.vote(own, here, by, Ballot(votes={second: 4}))

    services.vote(session, made, regis, Ballot(votes={bac.id: 5}))
    beside = begun_beside(engine, cast_again)
    session.commit()
    beside.join()
    assert queries.ballot_of(session, who) == {second: 4}


def test_nobody_slips_in_behind_the_close(session, cast, engine):
    made = make_workshop(session, cast, "open")
    for text in ("Bac chargé", "Palier usé"):
        key = services.propose(session, made, text, by=None, now=NOW).id
    regis = come(session, made)
    session.commit()
    with Session(engine, expire_on_commit=False) as other:
        seen = queries.get_proposal(other, key)
        workshop = seen.workshop
        other.commit()
        services.move_workshop(session, made, "open-vote", "", actor=cast.alice, now=NOW)
        services.vote(session, made, regis, Ballot(votes={key: 5}))
        services.move_workshop(session, made, "freeze", "Le bac.", actor=cast.alice, now=NOW)
        session.commit()
        for late in (
            lambda: services.join(other, workshop, "Tard", "Tour", now=NOW),
            lambda: services.propose(other, workshop, "Tard", by=None, now=NOW),
            lambda: services.withdraw(other, seen, actor=None, now=NOW),
        ):
            refused(late, "over")


def test_a_frozen_result_keeps_its_attendance_and_hash_and_cannot_change(session, cast):
    made = frozen_workshop(session, cast)
    result = queries.result_of(session, made.id)
    assert hashlib.sha256(result.document.encode()).hexdigest() == result.sha256
    document = json.loads(result.document)
    assert [each["name"] for each in document["attendance"]] == ["Régis", "Lina"]
    assert "participant" not in result.document, "ballots stay secret"
    event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert json.loads(event.body)["data"]["sha256"] == result.sha256
    for act in (update(WorkshopResult).values(sha256="0" * 64), delete(WorkshopResult)):
        with pytest.raises(Exception, match="append-only"):
            session.execute(act)
        session.rollback()
    refused(lambda: services.set_timer(made, 5, now=NOW), "over")
    refused(lambda: come(session, made, "Tard"), "over")


def test_a_vote_needs_two_proposals_and_a_result_a_ballot_and_words(session, cast):
    made = make_workshop(session, cast, "open")

    def move(name, words=""):
        services.move_workshop(session, made, name, words, actor=cast.alice, now=NOW)

    refused(lambda: move("open-vote"), "few_proposals")
    proposals = [
        services.propose(session, made, text, by=None, actor=cast.alice, now=NOW)
        for text in ("un", "deux", "trois")
    ]
    services.withdraw(session, proposals[0], actor=cast.alice, now=NOW)
    move("open-vote")
    refused(lambda: move("freeze"), "no_ballot", "note_missing")
    refused(lambda: services.withdraw(session, proposals[1], actor=cast.alice, now=NOW), "voting")
    refused(lambda: services.propose(session, made, "x", by=None, now=NOW), "voting")
    move("gather-again")
    assert made.status is WorkshopStatus.GATHERING


@pytest.mark.parametrize("is_restricted", [False, True])
@pytest.mark.parametrize("frozen", [False, True])
def test_lists_and_the_policy_agree_on_who_reads_a_workshop(session, cast, frozen, is_restricted):
    made = frozen_workshop(session, cast) if frozen else make_workshop(session, cast)
    made.is_restricted = is_restricted
    session.commit()
    reading = set()
    for name, who in cast.everyone().items():
        may = allows(who, Permission.WORKSHOP_READ, made.access())
        assert bool(session.execute(queries.list_statement(who)).all()) is may, name
        if may:
            reading.add(name)
    people = {"alice", "claire", "jean"}
    assert reading == (
        people | {"bob", "emma", "farid"} if frozen and not is_restricted else people
    )


# --- the facilitator’s pages ---


@pytest.fixture
def send(session, client_of):
    """Send a form of which a field is called like an argument of ``browse``."""

    def send(who, path, status, **sent):
        session.rollback()
        with client_of(who) as client:
            answer = client.post(path, data=sent)
        assert answer.status_code == status, answer.text[-500:]
        session.expire_all()
        return answer.text

    return send


def last(session, model):
    session.expire_all()
    return session.scalars(select(model).order_by(model.id.desc())).first()


def test_a_workshop_is_led_from_its_screen_to_its_paper(browse, send, session, cast):
    sent = {"title": "Rayures", "question": "", "method": "points", "points_each": "3"}
    assert 'id="question-error"' in send(cast.alice, "/workshops/new", 422, **sent)
    sent["question"] = "Que vérifier ?"
    send(cast.alice, "/workshops/new", 303, **sent)
    made = last(session, Workshop)
    here = f"/workshops/{made.id}"
    assert not browse(cast.alice, "GET", here).select(".join-link")
    assert browse(cast.alice, "GET", f"{here}/poster").select(".join-link"), "printed beforehand"
    browse(cast.alice, "POST", f"{here}/open", status=303, note="")
    link = browse(cast.alice, "GET", here).select_one(".join-link a")["href"]
    browse(cast.alice, "POST", f"{here}/propose", status=422, text=" ")
    for text in ("Le bac", "Le palier"):
        browse(cast.alice, "POST", f"{here}/propose", status=303, text=text)
    before = browse(cast.alice, "GET", f"{here}/state").response.json["stamp"]
    browse(cast.alice, "POST", f"{here}/timer", status=303, minutes="10")
    assert browse(cast.alice, "GET", f"{here}/state").response.json["stamp"] != before
    browse(cast.alice, "POST", f"{here}/renew", status=303)
    assert browse(cast.alice, "GET", here).select_one(".join-link a")["href"] != link
    for who, status in ((cast.bob, 404), (cast.david, 404), (cast.jean, 200)):
        browse(who, "GET", here, status=status)
    browse(cast.jean, "POST", f"{here}/open-vote", status=403, note="")
    browse(cast.alice, "GET", f"{here}/result.pdf", status=404)


@pytest.mark.parametrize(
    ("published", "shown"),
    [("https://qse.example", "https://qse.example"), ("http://127.0.0.1:8000", "http://localhost")],
)
def test_the_code_is_that_of_the_link_at_the_address_that_phones_reach(
    app, monkeypatch, browse, session, cast, published, shown
):
    settings = replace(app.config["SETTINGS"], public_url=published)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    made = make_workshop(session, cast, "open", secret_key=app.config["SECRET_KEY"])
    token = services.token_of(app.config["SECRET_KEY"], made.nonce)
    here, link = f"/workshops/{made.id}", f"{shown}/workshops/at/{token}"
    for path in (here, f"{here}/poster"):
        page = browse(cast.alice, "GET", path)
        assert page.select_one(".join-link a")["href"] == link
        assert qr_svg(link) in page.response.text
        assert ("Seul cet ordinateur" in page.text) is (published != shown)
    browse(cast.bob, "GET", f"{here}/poster", status=404)


def test_a_frozen_result_is_read_and_printed(browse, session, cast):
    made = frozen_workshop(session, cast, method=VoteMethod.RATING)
    page = browse(cast.bob, "GET", f"/workshops/{made.id}")
    assert "moyenne 2,5 · notes : 2" in page.select_one("table").text
    assert not page.select(".join-link")
    printed = browse(cast.bob, "GET", f"/workshops/{made.id}/result.pdf").response
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(printed.data)).pages)
    assert "Régis" in text
    assert "Le bac d’abord." in text
    browse(cast.alice, "GET", f"/workshops/{made.id}/edit", status=403)


def test_a_workshop_about_a_restricted_analysis_is_restricted(browse, send, session, cast):
    analysis = make_analysis(session, cast, subject=(Kind.ACCIDENT, 5), actor=cast.claire)
    path = f"/workshops/new/cause_analysis/{analysis.id}"
    sent = {"title": "T", "question": "Q", "method": "points", "points_each": "3"}
    send(cast.alice, path, 404, **sent)
    send(cast.claire, path, 303, **sent)
    assert last(session, Workshop).is_restricted
    page = browse(cast.claire, "GET", f"/causes/{analysis.id}")
    assert "Ateliers" in page.select_one("#studies-1").text
    browse(cast.claire, "GET", "/workshops/new/audit/1", status=404)


def test_the_causes_of_an_analysis_are_proposed_once_unless_ruled_out(browse, session, cast):
    analysis = make_analysis(session, cast, CauseTool.ISHIKAWA, actor=cast.claire)
    for text, more in (("Palier", {}), ("Bac", {}), ("Palier", {}),
                       ("Coulée", {"is_discarded": True, "fact": "58 HRC"})):  # fmt: skip
        add(session, cast, analysis, "cause", text, slot=Slot.METHOD, **more)
    subject = (Kind.CAUSE_ANALYSIS, analysis.id)
    made = make_workshop(session, cast, "open", subject=subject)
    services.propose(session, made, "Bac", by=None, actor=cast.alice, now=NOW)
    session.commit()
    here = f"/workshops/{made.id}"
    assert "Proposer 1 cause" in browse(cast.alice, "GET", here).text
    for _ in range(2):
        browse(cast.alice, "POST", f"{here}/take-causes", status=303)
    session.expire_all()
    assert [each.text for each in queries.proposals_of(session, made.id)] == ["Bac", "Palier"]
    assert "Proposer 1 cause" not in browse(cast.alice, "GET", here).text


# --- by the link ---


@pytest.fixture
def link(app, session, cast):
    """The link of a workshop where people may come in, and the workshop."""
    key = app.config["SECRET_KEY"]
    made = make_workshop(session, cast, "open", secret_key=key)
    return f"/workshops/at/{services.token_of(key, made.nonce)}", made.id


def plain(answer):
    return " ".join(answer.text.split())


def test_whoever_has_the_link_comes_in_proposes_and_votes_without_account(
    app, client_of, session, cast, link
):
    here, key = link
    session.rollback()
    with client_of(None) as client:
        page = client.get(here).text
        assert "Que vérifier d’abord" not in page, "nothing is shown before one came in"
        assert client.post(f"{here}/propose", data={"text": "x"}).status_code == 404
        assert client.post(f"{here}/join", data={"name": "Régis"}).status_code == 422
        joined = client.post(f"{here}/join", data={"name": "Régis", "function": "Tour"})
        assert joined.status_code == 303
        page = client.get(here).text
        assert "Que vérifier d’abord" in page
        for hidden in ("Causes des rayures", "ATL-2026", "Atelier Martin", "Alice"):
            assert hidden not in page, hidden
        for text in ("Le bac", "<b>Le palier</b>"):
            assert client.post(f"{here}/propose", data={"text": text}).status_code == 303
        assert "data-state" in client.get(here).text
        wrong = client.post(f"{here}/propose", data={"text": " "})
        assert wrong.status_code == 422
        assert "data-state" not in wrong.text, "reading the page again would send it again"
        early = client.post(f"{here}/vote", data={"vote-1": "1"})
        assert early.status_code == 422
        assert "pas encore ouvert" in early.text
    made = session.get(Workshop, key)
    services.move_workshop(session, made, "open-vote", "", actor=cast.alice, now=NOW)
    session.commit()
    ids = list(session.scalars(select(WorkshopProposal.id)))
    session.rollback()
    with client_of(None) as stranger:
        assert stranger.post(f"{here}/vote", data={f"vote-{ids[0]}": "1"}).status_code == 404
    vote = {f"vote-{ids[0]}": "4", f"vote-{ids[1]}": "x"}
    wrong = client.post(f"{here}/vote", data=vote)
    assert wrong.status_code == 422
    assert f'id="vote-{ids[0]}-4" name="vote-{ids[0]}" value="4" checked' in wrong.text
    assert "&lt;b&gt;" in wrong.text
    assert client.post(f"{here}/vote", data={f"vote-{ids[0]}": "4"}).status_code == 303
    assert list(session.scalars(select(WorkshopVote.value))) == [4]
    made = session.get(Workshop, key)
    services.move_workshop(session, made, "freeze", "Le bac.", actor=cast.alice, now=NOW)
    session.commit()
    late = client.post(f"{here}/vote", data={f"vote-{ids[1]}": "5"})
    assert late.status_code == 422
    for told in ("Le vote est clos", "avant reste compté", "Le palier&lt;/b&gt; : 5", "points : 4"):
        assert told in plain(late), told
    session.rollback()
    assert list(session.scalars(select(WorkshopVote.value))) == [4]
    session.rollback()
    assert "points : 4" in plain(client.get(here))
    assert "points : 4" not in plain(client_of(None).get(here)), "only those who came read it"
    assert client.post(f"{here}/join", data={"name": "A", "function": "B"}).status_code == 422


def test_a_link_that_was_changed_or_guessed_leads_nowhere(app, client_of, session, cast, link):
    here, key = link
    client = client_of(None)
    for path in (here[:-1] + "x", "/workshops/at/x", f"{here}x/state"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "Demandez-le à l’animateur" in answer.text
    assert client.get(f"{here}/state").status_code == 200
    made = session.get(Workshop, key)
    services.renew_link(
        session, made, secret_key=app.config["SECRET_KEY"], actor=cast.alice, now=NOW
    )
    session.commit()
    assert client.get(here).status_code == 404
    assert client.post(f"{here}/join", data={"name": "A", "function": "B"}).status_code == 404
    assert session.scalar(select(WorkshopParticipant.id)) is None
