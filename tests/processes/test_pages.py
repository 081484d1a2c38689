"""The pages about processes: who sees what, and what is saved."""

import pytest
from sqlalchemy import select

from qse_audit.accounts.models import Site
from qse_audit.core.permissions import Permission
from qse_audit.db.trail import Event
from qse_audit.policies import allows
from qse_audit.processes.models import Process
from qse_audit.processes.queries import get_process
from tests.factories import make_process


def values(cast, **changed):
    given = {
        "name": "Achats",
        "kind": "support",
        "purpose": "Acheter juste.",
        "owner_id": cast.bob.user_id,
        "member_ids": [cast.alice.user_id, cast.emma.user_id],
        "site_ids": [cast.site],
    }
    return {**given, **changed}


def test_the_map_opens_to_those_whom_the_policy_names(browse, session, cast):
    make_process(session, cast)
    for who in cast.everyone().values():
        allowed = allows(who, Permission.PROCESS_READ)
        page = browse(who, "GET", "/processes/", status=200 if allowed else 403)
        same_company = who.organisation_id == cast.company
        assert ("Usinage" in page.text) == (allowed and same_company)


def test_an_empty_map_says_what_a_process_is_for(browse, cast):
    page = browse(cast.claire, "GET", "/processes/")
    assert "La carte est vide" in page.text
    assert page.select_one(".empty a[href='/processes/new']")
    assert not browse(cast.alice, "GET", "/processes/").select("a[href='/processes/new']")


def test_the_map_takes_few_statements(browse, session, cast, statements):
    for n in range(40):
        make_process(session, cast, name=f"Processus {n}")
    statements.clear()
    page = browse(cast.claire, "GET", "/processes/")
    assert len(page.select(".process-card")) == 40
    assert len(statements) <= 8, statements


def test_a_process_is_saved_with_people_and_sites(browse, session, cast):
    page = browse(cast.claire, "POST", "/processes/new", status=303, **values(cast))
    made = session.scalars(select(Process)).one()
    assert page.response.location == f"/processes/{made.id}"
    assert (made.organisation_id, made.owner_id) == (cast.company, cast.bob.user_id)
    assert {m.id for m in made.members} == {cast.alice.user_id, cast.emma.user_id}
    assert [s.id for s in made.sites] == [cast.site]
    shown = browse(cast.alice, "GET", f"/processes/{made.id}").text
    for word in ("Achats", "Support", "Acheter juste.", "Bob Lefèvre", "Usine de Vierzon"):
        assert word in shown
    assert session.scalars(select(Event.verb)).all() == ["process.create"]


@pytest.mark.parametrize("who", ["alice", "bob", "ines"])
def test_only_coordinators_write(browse, session, cast, who):
    process_id = make_process(session, cast).id
    someone = getattr(cast, who)
    browse(someone, "POST", "/processes/new", status=403, **values(cast))
    hidden = 404 if who == "ines" else 403
    for act in ("edit", "archive", "restore"):
        path = f"/processes/{process_id}/{act}"
        browse(someone, "POST", path, status=hidden, **values(cast))
    assert session.scalars(select(Process.name)).all() == ["Usinage"]


def test_a_foreign_process_looks_missing(browse, session, cast):
    process_id = make_process(session, cast).id
    for key in (process_id, 99999):
        browse(cast.david, "GET", f"/processes/{key}", status=404)
        for act in ("edit", "archive", "restore"):
            path = f"/processes/{key}/{act}"
            browse(cast.david, "POST", path, status=404, **values(cast))


@pytest.mark.parametrize("field", ["owner_id", "member_ids", "site_ids"])
@pytest.mark.parametrize("missing", [True, False])
def test_people_and_sites_of_elsewhere_look_missing(browse, session, cast, field, missing):
    site = Site(organisation_id=cast.other_company, name="Forge")
    session.add(site)
    session.commit()
    foreign = 99999 if missing else site.id if field == "site_ids" else cast.david.user_id
    page = browse(
        cast.claire, "POST", "/processes/new", status=422, **values(cast, **{field: foreign})
    )
    assert "Acheter juste." in page.text
    assert "David" not in page.select_one("main").text
    assert session.scalars(select(Process)).all() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 121},
        {"name": "usinage"},
        {"kind": "cosmic"},
        {"purpose": "x" * 5001},
        {"owner_id": "1 OR 1=1"},
    ],
)
def test_what_cannot_be_saved_is_told_and_kept(browse, session, cast, wrong):
    make_process(session, cast)
    page = browse(cast.claire, "POST", "/processes/new", status=422, **values(cast, **wrong))
    assert page.select(".field--error, .summary")
    assert session.scalars(select(Process.name)).all() == ["Usinage"]


def test_a_change_is_saved_and_raises_the_version(browse, session, cast):
    process_id = make_process(session, cast).id
    path = f"/processes/{process_id}/edit"
    form = browse(cast.claire, "GET", path)
    assert form.select_one("input[name=version]")["value"] == "1"
    changed = values(cast, name="Usinage", owner_id="", version=1)
    browse(cast.claire, "POST", path, status=303, **changed)
    stored = get_process(session, process_id)
    assert (stored.version, stored.owner_id, len(stored.members)) == (2, None, 2)
    browse(cast.claire, "POST", path, status=303, **{**changed, "version": 2, "site_ids": []})
    assert get_process(session, process_id).version == 3


def test_two_people_editing_see_both_texts_and_nothing_is_lost(browse, session, cast):
    process_id = make_process(session, cast).id
    path = f"/processes/{process_id}/edit"
    first = values(cast, name="Usinage", purpose="Texte de Claire.", version=1)
    browse(cast.claire, "POST", path, status=303, **first)
    second = {**first, "purpose": "Texte d’en face.", "owner_id": cast.jean.user_id}
    page = browse(cast.claire, "POST", path, status=409, **second)
    main = page.select_one("main").text
    for word in ("Texte de Claire.", "Texte d’en face.", "Bob Lefèvre", "Jean Garnier"):
        assert word in main
    assert get_process(session, process_id).purpose == "Texte de Claire."
    again: dict[str, list[str]] = {}
    for field in page.select("main input[type=hidden]"):
        again.setdefault(field["name"], []).append(field["value"])
    again["purpose"] = [page.select_one("textarea[name=purpose]").text.strip()]
    browse(cast.claire, "POST", path, status=303, **again)
    stored = get_process(session, process_id)
    assert (stored.purpose, stored.owner_id) == ("Texte d’en face.", cast.jean.user_id)
    assert {m.id for m in stored.members} == {cast.alice.user_id, cast.emma.user_id}


def test_an_archived_process_leaves_the_map_and_comes_back(browse, session, cast):
    process_id = make_process(session, cast).id
    browse(cast.claire, "POST", f"/processes/{process_id}/archive", status=303)
    page = browse(cast.claire, "GET", "/processes/")
    assert not page.select(".process-card")
    assert "1 processus archivé" in page.text
    assert "archivé" in browse(cast.alice, "GET", f"/processes/{process_id}").text
    browse(cast.claire, "POST", f"/processes/{process_id}/restore", status=303)
    assert browse(cast.claire, "GET", "/processes/").select(".process-card")


def test_what_people_write_is_shown_as_text(browse, session, cast):
    evil = "<script>alert(1)</script>"
    browse(
        cast.claire, "POST", "/processes/new", status=303, **values(cast, name=evil, purpose=evil)
    )
    made = session.scalar(select(Process.id))
    for path in ("/processes/", f"/processes/{made}", f"/processes/{made}/edit"):
        assert evil not in browse(cast.claire, "GET", path).select_one("main").decode_contents()
