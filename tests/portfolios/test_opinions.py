"""The company’s opinion: only the tutor’s, exact when signed, never changed afterwards."""

import json
from hashlib import sha256

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from qse_audit.core.canonical import canonical_json
from qse_audit.core.errors import Conflict, NotAllowed, Refused
from qse_audit.db.trail import Event
from qse_audit.portfolios.models import CompanyOpinion, SignedOpinion
from qse_audit.portfolios.queries.candidacies import get_candidacy
from qse_audit.portfolios.queries.portfolio import read_portfolio
from qse_audit.portfolios.rules import Observation
from qse_audit.portfolios.services import opinions
from tests.conftest import as_json
from tests.factories import NOW
from tests.portfolios import factories as make

SCRIPT = {"Accept": "application/json"}


def save(browse, who, candidacy, code, status=200, **values):
    path = f"/candidacies/{candidacy.id}/opinion/{code}"
    return browse(who, "POST", path, status=status, headers=SCRIPT, **values)


def test_a_tutor_answers_capability_by_capability(browse, session, cast, candidacy):
    first = save(browse, cast.farid, candidacy, "C8", comment="Vu en mars.", version="")
    assert as_json(first) == {"version": 1}
    save(browse, cast.farid, candidacy, "C8", observation="partly", comment="Vu.", version=1)
    row = session.scalars(select(CompanyOpinion)).one()
    assert (row.observation, row.comment) == (Observation.PARTLY, "Vu.")
    other = save(browse, cast.farid, candidacy, "C8", 409, observation="observed", version=1)
    assert as_json(other)["theirs"] == {"observation": "partly", "comment": "Vu."}
    save(browse, cast.farid, candidacy, "C99", 404, observation="observed")
    save(browse, cast.farid, candidacy, "C7", 422, observation="excellent")


def test_nobody_else_gives_an_opinion(browse, cast, candidacy):
    for who, status in (
        (cast.emma, 403), (cast.claire, 403), (cast.karine, 403), (cast.gaelle, 404),
        (cast.david, 404), (cast.alice, 404),
    ):  # fmt: skip
        save(browse, who, candidacy, "C8", status, observation="observed")


def test_signing_needs_a_fresh_proof_of_identity(browse, session, cast, candidacy):
    make.give_opinions(session, cast, candidacy)
    path = f"/candidacies/{candidacy.id}/opinion/sign"
    page = browse(cast.farid, "GET", path, status=303)
    assert "/confirm" in page.response.headers["Location"]
    browse(cast.farid, "POST", path, status=303, shown_sha256="x", consents="y")
    assert session.scalars(select(SignedOpinion)).all() == []


def test_signing_shows_the_exact_text_and_keeps_its_hash(browse, session, cast, candidacy):
    make.give_opinions(session, cast, candidacy)
    path = f"/candidacies/{candidacy.id}/opinion/sign"
    page = browse(cast.farid, "GET", path, elevated=True)
    shown = page.select_one("#shown_sha256")["value"]
    assert shown in page.text
    assert "ignature électronique simple" in page.text
    browse(cast.farid, "POST", path, status=422, elevated=True, shown_sha256=shown)
    browse(cast.farid, "POST", path, status=303, elevated=True, shown_sha256=shown, consents="y")
    signed = session.scalars(select(SignedOpinion)).one()
    assert signed.sha256 == shown == sha256(signed.document.encode()).hexdigest()
    assert canonical_json(json.loads(signed.document)) == signed.document.encode()
    event = session.scalars(select(Event).where(Event.hash == signed.head_hash)).one()
    assert json.loads(event.body)["data"]["sha256"] == shown
    printed = browse(cast.farid, "GET", f"/candidacies/{candidacy.id}/opinion/signed/1")
    assert printed.select(".wet")
    browse(cast.farid, "GET", f"/candidacies/{candidacy.id}/opinion/signed/2", status=404)
    browse(cast.claire, "GET", f"/candidacies/{candidacy.id}/opinion/signed/1", status=403)


def test_every_capability_needs_an_answer_and_not_observed_is_one(session, cast, candidacy):
    codes = make.codes(session, candidacy.certification)
    for code in ("C1", "C2", "C7"):
        opinions.save_opinion(
            session, candidacy, codes[code], observation=Observation.NOT_OBSERVED, comment="",
            version=None, actor=cast.farid, now=NOW,
        )  # fmt: skip
    with pytest.raises(Refused) as refused:
        make.sign(session, cast, candidacy)
    assert [r.code for r in refused.value.refusals] == ["answer_missing"]
    assert "C8" in refused.value.refusals[0].message
    session.rollback()
    make.give_opinions(session, cast, candidacy, observation=Observation.NOT_OBSERVED)
    make.sign(session, cast, candidacy)
    assert set(read_portfolio(session, candidacy).signed.observations) == set(codes)


def test_what_changed_since_it_was_shown_is_not_signed(session, cast, candidacy):
    make.give_opinions(session, cast, candidacy)
    with pytest.raises(Conflict):
        opinions.sign_opinion(
            session, candidacy, shown_sha256="0" * 64, consents=True, actor=cast.farid, now=NOW
        )


@pytest.mark.parametrize("who", ["emma", "claire", "karine", "david"])
def test_nobody_signs_in_the_tutors_name(session, cast, candidacy, who):
    make.give_opinions(session, cast, candidacy)
    with pytest.raises(NotAllowed):
        opinions.sign_opinion(
            session, candidacy, shown_sha256="", consents=True, actor=getattr(cast, who), now=NOW
        )


def test_a_candidate_who_becomes_a_tutor_still_gives_no_opinion(session, cast, candidacy):
    from qse_audit.core.permissions import Kind, Link
    from qse_audit.db.participation import write_links

    write_links(session, Kind.CANDIDACY, candidacy.id, {Link.TUTOR: [cast.emma.user_id]})
    session.commit()
    with pytest.raises(NotAllowed):
        opinions.sign_opinion(
            session, get_candidacy(session, candidacy.id), shown_sha256="", consents=True,
            actor=cast.emma, now=NOW,
        )  # fmt: skip


def test_a_later_change_needs_a_new_version_and_the_first_stays(session, cast, candidacy):
    make.give_opinions(session, cast, candidacy)
    first = make.sign(session, cast, candidacy)
    document, digest = first.document, first.sha256
    make.give_opinions(session, cast, candidacy, observation=Observation.PARTLY)
    assert session.get(SignedOpinion, first.id).document == document
    second = make.sign(session, cast, candidacy)
    assert (second.number, second.sha256 == digest) == (2, False)
    state = read_portfolio(session, candidacy)
    assert set(state.signed.observations.values()) == {Observation.PARTLY}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE signed_opinion SET document = '{}'",
        "UPDATE signed_opinion SET signed_by_id = 1",
        "DELETE FROM signed_opinion",
        "UPDATE dossier SET sha256 = sha256",
        "DELETE FROM dossier",
    ],
)
def test_the_database_itself_refuses_to_change_what_is_signed(session, dossier, statement):
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(statement))


def test_signing_again_what_is_signed_offers_the_signed_copy_instead(browse, cast, ready):
    page = browse(cast.farid, "GET", f"/candidacies/{ready.id}/opinion/sign", elevated=True)
    assert not page.select("[name=consents]")
    copy = page.select_one(f"a[href='/candidacies/{ready.id}/opinion/signed/1']")
    assert "Lire et imprimer la version 1" in copy.text
    assert (
        "Avis signé, version 1"
        in browse(cast.farid, "GET", f"/candidacies/{ready.id}/opinion").text
    )
