from datetime import date

import pytest
from sqlalchemy import select

from qse_audit.accounts.queries import people_of
from qse_audit.audits import services
from qse_audit.audits.models import Audit
from qse_audit.audits.queries import chosen_clauses, get_audit
from qse_audit.audits.rules import AUDIT_WORKFLOW, AuditStatus
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.participation import read_links
from qse_audit.referentials.rules import EditionStatus
from tests.audits.factories import (
    answer_all,
    make_audit,
    make_edition,
    make_finding,
    plan_of,
    team_of,
)
from tests.factories import NOW, make_process


def test_a_coordinator_drafts_an_audit(browse, cast, session):
    edition, process = make_edition(session), make_process(session, cast)
    page = browse(
        cast.claire,
        "POST",
        "/audits/new",
        status=303,
        title="Achats",
        starts_on="2026-05-04",
        ends_on="2026-05-05",
        processes=process.id,
        sites=cast.site,
        editions=edition.id,
    )
    audit = session.scalars(select(Audit)).one()
    assert page.response.location == f"/audits/{audit.id}/team"
    assert (audit.title, audit.method, audit.starts_on) == ("Achats", "on_site", date(2026, 5, 4))
    assert chosen_clauses(session, audit.id) == {edition.id: None}
    assert [p.id for p in audit.processes] == [process.id]


def test_a_first_audit_says_what_its_plan_will_need(browse, cast, session):
    """David coordinates a company that has neither process nor site."""
    page = browse(cast.david, "GET", "/audits/new")
    assert page.select_one('.callout a[href="/processes/new"]')
    assert "Aucun site n’est encore ajouté" in page.select_one(".callout").text
    make_process(session, cast)
    session.commit()
    assert not browse(cast.claire, "GET", "/audits/new").select(".callout")


def test_an_edition_that_was_replaced_is_told_from_the_one_in_force(browse, cast, session):
    old, held = make_edition(session), make_edition(session, ref="ISO 14001")
    old.status = EditionStatus.SUPERSEDED
    session.commit()
    page = browse(cast.claire, "GET", "/audits/new")
    labels = {label["for"]: label.text for label in page.select(".check label")}
    told = [text for name, text in labels.items() if name.startswith("editions")]
    assert len([text for text in told if text.endswith(" – Remplacée")]) == 1
    assert len(told) == 2
    assert held.status is EditionStatus.IN_FORCE


def test_a_team_of_nobody_else_is_told_to_invite(browse, cast, session):
    browse(cast.david, "POST", "/audits/new", status=303, title="Premier")
    page = browse(cast.david, "GET", f"/audits/{session.scalars(select(Audit.id)).one()}/team")
    assert "au moins deux personnes" in page.select_one(".callout").text
    other = make_audit(session, cast, status="draft")
    page = browse(cast.claire, "GET", f"/audits/{other.id}/team")
    assert "au moins deux personnes" not in page.text


def test_drafting_by_the_page_takes_at_most_15_statements(browse, cast, session, statements):
    edition, process = make_edition(session), make_process(session, cast)
    values = {"processes": process.id, "sites": cast.site, "editions": edition.id}
    session.rollback()
    statements.clear()
    browse(cast.claire, "POST", "/audits/new", status=303, title="Achats", **values)
    sent = [s for s in statements if "sign_in_session (" not in s]
    assert len(sent) <= 15, "\n".join(s[:100] for s in sent)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "Achats", "starts_on": "pas une date"}, "starts_on"),
        ({"title": "   "}, "title"),
        ({"title": "Achats", "processes": "999999"}, "processes"),
        ({"title": "Achats", "sites": "abc"}, "sites"),
    ],
)
def test_a_bad_plan_is_explained_and_not_saved(browse, cast, session, changes, field):
    page = browse(cast.claire, "POST", "/audits/new", status=422, objectives="Gardé", **changes)
    assert page.select_one(f"#{field}-error"), page.select_one(".summary")
    assert page.select_one("#objectives").text.strip() == "Gardé"
    assert session.scalars(select(Audit)).all() == []


def test_an_unknown_method_is_explained(client_of, cast):
    data = {"title": "Achats", "method": "telepathy"}
    answer = client_of(cast.claire).post("/audits/new", data=data)
    assert answer.status_code == 422
    assert 'id="method-error"' in answer.text


def test_dates_out_of_order_are_told_on_the_form(browse, cast, session):
    page = browse(
        cast.claire,
        "POST",
        "/audits/new",
        status=422,
        title="Achats",
        starts_on="2026-05-04",
        ends_on="2026-05-01",
    )
    assert "avant d’avoir commencé" in page.select_one(".summary").text


def test_a_foreign_id_looks_like_one_that_does_not_exist(browse, cast, session, other):
    make_edition(session)
    make_process(session, cast)
    for field, kind in [("editions", "edition"), ("processes", "process"), ("sites", "site")]:
        told = set()
        for value in (other[kind], 999_999):
            sent = {"title": "Achats", field: value}
            page = browse(cast.claire, "POST", "/audits/new", status=422, **sent)
            told.add(page.select_one(f"#{field}-error").text.replace(str(value), "#"))
        assert len(told) == 1


@pytest.mark.parametrize("who", ["alice", "bob", "jean", "emma"])
def test_only_a_coordinator_drafts(browse, cast, who):
    browse(getattr(cast, who), "GET", "/audits/new", status=403)


@pytest.mark.parametrize("page", ["edit", "team", "criteria", "sections"])
@pytest.mark.parametrize(
    ("who", "status"), [("claire", 200), ("alice", 200), ("bob", 403), ("david", 404)]
)
def test_a_plan_is_changed_by_coordinator_and_lead_only(browse, cast, session, page, who, status):
    audit = make_audit(session, cast, status="planned")
    browse(getattr(cast, who), "GET", f"/audits/{audit.id}/{page}", status=status)


def test_two_people_changing_a_plan_see_both_texts(browse, cast, session):
    audit = make_audit(session, cast)
    path, seen = f"/audits/{audit.id}/edit", audit.version
    browse(cast.claire, "POST", path, status=303, version=seen, title="Premier titre")
    page = browse(cast.claire, "POST", path, status=409, version=seen, title="Second titre")
    assert "Premier titre" in page.text
    assert "Second titre" in page.text
    assert get_audit(session, audit.id).title == "Premier titre"


def test_owners_of_the_audited_processes_are_proposed_as_auditees(browse, cast, session):
    process = make_process(session, cast)
    audit = services.create_audit(session, plan_of(cast, process.id), actor=cast.claire, now=NOW)
    session.commit()
    page = browse(cast.claire, "GET", f"/audits/{audit.id}/team")
    assert "Bob Lefèvre" in page.select_one(".callout").text
    row = page.select_one(".people-row")
    assert [o["value"] for o in row.select("option[selected]")] == [
        str(cast.bob.user_id),
        "auditee",
    ]


def team_form(cast, version, *people):
    values = {"version": version, "lead": cast.alice.user_id}
    for n, (who, part) in enumerate(people):
        values[f"participants-{n}-person"] = who.user_id
        values[f"participants-{n}-part"] = part
    return values


def test_the_team_is_saved(browse, cast, session):
    audit = make_audit(session, cast)
    sent = team_form(cast, audit.version, (cast.bob, "auditee"), (cast.emma, "trainee_auditor"))
    browse(cast.claire, "POST", f"/audits/{audit.id}/team", status=303, **sent)
    assert read_links(session, Kind.AUDIT, audit.id) == {
        Link.LEAD_AUDITOR: frozenset({cast.alice.user_id}),
        Link.AUDITEE: frozenset({cast.bob.user_id}),
        Link.TRAINEE_AUDITOR: frozenset({cast.emma.user_id}),
    }


def test_an_auditor_with_a_stake_is_refused_at_once_and_by_name(browse, cast, session):
    audit = make_audit(session, cast)
    sent = team_form(cast, audit.version, (cast.bob, "auditor"))
    page = browse(cast.claire, "POST", f"/audits/{audit.id}/team", status=422, **sent)
    told = page.select_one(".summary").text
    assert "Bob Lefèvre pilote le processus audité « Usinage" in told
    assert "9.2.2 c" in told
    assert page.select_one(".people-row option[selected]")["value"] == str(cast.bob.user_id)


def test_a_stranger_cannot_be_put_on_a_team(browse, cast, session):
    audit = make_audit(session, cast)
    sent = team_form(cast, audit.version, (cast.david, "auditor"))
    browse(cast.claire, "POST", f"/audits/{audit.id}/team", status=422, **sent)
    assert cast.david.user_id not in {p.id for p in people_of(session, cast.company)}
    assert Link.AUDITOR not in read_links(session, Kind.AUDIT, audit.id)


def test_clauses_are_chosen_in_a_tree(browse, cast, session):
    audit = make_audit(session, cast)
    edition_id = audit.criteria[0].edition_id
    page = browse(cast.claire, "GET", f"/audits/{audit.id}/criteria")
    assert len(page.select(".clauses input")) == 6
    browse(
        cast.claire,
        "POST",
        f"/audits/{audit.id}/criteria",
        status=303,
        version=audit.version,
        keep=edition_id,
        **{f"extent-{edition_id}": "chosen", f"clause-{edition_id}": ["4.1", "5"]},
    )
    assert chosen_clauses(session, audit.id) == {edition_id: ("4.1", "5")}


def test_a_referential_without_any_ticked_clause_is_refused(browse, cast, session):
    audit = make_audit(session, cast)
    edition_id = audit.criteria[0].edition_id
    sent = {"version": audit.version, "keep": edition_id, f"extent-{edition_id}": "chosen"}
    page = browse(cast.claire, "POST", f"/audits/{audit.id}/criteria", status=422, **sent)
    assert "Cochez au moins un article" in page.select_one(".summary").text
    assert chosen_clauses(session, audit.id) == {edition_id: None}


def test_an_edition_is_added_and_removed(browse, cast, session):
    audit, added = make_audit(session, cast), make_edition(session, ref="ISO 14001")
    path = f"/audits/{audit.id}/criteria"
    browse(cast.claire, "POST", path, status=303, version=audit.version, add=added.id)
    assert chosen_clauses(session, audit.id) == {added.id: None}


def test_a_foreign_or_unknown_edition_cannot_be_added(browse, cast, session, other):
    audit = make_audit(session, cast)
    for edition_id in (other["edition"], 999_999):
        sent = {"version": audit.version, "add": edition_id}
        browse(cast.claire, "POST", f"/audits/{audit.id}/criteria", status=404, **sent)


def test_the_page_names_every_reason_with_its_source_and_where_to_mend_it(browse, cast, session):
    audit = services.create_audit(
        session,
        plan_of(cast, site_ids=[], starts_on=None, ends_on=None),
        actor=cast.claire,
        now=NOW,
    )
    session.commit()
    page = browse(cast.claire, "GET", f"/audits/{audit.id}")
    reasons = page.select(".reasons li")
    assert len(reasons) == 4
    assert all(reason.select_one(".source") for reason in reasons)
    assert [reason.a["href"].rsplit("/", 1)[1] for reason in reasons] == [
        "edit#starts_on",
        "criteria",
        "edit#processes",
        "team",
    ]


def test_planning_from_the_page_is_saved(browse, cast, session):
    audit = make_audit(session, cast)
    page = browse(cast.claire, "GET", f"/audits/{audit.id}")
    assert page.select_one(f'form[action="/audits/{audit.id}/moves/plan"]')
    browse(cast.claire, "POST", f"/audits/{audit.id}/moves/plan", status=303, go=1)
    assert get_audit(session, audit.id).status is AuditStatus.PLANNED


def test_a_refused_move_changes_nothing_and_explains_itself(browse, cast, session):
    audit = make_audit(session, cast, starts_on=None, ends_on=None)
    path = f"/audits/{audit.id}/moves/plan"
    answer = browse(cast.claire, "POST", path, status=422, headers={"Accept": "application/json"})
    assert answer.response.json["refusals"][0]["code"] == "not_scheduled"
    assert get_audit(session, audit.id).status is AuditStatus.DRAFT


def test_cancelling_from_the_page_asks_why(browse, cast, session):
    audit = make_audit(session, cast)
    path = f"/audits/{audit.id}/moves/cancel"
    browse(cast.claire, "GET", path)
    page = browse(cast.claire, "POST", path, status=422, reason=" ")
    assert page.select_one("#reason-error")
    browse(cast.claire, "POST", path, status=303, reason="Reporté à l’an prochain")
    assert get_audit(session, audit.id).status is AuditStatus.CANCELLED
    assert "Reporté" in browse(cast.claire, "GET", f"/audits/{audit.id}").text


@pytest.mark.parametrize("name", [t.name for t in AUDIT_WORKFLOW.transitions])
@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("emma", 404), ("david", 404)])
def test_nobody_else_moves_an_audit(browse, cast, session, name, who, status):
    audit = make_audit(session, cast, status="planned")
    path = f"/audits/{audit.id}/moves/{name}"
    browse(getattr(cast, who), "POST", path, status=status, reason="x")


def test_an_unknown_move_is_not_found(browse, cast, session):
    audit = make_audit(session, cast)
    browse(cast.claire, "POST", f"/audits/{audit.id}/moves/explode", status=404)


@pytest.mark.parametrize("path", ["", "/checklist", "/edit", "/report", "/checklist/1"])
def test_an_unknown_audit_and_a_foreign_one_look_alike(browse, cast, session, path):
    audit = make_audit(session, cast)
    told = {
        browse(cast.david, "GET", f"/audits/{number}{path}", status=404).select_one("main").text
        for number in (audit.id, 999_999)
    }
    assert len(told) == 1


def test_an_auditee_knows_of_an_audit_once_it_is_planned(browse, cast, session):
    audit = make_audit(session, cast)
    browse(cast.bob, "GET", f"/audits/{audit.id}", status=404)
    services.move_audit(session, audit, "plan", actor=cast.claire, now=NOW)
    session.commit()
    page = browse(cast.bob, "GET", f"/audits/{audit.id}")
    assert not page.select(".head__actions form")


def test_the_completeness_panel_counts_the_letters(browse, cast, session):
    audit = make_audit(session, cast, status="in_progress")
    page = browse(cast.alice, "GET", f"/audits/{audit.id}")
    panel = page.select_one("#completeness")
    assert panel.h2.text == "Rapport : 10 éléments sur 11"
    assert [li.select_one(".letters__label").text[0] for li in panel.select(".is-missing")] == ["g"]
    answer_all(session, cast, audit)
    page = browse(cast.alice, "GET", f"/audits/{audit.id}")
    assert "11 éléments sur 11" in page.select_one("#completeness h2").text
    assert page.select_one('form[action$="/moves/report"]')


@pytest.mark.parametrize("clauses", [5, 60])
def test_the_audit_page_takes_at_most_12_statements(browse, cast, session, statements, clauses):
    edition = make_edition(session, ref="Grand", chapters=10, clauses=clauses, questions=2)
    audit = make_audit(session, cast, status="in_progress", edition=edition)
    for _ in range(3):
        make_finding(session, cast, audit)
    audit_id = audit.id
    browse(cast.alice, "GET", f"/audits/{audit_id}")
    session.rollback()
    statements.clear()
    browse(cast.alice, "GET", f"/audits/{audit_id}")
    sent = [s for s in statements if "sign_in_session (" not in s]
    assert len(sent) <= 12, "\n".join(s[:100] for s in sent)


@pytest.mark.parametrize("status", ["draft", "planned", "in_progress"])
@pytest.mark.parametrize("who", ["claire", "alice", "jean"])
def test_every_page_opens_at_every_status(browse, cast, session, status, who):
    audit = make_audit(session, cast, status=status, team=team_of(cast))
    for path in ("", "/checklist"):
        browse(getattr(cast, who), "GET", f"/audits/{audit.id}{path}")


def test_making_the_checklist_from_the_page(browse, cast, session):
    audit = make_audit(session, cast)
    browse(cast.claire, "POST", f"/audits/{audit.id}/checklist/make", status=303, go=1)
    assert get_audit(session, audit.id).question_count == 4
    browse(cast.bob, "POST", f"/audits/{audit.id}/checklist/make", status=404, go=1)
