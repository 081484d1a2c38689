"""The pages about actions: who may, who may not, who must not know, and what is saved."""

import csv
import io
from datetime import timedelta

import pytest

from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionStatus
from qse_audit.findings.rules import FindingStatus
from tests.actions.factories import make_action, make_audit, make_done, make_finding
from tests.factories import today

LATER = today() + timedelta(days=21)
ASKED = {
    "title": "Former les relecteurs",
    "kind": "corrective",
    "cause": "Personne ne relit.",
    "criterion": "Aucune fiche sans date au prochain tour.",
    "due_on": LATER.isoformat(),
}


@pytest.fixture
def finding(session, cast):
    return make_finding(session, cast)


def fresh(session, key):
    session.expire_all()
    return session.get(Action, key)


# --- asking ---


@pytest.mark.parametrize("who", ["claire", "alice", "bob"])
def test_the_people_of_the_audit_ask_for_an_action(session, cast, finding, browse, who):
    path = f"/actions/new/finding/{finding.id}"
    actor = getattr(cast, who)
    assert browse(actor, "GET", path).select_one("form [name=criterion]")
    done = browse(actor, "POST", path, status=303, owner_id=cast.emma.user_id, **ASKED)
    action = session.query(Action).one()
    assert done.response.location.endswith(f"/actions/{action.id}")
    assert (action.owner_id, action.due_on) == (cast.emma.user_id, LATER)


@pytest.mark.parametrize(("who", "status"), [("jean", 403), ("emma", 404), ("david", 404)])
def test_others_do_not_ask(session, cast, finding, browse, who, status):
    browse(getattr(cast, who), "GET", f"/actions/new/finding/{finding.id}", status=status)
    path = f"/actions/new/finding/{finding.id}"
    browse(getattr(cast, who), "POST", path, status=status, owner_id=cast.bob.user_id, **ASKED)
    assert session.query(Action).count() == 0


@pytest.mark.parametrize("path", ["/actions/new/finding/999", "/actions/new/unknown/1"])
def test_an_origin_that_does_not_exist_is_not_found(cast, browse, path):
    browse(cast.claire, "GET", path, status=404)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": ""}, "obligatoire"),
        ({"title": "x" * 10_000}, "200"),
        ({"kind": "nonsense"}, ""),
        ({"cause": ""}, "supprime une cause"),
        ({"criterion": ""}, "obligatoire"),
        ({"due_on": "2026-02-31"}, ""),
        ({"due_on": "2001-01-01"}, "déjà passée"),
        ({"verify_on": today().isoformat()}, "après l’échéance"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    session, cast, finding, browse, change, said
):
    sent = {"owner_id": cast.bob.user_id, "description": "Mes précisions", **ASKED, **change}
    page = browse(cast.claire, "POST", f"/actions/new/finding/{finding.id}", status=422, **sent)
    assert page.select(".summary li")
    assert said in page.text
    assert page.select_one("[name=description]").text.strip() == "Mes précisions"
    assert session.query(Action).count() == 0


def test_somebody_of_another_company_cannot_be_asked(session, cast, finding, browse):
    path = f"/actions/new/finding/{finding.id}"
    browse(cast.claire, "POST", path, status=422, owner_id=cast.david.user_id, **ASKED)
    assert session.query(Action).count() == 0


# --- reading ---


@pytest.mark.parametrize(
    ("who", "status"),
    [("claire", 200), ("jean", 200), ("alice", 200), ("bob", 200), ("farid", 404),
     ("ines", 404), ("david", 404), ("gaelle", 404)],
)  # fmt: skip
def test_an_action_is_read_by_those_whom_it_concerns(session, cast, browse, who, status):
    action = make_action(session, cast)
    browse(getattr(cast, who), "GET", f"/actions/{action.id}", status=status)


def test_an_owner_outside_the_audit_reads_the_action_but_not_the_draft_finding(
    session, cast, browse
):
    finding = make_finding(session, cast, status=FindingStatus.DRAFT)
    action = make_action(session, cast, finding=finding, owner=cast.emma)
    page = browse(cast.emma, "GET", f"/actions/{action.id}")
    assert finding.reference not in page.text
    assert finding.reference in browse(cast.claire, "GET", f"/actions/{action.id}").text


def test_nobody_signed_in_is_sent_to_sign_in(cast, session, browse):
    action = make_action(session, cast)
    done = browse(None, "GET", f"/actions/{action.id}", status=303)
    assert "/sign-in" in done.response.location


def test_lateness_is_a_word_beside_its_colour(session, cast, browse):
    action = make_action(session, cast, due_on=today() - timedelta(days=3))
    assert "En retard de 3 jours" in browse(cast.bob, "GET", f"/actions/{action.id}").text


def test_the_page_of_an_action_sends_few_statements(session, cast, browse, statements):
    action = make_done(session, cast)
    browse(cast.claire, "GET", f"/actions/{action.id}")
    statements.clear()
    browse(cast.claire, "GET", f"/actions/{action.id}")
    assert len(statements) - 1 <= 12, "\n".join(statements)  # one signs in


# --- doing and verifying ---


def test_the_owner_says_in_one_sentence_that_it_is_done(session, cast, browse):
    action = make_action(session, cast)
    page = browse(cast.bob, "GET", f"/actions/{action.id}")
    form = page.select_one(f'form[action="/actions/{action.id}/do"]')
    assert form.select_one("[name=note]")
    browse(cast.bob, "POST", f"/actions/{action.id}/do", status=303, note="Modèle corrigé.")
    stored = fresh(session, action.id)
    assert (stored.status, stored.done_note) == (ActionStatus.DONE, "Modèle corrigé.")


def test_doing_without_a_word_or_a_proof_is_refused_with_its_source(session, cast, browse):
    action = make_action(session, cast)
    page = browse(cast.bob, "POST", f"/actions/{action.id}/do", status=422, note=" ")
    assert "écrivez une phrase" in page.text
    assert "10.2.2 a" in page.text
    assert fresh(session, action.id).status is ActionStatus.OPEN


@pytest.mark.parametrize(
    ("who", "name", "status"),
    [("claire", "do", 403), ("alice", "do", 403), ("david", "do", 404), ("emma", "do", 404),
     ("bob", "verify-effective", 403), ("jean", "verify-effective", 403),
     ("farid", "verify-effective", 404), ("jean", "cancel", 403), ("claire", "nonsense", 404)],
)  # fmt: skip
def test_moves_belong_to_those_whom_the_policy_names(session, cast, browse, who, name, status):
    action = make_done(session, cast) if name.startswith("verify") else make_action(session, cast)
    before = action.status
    path = f"/actions/{action.id}/{name}"
    browse(getattr(cast, who), "POST", path, status=status, note="Oui", due_on=LATER.isoformat())
    browse(getattr(cast, who), "GET", path, status=status)
    assert fresh(session, action.id).status is before


@pytest.mark.parametrize("who", ["claire", "alice"])
def test_the_coordinator_or_the_lead_auditor_verifies(session, cast, browse, who):
    action = make_done(session, cast)
    path = f"/actions/{action.id}/verify-effective"
    browse(getattr(cast, who), "POST", path, status=303, note="Dix sur dix.")
    stored = fresh(session, action.id)
    assert stored.status is ActionStatus.EFFECTIVE
    assert stored.verified_by_id == getattr(cast, who).user_id


def test_an_ineffective_action_is_reopened_from_its_page(session, cast, browse):
    action = make_done(session, cast)
    path = f"/actions/{action.id}/verify-ineffective"
    assert browse(cast.claire, "GET", path).select_one("[name=due_on]")
    page = browse(cast.claire, "POST", path, status=422, note="Toujours sans date.")
    assert page.select_one("[name=note]").text.strip() == "Toujours sans date."
    browse(cast.claire, "POST", path, status=303, note="Non", due_on=LATER.isoformat())
    assert fresh(session, action.id).reopened_count == 1


def test_pressing_twice_changes_nothing_more(session, cast, browse):
    action = make_action(session, cast)
    path = f"/actions/{action.id}/do"
    browse(cast.bob, "POST", path, status=303, note="Fait.")
    page = browse(cast.bob, "POST", path, status=422, note="Fait encore.")
    assert "Ce n’est plus possible" in page.text
    assert fresh(session, action.id).done_note == "Fait."


def test_a_move_that_is_over_has_a_page_that_says_so(session, cast, browse):
    action = make_done(session, cast)
    assert "Ce n’est plus possible" in browse(cast.bob, "GET", f"/actions/{action.id}/do").text


def test_a_script_gets_the_refusals_as_json(session, cast, browse):
    action = make_action(session, cast)
    page = browse(
        cast.bob,
        "POST",
        f"/actions/{action.id}/do",
        status=422,
        headers={"Accept": "application/json"},
        note="",
    )
    assert page.response.json["refusals"][0]["code"] == "nothing_shows_it"


def test_the_due_date_changes_with_a_reason(session, cast, browse):
    action = make_action(session, cast)
    path = f"/actions/{action.id}/change-due-date"
    browse(cast.claire, "POST", path, status=422, due_on=LATER.isoformat(), note="")
    browse(
        cast.claire, "POST", path, status=303, due_on=LATER.isoformat(), note="Pièces en rupture."
    )
    assert fresh(session, action.id).due_on == LATER
    assert "Pièces en rupture." in browse(cast.bob, "GET", f"/actions/{action.id}").text


# --- editing ---


def test_what_is_asked_is_corrected_while_it_is_open(session, cast, browse):
    action = make_action(session, cast)
    path = f"/actions/{action.id}/edit"
    page = browse(cast.claire, "GET", path)
    assert not page.select("[name=due_on]")
    version = page.select_one("[name=version]")["value"]
    sent = {**ASKED, "title": "Titre corrigé", "owner_id": cast.bob.user_id, "version": version}
    browse(cast.claire, "POST", path, status=303, **sent)
    assert fresh(session, action.id).title == "Titre corrigé"


def test_a_conflict_shows_both_texts_and_overwrites_only_when_told(session, cast, browse):
    action = make_action(session, cast)
    path = f"/actions/{action.id}/edit"
    sent = {**ASKED, "owner_id": cast.bob.user_id, "version": "1"}
    browse(cast.claire, "POST", path, status=303, **{**sent, "title": "Texte de Claire"})
    page = browse(cast.alice, "POST", path, status=409, **{**sent, "title": "Texte d’Alice"})
    assert "Texte de Claire" in page.text
    assert page.select_one("[name=title]")["value"] == "Texte d’Alice"
    assert fresh(session, action.id).title == "Texte de Claire"
    again = {
        **sent,
        "title": "Texte d’Alice",
        "version": page.select_one("[name=version]")["value"],
    }
    browse(cast.alice, "POST", path, status=303, **again)
    assert fresh(session, action.id).title == "Texte d’Alice"


@pytest.mark.parametrize(("who", "status"), [("jean", 403), ("emma", 404), ("david", 404)])
def test_others_do_not_edit(session, cast, browse, who, status):
    action = make_action(session, cast)
    browse(getattr(cast, who), "GET", f"/actions/{action.id}/edit", status=status)
    sent = {**ASKED, "owner_id": cast.bob.user_id}
    browse(getattr(cast, who), "POST", f"/actions/{action.id}/edit", status=status, **sent)
    assert fresh(session, action.id).title != ASKED["title"]


def test_what_is_done_leads_back_to_its_page(session, cast, browse):
    action = make_done(session, cast)
    browse(cast.claire, "GET", f"/actions/{action.id}/edit", status=303)
    sent = {**ASKED, "owner_id": cast.bob.user_id}
    page = browse(cast.claire, "POST", f"/actions/{action.id}/edit", status=422, **sent)
    assert "ne se modifie plus" in page.text


# --- lists ---


def test_the_first_list_says_what_actions_are_for(cast, browse):
    page = browse(cast.claire, "GET", "/actions/")
    assert page.select_one(".empty a")["href"].startswith("/findings")


@pytest.mark.parametrize(
    "query", ["", "?show=mine", "?show=late", "?show=verify", "?show=all&status=done",
              "?show=nonsense&kind=x&owner=x&after=%%%", "?q=%25&owner=99999999999999",
              "?sort=-due_on"],
)  # fmt: skip
def test_lists_answer_whatever_the_address_says_in_few_statements(
    session, cast, browse, statements, query
):
    make_action(session, cast)
    statements.clear()
    browse(cast.claire, "GET", f"/actions/{query}")
    assert len(statements) - 1 <= 8, "\n".join(statements)


@pytest.mark.parametrize(("who", "status"), [("gaelle", 403), ("ines", 403), ("emma", 200)])
def test_the_list_is_for_the_people_of_the_company(cast, browse, who, status):
    browse(getattr(cast, who), "GET", "/actions/", status=status)
    browse(getattr(cast, who), "GET", "/actions/export.csv", status=status)


def test_the_export_holds_what_the_list_shows(session, cast, browse, client_of):
    finding = make_finding(session, cast)
    make_action(session, cast, finding=finding, title="=1+1")
    make_action(session, cast, finding=finding, title="Repeindre")
    page = browse(cast.claire, "GET", "/actions/export.csv?q=%3D1")
    rows = list(csv.reader(io.StringIO(page.response.data.decode("utf-8-sig")), delimiter=";"))
    assert [row[1] for row in rows] == ["Action", "'=1+1"]
    assert client_of(cast.claire).get("/actions/export.xlsx").data.startswith(b"PK")


def test_a_workbook_takes_at_most_12_statements(session, cast, client_of, statements):
    finding = make_finding(session, cast)
    for n in range(20):
        make_action(session, cast, finding=finding, title=f"Repeindre {n}")
    statements.clear()
    assert client_of(cast.claire).get("/actions/export.xlsx").data.startswith(b"PK")
    assert len(statements) - 1 <= 12, "\n".join(statements)  # one signs in


def test_the_second_page_follows_the_first(session, cast, browse):
    finding = make_finding(session, cast, make_audit(session, cast))
    for n in range(53):
        make_action(session, cast, finding=finding, title=f"Action {n:02d}")
    first = browse(cast.claire, "GET", "/actions/")
    second = browse(cast.claire, "GET", first.select_one("a[rel=next]")["href"])
    assert len(first.select("tbody tr")) == 50
    assert len(second.select("tbody tr")) == 3
    assert not {r.text for r in first.select("tbody th")} & {
        r.text for r in second.select("tbody th")
    }
