"""What the staff of an exam centre find in the list and on the page of a candidacy."""

from datetime import timedelta

import pytest

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.participation import read_links
from qse_audit.portfolios.models import Candidacy
from qse_audit.portfolios.queries.candidacies import PANEL
from qse_audit.portfolios.services import candidacies as services
from tests.factories import NOW
from tests.portfolios import factories as make


def cells(page):
    return {td["data-label"]: td.get_text(" ", strip=True) for td in page.select("tbody td")}


def test_the_staff_read_who_evaluates_and_when_it_came(session, cast, browse, dossier):
    shown = cells(browse(cast.karine, "GET", "/candidacies/"))
    assert shown["Évaluateurs"] == "1"
    assert "remis le" in shown["Remise attendue"]
    services.assign_panel(
        session,
        session.get(Candidacy, dossier.candidacy_id),
        evaluator_ids=(),
        jury_ids=(),
        actor=cast.karine,
        now=NOW,
    )
    session.commit()
    page = browse(cast.karine, "GET", "/candidacies/")
    assert page.select_one("td a")["href"] == f"/candidacies/{dossier.candidacy_id}/panel"
    assert "Évaluateurs" not in cells(browse(cast.claire, "GET", "/candidacies/"))


@pytest.mark.parametrize(("due_in", "is_late"), [(-1, True), (0, False), (1, False)])
def test_a_list_says_which_dossiers_are_late(session, cast, browse, version, due_in, is_late):
    due_on = day_in_paris(now()) + timedelta(days=due_in)
    make.make_candidacy(session, cast, version, report_due_on=due_on)
    shown = cells(browse(cast.karine, "GET", "/candidacies/"))
    assert ("En retard" in shown["Remise attendue"]) == is_late


def test_a_dossier_that_came_in_time_is_not_late_afterwards(session, cast, browse, dossier):
    candidacy = session.get(Candidacy, dossier.candidacy_id)
    candidacy.report_due_on = day_in_paris(candidacy.submitted_at)
    session.commit()
    assert "En retard" not in cells(browse(cast.karine, "GET", "/candidacies/"))["Remise attendue"]
    candidacy.report_due_on -= timedelta(days=1)
    session.commit()
    assert "En retard" in cells(browse(cast.karine, "GET", "/candidacies/"))["Remise attendue"]


def test_the_staff_read_how_many_situations_show_a_capability(cast, browse, dossier):
    page = browse(cast.karine, "GET", f"/candidacies/{dossier.candidacy_id}")
    assert page.select_one("#C8 .capability__parts").text.count("1 situation complète") == 1
    assert "Confirmez à l’entreprise" in page.text
    assert "Faites confirmer par le centre" not in page.text


@pytest.mark.parametrize("reason", ["", "x" * 2001])
def test_reopening_without_a_fit_reason_leads_to_its_field(session, cast, browse, dossier, reason):
    address = f"/candidacies/{dossier.candidacy_id}/moves/reopen"
    page = browse(cast.karine, "POST", address, status=422, reason=reason)
    assert page.select_one(".summary a")["href"] == "#reason"
    assert page.select_one("#reason").text.strip() == reason
    assert session.get(Candidacy, dossier.candidacy_id).status == "submitted"


@pytest.mark.parametrize(("named", "words"), [(True, "prévenus"), (False, "personne n’évalue")])
def test_naming_a_panel_says_what_was_kept(cast, browse, dossier, named, words):
    address = f"/candidacies/{dossier.candidacy_id}"
    panel = {"evaluator_ids": [cast.gaelle.user_id]} if named else {"jury_ids": [cast.hugo.user_id]}
    browse(cast.karine, "POST", f"{address}/panel", status=303, **panel)
    page = browse(cast.karine, "GET", address)
    button = page.select_one(f"a[href='{address}/panel']")
    assert ("btn-primary" in button["class"]) == (not named)


def test_two_members_of_staff_do_not_overwrite_each_others_panel(session, cast, browse, dossier):
    """The second gets both choices; what was chosen first stays until they decide, knowingly."""
    path = f"/candidacies/{dossier.candidacy_id}/panel"
    seen = browse(cast.karine, "GET", path).select_one("[name=version]")["value"]
    browse(cast.karine, "POST", path, status=303, version=seen, jury_ids=[cast.hugo.user_id])
    mine = {"evaluator_ids": [cast.gaelle.user_id]}
    page = browse(cast.karine, "POST", path, status=409, version=seen, **mine)
    assert [p.text for p in page.select("main .prewrap")] == [
        "—",
        "Gaëlle Simon",
        "Hugo Blanc",
        "—",
    ]
    assert sitting(session, dossier) == {Link.JURY: {cast.hugo.user_id}}
    told = [
        (i["name"], i["value"]) for i in page.select("form.form input") if i["name"] != "csrf_token"
    ]
    browse(cast.karine, "POST", path, status=303, **dict(told))
    assert sitting(session, dossier) == {Link.EVALUATOR: {cast.gaelle.user_id}}


def test_what_the_candidate_writes_does_not_stop_the_naming_of_a_panel(
    session, cast, browse, dossier
):
    path = f"/candidacies/{dossier.candidacy_id}/panel"
    seen = browse(cast.karine, "GET", path).select_one("[name=version]")["value"]
    session.get(Candidacy, dossier.candidacy_id).mission = "Réécrite."
    session.commit()
    browse(cast.karine, "POST", path, status=303, version=seen, jury_ids=[cast.hugo.user_id])


def sitting(session, dossier):
    links = read_links(session, Kind.CANDIDACY, dossier.candidacy_id)
    return {link: set(people) for link, people in links.items() if link in PANEL}
