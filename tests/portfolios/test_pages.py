"""Who sees which page, what is written, what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from sqlalchemy import select

from qse_audit.accounts.models import Membership
from qse_audit.core.permissions import Kind, Link, Role
from qse_audit.db.participation import read_links
from qse_audit.portfolios.models import Candidacy, Claim, Situation
from qse_audit.portfolios.queries.candidacies import get_candidacy, get_situation
from qse_audit.portfolios.rules import Observation
from tests.conftest import as_json
from tests.portfolios import factories as make

PHOTO = make.PHOTO.getvalue()
SCRIPT = {"Accept": "application/json"}


def story(situation, **changes):
    return {
        "title": situation.title,
        "modality": situation.modality.value,
        "starts_on": "2026-03-09",
        "ends_on": "2026-03-10",
        "context": situation.context,
        "own_role": situation.own_role,
        "team_part": situation.team_part,
        "what_i_did": situation.what_i_did,
        "result": situation.result,
        "otherwise": situation.otherwise,
        "version": situation.version,
        **changes,
    }


def test_the_candidate_sees_what_is_missing_and_one_next_act(browse, cast, candidacy):
    page = browse(cast.emma, "GET", f"/candidacies/{candidacy.id}")
    assert "Écrivez votre première situation" in page.select_one(".next-act").text
    assert "Aucune situation ne la montre encore" in page.select_one("#C8").text
    assert page.select_one("#C8 a")["href"].endswith("/situations/new?capability=C8")
    assert "L’avis de l’entreprise n’est pas encore signé" in page.select_one("#C8").text
    assert "a pris fin le" in page.text


def test_after_a_complete_situation_the_next_act_names_the_next_capability(
    browse, cast, session, ready
):
    claims = select(Claim).where(
        Claim.capability_id == make.codes(session, ready.certification)["C2"]
    )
    for claim in session.scalars(claims):
        session.delete(claim)
    session.commit()
    page = browse(cast.emma, "GET", f"/candidacies/{ready.id}")
    assert "Montrez la capacité C2" in page.select_one(".next-act").text


def test_each_gap_of_a_situation_leads_to_its_field(browse, cast, candidacy, session):
    story = replace(make.STORY, own_role="", what_i_did="")
    situation = make.make_situation(session, cast, candidacy, story=story)
    page = browse(cast.emma, "GET", f"/candidacies/situations/{situation.id}")
    targets = [link["href"] for link in page.select("#still-missing .gaps a")]
    assert targets[:2] == ["#own_role", "#what_i_did"]
    assert all(page.select_one(target) for target in targets)


def test_a_tutor_is_asked_for_facts_of_each_capability(browse, cast, ready):
    page = browse(cast.farid, "GET", f"/candidacies/{ready.id}/opinion")
    hint = page.select_one(f"#{page.select_one('#comment-C8')['aria-describedby']}")
    assert "Quel audit avez-vous vu mener" in hint.text


def test_a_candidate_who_submitted_reads_that_nothing_is_asked(browse, cast, dossier):
    page = browse(cast.emma, "GET", f"/candidacies/{dossier.candidacy_id}")
    assert "rien ne vous est demandé" in page.select_one(".next-act").text
    assert (
        browse(cast.karine, "GET", f"/candidacies/{dossier.candidacy_id}").select(".next-act") == []
    )


def test_a_centre_without_evaluators_says_who_invites_them(browse, session, cast, candidacy):
    here = f"/candidacies/{candidacy.id}/panel"
    assert "Aucun évaluateur" not in browse(cast.karine, "GET", here).text
    for membership in session.scalars(select(Membership).where(Membership.role == Role.EVALUATOR)):
        session.delete(membership)
    session.commit()
    assert "Demandez à l’administrateur" in browse(cast.karine, "GET", here).text


def test_each_page_of_a_full_portfolio_opens(browse, cast, ready):
    situation = ready.situations[0].id
    here = f"/candidacies/{ready.id}"
    for path in (
        here, f"{here}/submit", f"{here}/withdraw", f"{here}/situations/new",
        f"{here}/opinion/signed/1", f"/candidacies/situations/{situation}",
        f"/candidacies/situations/{situation}/records", "/candidacies/",
    ):  # fmt: skip
        browse(cast.emma, "GET", path)
    for path in (here, f"{here}/opinion", f"/candidacies/situations/{situation}"):
        browse(cast.farid, "GET", path)
    browse(cast.farid, "GET", f"{here}/opinion/sign", elevated=True)
    for path in (here, f"{here}/edit", "/candidacies/register"):
        browse(cast.claire, "GET", path)
    for path in (here, f"{here}/panel"):
        browse(cast.karine, "GET", path)


def test_what_is_still_being_written_stays_between_candidate_and_tutor(browse, cast, ready):
    situation = f"/candidacies/situations/{ready.situations[0].id}"
    for who in (cast.claire, cast.karine, cast.gaelle, cast.hugo, cast.jean, cast.david):
        browse(who, "GET", situation, status=404)
    for who in (cast.claire, cast.karine):
        page = browse(who, "GET", f"/candidacies/{ready.id}")
        assert ready.situations[0].title not in page.text


def test_a_coordinator_registers_a_candidate(browse, session, cast, version):
    values = {
        "candidate_id": cast.emma.user_id,
        "certification_version_id": version.id,
        "tutor_ids": cast.farid.user_id,
        "route": "CA",
        "exam_centre_id": cast.centre,
        "training_provider_id": "",
        "starts_on": "2026-01-05",
        "report_due_on": "2026-06-30",
    }
    browse(cast.claire, "POST", "/candidacies/register", status=303, **values)
    candidacy = session.scalars(select(Candidacy)).one()
    links = read_links(session, Kind.CANDIDACY, candidacy.id)
    assert links == {
        Link.CANDIDATE: {cast.emma.user_id},
        Link.TUTOR: {cast.farid.user_id},
    }
    page = browse(cast.claire, "GET", f"/candidacies/{candidacy.id}")
    assert "Voie d’accès à confirmer" in page.text  # apprenticeship: never silently
    for who in (cast.emma, cast.farid, cast.alice, cast.karine):
        browse(who, "POST", "/candidacies/register", status=403, **values)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tutor_ids": None}, "au moins un tuteur"),
        ({"report_due_on": "2025-01-01"}, "ne peut pas précéder le début"),
        ({"starts_on": "hier"}, "formulaire contient des erreurs"),
        ({"candidate_id": "999"}, "formulaire contient des erreurs"),
        ({"exam_centre_id": "1"}, "formulaire contient des erreurs"),  # a company
    ],
)
def test_a_registration_that_cannot_be_keeps_what_was_typed(
    browse, session, cast, version, changes, message
):
    values = {
        "candidate_id": cast.emma.user_id,
        "certification_version_id": version.id,
        "tutor_ids": cast.farid.user_id,
        "route": "FC",
        "exam_centre_id": cast.centre,
        "training_provider_id": "",
        "starts_on": "2026-01-05",
        **changes,
    }
    values = {name: value for name, value in values.items() if value is not None}
    page = browse(cast.claire, "POST", "/candidacies/register", status=422, **values)
    assert message in page.text
    assert session.scalars(select(Candidacy)).all() == []


def test_a_situation_starts_from_an_audit_with_its_words(browse, session, cast, candidacy):
    audit = make.make_audit(session, cast)
    address = f"/candidacies/{candidacy.id}/situations/new"
    page = browse(cast.emma, "GET", f"{address}?record=audit/{audit.id}")
    assert page.select_one("#title")["value"] == audit.title
    assert page.select_one("#starts_on")["value"] == "2026-03-09"
    assert audit.objectives in page.select_one('input[name="context"]')["value"]
    browse(
        cast.emma, "POST", address, status=303, record=f"audit/{audit.id}", title="Mon audit",
        modality="real_situation", starts_on="2026-03-09",
    )  # fmt: skip
    situation = session.scalars(select(Situation)).one()
    assert [(r.record_kind, r.record_id) for r in situation.records] == [(Kind.AUDIT, audit.id)]
    assert situation.records[0].involvement == "lead_auditor"


def test_a_situation_cannot_start_from_an_audit_of_others(browse, session, cast, candidacy):
    audit = make.make_audit(session, cast, lead=cast.alice)
    for key in (audit.id, 999_999, "x"):
        path = f"/candidacies/{candidacy.id}/situations/new?record=audit/{key}"
        browse(cast.emma, "GET", path, status=404)


def test_a_record_leads_to_a_situation_of_ones_own_portfolio(browse, session, cast, candidacy):
    audit = make.make_audit(session, cast)
    path = f"/candidacies/situations/from?record=audit/{audit.id}"
    there = browse(cast.emma, "GET", path, status=303).response.headers["Location"]
    browse(cast.emma, "GET", there)
    without = browse(cast.alice, "GET", path, status=303).response.headers["Location"]
    assert without == "/candidacies/"


def test_a_record_of_others_and_one_that_is_not_lead_nowhere_alike(
    browse, session, cast, candidacy
):
    theirs = make.make_audit(session, cast, lead=cast.alice)
    for key in (theirs.id, 999_999):
        path = f"/candidacies/situations/from?record=audit/{key}"
        there = browse(cast.emma, "GET", path, status=303).response.headers["Location"]
        assert there == f"/candidacies/{candidacy.id}"
    browse(cast.emma, "GET", "/candidacies/situations/from?record=organisation/1", status=404)


def test_a_candidate_brings_a_file_of_ones_own(browse, session, cast, candidacy):
    situation = make.make_situation(session, cast, candidacy)
    path = f"/evidence/add/situation/{situation.id}"
    file = (BytesIO(PHOTO), "poste.png")
    for who, status in ((cast.farid, 403), (cast.claire, 404), (cast.gaelle, 404)):
        browse(who, "POST", path, status=status, headers=SCRIPT, x="1")
    browse(cast.emma, "POST", path, status=201, headers=SCRIPT, file=file)
    tied = get_situation(session, situation.id).records
    assert [(r.record_kind, r.involvement) for r in tied] == [(Kind.EVIDENCE, "author")]
    browse(cast.farid, "GET", f"/evidence/{tied[0].record_id}")
    for who in (cast.claire, cast.karine, cast.gaelle, cast.david):
        browse(who, "GET", f"/evidence/{tied[0].record_id}", status=404)


def test_what_is_typed_is_kept_with_its_boxes(browse, session, cast, candidacy, version):
    situation = make.make_situation(session, cast, candidacy)
    criterion = make.criteria(session, version)["C8-e"]
    path = f"/candidacies/situations/{situation.id}"
    values = story(situation, own_role="Je dirigeais.", criterion=criterion)
    page = browse(cast.emma, "POST", path, headers=SCRIPT, **values)
    assert as_json(page)["version"] == 2
    again = get_situation(session, situation.id)
    assert again.own_role == "Je dirigeais."
    claimed = {c.capability_id for c in again.claims}
    assert claimed == {make.codes(session, version)["C8"]}


def test_an_older_version_shows_both_texts_and_overwrites_nothing(browse, session, cast, candidacy):
    situation = make.make_situation(session, cast, candidacy)
    path = f"/candidacies/situations/{situation.id}"
    older = story(situation)
    browse(cast.emma, "POST", path, headers=SCRIPT, **{**older, "result": "Premier."})
    page = browse(
        cast.emma, "POST", path, status=409, headers=SCRIPT, **{**older, "result": "Second."}
    )
    assert as_json(page)["theirs"]["result"] == "Premier."
    assert as_json(page)["version"] == 2
    assert get_situation(session, situation.id).result == "Premier."


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"ends_on": "2026-03-01"}, "ends_on"),
        ({"context": "x" * 10_001}, "context"),
        ({"modality": "guess"}, "modality"),
    ],
)
def test_what_cannot_be_kept_is_said_field_by_field(
    browse, session, cast, candidacy, changes, field
):
    situation = make.make_situation(session, cast, candidacy)
    values = story(situation, **changes)
    path = f"/candidacies/situations/{situation.id}"
    page = browse(cast.emma, "POST", path, status=422, headers=SCRIPT, **values)
    assert field in as_json(page)["errors"]


def test_records_are_tied_described_and_untied(browse, session, cast, candidacy):
    audit = make.make_audit(session, cast)
    situation = make.make_situation(session, cast, candidacy)
    path = f"/candidacies/situations/{situation.id}"
    browse(cast.emma, "POST", f"{path}/records", status=303, record=f"audit/{audit.id}")
    tied = get_situation(session, situation.id).records[0]
    own = f"/candidacies/records/{tied.id}"
    browse(cast.emma, "POST", own, headers=SCRIPT, own_part="Tout le plan.", version=1)
    page = browse(cast.emma, "POST", own, status=409, headers=SCRIPT, own_part="x", version=1)
    assert as_json(page)["theirs"] == {"own_part": "Tout le plan."}
    assert "C8-c" in browse(cast.emma, "GET", path).select_one("#suggestions").text
    browse(cast.emma, "POST", f"{own}/remove", status=303, x="1")
    assert get_situation(session, situation.id).records == []


def test_a_suggestion_is_ticked_only_when_asked(browse, session, cast, candidacy, version):
    audit = make.make_audit(session, cast)
    situation = make.make_situation(session, cast, candidacy, records=[(Kind.AUDIT, audit.id)])
    assert get_situation(session, situation.id).claims == []
    key = make.criteria(session, version)["C8-c"]
    path = f"/candidacies/situations/{situation.id}/claims"
    browse(cast.emma, "POST", path, status=303, criterion=key)
    claims = get_situation(session, situation.id).claims
    assert {c.criterion_id for c in claims} == {None, key}


def test_the_exam_centre_names_its_people_and_nobody_else(browse, session, cast, candidacy):
    path = f"/candidacies/{candidacy.id}/panel"
    browse(
        cast.karine, "POST", path, status=303,
        evaluator_ids=cast.gaelle.user_id, jury_ids=cast.hugo.user_id,
    )  # fmt: skip
    links = get_candidacy(session, candidacy.id).access().links
    assert links[Link.EVALUATOR] == {cast.gaelle.user_id}
    browse(cast.karine, "POST", path, status=422, evaluator_ids=cast.farid.user_id)
    for who in (cast.claire, cast.emma, cast.farid):
        browse(who, "POST", path, status=403, evaluator_ids=cast.gaelle.user_id)
    for who in (cast.gaelle, cast.david):
        browse(who, "POST", path, status=404, evaluator_ids=cast.gaelle.user_id)


def test_reopening_asks_why_and_keeps_the_first_dossier(browse, session, cast, dossier):
    path = f"/candidacies/{dossier.candidacy_id}/moves/reopen"
    browse(cast.karine, "POST", path, status=422, reason="  ")
    assert get_candidacy(session, dossier.candidacy_id).status == "submitted"
    browse(cast.emma, "POST", path, status=403, reason="Encore")
    browse(cast.karine, "POST", path, status=303, reason="Une pièce manque")
    assert get_candidacy(session, dossier.candidacy_id).status == "evidencing"
    browse(cast.gaelle, "GET", f"/dossiers/{dossier.id}", status=404)
    browse(cast.emma, "GET", f"/dossiers/{dossier.id}")


def test_submitting_from_the_page_needs_the_declaration(browse, session, cast, ready):
    path = f"/candidacies/{ready.id}/submit"
    page = browse(cast.emma, "POST", path, status=422, x="1")
    assert "déclaration d’authenticité" in page.text
    shown = page.select_one("[name=release_sha256]")["value"]
    sent = {"declares": "y", "releases": "y", "release_sha256": shown}
    browse(cast.emma, "POST", path, status=303, **sent)
    assert get_candidacy(session, ready.id).status == "submitted"
    browse(cast.emma, "POST", path, status=403, declares="y")


def test_a_late_dossier_is_accepted_by_a_named_person(browse, session, cast, ready, files, key):
    late = datetime(2026, 7, 2, 8, tzinfo=UTC)
    dossier = make.submit(session, cast, ready, files, key, now=late)
    assert dossier.late_days == 2
    path = f"/candidacies/{ready.id}/accept-lateness"
    browse(cast.emma, "POST", path, status=403, x="1")
    browse(cast.karine, "POST", path, status=303, x="1")
    page = browse(cast.karine, "GET", f"/candidacies/{ready.id}")
    assert "Accepté par Karine Faure" in page.text


def test_pages_keep_their_sql_budget(browse, session, cast, ready, statements):
    for n in range(6):
        make.make_situation(session, cast, get_candidacy(session, ready.id))
        make.make_candidacy(session, cast, ready.certification, starts_on=date(2026, 1, n + 1))
    for who, path, budget in (
        (cast.emma, f"/candidacies/{ready.id}", 12),
        (cast.emma, "/candidacies/", 8),
        (cast.farid, f"/candidacies/{ready.id}/opinion", 12),
        (cast.emma, f"/candidacies/situations/{ready.situations[0].id}", 12),
    ):
        session.rollback()
        statements.clear()
        browse(who, "GET", path)
        sent = [s for s in statements if "sign_in_session (" not in s]
        assert len(sent) <= budget, f"{path}: {len(sent)}\n" + "\n".join(sent)


def test_each_capability_says_what_counts_as_proof_to_whom_writes(cast, browse, candidacy):
    page = browse(cast.emma, "GET", f"/candidacies/{candidacy.id}")
    for code, count in {"C1": 2, "C7": 6, "C8": 10}.items():
        told = page.select(f"#{code} .what-counts dt strong")
        assert [each.text for each in told] == [f"{code}-{x}" for x in "abcdefghij"[:count]]
    assert not browse(cast.claire, "GET", f"/candidacies/{candidacy.id}").select(".what-counts")


def test_a_candidate_whom_nobody_registered_learns_what_to_ask_for(cast, browse):
    page = browse(cast.emma, "GET", "/candidacies/")
    assert "Votre candidature n’est pas encore inscrite" in page.text
    assert page.select_one(".empty a")["href"] == "/certifications/"
    assert "n’est pas encore inscrite" not in browse(cast.farid, "GET", "/candidacies/").text


def test_a_first_situation_starts_from_work_that_the_candidate_did(
    session, cast, browse, candidacy
):
    address = f"/candidacies/{candidacy.id}"
    bare = browse(cast.emma, "GET", address).select_one(".next-act")
    assert bare.select_one("a.btn")["href"] == f"{address}/situations/new"
    make.make_audit(session, cast, lead=cast.alice, title="Audit d’une autre")
    mine = make.make_audit(session, cast, lead=cast.emma, title="Audit à moi")
    session.commit()
    offered = browse(cast.emma, "GET", address).select(".first-records a")
    assert [link["href"] for link in offered] == [
        f"{address}/situations/new?record=audit/{mine.id}"
    ]
    started = browse(cast.emma, "GET", offered[0]["href"])
    assert "Audit à moi" in started.select_one("[name=title]")["value"]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"report_due_on": "2020-01-01"}, "report_due_on", "ne peut pas précéder"),
        ({"tutor_ids": ()}, "tutor_ids", "au moins un tuteur"),
    ],
)
def test_a_refused_registration_leads_to_the_field_and_loses_nothing(
    cast, browse, version, changes, field, words
):
    given = {
        "candidate_id": cast.emma.user_id,
        "certification_version_id": version.id,
        "tutor_ids": [cast.farid.user_id],
        "route": "FC",
        "starts_on": "2026-01-05",
        **changes,
    }
    given = {name: value for name, value in given.items() if value != ()}
    page = browse(cast.claire, "POST", "/candidacies/register", status=422, **given)
    [link] = page.select(".summary a")
    assert words in link.text
    assert page.select_one(link["href"])["name"] == field
    assert page.select_one("[name=starts_on]")["value"] == "2026-01-05"


@pytest.mark.parametrize(("path", "boxes"), [("submit", 2), ("opinion/sign", 1)])
def test_each_box_left_empty_is_named_and_linked(session, cast, browse, ready, path, boxes):
    if path == "submit":
        page = browse(cast.emma, "POST", f"/candidacies/{ready.id}/submit", status=422)
    else:
        make.give_opinions(session, cast, ready, observation=Observation.PARTLY)
        session.commit()
        address = f"/candidacies/{ready.id}/opinion/sign"
        shown = browse(cast.farid, "GET", address, elevated=True)
        digest = shown.select_one("[name=shown_sha256]")["value"]
        page = browse(cast.farid, "POST", address, status=422, elevated=True, shown_sha256=digest)
    links = [link["href"] for link in page.select(".summary a")]
    assert [page.select_one(link)["type"] for link in links] == ["checkbox"] * boxes
    assert len(set(links)) == boxes


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"title": ""}, 422, "Ce champ est obligatoire"),
        ({"ends_on": "2020-01-01"}, 422, "ne peut pas précéder"),
        ({"version": "0"}, 409, "Fiche modifiée entre-temps"),
    ],
)
def test_without_script_a_refused_text_is_answered_in_words(
    session, cast, browse, candidacy, changes, status, words
):
    situation = make.make_situation(session, cast, candidacy)
    address = f"/candidacies/situations/{situation.id}"
    page = browse(cast.emma, "POST", address, status=status, **{**story(situation), **changes})
    assert words in page.select_one(".trouble").text
