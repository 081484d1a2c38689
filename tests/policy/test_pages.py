"""The pages of the policy: who may, what is refused in clear words, what is really saved."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.policy import queries, services
from qse_audit.policy.models import (
    ClimateDecision,
    ContextIssue,
    InterestedParty,
    PartyNeed,
    Policy,
    PolicyCommunication,
    Proposal,
)
from qse_audit.policy.rules import (
    Domain,
    IssueDraft,
    IssueKind,
    PartyDraft,
    PartyKind,
    Pestel,
    PolicyStatus,
    ProposalStatus,
    Swot,
)
from tests.conftest import as_json
from tests.factories import NOW, Cast
from tests.papers import pdf_problems
from tests.policy.conftest import SENTENCES

Browse = Callable[..., Any]
JSON = {"Accept": "application/json"}
ISSUE = {
    "title": "Des étiages plus longs",
    "swot": "threat",
    "pestel": "environmental",
    "domains": ["environment"],
    "fact": "Onze semaines de restriction.",
    "weight": "3",
    "review_on": "2099-01-01",
}
PARTY = {
    "name": "Riverains",
    "kind": "neighbour",
    "influence": "1",
    "interest": "3",
    "review_on": "2099-01-01",
}
PROPOSAL = {"title": "Économiser l’eau", "domains": ["environment"], "priority": "1"}


def add_issue(session: Session, cast: Cast, **more: Any) -> ContextIssue:
    """Store an issue of Claire’s."""
    words: dict[str, Any] = {
        "title": "Des machines anciennes",
        "kind": IssueKind.EXTERNAL,
        "swot": Swot.THREAT,
        "pestel": Pestel.ECONOMIC,
        "domains": (Domain.QUALITY,),
        "fact": "Sept sur douze.",
        "review_on": date(2099, 1, 1),
    }
    draft = IssueDraft(**words | more)
    issue = services.add_issue(session, draft, actor=cast.claire, now=NOW)
    session.commit()
    return issue


def add_party(session: Session, cast: Cast, name: str = "Clients") -> InterestedParty:
    """Store a party of Claire’s."""
    draft = PartyDraft(name=name, kind=PartyKind.CUSTOMER, review_on=date(2099, 1, 1))
    party = services.add_party(session, draft, actor=cast.claire, now=NOW)
    session.commit()
    return party


# --- context ---


def test_an_issue_is_noted_and_stands_on_both_boards(
    session: Session, cast: Cast, browse: Browse
) -> None:
    browse(cast.bob, "POST", "/policy/issues/new", status=303, **ISSUE)
    issue = session.scalars(select(ContextIssue)).one()
    assert (issue.kind, issue.weight, issue.created_by_id) == ("external", 3, cast.bob.user_id)
    page = browse(cast.alice, "GET", "/policy/context")
    assert ISSUE["title"] in page.select_one(".box--threat").text
    pestel = page.select_one("[aria-labelledby=pestel-environmental]").text
    assert ISSUE["title"] in pestel


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("fact", "", "obligatoire"),
        ("domains", [], "obligatoire"),
        ("pestel", "", "PESTEL"),
        ("title", "x" * 201, "200"),
        ("review_on", "demain", "date"),
        ("swot", "hope", "Choix"),
    ],
)
def test_an_issue_that_cannot_be_kept_says_why_and_keeps_what_was_typed(
    session: Session, cast: Cast, browse: Browse, field: str, value: object, said: str
) -> None:
    sent = {**ISSUE, field: value}
    page = browse(cast.claire, "POST", "/policy/issues/new", status=422, **sent)
    assert said in page.select_one(".summary").text
    if field != "fact":
        assert str(ISSUE["fact"]) in page.text
    assert session.scalars(select(ContextIssue)).all() == []


def test_two_people_on_one_issue_see_both_texts(
    session: Session, cast: Cast, browse: Browse
) -> None:
    issue = add_issue(session, cast)
    url = f"/policy/issues/{issue.id}/edit"
    browse(cast.claire, "POST", url, status=303, **ISSUE, version="1")
    sent = {**ISSUE, "fact": "Treize semaines.", "version": "1"}
    page = browse(cast.claire, "POST", url, status=409, **sent)
    assert "Onze semaines de restriction." in page.text
    assert "Treize semaines." in page.text
    session.refresh(issue)
    assert issue.fact == "Onze semaines de restriction."


def test_an_issue_is_reviewed_then_withdrawn_with_its_reason(
    session: Session, cast: Cast, browse: Browse
) -> None:
    issue = add_issue(session, cast)
    url = f"/policy/issues/{issue.id}"
    page = browse(cast.claire, "POST", f"{url}/review", status=422, review_on="hier")
    assert page.select_one(".summary")
    browse(cast.claire, "POST", f"{url}/review", status=303, review_on="2100-01-01")
    page = browse(cast.claire, "POST", f"{url}/withdraw", status=422, reason=" ")
    assert page.select_one(".summary")
    browse(cast.claire, "POST", f"{url}/withdraw", status=303, reason="Machines remplacées")
    assert "Machines remplacées" in browse(cast.alice, "GET", url).text
    assert issue.title not in browse(cast.claire, "GET", "/policy/context").text
    assert issue.title in browse(cast.claire, "GET", "/policy/issues?standing=withdrawn").text
    browse(cast.claire, "POST", f"{url}/edit", status=422, **ISSUE, version="9")


def test_who_may_note_and_who_may_only_read(session: Session, cast: Cast, browse: Browse) -> None:
    issue = add_issue(session, cast)
    browse(cast.alice, "GET", "/policy/issues/new", status=403)
    browse(cast.bob, "GET", f"/policy/issues/{issue.id}/edit", status=403)
    browse(cast.david, "GET", f"/policy/issues/{issue.id}", status=404)
    browse(cast.gaelle, "GET", "/policy/context", status=403)
    browse(cast.bob, "GET", "/policy/climate", status=403)


def test_the_list_narrows_searches_and_exports(
    session: Session, cast: Cast, browse: Browse
) -> None:
    add_issue(session, cast)
    add_issue(session, cast, title="Un savoir-faire", kind=IssueKind.INTERNAL, swot=Swot.STRENGTH)
    for query, found in [
        ("", 2),
        ("?swot=strength", 1),
        ("?pestel=economic", 1),
        ("?domain=quality", 2),
        ("?domain=safety", 0),
        ("?q=savoir", 1),
        ("?q=%25", 0),
        ("?standing=due", 0),
        ("?swot=nonsense&after=nonsense", 2),
    ]:
        page = browse(cast.claire, "GET", f"/policy/issues{query}")
        assert len(page.select("tbody tr")) == found, query
    answer = browse(cast.claire, "GET", "/policy/issues/export.csv?swot=strength").response
    assert answer.text.count("savoir-faire") == 1
    assert "machines" not in answer.text


def test_a_decision_on_climate_needs_a_reason_and_keeps_the_one_before(
    session: Session, cast: Cast, browse: Browse
) -> None:
    sent = {"is_relevant": "yes", "reason": "Étés chauds", "review_on": "2099-01-01"}
    page = browse(cast.claire, "POST", "/policy/climate", status=422, **{**sent, "reason": ""})
    assert page.select_one(".summary")
    page = browse(
        cast.claire, "POST", "/policy/climate", status=422, **{**sent, "review_on": "2020-01-01"}
    )
    assert "un jour à venir" in page.text
    browse(cast.claire, "POST", "/policy/climate", status=303, **sent)
    browse(cast.jean, "POST", "/policy/climate", status=303, **{**sent, "is_relevant": "no"})
    assert len(session.scalars(select(ClimateDecision)).all()) == 2
    climate = browse(cast.alice, "GET", "/policy/context").select_one("#climate")
    assert climate.select_one(".badge").text.strip() == "Non pertinent"
    assert "Étés chauds" in climate.select_one("details").text


# --- parties ---


def test_a_party_and_what_it_asks_for(session: Session, cast: Cast, browse: Browse) -> None:
    browse(cast.claire, "POST", "/policy/parties/new", status=303, **PARTY)
    party = session.scalars(select(InterestedParty)).one()
    page = browse(cast.claire, "POST", "/policy/parties/new", status=422, **PARTY)
    assert "porte déjà ce nom" in page.text
    url = f"/policy/parties/{party.id}/needs/new"
    need = {"text": "Pas de bruit la nuit", "domains": ["environment"], "is_obligation": "y"}
    page = browse(cast.claire, "POST", url, status=422, **need)
    assert "quel texte, contrat ou promesse" in page.text
    browse(cast.claire, "POST", url, status=303, **need, obligation="Arrêté", answer="Arrêt à 20 h")
    kept = session.scalars(select(PartyNeed)).one()
    assert (kept.is_obligation, kept.obligation) == (True, "Arrêté")
    page = browse(cast.alice, "GET", f"/policy/parties/{party.id}")
    assert "Arrêt à 20 h" in page.text
    for query, found in [("", 1), ("?q=bruit", 1), ("?obligations=1", 1), ("?q=rien", 0)]:
        answer = browse(cast.alice, "GET", f"/policy/parties/export.csv{query}").response
        assert answer.text.count("Pas de bruit la nuit") == found, query
        page = browse(cast.alice, "GET", f"/policy/parties{query}")
        assert len(page.select("tbody tr")) == found, query
    browse(cast.alice, "POST", f"/policy/needs/{kept.id}/remove", status=403)
    browse(cast.claire, "POST", f"/policy/needs/{kept.id}/remove", status=303)
    assert session.scalars(select(PartyNeed)).all() == []


def test_the_map_places_parties_by_influence_and_interest(
    session: Session, cast: Cast, browse: Browse
) -> None:
    browse(cast.claire, "POST", "/policy/parties/new", status=303, **PARTY)
    page = browse(cast.claire, "GET", "/policy/parties")
    cell = page.select_one(".party-map a").find_parent("section")
    assert cell["aria-label"] == "Influence faible, intérêt fort"


# --- proposals ---


def test_a_proposal_rests_on_facts_that_its_author_may_read(
    session: Session, cast: Cast, browse: Browse
) -> None:
    issue = add_issue(session, cast)
    sent = {**PROPOSAL, "facts": [f"context_issue:{issue.id}"]}
    browse(cast.emma, "POST", "/policy/proposals/new", status=303, **sent)
    proposal = session.scalars(select(Proposal)).one()
    assert proposal.facts == [
        {"kind": "context_issue", "id": issue.id, "label": "Des machines anciennes"}
    ]
    page = browse(
        cast.emma, "POST", "/policy/proposals/new", status=422, **{**sent, "facts": ["finding:999"]}
    )
    assert page.select_one(".summary")


def test_management_decides_with_a_reason_and_never_on_its_own_proposal(
    session: Session, cast: Cast, browse: Browse
) -> None:
    issue = add_issue(session, cast)
    facts = [f"context_issue:{issue.id}"]
    browse(cast.emma, "POST", "/policy/proposals/new", status=303, **PROPOSAL, facts=facts)
    browse(cast.jean, "POST", "/policy/proposals/new", status=303, **PROPOSAL, facts=facts)
    theirs, own = session.scalars(select(Proposal).order_by(Proposal.id)).all()
    url = f"/policy/proposals/{theirs.id}/accept"
    browse(cast.claire, "POST", url, status=403, reason="Oui")
    browse(cast.jean, "POST", f"/policy/proposals/{own.id}/accept", status=403, reason="Oui")
    page = browse(cast.jean, "POST", url, status=422, reason=" ")
    assert page.select_one(".summary")
    browse(cast.jean, "POST", url, status=303, reason="C’est le cœur du métier")
    session.refresh(theirs)
    assert theirs.status is ProposalStatus.ACCEPTED
    assert "cœur du métier" in browse(cast.alice, "GET", f"/policy/proposals/{theirs.id}").text
    edit = f"/policy/proposals/{theirs.id}/edit"
    page = browse(cast.emma, "POST", edit, status=422, **PROPOSAL, version=str(theirs.version))
    assert "La direction a décidé" in page.text


# --- the text ---


def test_a_version_begins_from_the_one_in_force(
    session: Session, cast: Cast, browse: Browse, in_force: Policy
) -> None:
    page = browse(cast.claire, "GET", "/policy/versions/new")
    assert page.select_one("option[selected]")["value"] == str(in_force.id)
    browse(cast.claire, "POST", "/policy/versions/new", status=303, after=str(in_force.id))
    second = session.scalars(select(Policy).where(Policy.number == 2)).one()
    copied = [each.key for each in queries.sentences_of(session, second.id)]
    assert copied == [each.key for each in queries.sentences_of(session, in_force.id)]
    browse(cast.alice, "GET", "/policy/versions/new", status=403)


def test_a_sentence_is_added_saved_as_it_is_typed_and_removed(
    session: Session, cast: Cast, browse: Browse, draft: Policy
) -> None:
    write = f"/policy/versions/{draft.id}/write"
    page = browse(
        cast.claire, "POST", f"/policy/versions/{draft.id}/sentences", status=422, text=" "
    )
    assert page.select_one(".summary")
    page = browse(
        cast.claire,
        "POST",
        f"/policy/versions/{draft.id}/sentences",
        status=422,
        text="Sans domaine",
        is_commitment="y",
    )
    assert "au moins un domaine" in page.text
    browse(
        cast.claire,
        "POST",
        f"/policy/versions/{draft.id}/sentences",
        status=303,
        text="Nous mesurons juste.",
        is_commitment="y",
        domains=["quality"],
    )
    row = queries.sentence_rows(session, draft.id)[-1]
    url = f"/policy/sentences/{row.id}"
    sent = {"is_commitment": "y", "domains": ["quality"], "version": "1"}
    page = browse(cast.claire, "POST", f"{url}/edit", headers=JSON, text="Mesurer juste.", **sent)
    assert as_json(page) == {"version": 2, "missing": []}
    page = browse(
        cast.claire, "POST", f"{url}/edit", headers=JSON, status=409, text="Autre.", **sent
    )
    theirs = as_json(page)
    assert isinstance(theirs, dict)
    assert theirs["theirs"] == {"text": "Mesurer juste."}
    page = browse(
        cast.claire, "POST", f"{url}/edit", headers=JSON, status=422, **{**sent, "text": "x" * 601}
    )
    assert "600" in page.text
    assert "Mesurer juste." in browse(cast.claire, "GET", write).text
    browse(cast.claire, "POST", f"{url}/remove", status=303)
    assert len(queries.sentence_rows(session, draft.id)) == len(SENTENCES)


def test_the_ids_of_the_page_where_one_writes_are_unique(
    cast: Cast, browse: Browse, draft: Policy
) -> None:
    for path in ("write", "checklist"):
        page = browse(cast.claire, "GET", f"/policy/versions/{draft.id}/{path}")
        ids = [tag["id"] for tag in page.select("[id]")]
        assert sorted(set(ids)) == sorted(ids)


def test_sentences_are_ordered_with_and_without_a_script(
    session: Session, cast: Cast, browse: Browse, client_of: Callable[..., Any], draft: Policy
) -> None:
    ids = [row.id for row in queries.sentence_rows(session, draft.id)]
    url = f"/policy/versions/{draft.id}/order"
    session.rollback()
    with client_of(cast.claire) as client:
        order = [{"id": str(key), "parent": None} for key in reversed(ids)]
        assert client.post(url, json={"order": order}, headers=JSON).status_code == 200
        for nonsense in ({}, {"order": 3}, {"order": [{"id": "x"}]}, {"order": order[1:]}):
            assert client.post(url, json=nonsense, headers=JSON).status_code == 422, nonsense
    session.expire_all()
    assert [row.id for row in queries.sentence_rows(session, draft.id)] == ids[::-1]
    browse(cast.claire, "POST", url, status=303, id=str(ids[0]), direction="up")
    session.expire_all()
    rows = [row.id for row in queries.sentence_rows(session, draft.id)]
    assert rows == [ids[2], ids[0], ids[1]]


def test_the_checklist_names_what_no_sentence_covers(
    session: Session, cast: Cast, browse: Browse, draft: Policy
) -> None:
    url = f"/policy/versions/{draft.id}"
    browse(
        cast.claire,
        "POST",
        f"{url}/editions",
        status=303,
        editions=["iso-9001-2015", "iso-45001-2018", "iso-invented"],
    )
    session.refresh(draft)
    assert draft.referential_keys == ["iso-45001-2018", "iso-9001-2015"]
    page = browse(cast.claire, "GET", f"{url}/checklist")
    assert "ISO 45001:2018, 5.2 f" in page.select_one("[data-progress=missing]").text
    sentence = queries.sentences_of(session, draft.id)[1]
    cover = f"{url}/cover/iso-45001-2018/participation"
    page = browse(cast.claire, "POST", cover, headers=JSON, sentences=[sentence.key], version="0")
    answer = as_json(page)
    assert isinstance(answer, dict)
    assert answer["version"] == 1
    assert "5.2 f" not in str(answer["missing"])
    browse(cast.claire, "POST", cover, headers=JSON, status=409, note="Non", version="0")
    browse(cast.claire, "POST", f"{url}/cover/iso-9001-2015/invented", status=404, note="x")
    browse(cast.claire, "POST", cover, headers=JSON, status=422, sentences=["nowhere"], version="1")
    page = browse(cast.jean, "GET", f"{url}/checklist")
    assert "Phrase 2" in page.select_one("#iso-45001-2018").text
    assert not page.select("form.cover-form")


def test_a_draft_is_submitted_read_and_approved(
    session: Session, cast: Cast, browse: Browse, draft: Policy
) -> None:
    url = f"/policy/versions/{draft.id}"
    browse(cast.alice, "GET", url, status=404)
    browse(cast.claire, "POST", f"{url}/moves/submit", status=303)
    browse(cast.claire, "GET", f"{url}/decide", status=403)
    browse(cast.claire, "POST", f"{url}/moves/approve", status=403)
    browse(cast.jean, "POST", f"{url}/moves/approve", status=404)
    session.rollback()
    browse(cast.jean, "GET", f"{url}/decide", status=303)  # asks for the password first
    page = browse(cast.jean, "GET", f"{url}/decide", elevated=True)
    assert SENTENCES[0] in page.text
    page = browse(cast.jean, "POST", f"{url}/decide", elevated=True, status=422, decision="reject")
    assert "les rédacteurs le liront" in page.text
    page = browse(cast.jean, "POST", f"{url}/decide", elevated=True, status=422, decision="maybe")
    assert page.select_one(".summary")
    browse(cast.jean, "POST", f"{url}/decide", elevated=True, status=303, decision="approve")
    session.refresh(draft)
    assert draft.status is PolicyStatus.IN_FORCE
    assert SENTENCES[0] in browse(cast.alice, "GET", "/policy/").text
    assert "SHA-256" in browse(cast.alice, "GET", url).text
    browse(cast.claire, "GET", f"{url}/write", status=403)


def test_a_draft_that_lacks_something_is_not_submitted_and_says_what(
    session: Session, cast: Cast, browse: Browse
) -> None:
    browse(cast.claire, "POST", "/policy/versions/new", status=303, after="0")
    made = session.scalars(select(Policy)).one()
    page = browse(cast.claire, "GET", f"/policy/versions/{made.id}/write")
    missing = page.select_one("[data-progress=missing]").text
    assert "au moins une phrase d’engagement" in missing
    assert "qui signe" in missing
    browse(cast.claire, "POST", f"/policy/versions/{made.id}/moves/submit", status=303)
    session.refresh(made)
    assert made.status is PolicyStatus.DRAFT


def test_a_draft_is_abandoned_with_a_reason(
    session: Session, cast: Cast, browse: Browse, draft: Policy
) -> None:
    url = f"/policy/versions/{draft.id}/moves/abandon"
    browse(cast.claire, "GET", url)
    browse(cast.claire, "POST", url, status=422, reason="")
    browse(cast.claire, "POST", url, status=303, reason="Repris autrement")
    session.refresh(draft)
    assert draft.status is PolicyStatus.ABANDONED


def test_a_communication_is_recorded_and_shown(
    session: Session, cast: Cast, browse: Browse, in_force: Policy
) -> None:
    url = f"/policy/versions/{in_force.id}/communications"
    sent = {"happened_on": "2026-03-02", "audience": "Tous", "channel": "Réunion"}
    page = browse(cast.claire, "POST", url, status=422, **{**sent, "audience": ""})
    assert page.select_one("details[open] .summary")
    browse(cast.claire, "POST", url, status=303, **sent)
    assert session.scalars(select(PolicyCommunication)).one().channel == "Réunion"
    browse(cast.alice, "POST", url, status=403, **sent)


def test_two_versions_are_shown_side_by_side(
    session: Session, cast: Cast, browse: Browse, in_force: Policy, written: Callable[..., Policy]
) -> None:
    browse(cast.claire, "GET", f"/policy/versions/{in_force.id}/compare", status=303)
    second = written(cast.claire, after=in_force)
    row = queries.sentence_rows(session, second.id)[0]
    services.remove_sentence(session, row, actor=cast.claire, now=NOW)
    session.commit()
    page = browse(cast.claire, "GET", f"/policy/versions/{second.id}/compare")
    assert SENTENCES[0] in page.select_one(".change--removed").text
    assert len(page.select(".change--same")) == 2
    browse(
        cast.alice, "GET", f"/policy/versions/{in_force.id}/compare?with={second.id}", status=404
    )


# --- files ---


@pytest.mark.parametrize("size", ["a4", "a3"])
def test_the_poster_is_one_page_that_validators_accept_and_holds_the_frozen_text(
    session: Session, cast: Cast, browse: Browse, in_force: Policy, size: str
) -> None:
    answer = browse(
        cast.alice, "GET", f"/policy/versions/{in_force.id}/poster.pdf?size={size}"
    ).response
    pdf = PdfReader(BytesIO(answer.data))
    assert len(pdf.pages) == 1
    width = float(pdf.pages[0].mediabox.width)
    assert round(width) == {"a4": 595, "a3": 842}[size]
    text = re.sub(r"\s+", " ", pdf.pages[0].extract_text())
    assert all(each in text for each in SENTENCES)
    assert "Projet" not in text
    record = queries.record_of(session, in_force.id)
    assert record is not None
    assert pdf.attachments["politique.json"][0].decode() == record.document
    for profile in ("pdfa3a", "pdfua1"):
        assert pdf_problems(answer.data, profile) == []


def test_a_draft_says_so_on_its_poster_and_comes_as_a_word_file(
    cast: Cast, browse: Browse, draft: Policy
) -> None:
    url = f"/policy/versions/{draft.id}"
    answer = browse(cast.claire, "GET", f"{url}/poster.pdf").response
    assert "Projet, non approuvé" in PdfReader(BytesIO(answer.data)).pages[0].extract_text()
    answer = browse(cast.claire, "GET", f"{url}/text.docx").response
    words = "\n".join(each.text for each in Document(BytesIO(answer.data)).paragraphs)
    assert SENTENCES[1] in words
    browse(cast.alice, "GET", f"{url}/poster.pdf", status=404)


# --- cost ---


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/policy/", 6),
        ("/policy/context", 5),
        ("/policy/issues", 5),
        ("/policy/parties", 6),
        ("/policy/proposals", 5),
        ("/policy/versions/1", 14),
        ("/policy/versions/1/checklist", 12),
    ],
)
def test_a_page_costs_the_same_however_much_it_shows(
    session: Session,
    cast: Cast,
    browse: Browse,
    in_force: Policy,
    statements: list[str],
    path: str,
    most: int,
) -> None:
    path = path.replace("/1", f"/{in_force.id}")
    counts = []
    for round_ in range(2):
        statements.clear()
        browse(cast.claire, "GET", path)
        counts.append(len(statements))
        for n in range(3):
            add_issue(session, cast, title=f"Enjeu {round_} {n}")
            add_party(session, cast, f"Partie {round_} {n}")
    assert counts[0] == counts[1]
    assert counts[0] <= most, counts
