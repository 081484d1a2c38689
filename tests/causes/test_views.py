"""The pages about causes: who may, who may not, bad input, what is saved."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from qse_audit.causes.models import CauseAnalysis, CauseMember, CauseNode
from qse_audit.causes.queries import tree_of
from qse_audit.causes.reports import Wording, drawing
from qse_audit.causes.rules import CauseTool, Gate, Health, Neighbour, NodeKind, Slot
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.participation import write_links
from qse_audit.findings import services as findings
from qse_audit.findings.rules import Grade
from tests.causes.factories import add, make_analysis
from tests.factories import NOW
from tests.risks.factories import make_analysis as make_risk_analysis
from tests.risks.factories import make_risk


def last(session, model):
    session.expire_all()
    return session.scalars(select(model).order_by(model.id.desc())).first()


@pytest.fixture
def finding(session, cast):
    """A finding of an audit that Alice leads and in which Bob is audited."""
    people = {Link.LEAD_AUDITOR: [cast.alice.user_id], Link.AUDITEE: [cast.bob.user_id]}
    write_links(session, Kind.AUDIT, 7001, people)
    made = findings.draft_finding(
        session, organisation_id=cast.company, origin=(Kind.AUDIT, 7001), checklist_item_id=None,
        grade=Grade.IMPROVEMENT_OPPORTUNITY, title="Bac chargé", requirement_text="",
        referential_label="", clause_ref="", process_id=None, actor=cast.alice, now=NOW,
    )  # fmt: skip
    made.evidence_text = "Trois bacs sur cinq"
    findings.move_finding(session, made, "finalise", actor=cast.alice, now=NOW)
    session.commit()
    return made.id


def test_a_tool_is_chosen_then_an_analysis_begun(browse, session, cast):
    page = browse(cast.alice, "GET", "/causes/tools")
    assert len(page.select(".tool")) == len(CauseTool) + len(Neighbour)
    elsewhere = [a["href"] for a in browse(cast.claire, "GET", "/causes/tools").select("main a")]
    assert {"/workshops/new", "/risks/new?method=preliminary", "/policy/context"} < set(elsewhere)
    assert browse(cast.jean, "GET", "/causes/tools").select(".tool__act") != []
    assert browse(cast.alice, "GET", "/causes/new").select('a[href$="tool=ishikawa"]')
    path = "/causes/new?tool=ishikawa"
    sent = {"title": "Rayures", "question": "D’où ?", "owner_id": cast.alice.user_id}
    page = browse(cast.alice, "POST", path, status=422, **sent, families="9")
    assert "D’où ?" in page.select_one("#question").text
    browse(cast.alice, "POST", path, status=422, **{**sent, "title": " "}, families="6")
    browse(cast.alice, "POST", path, status=303, **sent, families="6")
    made = last(session, CauseAnalysis)
    assert (made.families, made.tool, made.started_at) == (6, CauseTool.ISHIKAWA, None)
    groups = [h.text for h in browse(cast.alice, "GET", f"/causes/{made.id}").select("#lines h3")]
    assert groups[-1] == "Mesure"
    browse(cast.jean, "GET", "/causes/new", status=403)
    browse(cast.gaelle, "GET", "/causes/", status=403)


def test_a_finding_leads_to_its_causes_and_back(browse, session, cast, finding):
    page = browse(cast.alice, "GET", f"/findings/{finding}")
    begin = page.select_one("#studies-1 a.btn")["href"]
    assert begin == f"/causes/new/finding/{finding}"
    form = browse(cast.alice, "GET", f"{begin}?tool=five_whys")
    assert form.select_one("#title")["value"] == "Bac chargé"
    sent = {"title": "Pourquoi ce bac", "owner_id": cast.alice.user_id}
    browse(cast.alice, "POST", f"{begin}?tool=five_whys", status=303, **sent)
    made = last(session, CauseAnalysis)
    assert (made.subject_kind, made.subject_id) == (Kind.FINDING, finding)
    listed = browse(cast.claire, "GET", f"/findings/{finding}").select_one("#studies-1")
    assert "Pourquoi ce bac" in listed.text
    assert browse(cast.claire, "GET", f"/causes/{made.id}").select(f'a[href="/findings/{finding}"]')
    further = f'.menu a[href="{begin}"]'
    assert browse(cast.alice, "GET", f"/causes/{made.id}").select(further)
    hidden = browse(cast.farid, "GET", f"/causes/{made.id}")
    assert not hidden.select(further)
    assert not hidden.select(f'a[href="/findings/{finding}"]'), "Farid may not read the finding"
    browse(cast.farid, "GET", begin, status=404)
    browse(cast.david, "GET", f"/causes/{made.id}", status=404)
    browse(cast.claire, "GET", f"/causes/new/candidacy/{finding}", status=404)


def test_a_risk_and_its_analysis_lead_to_their_causes(browse, session, cast):
    analysis = make_risk_analysis(session, cast.claire)
    risk = make_risk(session, analysis, cast.claire)
    begin = f"/causes/new/risk/{risk.id}"
    page = browse(cast.claire, "GET", f"/risks/lines/{risk.id}")
    assert page.select_one("#studies-1 a.btn")["href"] == begin
    page = browse(cast.claire, "GET", f"/risks/{analysis.id}")
    for feature in ("causes", "workshops"):
        assert page.select(f'.menu a[href="/{feature}/new/risk_analysis/{analysis.id}"]')
    sent = {"title": "Nœud du bain", "owner_id": cast.claire.user_id}
    browse(cast.claire, "POST", f"{begin}?tool=bow_tie", status=303, **sent)
    assert "Nœud du bain" in browse(cast.claire, "GET", f"/risks/lines/{risk.id}").text


def test_an_analysis_of_an_accident_stays_between_its_people(browse, session, cast):
    made = make_analysis(session, cast, subject=(Kind.ACCIDENT, 5))
    for who, status in ((cast.alice, 404), (cast.farid, 404), (cast.bob, 200), (cast.jean, 200)):
        browse(who, "GET", f"/causes/{made.id}", status=status)
        browse(who, "GET", f"/causes/{made.id}/analysis.pdf", status=status)
    assert "Filtre" not in browse(cast.alice, "GET", "/causes/").text


def test_lines_are_written_moved_and_deleted_with_plain_forms(browse, session, cast):
    made = make_analysis(session, cast)
    path = f"/causes/{made.id}/add?kind=why"
    page = browse(cast.bob, "POST", path, status=422, text="", fact="Photo")
    assert page.select_one("#text-error")
    assert "Photo" in page.select_one("#fact").text
    browse(cast.bob, "POST", path, status=303, text="Un", fact="Photo")
    first = last(session, CauseNode).id
    page = browse(cast.bob, "POST", path, status=303, text="Deux", then="next")
    assert page.response.location.endswith(path)
    second = last(session, CauseNode).id
    browse(cast.bob, "POST", f"{path}&under={first}", status=303, text="Sous un", is_root="y")
    third = last(session, CauseNode)
    assert (third.parent_id, third.is_root) == (first, True)
    lines = "/causes/lines"
    page = browse(cast.bob, "POST", f"{lines}/{second}/step", status=303, direction="in")
    assert page.response.location == f"/causes/{made.id}#line-{second}"
    assert session.get(CauseNode, second).parent_id == first
    browse(cast.bob, "POST", f"{lines}/{second}/step", status=303, direction="in ")
    browse(cast.bob, "POST", f"{lines}/{first}/place", status=422, under=third.id)
    browse(cast.bob, "POST", f"{lines}/{second}/place", status=303, under="top")
    assert session.get(CauseNode, second).parent_id is None
    browse(cast.bob, "POST", f"{lines}/{first}/delete", status=303)
    assert list(session.scalars(select(CauseNode.id))) == [second]


@pytest.mark.parametrize(
    ("tool", "asked", "then", "leads"),
    [
        (CauseTool.FIVE_WHYS, "kind=why", "below", "kind=why&under={made}"),
        (CauseTool.FIVE_WHYS, "kind=why", "", "#line-{made}"),
        (CauseTool.BOW_TIE, "kind=event", "below", "kind=threat&under={made}"),
        (CauseTool.QQOQCP, "kind=answer&slot=where", "next", "kind=answer&slot=when"),
        (CauseTool.ISHIKAWA, "kind=cause&slot=method", "next", "kind=cause&slot=method"),
    ],
)
def test_a_new_line_leads_to_the_one_that_usually_follows(
    browse, session, cast, tool, asked, then, leads
):
    made = make_analysis(session, cast, tool)
    path = f"/causes/{made.id}/add?{asked}"
    page = browse(cast.bob, "GET", path)
    assert not then or page.select_one(f'button[name="then"][value="{then}"]')
    slot = page.select_one("#slot option[selected]")
    sent = {"text": "Une ligne", "then": then, **({"slot": slot["value"]} if slot else {})}
    answer = browse(cast.bob, "POST", path, status=303, **sent).response
    assert answer.location.endswith(leads.format(made=last(session, CauseNode).id))


def test_only_its_people_and_the_coordinator_write(browse, session, cast):
    made = make_analysis(session, cast)
    line = add(session, cast, made, "why")
    for path in (f"/causes/{made.id}/edit", f"/causes/lines/{line.id}/edit",
                 f"/causes/{made.id}/team", f"/causes/{made.id}/add?kind=why"):  # fmt: skip
        browse(cast.alice, "GET", path, status=403)
        browse(cast.bob, "GET", path)
    browse(cast.alice, "POST", f"/causes/lines/{line.id}/delete", status=403)
    sent = {"person_id": cast.alice.user_id}
    browse(cast.bob, "POST", f"/causes/{made.id}/team", status=303, **sent)
    browse(cast.alice, "GET", f"/causes/lines/{line.id}/edit")
    browse(cast.alice, "GET", f"/causes/{made.id}/conclude", status=403)
    member = last(session, CauseMember)
    browse(cast.bob, "POST", f"/causes/members/{member.id}/leave", status=303)
    browse(cast.alice, "GET", f"/causes/lines/{line.id}/edit", status=403)
    page = browse(cast.bob, "POST", f"/causes/{made.id}/team", status=422, name="Régis")
    assert page.select_one("#function-error")


def test_an_unknown_line_or_tool_is_not_found(browse, session, cast):
    made = make_analysis(session, cast, CauseTool.BOW_TIE)
    for query in ("kind=why", "kind=barrier", "kind=event&under=99", "kind=&under=x", ""):
        browse(cast.bob, "GET", f"/causes/{made.id}/add?{query}", status=404)
    browse(cast.bob, "GET", f"/causes/{made.id}/nothing", status=404)
    browse(cast.bob, "GET", "/causes/?tool=x&owner=y&status=z")


def test_a_conflict_shows_both_texts(browse, session, cast):
    made = make_analysis(session, cast)
    line = add(session, cast, made, "why", "Un")
    path, seen = f"/causes/lines/{line.id}/edit", line.version
    browse(cast.claire, "POST", path, status=303, text="Deux", version=seen)
    page = browse(cast.bob, "POST", path, status=409, text="Trois", version=seen)
    assert "Deux" in page.text
    assert page.select_one('textarea[name="text"]').text == "Trois"
    sent = {"title": "Un", "owner_id": cast.bob.user_id, "version": made.version}
    browse(cast.claire, "POST", f"/causes/{made.id}/edit", status=303, **sent)
    sent = {**sent, "title": "Deux"}
    browse(cast.bob, "POST", f"/causes/{made.id}/edit", status=409, **sent)


def test_concluding_tells_what_is_missing_then_freezes(browse, session, cast):
    made = make_analysis(session, cast)
    add(session, cast, made, "why", "Un", fact="Vu", is_root=True)
    path = f"/causes/{made.id}/conclude"
    assert browse(cast.bob, "POST", path, status=422, note=" ").select_one("#note-error")
    browse(cast.bob, "POST", path, status=303, note="Trouvé.")
    page = browse(cast.bob, "GET", f"/causes/{made.id}")
    assert "Trouvé." in page.text
    assert not page.select(".line__adds a[href*=add]")
    browse(cast.bob, "GET", f"/causes/{made.id}/edit", status=403)
    action = page.select_one(".line__adds a")["href"]
    asked = browse(cast.bob, "GET", action)
    assert asked.select_one("#cause").text.strip() == "Un"


def test_steps_of_an_8d_end_at_a_known_hour(browse, session, cast):
    made = make_analysis(session, cast, CauseTool.EIGHT_D, started_at=NOW - timedelta(days=400))
    step = session.scalar(select(CauseNode).where(CauseNode.slot == "d3"))
    path = f"/causes/lines/{step.id}/edit"
    early = browse(cast.bob, "POST", path, status=422, text="Trié", done_at="2020-01-01T10:00")
    assert "avant le départ" in early.select_one("#done_at-error").text
    browse(cast.bob, "POST", path, status=303, text="Trié", done_at="2025-02-01T10:00")
    page = browse(cast.bob, "GET", f"/causes/{made.id}")
    assert "retard" in page.select_one("table").text
    browse(cast.bob, "POST", f"/causes/lines/{step.id}/delete", status=303)
    assert session.get(CauseNode, step.id) is not None


def test_a_pareto_reads_amounts_as_people_write_them(browse, session, cast):
    made = make_analysis(session, cast, CauseTool.PARETO)
    path = f"/causes/{made.id}/add?kind=line"
    for wrong, field in (({"count": "-2"}, "count"), ({"cost": "-3,5"}, "cost"),
                         ({"cost": "douze"}, "cost")):  # fmt: skip
        page = browse(cast.bob, "POST", path, status=422, text="Bavures", **wrong)
        assert page.select_one(f"#{field}-error"), wrong
    browse(cast.bob, "POST", path, status=303, text="Bavures", count="38", cost="1 570,50 €")
    browse(cast.bob, "POST", path, status=303, text="Chocs", count="2", cost="9000")
    assert str(session.scalars(select(CauseNode.cost).order_by(CauseNode.id)).first()) == "1570.5"
    charts = browse(cast.bob, "GET", f"/causes/{made.id}").select("figure.chart")
    assert [c.select_one("h2").text for c in charts] == ["Par nombre de cas", "Par coût"]
    printed = browse(cast.bob, "GET", f"/causes/{made.id}/analysis.pdf").response
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(printed.data)).pages)
    for told in ("Par nombre de cas", "Par coût", "Causes à traiter d’abord"):
        assert told in text, told


@pytest.mark.parametrize("tool", list(CauseTool))
def test_every_tool_is_drawn_or_told_and_printed(browse, session, cast, tool):
    made = make_analysis(session, cast, tool, question="Où <b>va</b> l’eau ?")
    empty = browse(cast.bob, "GET", f"/causes/{made.id}")
    assert empty.select_one("#lines")
    _fill(session, cast, made, tool)
    page = browse(cast.bob, "GET", f"/causes/{made.id}")
    svg = page.select_one(".drawing svg")
    assert bool(svg) is bool(drawing(Wording(tool, tree_of(session, made.id), "fr"), "?", 5))
    if svg:
        assert svg.select_one("title").text
        assert svg.select_one("desc").text
        assert not svg.select("b")
    printed = browse(cast.bob, "GET", f"/causes/{made.id}/analysis.pdf").response
    sheet = PdfReader(io.BytesIO(printed.data)).pages[0]
    assert sheet.mediabox.width > sheet.mediabox.height
    assert "Une ligne" in "".join(
        p.extract_text() for p in PdfReader(io.BytesIO(printed.data)).pages
    )


def _fill(session, cast, made, tool):
    """Write a line or two with every tool."""
    if tool is CauseTool.BOW_TIE:
        event = add(session, cast, made, "event")
        threat = add(session, cast, made, "threat", under=event)
        add(session, cast, made, "barrier", under=threat, health=Health.WEAK)
        add(session, cast, made, "consequence", under=event)
    elif tool is CauseTool.CAUSE_TREE:
        last = add(session, cast, made, "fact", gate=Gate.CONJUNCTION)
        one, two = (add(session, cast, made, "fact", under=last) for _ in range(2))
        add(session, cast, made, "fact", "", under=two, same_as_id=one.id)
    elif tool is CauseTool.EIGHT_D:
        step = session.scalar(select(CauseNode).where(CauseNode.slot == "d4"))
        add(session, cast, made, "cause", under=step, slot=Slot.OCCURRENCE)
    else:
        kind = {
            CauseTool.QQOQCP: NodeKind.ANSWER,
            CauseTool.IS_IS_NOT: NodeKind.CONTRAST,
            CauseTool.PARETO: NodeKind.LINE,
            CauseTool.ISHIKAWA: NodeKind.CAUSE,
            CauseTool.FIVE_WHYS: NodeKind.WHY,
        }[tool]
        slot = {
            NodeKind.ANSWER: Slot.WHO,
            NodeKind.CONTRAST: Slot.WHAT,
            NodeKind.CAUSE: Slot.METHOD,
        }
        first = add(session, cast, made, kind, slot=slot.get(kind), count=2, fact="Vu")
        if kind in {NodeKind.CAUSE, NodeKind.WHY}:
            add(session, cast, made, kind, "Dessous", under=first)
