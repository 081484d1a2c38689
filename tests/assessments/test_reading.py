"""Evaluators read the frozen dossier and nothing else; notes belong to the one who writes them."""

import pytest
from sqlalchemy import select

from qse_audit.accounts.models import Membership, Person
from qse_audit.assessments.models import AssessmentNote
from qse_audit.assessments.services import save_note
from qse_audit.audits.models import Audit
from qse_audit.core.errors import NotAllowed
from qse_audit.core.permissions import Kind, Link, Role
from qse_audit.db.participation import write_links
from qse_audit.policies import Identity
from tests.conftest import as_json
from tests.factories import NOW

SCRIPT = {"Accept": "application/json"}


def note(browse, who, dossier, code="C8", status=200, **values):
    path = f"/dossiers/{dossier.id}/notes/{code}"
    return browse(who, "POST", path, status=status, headers=SCRIPT, **values)


def test_from_each_criterion_one_click_to_the_situation_then_to_the_proof(browse, cast, dossier):
    page = browse(cast.gaelle, "GET", f"/dossiers/{dossier.id}")
    criterion = next(li for li in page.select("#C8 .shown-criteria li") if "C8-e" in li.text)
    to_situation, to_proof, *_ = (a["href"] for a in criterion.select("a"))
    situation = page.select_one(to_situation)
    assert situation.select_one(to_proof).select_one(".proof__title")
    files = [a["href"] for a in situation.select("a") if "/files/" in a["href"]]
    assert files
    for path in files:
        browse(cast.gaelle, "GET", path)
    assert "Je conduisais l’audit seule." in situation.select_one(".voice--own").text
    assert "Avis de l’entreprise : Observé" in page.text


def test_an_evaluator_opens_no_page_of_the_company(browse, session, cast, dossier):
    audit = session.scalars(select(Audit)).one().id
    situation = dossier.model["situations"][0]["id"]
    for path in (
        f"/candidacies/{dossier.candidacy_id}", f"/candidacies/situations/{situation}",
        f"/candidacies/{dossier.candidacy_id}/opinion/signed/1",
        f"/candidacies/{dossier.candidacy_id}/panel", f"/audits/{audit}", "/evidence/1",
        "/evidence/1/file", "/findings/1",
    ):  # fmt: skip
        for who in (cast.gaelle, cast.hugo):
            browse(who, "GET", path, status=404)


def test_who_reads_a_dossier(browse, cast, dossier):
    path = f"/dossiers/{dossier.id}"
    for who in (cast.emma, cast.farid, cast.gaelle, cast.hugo, cast.karine):
        browse(who, "GET", path)
    for who in (cast.claire, cast.alice, cast.bob, cast.jean, cast.ines, cast.david):
        browse(who, "GET", path, status=404)
    assert not browse(cast.hugo, "GET", path).select("textarea")


def test_a_photo_is_shown_and_anything_else_is_saved(browse, cast, dossier):
    for file in dossier.model["files"]:
        page = browse(cast.gaelle, "GET", f"/dossiers/{dossier.id}/files/{file['sha256']}")
        headers = page.response.headers
        assert headers["Content-Security-Policy"].startswith("sandbox")
        attached = headers["Content-Disposition"].startswith("attachment")
        assert attached != file["is_image"]


def test_only_the_files_of_the_dossier_are_served(browse, cast, files, dossier):
    other = files.put_bytes(b"secret de l'entreprise").sha256
    for address in (other, "0" * 64, "..%2f..%2fsecret.key", dossier.sha256):
        browse(cast.gaelle, "GET", f"/dossiers/{dossier.id}/files/{address}", status=404)


def test_the_sealed_file_is_downloaded_and_verified(browse, cast, files, dossier):
    got = browse(cast.gaelle, "GET", f"/dossiers/{dossier.id}/download").response
    assert got.data == files.path(dossier.sha256).read_bytes()
    page = browse(cast.gaelle, "GET", f"/dossiers/{dossier.id}/verification")
    assert "Le dossier est intact" in page.text
    stored = files.path(dossier.sha256)
    stored.chmod(0o640)
    stored.write_bytes(stored.read_bytes()[:-1] + b"x")
    page = browse(cast.gaelle, "GET", f"/dossiers/{dossier.id}/verification")
    assert "n’est pas celui qui a été scellé" in page.text


def test_an_evaluator_notes_per_capability(browse, session, cast, dossier):
    assert as_json(note(browse, cast.gaelle, dossier, level="2", text="Clair.", version="")) == {
        "version": 1
    }
    note(browse, cast.gaelle, dossier, level="0", text="Relu.", version="1")
    row = session.scalars(select(AssessmentNote)).one()
    assert (row.level, row.text, row.evaluator_id) == (0, "Relu.", cast.gaelle.user_id)
    old = note(browse, cast.gaelle, dossier, status=409, level="3", text="x", version="1")
    assert as_json(old)["theirs"] == {"level": "0", "text": "Relu."}
    note(browse, cast.gaelle, dossier, status=422, level="4", version="2")
    note(browse, cast.gaelle, dossier, code="C99", status=404, level="1")


def test_a_note_refused_without_script_comes_back_in_its_form(browse, session, cast, dossier):
    path, long = f"/dossiers/{dossier.id}/notes/C8", "Clair. " * 2_000
    page = browse(cast.gaelle, "POST", path, status=422, level="2", text=long, version="")
    assert page.response.mimetype == "text/html"
    assert page.select_one(".summary a")["href"] == "#note-C8"
    assert page.select_one("#note-C8").text.strip() == long.strip()
    assert page.select_one("#note-C8")["aria-invalid"] == "true"
    assert page.select_one("#C8-2").has_attr("checked")
    assert not page.select_one("#note-C7").text
    page = browse(cast.gaelle, "POST", path, status=422, level="4", text="Clair.", version="")
    assert page.select_one(".summary a")["href"] == "#C8-0"
    assert page.select_one("#note-C8").text.strip() == "Clair."
    assert session.scalars(select(AssessmentNote)).all() == []


def test_a_note_of_two_tabs_without_script_shows_both_texts(browse, session, cast, dossier):
    path = f"/dossiers/{dossier.id}/notes/C8"
    browse(cast.gaelle, "POST", path, status=303, level="1", text="Au bureau.", version="")
    page = browse(cast.gaelle, "POST", path, status=409, level="2", text="Au train.", version="9")
    assert [p.text for p in page.select(".version:first-child .prewrap")] == [
        "Partiellement montré", "Au bureau.",
    ]  # fmt: skip
    form = {i["name"]: i["value"] for i in page.select("form.form input")}
    assert (form["level"], page.select_one("textarea").text.strip()) == ("2", "Au train.")
    browse(cast.gaelle, "POST", path, status=303, **form, text="Au train.")
    row = session.scalars(select(AssessmentNote)).one()
    assert (row.level, row.text) == (2, "Au train.")


def test_nobody_else_notes_and_nobody_reads_anothers_notes(browse, session, cast, dossier):
    secret = "À approfondir en entretien, canari-7431"
    note(browse, cast.gaelle, dossier, text=secret, version="")
    for who, status in (
        (cast.hugo, 403), (cast.emma, 403), (cast.farid, 403), (cast.karine, 403),
        (cast.claire, 404), (cast.david, 404),
    ):  # fmt: skip
        note(browse, who, dossier, status=status, level="3")
    second = second_evaluator(session, cast, dossier)
    for who in (cast.emma, cast.farid, cast.hugo, cast.karine, second):
        page = browse(who, "GET", f"/dossiers/{dossier.id}")
        assert "canari-7431" not in page.text
    assert secret in browse(cast.gaelle, "GET", f"/dossiers/{dossier.id}").text


def second_evaluator(session, cast, dossier):
    person = Person(name="Louis Girard", email="louis@example.org", created_at=NOW)
    session.add(person)
    session.flush()
    session.add(
        Membership(
            person_id=person.id, organisation_id=cast.centre, role=Role.EVALUATOR, granted_at=NOW
        )
    )
    people = {Link.EVALUATOR: [cast.gaelle.user_id, person.id]}
    write_links(session, Kind.CANDIDACY, dossier.candidacy_id, people)
    session.commit()
    return Identity(person.id, cast.centre, frozenset({Role.EVALUATOR}))


def test_an_evaluator_who_turns_out_to_be_tied_loses_the_dossier(browse, session, cast, dossier):
    """Even a row written behind the services does not open the dossier for notes."""
    people = {Link.EVALUATOR: [cast.farid.user_id, cast.emma.user_id]}
    write_links(session, Kind.CANDIDACY, dossier.candidacy_id, people)
    session.commit()
    for who in (cast.farid, cast.emma):
        note(browse, who, dossier, status=403, level="3")
        with pytest.raises(NotAllowed):
            save_note(session, dossier, 1, level=3, text="", version=None, actor=who, now=NOW)


def test_an_evaluator_taken_off_the_panel_loses_the_dossier(browse, session, cast, dossier):
    write_links(session, Kind.CANDIDACY, dossier.candidacy_id, {Link.EVALUATOR: []})
    session.commit()
    browse(cast.gaelle, "GET", f"/dossiers/{dossier.id}", status=404)
    page = browse(cast.gaelle, "GET", "/candidacies/")
    assert "Emma" not in page.text


def test_staff_of_another_exam_centre_know_nothing(browse, session, cast, dossier):
    from qse_audit.accounts.models import Organisation
    from qse_audit.accounts.rules import OrganisationKind

    other = Organisation(name="Autre centre", kind=OrganisationKind.EXAM_CENTRE, created_at=NOW)
    session.add(other)
    session.flush()
    person = Person(name="Zoé Noël", email="zoe@example.org", created_at=NOW)
    session.add(person)
    session.flush()
    session.add_all(
        Membership(person_id=person.id, organisation_id=other.id, role=role, granted_at=NOW)
        for role in (Role.EXAM_STAFF, Role.EVALUATOR, Role.JURY)
    )
    session.commit()
    zoe = Identity(person.id, other.id, frozenset({Role.EXAM_STAFF}))
    for path in (
        f"/dossiers/{dossier.id}", f"/dossiers/{dossier.id}/download",
        f"/candidacies/{dossier.candidacy_id}", f"/candidacies/{dossier.candidacy_id}/panel",
    ):  # fmt: skip
        browse(zoe, "GET", path, status=404)
    assert "Emma" not in browse(zoe, "GET", "/candidacies/").text


def test_the_dossier_page_keeps_its_sql_budget(browse, session, cast, dossier, statements):
    session.rollback()
    statements.clear()
    browse(cast.gaelle, "GET", f"/dossiers/{dossier.id}")
    assert len([s for s in statements if "INSERT INTO sign_in_session" not in s]) <= 8
