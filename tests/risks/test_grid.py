"""The grid of a section: what is typed, what is left alone, what somebody else did meanwhile."""

import json

import pytest
from sqlalchemy import select

from qse_audit.core.clock import now
from qse_audit.risks import services
from qse_audit.risks.models import Risk, RiskRating
from qse_audit.risks.rules import RiskMethod, action_priority, every_triplet
from tests.risks.factories import fmea_line, make_action, make_analysis, make_lines, make_risk


@pytest.fixture
def analysis(session, cast):
    return make_analysis(session, cast.claire)


@pytest.fixture
def grid(browse, cast, analysis):
    """Open the grid, change cells by name, send it; return the page that answers."""
    path = f"/risks/{analysis.id}/grid"

    def grid(status=303, page=None, **cells):
        page = page or browse(cast.claire, "GET", path)
        form = page.select_one("[data-grid-form]")
        sent = [(f["name"], value_of(f)) for f in form.select("input, textarea, select")
                if f.get("name") and f["name"] not in cells]  # fmt: skip
        data = {}
        for name, value in [*sent, *cells.items()]:
            data.setdefault(name, []).append(value)
        return browse(cast.claire, "POST", path, status=status, **data)

    grid.open = lambda: browse(cast.claire, "GET", path)
    return grid


def value_of(field):
    if field.name == "select":
        chosen = field.select_one("option[selected]")
        return chosen["value"] if chosen else ""
    return field.text.lstrip("\n") if field.name == "textarea" else field.get("value", "")


def risks(session):
    session.expire_all()
    found = session.scalars(select(Risk).order_by(Risk.number)).all()
    told = [(each.event, (each.notes or {}).get("occurrence"), each.version) for each in found]
    session.rollback()
    return told


def test_lines_are_changed_and_added_and_the_others_left_alone(session, cast, grid, analysis):
    make_risk(session, analysis, cast.claire, 8, 4, 5)
    make_risk(session, analysis, cast.claire, 8, 4, 5, name="Rayure", family="customer")
    before = risks(session)
    page = grid.open()
    assert page.select_one("[data-cell='2:2']")["aria-label"].startswith("C2, ligne 1, ")
    assert page.select_one("#c-2-family option[selected]")["value"] == "customer"
    grid(**{"c-1-note-occurrence": "7", "c-n1-event": "Pièce desserrée", "c-n1-effect": "Rebut",
            "c-n1-situation": "Serrer", "c-n1-cause": "Pression"})  # fmt: skip
    found = risks(session)
    assert [each[:2] for each in found] == [
        ("Diamètre hors tolérance", 7), ("Rayure", 4), ("Pièce desserrée", None),
    ]  # fmt: skip
    assert found[1] == before[1]
    section = session.scalars(select(Risk.section_id).where(Risk.number == 3)).one()
    assert section is not None  # it stands in the section that was shown


def test_every_wrong_cell_is_named_and_nothing_is_stored(session, cast, grid, analysis):
    make_risk(session, analysis, cast.claire, 8, 4, 5)
    before = risks(session)
    page = grid(status=422, **{"c-1-note-severity": "11", "c-1-cause": "", "c-n1-event": "Seul"})
    wrong = {field["data-cell"] for field in page.select("[aria-invalid]")}
    assert wrong == {"2:4", "2:10", "3:1", "3:3", "3:4"}
    assert "K2" in page.select_one("#c-1-note-severity")["aria-label"]
    assert value_of(page.select_one("#c-n1-event")) == "Seul"
    assert risks(session) == before


def test_what_somebody_else_changed_is_shown_not_overwritten(session, cast, grid, analysis):
    first = make_risk(session, analysis, cast.claire, 8, 4, 5)
    second = make_risk(session, analysis, cast.claire, 8, 4, 5, name="Rayure")
    page = grid.open()
    for risk, name in ((first, "Diamètre faux"), (second, "Coup")):
        services.edit_risk(session, session.get_one(Risk, risk.id), fmea_line(name),
                           actor=cast.claire, now=now())  # fmt: skip
    session.commit()
    answer = grid(status=409, page=page, **{"c-1-event": "Diamètre trop petit"})
    assert "enregistré : Diamètre faux" in answer.text
    assert [each[0] for each in risks(session)] == ["Diamètre faux", "Coup"]
    grid(page=answer)  # now that it was seen
    assert [each[0] for each in risks(session)] == ["Diamètre trop petit", "Coup"]


def test_a_note_goes_down_only_with_a_reason_or_through_a_proof(session, cast, grid, analysis):
    risk = make_risk(session, analysis, cast.claire, 8, 6, 5)
    lower = {"c-1-note-occurrence": "3"}
    page = grid(status=422, **lower)
    assert "ligne 2 : O baisse sans action" in page.text
    grid(**lower, reason="Douze mois sans défaut")
    assert session.scalars(select(RiskRating.reason).order_by(RiskRating.id)).all()[-1] == (
        "Douze mois sans défaut"
    )
    make_action(session, session.get_one(Risk, risk.id), cast)
    page = grid(status=422, **{"c-1-note-occurrence": "2"}, reason="Action lancée")
    assert "cotation prévue" in page.text
    assert risks(session)[0][1] == 3


def test_a_rating_is_not_taken_away_and_a_withdrawn_line_not_written(session, cast, grid, analysis):
    risk = make_risk(session, analysis, cast.claire, 8, 4, 5)
    names = ("severity", "occurrence", "detection")
    page = grid(status=422, **{f"c-1-note-{name}": "" for name in names})
    assert "une cotation ne s’efface pas" in page.text
    page = grid.open()
    services.withdraw_risk(session, session.get_one(Risk, risk.id), "Poste supprimé",
                           actor=cast.claire, now=now())  # fmt: skip
    session.commit()
    answer = grid(status=409, page=page, **{"c-1-event": "Autre"})
    answer = grid(status=422, page=answer)
    assert "la ligne n° 1 est retirée" in answer.text
    assert risks(session)[0][0] == "Diamètre hors tolérance"


def test_the_grid_is_for_those_who_edit(session, cast, browse, analysis):
    key = analysis.id
    browse(cast.jean, "GET", f"/risks/{key}/grid", status=403)
    browse(cast.david, "GET", f"/risks/{key}/grid", status=404)
    page = browse(cast.claire, "GET", f"/risks/{key}/grid")
    assert "Aucune section" in page.text


def test_a_page_of_2000_lines_and_its_saving_take_few_statements(
    session, cast, browse, grid, analysis, statements
):
    make_lines(session, analysis, cast.claire, 2000)
    statements.clear()
    page = grid.open()
    assert len(page.select("[name=row]")) == 28
    assert len(statements) <= 10, statements
    statements.clear()
    codes = {f"c-{key['value']}-cause": "Même cause" for key in page.select("[name=row]")[:25]}
    grid(page=page, **codes)
    assert len(statements) <= 30, len(statements)
    section = page.select("select[name=section] option")[1]["value"]
    further = browse(cast.claire, "GET", f"/risks/{analysis.id}/grid?section={section}&after=1001")
    assert len(further.select("[name=row]")) == 28


def test_the_page_knows_what_every_set_of_notes_comes_to(session, cast, grid, browse):
    page = grid.open()
    told = json.loads(page.select_one("script[data-results]").string)
    assert [code for code, _ in told["axes"]] == ["severity", "occurrence", "detection"]
    expected = [str("LMH".index(action_priority(*notes))) for notes in every_triplet()]
    assert list(told["table"]) == expected
    levels = page.select("template[data-level]")
    assert [" ".join(each.text.split()) for each in levels] == [
        f"{level} · IPR {{score}}à enregistrer" for level in ("Basse", "Moyenne", "Haute")
    ]
    aspects = make_analysis(session, cast.claire, method=RiskMethod.ENVIRONMENTAL,
                            scale="aspects-gravite-frequence-maitrise")  # fmt: skip
    page = browse(cast.claire, "GET", f"/risks/{aspects.id}/grid")
    assert json.loads(page.select_one("script[data-results]").string)["unless"] == ["overrides"]
