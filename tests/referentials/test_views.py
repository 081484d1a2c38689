"""The pages about referentials: who may, who may not, who must not know, and what is saved."""

from io import BytesIO

import pytest
from sqlalchemy import select

from qse_audit.accounts.models import Person
from qse_audit.referentials import queries, services
from qse_audit.referentials.models import Edition, Requirement
from qse_audit.referentials.rules import Draft, EditionStatus
from tests.factories import CAST, NOW
from tests.referentials.factories import (
    content,
    imported,
    in_house,
    large_outline,
    outline,
    shipped,
    workbook,
)

READERS = {"alice", "bob", "claire", "emma", "farid", "ines", "jean"}


def file(data: bytes, name: str):
    return (BytesIO(data), name)


def requirement(session, edition, ref):
    return session.scalars(
        select(Requirement).where(Requirement.edition_id == edition.id, Requirement.ref == ref)
    ).one()


# Reading ----------------------------------------------------------------------------------------


def test_an_empty_list_says_what_a_referential_is_for(browse, cast):
    page = browse(cast.claire, "GET", "/referentials/")
    assert "réunit les exigences et les questions" in page.text
    assert page.select_one('a[href="/referentials/import"]')


def test_only_the_coordinator_is_offered_to_import_or_write(browse, cast, session):
    shipped(session)
    assert browse(cast.claire, "GET", "/referentials/").select('a[href="/referentials/new"]')
    assert not browse(cast.alice, "GET", "/referentials/").select('a[href="/referentials/new"]')


@pytest.mark.parametrize("name", CAST)
def test_the_company_reads_its_referentials_and_others_do_not_know_them(
    browse, cast, session, name
):
    edition = imported(session, cast)
    status = 200 if name in READERS else 404
    browse(getattr(cast, name), "GET", f"/referentials/editions/{edition.id}", status=status)


def test_a_stranger_never_sees_ours_in_lists_or_files(browse, cast, session):
    edition, own = imported(session, cast), shipped(session)
    page = browse(cast.david, "GET", "/referentials/")
    assert "LIVRE" in page.text
    assert "GRILLE" not in page.text
    browse(cast.david, "GET", f"/referentials/editions/{own.id}")
    for path in ("", "/download/csv", "/edit", "/describe", "/next", "/requirements/new"):
        browse(cast.david, "GET", f"/referentials/editions/{edition.id}{path}", status=404)


def test_the_list_is_searched(browse, cast, session):
    shipped(session)
    imported(session, cast)
    page = browse(cast.alice, "GET", "/referentials/?q=grille+LIVRE&origin=shipped&domain=safety")
    assert [row.a.text for row in page.select("tbody tr")] == ["LIVRE"]
    page = browse(cast.alice, "GET", "/referentials/?q=rien&status=odd")
    assert "Aucun référentiel ne correspond" in page.text


def test_an_edition_shows_its_tree_and_where_it_comes_from(browse, cast, session):
    edition = imported(session, cast)
    page = browse(cast.alice, "GET", f"/referentials/editions/{edition.id}")
    assert "Question 2 de 1.1 ?" in page.text
    assert edition.sha256 in page.text
    assert [a["href"] for a in page.select(".chapters a")] == ["#c0", "#c3"]
    assert page.select_one("#c3")


def test_an_edition_is_read_in_the_language_of_the_page(browse, cast, session):
    edition = imported(session, cast)
    session.get_one(Person, cast.alice.user_id).locale = "en"
    session.commit()
    assert (
        "Point 1.1 (en)" in browse(cast.alice, "GET", f"/referentials/editions/{edition.id}").text
    )


@pytest.mark.parametrize("size", [100, 1200])
def test_an_edition_page_takes_at_most_12_statements_at_any_size(
    browse, cast, session, statements, size
):
    edition = imported(session, cast, large_outline(size))
    statements.clear()
    page = browse(cast.alice, "GET", f"/referentials/editions/{edition.id}")
    assert len(statements) <= 12, statements
    assert len(page.select(".clause")) == size - 10


def test_the_list_takes_at_most_8_statements(browse, cast, session, statements):
    for number in range(55):
        imported(session, cast, outline(ref=f"R{number}"))
    statements.clear()
    browse(cast.alice, "GET", "/referentials/")
    assert len(statements) <= 8, statements


@pytest.mark.parametrize("kind", ["csv", "xlsx", "yaml", "ciso"])
def test_an_edition_can_be_taken_away(browse, cast, session, kind):
    edition = imported(session, cast)
    page = browse(cast.alice, "GET", f"/referentials/editions/{edition.id}/download/{kind}")
    assert "attachment" in page.response.headers["Content-Disposition"]
    assert len(page.response.data) > 100


def test_an_unknown_edition_or_format_is_not_found(browse, cast, session):
    edition = imported(session, cast)
    browse(cast.alice, "GET", "/referentials/editions/99999", status=404)
    browse(cast.alice, "GET", f"/referentials/editions/{edition.id}/download/exe", status=404)


# Importing --------------------------------------------------------------------------------------


def drop(browse, who, data, name, status=303):
    return browse(who, "POST", "/referentials/import", status=status, file=file(data, name))


def test_a_file_is_previewed_then_imported(browse, cast, session):
    went = drop(browse, cast.claire, content("grid.yaml"), "grid.yaml").response.location
    page = browse(cast.claire, "GET", went)
    assert "Visite d’atelier" in page.text
    assert "Points à vérifier sans question : 1." in page.text
    assert session.scalars(select(Edition)).all() == []
    browse(cast.claire, "POST", went, status=303)
    (edition,) = session.scalars(select(Edition))
    assert (edition.referential.ref, edition.requirement_count) == ("VISITE", 3)
    assert edition.referential.organisation_id == cast.company
    assert "déjà enregistré" in browse(cast.claire, "GET", went).text


def test_a_table_is_named_before_it_is_imported(browse, cast, session):
    data = workbook([["ref", "title", "question"], ["1", "Sol", "Sec ?"]])
    went = drop(browse, cast.claire, data, "Visite du lundi.xlsx").response.location
    page = browse(cast.claire, "GET", went)
    assert page.select_one("#ref")["value"] == "Visite du lundi"
    naming = {"ref": "", "title": "Visite", "label": "A"}
    browse(cast.claire, "POST", went, status=422, **naming)
    browse(cast.claire, "POST", went, status=303, **{**naming, "ref": "VISITE-L"})
    (edition,) = session.scalars(select(Edition))
    assert (edition.referential.identifier, edition.label) == ("visite-l", "A")


def test_a_wrong_file_is_told_with_its_place_and_not_kept(browse, cast, session, settings):
    data = content("grid.yaml").replace(b"weight: 2", b"weight: lourd")
    page = drop(browse, cast.claire, data, "a.yaml", status=422)
    assert "ligne 23" in page.text
    assert "« lourd »" in page.text
    assert not list(settings.files_folder.rglob("?" * 64))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'{"catalog": {}}', "OSCAL"),
        (b"objects: {threats: [{urn: a}]}", "menaces (1)"),
        (b"<script>alert(1)</script>", "XML"),
        (b"", "vide"),
    ],
)
def test_what_cannot_be_imported_says_why(browse, cast, data, told):
    assert told in drop(browse, cast.claire, data, "a.yaml", status=422).text


def test_the_mistakes_of_a_file_are_a_list(browse, cast):
    data = b"ref;title_fr;weight\n1;Un;lourd\n2;Deux;9999\n"
    items = drop(browse, cast.claire, data, "a.csv", status=422).select(".callout li")
    assert [item.strong.text for item in items] == [
        "ligne 2, colonne weight",
        "ligne 3, colonne weight",
    ]


def test_a_form_without_a_file_asks_for_one(browse, cast):
    browse(cast.claire, "POST", "/referentials/import", status=422, other="x")


def test_a_preview_belongs_to_who_dropped_the_file(browse, cast, session):
    went = drop(browse, cast.claire, content("grid.yaml"), "a.yaml").response.location
    for method in ("GET", "POST"):
        browse(cast.david, method, went, status=404)
    browse(cast.claire, "GET", went[:-3] + "xyz", status=404)


def test_names_in_a_file_are_never_markup(browse, cast, session):
    data = content("grid.yaml").replace(b"{fr: Machines}", b'{fr: "<b onclick=x>M</b>"}')
    went = drop(browse, cast.claire, data, "<img src=x>.yaml").response.location
    page = browse(cast.claire, "GET", went)
    assert not page.select("b[onclick], img[src=x]")
    browse(cast.claire, "POST", went, status=303)
    (edition,) = session.scalars(select(Edition.id))
    assert not browse(cast.claire, "GET", f"/referentials/editions/{edition}").select("b[onclick]")


@pytest.mark.parametrize("path", ["import", "new"])
def test_only_a_coordinator_imports_and_writes(browse, cast, path):
    for name in CAST:
        status = 200 if name in {"claire", "david"} else 403
        browse(getattr(cast, name), "GET", f"/referentials/{path}", status=status)


# Writing ----------------------------------------------------------------------------------------

IDENTITY = {"ref": "QSE-7", "label": "2026", "title_fr": "Ma grille", "domains": "safety"}
POINT = {
    "ref": "1",
    "title_fr": "Sol",
    "assessable": "y",
    "weight": "2",
    "questions_fr": "Est-il sec ?\nEst-il libre ?",
    "questions_en": "Is it dry?",
    "tags": "5s, sol",
    "title_en": "",
}


def test_a_referential_is_begun(browse, cast, session):
    page = browse(cast.claire, "POST", "/referentials/new", status=303, **IDENTITY)
    (edition,) = session.scalars(select(Edition))
    assert page.response.location.endswith(f"/referentials/editions/{edition.id}/edit")
    assert edition.referential.title == {"fr": "Ma grille"}
    page = browse(cast.claire, "POST", "/referentials/new", status=422, **IDENTITY)
    assert "a déjà un référentiel" in page.text
    assert page.select_one("#title_fr")["value"] == "Ma grille"


def test_a_copy_of_what_one_may_read_only(browse, cast, session):
    source, foreign = shipped(session), imported(session, cast)
    page = browse(cast.claire, "GET", f"/referentials/new?copied={source.id}")
    assert page.select_one("#copied_id option[selected]")["value"] == str(source.id)
    data = {**IDENTITY, "copied_id": str(foreign.id)}
    browse(cast.david, "POST", "/referentials/new", status=422, **data)
    browse(cast.claire, "POST", "/referentials/new", status=303, **data)
    made = session.scalars(select(Edition).order_by(Edition.id.desc())).first()
    assert made.question_count == 3


def test_a_title_of_10_000_letters_is_refused_and_kept_in_the_form(browse, cast):
    data = {**IDENTITY, "title_fr": "x" * 10_000}
    page = browse(cast.claire, "POST", "/referentials/new", status=422, **data)
    assert len(page.select_one("#title_fr")["value"]) == 10_000


def test_a_requirement_is_added_with_its_questions(browse, cast, session):
    edition = in_house(session, cast)
    new = f"/referentials/editions/{edition.id}/requirements/new"
    page = browse(cast.claire, "POST", new, status=303, **POINT)
    made = requirement(session, edition, "1")
    assert page.response.location.endswith(f"/edit#item-{made.id}")
    (node,) = queries.tree_of(session, edition.id)
    assert [dict(ask.text) for ask in node.questions] == [
        {"fr": "Est-il sec ?", "en": "Is it dry?"},
        {"fr": "Est-il libre ?"},
    ]
    assert (node.weight, node.tags) == (2, ("5s", "sol"))
    below = {**POINT, "ref": "1.1", "again": "1"}
    page = browse(cast.claire, "POST", f"{new}?parent={made.id}", status=303, **below)
    assert page.response.location.endswith(f"?parent={made.id}")
    assert requirement(session, edition, "1.1").parent_id == made.id
    assert "déjà pris" in browse(cast.claire, "POST", new, status=422, **POINT).text


def test_a_heading_with_questions_is_refused_rather_than_losing_them(browse, cast, session):
    edition = in_house(session, cast)
    data = {key: value for key, value in POINT.items() if key != "assessable"}
    page = browse(
        cast.claire,
        "POST",
        f"/referentials/editions/{edition.id}/requirements/new",
        status=422,
        **data,
    )
    assert "Un titre n’a pas de questions" in page.text


def test_a_foreign_parent_looks_missing(browse, cast, session):
    edition, foreign = in_house(session, cast), shipped(session)
    far = session.scalars(select(Requirement).where(Requirement.edition_id == foreign.id)).first()
    new = f"/referentials/editions/{edition.id}/requirements/new?parent={far.id}"
    browse(cast.claire, "POST", new, status=404, **POINT)
    browse(cast.david, "GET", new, status=404)


def test_a_requirement_is_changed_and_removed(browse, cast, session):
    edition = imported(session, cast)
    here = requirement(session, edition, "2")
    path = f"/referentials/requirements/{here.id}"
    assert browse(cast.claire, "GET", path).select_one("#ref")["value"] == "2"
    data = {**POINT, "ref": "2", "version": str(here.version)}
    browse(cast.claire, "POST", path, status=303, **data)
    assert requirement(session, edition, "2").title == {"fr": "Sol"}
    for name, status in (("alice", 403), ("david", 404), ("karine", 404)):
        browse(getattr(cast, name), "POST", f"{path}/remove", status=status)
        browse(getattr(cast, name), "GET", path, status=status)
    browse(cast.claire, "POST", f"{path}/remove", status=303)
    assert [n.ref for n in queries.tree_of(session, edition.id)] == ["1"]


def test_a_conflict_shows_both_texts_and_overwrites_nothing(browse, cast, session):
    edition = imported(session, cast)
    here = requirement(session, edition, "2")
    old = str(here.version)
    services.write_requirement(
        session, here, Draft(ref="2", title={"fr": "Le leur"}), actor=cast.claire, now=NOW
    )
    session.commit()
    data = {**POINT, "ref": "2", "title_fr": "Le mien", "version": old}
    page = browse(cast.claire, "POST", f"/referentials/requirements/{here.id}", status=409, **data)
    assert "Le leur" in page.text
    assert "Le mien" in page.text
    assert requirement(session, edition, "2").title["fr"] == "Le leur"


def test_requirements_are_put_in_order_with_and_without_script(browse, cast, client_of, session):
    edition = imported(session, cast)
    two, one = requirement(session, edition, "2").id, requirement(session, edition, "1").id
    order = f"/referentials/editions/{edition.id}/order"
    browse(cast.claire, "POST", order, status=303, id=str(two), direction="up")
    assert [n.ref for n in queries.tree_of(session, edition.id)] == ["2", "1"]
    sent = [
        {"id": str(p.id), "parent": p.parent_id} for p in queries.places_of(session, edition.id)
    ]
    sent = [*(row for row in sent if row["id"] != str(two)), {"id": str(two), "parent": str(one)}]
    session.rollback()
    with client_of(cast.claire) as client:
        assert client.post(order, json={"order": sent}).status_code == 200
        for wrong in ({"order": sent[1:]}, {"order": "x"}, {}, {"order": [{"id": "x"}]}):
            answer = client.post(order, json=wrong, headers={"Accept": "application/json"})
            assert answer.status_code == 422, wrong
    session.expire_all()
    (chapter,) = queries.tree_of(session, edition.id)
    assert [n.ref for n in chapter.children] == ["1.1", "1.2", "2"]


def test_an_edition_that_an_audit_used_offers_the_next_one(browse, cast, session):
    edition = imported(session, cast)
    services.freeze_edition(session, edition, NOW)
    session.commit()
    page = browse(cast.claire, "GET", f"/referentials/editions/{edition.id}/edit")
    assert "Un audit a utilisé cette édition" in page.text
    assert not page.select("[data-reorder]")
    here = requirement(session, edition, "2")
    data = {**POINT, "ref": "2", "version": str(here.version)}
    browse(cast.claire, "POST", f"/referentials/requirements/{here.id}", status=422, **data)
    browse(cast.claire, "POST", f"/referentials/editions/{edition.id}/next", status=422, label="1")
    page = browse(
        cast.claire, "POST", f"/referentials/editions/{edition.id}/next", status=303, label="2"
    )
    made = session.scalars(select(Edition).order_by(Edition.id.desc())).first()
    assert page.response.location.endswith(f"/editions/{made.id}/edit")
    assert (made.status, made.question_count) == (EditionStatus.DRAFT, 3)


def test_a_shipped_edition_offers_a_copy(browse, cast, session):
    edition = shipped(session)
    page = browse(cast.claire, "GET", f"/referentials/editions/{edition.id}/edit")
    assert "livré avec l’outil" in page.text
    assert page.select(f'a[href="/referentials/new?copied={edition.id}"]')
    browse(cast.claire, "POST", f"/referentials/editions/{edition.id}/publish", status=303)
    session.refresh(edition)
    assert edition.status is EditionStatus.IN_FORCE


def test_a_draft_is_described_published_and_read(browse, cast, session):
    edition = in_house(session, cast)
    path = f"/referentials/editions/{edition.id}"
    data = {**IDENTITY, "label": "2027", "version": str(edition.version)}
    browse(cast.claire, "POST", f"{path}/describe", status=303, **data)
    browse(cast.claire, "POST", f"{path}/requirements/new", status=303, **POINT)
    browse(cast.claire, "POST", f"{path}/publish", status=303)
    session.refresh(edition)
    assert (edition.label, edition.status) == ("2027", EditionStatus.IN_FORCE)
    assert "Est-il sec ?" in browse(cast.alice, "GET", path).text


def test_a_draft_is_deleted(browse, cast, session):
    edition = in_house(session, cast)
    path = f"/referentials/editions/{edition.id}/remove"
    browse(cast.alice, "POST", path, status=403)
    browse(cast.david, "POST", path, status=404)
    browse(cast.claire, "POST", path, status=303)
    assert session.scalars(select(Edition)).all() == []


def test_a_page_of_the_editor_takes_few_statements(browse, cast, session, statements):
    edition = imported(session, cast, large_outline(300))
    statements.clear()
    browse(cast.claire, "GET", f"/referentials/editions/{edition.id}/edit")
    assert len(statements) <= 8
