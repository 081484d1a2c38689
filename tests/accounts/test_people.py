"""The people of an organisation: who sees them, who changes their roles, what ends at once."""

from threading import Thread

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accounts import queries, services
from qse_audit.accounts.models import Membership, Organisation, Person
from qse_audit.core.clock import now
from qse_audit.core.errors import Refused
from qse_audit.core.permissions import Permission, Role
from qse_audit.db.trail import Event
from qse_audit.policies import allows
from tests.factories import make_process


def grant(session, who, organisation_id, *roles):
    session.add_all(
        Membership(
            person_id=who.user_id, organisation_id=organisation_id, role=role, granted_at=now()
        )
        for role in roles
    )
    session.commit()


def test_the_list_opens_to_those_whom_the_policy_names(browse, cast):
    for who in cast.everyone().values():
        allowed = allows(who, Permission.PERSON_LIST)
        browse(who, "GET", "/people", status=200 if allowed else 403)
    browse(None, "GET", "/people", status=303)


def test_the_list_holds_the_people_of_the_organisation_only(browse, cast):
    page = browse(cast.ines, "GET", "/people")
    text = page.select_one("main").text
    assert "Alice Moreau" in text
    assert "Auditeur" in text
    for stranger in ("David Roche", "Gaëlle Simon", "Hugo Blanc"):
        assert stranger not in text
    assert "7 personnes" in text


@pytest.mark.parametrize(
    ("query", "found", "missing"),
    [
        ("q=ALICE", "Alice Moreau", "Bob Lefèvre"),
        ("q=bob%40", "Bob Lefèvre", "Alice Moreau"),
        ("role=tutor", "Farid Haddad", "Alice Moreau"),
        ("q=%25", "Personne ne correspond", "Alice Moreau"),
        ("role=nonsense", "Alice Moreau", "David Roche"),
    ],
)
def test_search_and_filter_are_in_the_address(browse, cast, query, found, missing):
    text = browse(cast.ines, "GET", f"/people?{query}").select_one("main").text
    assert found in text
    assert missing not in text


def test_the_list_takes_few_statements_however_long(browse, session, cast, statements):
    people = [
        Person(name=f"Personne {n:03}", email=f"p{n}@example.org", created_at=now())
        for n in range(120)
    ]
    session.add_all(people)
    session.flush()
    session.add_all(
        Membership(
            person_id=p.id, organisation_id=cast.company, role=Role.AUDITOR, granted_at=now()
        )
        for p in people
    )
    session.commit()
    statements.clear()
    page = browse(cast.ines, "GET", "/people")
    assert len(statements) <= 8 + 1, statements  # one more: the test’s own sign-in
    following = page.select_one("a[rel=next]")["href"]
    second = browse(cast.ines, "GET", following)
    assert second.select_one("a[rel=prev]")
    first_names = {a.text for a in page.select("tbody th a")}
    assert first_names.isdisjoint({a.text for a in second.select("tbody th a")})


def test_a_person_elsewhere_looks_missing(browse, cast):
    for path in ("", "/roles", "/remove"):
        method = "POST" if path else "GET"
        browse(cast.ines, method, f"/people/{cast.david.user_id}{path}", status=404)
        browse(cast.ines, method, f"/people/99999{path}", status=404)


@pytest.mark.parametrize("who", ["claire", "alice"])
def test_only_administrators_change_roles(browse, cast, who, roles_of):
    status = 403 if who == "claire" else 404
    someone, target = getattr(cast, who), cast.bob.user_id
    browse(someone, "POST", f"/people/{target}/roles", status=status, roles="administrator")
    browse(someone, "POST", f"/people/{target}/remove", status=status)
    assert roles_of(target, cast.company) == {Role.PROCESS_OWNER}


def test_a_coordinator_reads_a_person_without_buttons(browse, cast):
    page = browse(cast.claire, "GET", f"/people/{cast.bob.user_id}")
    assert "Pilote de processus" in page.text
    assert not page.select("main form")


def test_nobody_raises_their_own_roles(browse, cast, roles_of):
    path = f"/people/{cast.claire.user_id}/roles"
    browse(cast.claire, "POST", path, status=403, roles=["coordinator", "administrator"])
    assert roles_of(cast.claire.user_id, cast.company) == {Role.COORDINATOR}


def test_a_change_of_roles_is_saved_recorded_and_ends_the_sessions(
    browse, session, cast, roles_of, client_of, open_sessions
):
    bob = client_of(cast.bob)
    assert bob.get("/me").status_code == 200
    path = f"/people/{cast.bob.user_id}/roles"
    browse(cast.ines, "POST", path, status=303, roles=["auditor", "tutor"])
    assert roles_of(cast.bob.user_id, cast.company) == {Role.AUDITOR, Role.TUTOR}
    assert open_sessions(cast.bob) == 0
    assert bob.get("/me").status_code == 303
    assert session.scalars(select(Event.verb)).all() == ["person.roles"]


def test_the_same_roles_again_change_nothing(browse, session, cast, client_of, open_sessions):
    client_of(cast.bob)
    path = f"/people/{cast.bob.user_id}/roles"
    browse(cast.ines, "POST", path, status=303, roles=["process_owner"])
    assert open_sessions(cast.bob) == 1
    assert session.scalars(select(Event.verb)).all() == []


@pytest.mark.parametrize("roles", [[], ["jury"], ["root"]])
def test_roles_without_a_meaning_here_are_refused(browse, cast, roles_of, roles):
    path = f"/people/{cast.bob.user_id}/roles"
    browse(cast.ines, "POST", path, status=422, roles=roles, other="x")
    assert roles_of(cast.bob.user_id, cast.company) == {Role.PROCESS_OWNER}


def test_the_service_refuses_a_role_above_the_actor_s_own(session, cast):
    company = session.get_one(Organisation, cast.company)
    claire = session.get_one(Person, cast.claire.user_id)
    with pytest.raises(Refused) as refused:
        services.change_roles(
            session,
            claire,
            company,
            roles=[Role.COORDINATOR, Role.ADMINISTRATOR],
            actor=cast.claire,
            now=now(),
        )
    assert [r.code for r in refused.value.refusals] == ["role_above_own"]


def test_the_last_administrator_stays(browse, cast, roles_of):
    path = f"/people/{cast.ines.user_id}"
    page = browse(cast.ines, "POST", f"{path}/roles", status=422, roles=["auditor"])
    assert "dernier administrateur" in page.text
    assert browse(cast.ines, "POST", f"{path}/remove", status=303).response.location == path
    assert roles_of(cast.ines.user_id, cast.company) == {Role.ADMINISTRATOR}


def test_two_administrators_cannot_remove_each_other_at_once(engine, session, cast, roles_of):
    grant(session, cast.claire, cast.company, Role.ADMINISTRATOR)

    def remove(actor, target):
        with Session(engine) as own:
            person = queries.get_member(own, target.user_id)
            company = own.get_one(Organisation, cast.company)
            try:
                services.remove_person(own, person, company, actor=actor, now=now())
                own.commit()
            except Refused:
                own.rollback()

    pairs = ((cast.ines, cast.claire), (cast.claire, cast.ines))
    threads = [Thread(target=remove, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = {Role.ADMINISTRATOR in roles_of(w.user_id, cast.company) for w in pairs[0]}
    assert left == {True, False}


def test_removal_ends_access_at_once_and_keeps_what_was_done(
    browse, session, cast, client_of, roles_of
):
    bob = client_of(cast.bob)
    assert bob.get("/").status_code == 200
    browse(cast.ines, "POST", f"/people/{cast.bob.user_id}/remove", status=303)
    assert roles_of(cast.bob.user_id, cast.company) == set()
    assert bob.get("/").status_code == 303
    assert session.get(Person, cast.bob.user_id).name == "Bob Lefèvre"
    browse(cast.ines, "GET", f"/people/{cast.bob.user_id}", status=404)


def test_removal_from_one_organisation_leaves_the_others(browse, session, cast, client_of):
    grant(session, cast.bob, cast.other_company, Role.AUDITOR)
    browse(cast.ines, "POST", f"/people/{cast.bob.user_id}/remove", status=303)
    client = client_of(cast.bob)
    assert client.get("/me").status_code == 303
    elsewhere = type(cast.bob)(cast.bob.user_id, cast.other_company, frozenset({Role.AUDITOR}))
    client = client_of(elsewhere)
    assert client.get("/me").status_code == 200
    assert (
        client.post("/switch-organisation", data={"organisation_id": cast.company}).status_code
        == 404
    )


def test_nobody_switches_to_an_organisation_that_is_not_theirs(browse, session, cast):
    for given in (cast.other_company, 99999, "x", ""):
        browse(cast.alice, "POST", "/switch-organisation", status=404, organisation_id=given)


def test_a_page_of_another_organisation_of_ones_own_is_one_click_away(session, cast, client_of):
    """A tab left open on what belongs to the organisation in which one acted before."""
    grant(session, cast.bob, cast.other_company, Role.AUDITOR)
    client = client_of(type(cast.bob)(cast.bob.user_id, cast.other_company, frozenset()))
    path = f"/processes/{make_process(session, cast).id}"
    missing = client.get(path)
    assert missing.status_code == 404
    form = BeautifulSoup(missing.text, "html.parser").select_one(".trouble form")
    sent = {field["name"]: field["value"] for field in form.select("[name]")}
    assert (sent["organisation_id"], sent["next"]) == (str(cast.company), path)
    answer = client.post(form["action"], data=sent)
    assert (answer.status_code, answer.location) == (303, path)
    assert client.get(path).status_code == 200


def test_a_missing_page_offers_no_other_organisation_to_whoever_has_one(browse, cast):
    assert browse(cast.bob, "GET", "/processes/99999", status=404).select(".trouble form") == []


@pytest.mark.parametrize("given", ["https://evil.example/x", "//evil.example", ""])
def test_changing_organisation_never_leads_away(session, cast, client_of, given):
    grant(session, cast.bob, cast.other_company, Role.AUDITOR)
    data = {"organisation_id": cast.other_company, "next": given}
    assert client_of(cast.bob).post("/switch-organisation", data=data).location == "/"


def test_a_role_counts_only_where_it_was_given(browse, session, cast):
    grant(session, cast.david, cast.company, Role.TUTOR)
    here = type(cast.david)(cast.david.user_id, cast.company, frozenset())
    browse(here, "GET", "/people", status=403)
    browse(here, "GET", f"/people/{cast.bob.user_id}", status=404)
