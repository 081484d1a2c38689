"""The pages about risks: who may, bad input, what is saved, how many statements."""

import pytest
from sqlalchemy import select

from qse_audit.core.permissions import Permission
from qse_audit.policies import allows
from qse_audit.risks import queries
from qse_audit.risks.models import Risk, RiskAnalysis
from qse_audit.risks.queries import AnalysisFilter
from tests.risks.factories import (
    approve,
    make_action,
    make_analysis,
    make_lines,
    make_ready,
    make_risk,
    verify,
)

SENT = {"title": "Soudage des châssis", "domains": ["quality"], "scale": "amdec-priorite-action"}
LINE = {
    "section": "Finition",
    "c_situation": "Ø 20 h6",
    "c_event": "Rayure",
    "c_effect": "Fuite",
    "c_cause": "Copeau",
}


@pytest.fixture
def analysis(session, cast):
    return make_analysis(session, cast.claire)


def last(session, model):
    session.expire_all()
    return session.scalars(select(model).order_by(model.id.desc())).first()


def test_the_list_shows_what_the_policy_opens(session, cast):
    for maker in (cast.claire, cast.emma, cast.david):
        make_analysis(session, maker)
        theirs = make_analysis(session, maker)
        make_risk(session, theirs, maker, 5, 5, 5)
        theirs.status = "in_force"
    session.commit()
    found = session.scalars(select(RiskAnalysis)).all()
    seen = set()
    for name, who in cast.everyone().items():
        rows = session.execute(queries.list_statement(who, AnalysisFilter()))
        opened = {a.id for a in found if allows(who, Permission.RISK_READ, a.access())}
        assert {row.id for row in rows} == opened, name
        seen.add(len(opened))
    assert len(seen) > 3


def test_an_analysis_is_begun_by_choosing_a_method(browse, session, cast):
    assert "Aucune analyse pour l’instant" in browse(cast.claire, "GET", "/risks/").text
    page = browse(cast.claire, "GET", "/risks/new")
    assert page.select_one('a[href="/risks/new?method=fmea_process"]')
    url = "/risks/new?method=fmea_process"
    page = browse(cast.claire, "POST", url, status=422, **{**SENT, "title": "", "scope": "Ligne 3"})
    assert "obligatoire" in page.text
    assert page.select_one("#scope").text.strip() == "Ligne 3"
    browse(cast.claire, "POST", url, status=303, **SENT)
    made = last(session, RiskAnalysis)
    assert made.title == "Soudage des châssis"
    browse(cast.gaelle, "GET", "/risks/new", status=403)


def test_a_draft_is_known_to_its_team_only_and_in_force_to_the_company(
    browse, session, cast, analysis
):
    make_risk(session, analysis, cast.claire, 5, 5, 5)
    url = f"/risks/{analysis.id}"
    browse(cast.bob, "GET", url, status=404)
    make_ready(session, analysis, cast)
    browse(cast.bob, "GET", f"{url}/lines/new")
    browse(cast.alice, "GET", url, status=404)
    approve(session, analysis, cast.jean)
    browse(cast.alice, "GET", url)
    browse(cast.alice, "GET", f"{url}/lines/new", status=403)
    browse(cast.bob, "POST", f"{url}/move/archive", status=403, note="x")
    browse(cast.david, "GET", url, status=404)


def test_a_line_is_added_whole_and_what_was_typed_is_kept(browse, session, cast, analysis):
    make_risk(session, analysis, cast.claire)
    url = f"/risks/{analysis.id}/lines/new"
    page = browse(cast.claire, "POST", url, status=422, **LINE, n_severity="9")
    assert "il manque : O, D" in page.text
    assert page.select_one("#c_event").text.strip() == "Rayure"
    browse(cast.claire, "POST", url, status=422, **LINE, n_severity="11")
    again = {**LINE, "n_severity": "9", "n_occurrence": "2", "n_detection": "7", "again": "1"}
    page = browse(cast.claire, "POST", url, status=303, **again)
    assert "/lines/new?section=" in page.response.location
    assert last(session, Risk).band == "H"


def test_a_line_is_rated_again_with_proof_once_its_action_is_verified(
    browse, session, cast, analysis
):
    risk = make_risk(session, analysis, cast.claire, 8, 5, 5)
    url = f"/risks/lines/{risk.id}"
    sent = {"stage": "verified", "n_severity": "8", "n_occurrence": "2", "n_detection": "3"}
    page = browse(cast.claire, "POST", f"{url}/rate", status=422, **sent, reason="Cpk")
    assert "Aucune action vérifiée efficace" in page.text
    verify(session, make_action(session, risk, cast), cast)
    assert "À recoter" in browse(cast.claire, "GET", "/risks/top?show=again").text
    page = browse(cast.claire, "GET", f"{url}/rate")
    assert page.select_one("#stage option[selected]")["value"] == "verified"
    browse(cast.claire, "POST", f"{url}/rate", status=303, **sent, reason="Cpk", proof="Relevé")
    page = browse(cast.claire, "GET", url)
    assert "Relevé" in page.text
    assert "À recoter" not in page.text


def test_a_withdrawn_line_is_found_again_and_put_back(browse, session, cast, analysis):
    risk = make_risk(session, analysis, cast.claire)
    url, line, name = f"/risks/{analysis.id}/lines", f"/risks/lines/{risk.id}", risk.event
    browse(cast.claire, "POST", f"{line}/withdraw", status=303, note="Machine vendue")
    assert name not in browse(cast.claire, "GET", url).text
    assert name in browse(cast.claire, "GET", f"{url}?show=withdrawn").text
    browse(cast.claire, "POST", f"{line}/restore", status=303)
    assert name in browse(cast.claire, "GET", url).text
    assert "Aucune ligne retirée" in browse(cast.claire, "GET", f"{url}?show=withdrawn").text


def test_a_line_that_changed_meanwhile_shows_both_texts(browse, session, cast, analysis):
    risk = make_risk(session, analysis, cast.claire)
    url, seen = f"/risks/lines/{risk.id}/edit", risk.version
    browse(cast.claire, "POST", url, status=303, **LINE, version=str(seen))
    page = browse(
        cast.claire, "POST", url, status=409, **{**LINE, "c_event": "Choc"}, version=str(seen)
    )
    assert "Choc" in page.text
    assert "Rayure" in page.text


def test_sections_are_added_moved_and_removed(browse, session, cast, analysis):
    url = f"/risks/{analysis.id}/sections"
    for title in ("Réception", "Usinage"):
        browse(cast.claire, "POST", url, status=303, title=title)
    first, second = queries.sections_of(session, analysis.id)
    browse(cast.claire, "POST", f"{url}/step", status=303, id=str(second.id), direction="in")
    assert queries.sections_of(session, analysis.id)[1].depth == 1
    for parent in (first, second):
        page = browse(
            cast.claire, "POST", f"/risks/sections/{first.id}", status=422,
            title="Réception", parent_id=str(parent.id),
        )  # fmt: skip
        assert "sous elle-même" in page.select_one("#parent_id-error").text
    browse(cast.claire, "POST", f"/risks/sections/{second.id}/remove", status=303)
    assert len(queries.sections_of(session, analysis.id)) == 1


def test_a_version_is_read_and_sent_as_it_was(browse, session, cast, analysis):
    make_risk(session, analysis, cast.claire, 8, 5, 5)
    make_ready(session, analysis, cast)
    page = browse(cast.jean, "POST", f"/risks/{analysis.id}/move/approve", status=422, note="")
    assert "la raison reste au journal" in page.text
    approve(session, analysis, cast.jean)
    version = queries.versions_of(session, analysis.id)[0]
    page = browse(cast.alice, "GET", f"/risks/versions/{version.id}")
    assert version.sha256 in page.text
    sent = browse(cast.alice, "GET", f"/risks/versions/{version.id}/document.json")
    assert "Diamètre hors tolérance" in sent.response.text


def test_whoever_approves_is_asked_why_nobody_acts_on_a_high_risk(browse, session, cast, analysis):
    make_risk(session, analysis, cast.claire, 9, 8, 3)
    make_ready(session, analysis, cast)
    page = browse(cast.jean, "GET", f"/risks/{analysis.id}/move/approve")
    assert "1 risque élevé est sans action" in page.text
    page = browse(cast.jean, "GET", f"/risks/{analysis.id}/move/archive")
    assert "sans action" not in page.text


def test_pages_of_two_thousand_lines_cost_ten_statements(
    browse, session, cast, analysis, statements
):
    make_lines(session, analysis, cast.claire, 60)
    section = queries.sections_of(session, analysis.id)[3].id
    urls = (
        f"/risks/{analysis.id}",
        f"/risks/{analysis.id}/lines?section={section}",
        "/risks/",
        "/risks/top",
    )

    def counts():
        found = []
        for url in urls:
            browse(cast.claire, "GET", url)
            statements.clear()
            browse(cast.claire, "GET", url)
            found.append(len(statements))
        return found

    before = counts()
    make_lines(session, analysis, cast.claire, 1_940)
    assert counts() == before
    assert max(before) <= 14
