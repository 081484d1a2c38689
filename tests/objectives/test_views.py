"""The pages about objectives: who may, who may not, bad input, what is saved."""

from datetime import date
from fractions import Fraction

import pytest
from sqlalchemy import select

from qse_audit.accounts.models import Person
from qse_audit.actions.models import Action
from qse_audit.objectives import services
from qse_audit.objectives.models import (
    AnomalyAcceptance,
    Arbitration,
    Axis,
    CoherenceReport,
    Objective,
    Priority,
)
from qse_audit.objectives.queries import places_of
from qse_audit.objectives.rules import ObjectiveStatus, RollUp
from qse_audit.referentials.rules import Place
from tests.factories import NOW
from tests.objectives.factories import make_indicator, make_objective, make_policy, running
from tests.objectives.test_queries import act

SENT = {
    "title": "Réduire les rejets de zinc",
    "level": "company",
    "domain": "environment",
    "roll_up": "none",
    "weight": "1",
}


def one(session, model=Objective):
    session.expire_all()
    return session.scalars(select(model).order_by(model.id.desc())).first()


@pytest.fixture
def asked(session, cast):
    """An objective that awaits its owner’s answer, under a policy in force."""
    make_policy(session, cast)
    indicator = make_indicator(session, cast, "Accidents", "7", "5")
    made = make_objective(session, cast, indicator_id=indicator.id)
    services.move_objective(session, made, "propose", "", actor=cast.claire, now=NOW)
    session.commit()
    return made.id


# --- reading ---


@pytest.mark.parametrize("path", ["", "coherence", "matrix", "axes", "reports", "new", "arrange"])
def test_every_page_says_what_it_is_for_when_there_is_nothing(browse, cast, path):
    page = browse(cast.claire, "GET", f"/objectives/{path}")
    assert page.select(".empty, form")


def test_the_tree_shows_axis_target_and_owner(browse, session, cast, asked):
    page = browse(cast.bob, "GET", "/objectives/")
    text = page.select_one(".cascade").text
    assert "cible 4 accidents" in text
    assert "Bob Lefèvre" in text
    assert "1 objectif" in page.text


def test_the_tree_is_filtered_by_the_address(browse, cast, asked):
    page = browse(cast.bob, "GET", "/objectives/?domain=environment&axis=x")
    assert "Aucun objectif ne correspond" in page.text


def test_people_of_the_company_read_and_others_do_not(browse, cast, asked):
    for name in ("alice", "emma", "farid", "jean"):
        browse(getattr(cast, name), "GET", f"/objectives/{asked}")
    for name in ("david", "gaelle", "hugo", "karine", "ines"):
        browse(getattr(cast, name), "GET", f"/objectives/{asked}", status=404)
    browse(cast.gaelle, "GET", "/objectives/", status=403)


def test_an_objective_shows_its_figures_its_test_and_its_anomalies(browse, cast, asked):
    page = browse(cast.claire, "GET", f"/objectives/{asked}")
    assert [d.text.split()[0] for d in page.select(".gauge dd")] == ["9", "5", "4"]
    assert "n’atteint pas encore" in page.text
    lacking = [li.text for li in page.select(".smart--no")]
    assert len(lacking) == 1
    assert "pas encore donné son accord" in lacking[0]


def test_figures_are_in_the_language_of_the_page(browse, session, cast):
    make_policy(session, cast)
    parent = make_objective(session, cast, roll_up=RollUp.SUM, unit="t")
    make_objective(session, cast, parent_id=parent.id, target=Fraction("4.5"), unit="t")
    session.commit()
    french = browse(cast.claire, "GET", "/objectives/coherence?check=K7")
    assert "écart : 0,5 t." in french.select_one(".anomaly__text").text
    session.get(Person, cast.claire.user_id).locale = "en"
    session.commit()
    english = browse(cast.claire, "GET", "/objectives/coherence?check=K7")
    assert "gap: 0.5 t." in english.select_one(".anomaly__text").text


# --- writing ---


def test_an_objective_is_written_with_what_is_known_and_told_what_lacks(browse, session, cast):
    page = browse(cast.claire, "POST", "/objectives/new", status=303, **SENT)
    made = one(session)
    assert page.response.location == f"/objectives/{made.id}"
    assert made.status is ObjectiveStatus.DRAFT
    shown = browse(cast.claire, "GET", f"/objectives/{made.id}")
    assert [c.text for c in shown.select(".anomaly__code")] == ["K3", "K4", "K5"]


def test_numbers_are_read_as_people_write_them(browse, session, cast):
    browse(
        cast.claire, "POST", "/objectives/new", status=303,
        **{**SENT, "baseline": "1 250,5", "target": "1200.25", "unit": "kg"},
    )  # fmt: skip
    made = one(session)
    assert (str(made.baseline), str(made.target)) == ("1250.5", "1200.25")


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"title": ""}, "title", "obligatoire"),
        ({"target": "douze"}, "target", "« douze »"),
        ({"target": "1e5"}, "target", "position 2"),
        ({"due_on": "2026-01-01", "starts_on": "2026-02-01"}, "due_on", "avant le début"),
        ({"weight": "0"}, "weight", "entier de 1"),
        ({"weight": "deux"}, "weight", ""),
        ({"parent_id": "4321"}, "parent_id", ""),
        (
            {"baseline": "4", "target": "9", "direction": "down"},
            "target",
            "l’autre sens",
        ),
    ],
)
def test_bad_input_is_named_at_its_field_and_nothing_is_lost(
    browse, session, cast, change, field, says
):
    sent = {**SENT, "resources": "Deux jours", **change}
    page = browse(cast.claire, "POST", "/objectives/new", status=422, **sent)
    error = page.select_one(f"#{field}-error")
    assert error is not None, page.text[-500:]
    assert says in error.text
    assert page.select_one(f'.summary a[href="#{field}"]')
    assert "Deux jours" in page.select_one("#resources").text
    assert session.scalar(select(Objective.id)) is None


def test_an_auditor_does_not_write_objectives(browse, cast, asked):
    browse(cast.alice, "GET", "/objectives/new", status=403)
    browse(cast.alice, "GET", f"/objectives/{asked}/edit", status=403)
    browse(cast.david, "POST", f"/objectives/{asked}/edit", status=404)


def form_of(page):
    """Return what a browser would send of the first form of the content."""
    values = {}
    for field in page.select("main form [name]"):
        if field.name == "select":
            chosen = field.select_one("option[selected]")
            values[field["name"]] = chosen["value"] if chosen else ""
        elif field.get("type") in {"checkbox", "radio"}:
            if field.has_attr("checked"):
                values[field["name"]] = field["value"]
        else:
            values[field["name"]] = (
                field.text if field.name == "textarea" else field.get("value", "")
            )
    return values


def test_a_form_sent_back_unchanged_changes_nothing(browse, session, cast, asked):
    sent = form_of(browse(cast.claire, "GET", f"/objectives/{asked}/edit"))
    before = one(session).version
    browse(cast.claire, "POST", f"/objectives/{asked}/edit", status=303, **sent)
    assert one(session).version == before


def test_a_conflict_shows_both_texts_and_overwrites_nothing(browse, session, cast, asked):
    sent = form_of(browse(cast.claire, "GET", f"/objectives/{asked}/edit"))
    other = {**sent, "target": "3,5", "resources": "Trois jours"}
    browse(cast.jean, "POST", f"/objectives/{asked}/edit", status=303, **other)
    page = browse(
        cast.claire, "POST", f"/objectives/{asked}/edit", status=409, **{**sent, "target": "2,5"}
    )
    assert "3,5" in page.text
    assert page.select_one('textarea[name="target"]').text == "2,5"
    assert str(one(session).target) == "3.5"
    again = form_of(page)
    browse(cast.claire, "POST", f"/objectives/{asked}/edit", status=303, **again)
    assert str(one(session).target) == "2.5"


# --- talking and moving ---


def test_the_owner_answers_and_the_coordinator_agrees(browse, session, cast, asked):
    page = browse(cast.bob, "GET", f"/objectives/{asked}")
    assert page.select_one(f'a[href="/objectives/{asked}/talk"]')
    answer = {"kind": "answer", "text": "Plutôt 5", "target": "5", "due_on": ""}
    browse(cast.bob, "POST", f"/objectives/{asked}/talk", status=303, **answer)
    browse(cast.claire, "POST", f"/objectives/{asked}/talk", status=303, kind="agreement")
    browse(cast.claire, "POST", f"/objectives/{asked}/start", status=303, note="")
    made = one(session)
    assert (made.status, str(made.target)) == (ObjectiveStatus.RUNNING, "5")


def test_nobody_agrees_to_their_own_proposal(browse, cast, asked):
    page = browse(cast.claire, "POST", f"/objectives/{asked}/talk", status=422, kind="agreement")
    assert "sa propre proposition" in page.select_one("#kind-error").text


def test_a_stranger_to_the_objective_does_not_talk(browse, cast, asked):
    browse(cast.alice, "GET", f"/objectives/{asked}/talk", status=403)


def test_a_move_that_is_refused_says_why_with_its_source(browse, session, cast, asked):
    page = browse(cast.claire, "GET", f"/objectives/{asked}/start")
    assert "pas encore abouti" in page.text
    browse(cast.claire, "POST", f"/objectives/{asked}/start", status=422, note="")
    assert one(session).status is ObjectiveStatus.PROPOSED
    browse(cast.bob, "POST", f"/objectives/{asked}/start", status=403, note="")


def test_reaching_is_refused_with_both_figures(browse, session, cast):
    indicator = make_indicator(session, cast, "Accidents", "5.5")
    made = running(session, cast, indicator_id=indicator.id)
    session.commit()
    page = browse(cast.claire, "GET", f"/objectives/{made.id}/reach")
    assert "La dernière valeur (5,5) n’atteint pas la cible (4)" in page.text


def test_what_is_over_shows_why(browse, session, cast):
    made = running(session, cast)
    session.commit()
    browse(cast.jean, "POST", f"/objectives/{made.id}/drop", status=303, note="Atelier vendu")
    assert "Atelier vendu" in browse(cast.claire, "GET", f"/objectives/{made.id}").text
    page = browse(cast.claire, "GET", f"/objectives/{made.id}/start")
    assert "pas possible à cet état" in page.text


# --- the tree ---


def test_the_tree_is_moved_without_script_one_step_at_a_time(browse, session, cast):
    first, second = make_objective(session, cast), make_objective(session, cast)
    session.commit()
    browse(cast.claire, "POST", "/objectives/order", status=303, id=second.id, direction="in")
    assert places_of(session, cast.company) == [Place(first.id, None), Place(second.id, first.id)]


def test_the_tree_is_moved_by_script_all_at_once(client_of, session, cast):
    first, second = make_objective(session, cast), make_objective(session, cast)
    session.commit()
    order = [{"id": str(second.id), "parent": None}, {"id": first.id, "parent": second.id}]
    client = client_of(cast.claire)
    session.rollback()
    answer = client.post("/objectives/order", json={"order": order})
    assert (answer.status_code, answer.json) == (200, {"saved": True})
    session.expire_all()
    assert places_of(session, cast.company) == [Place(second.id, None), Place(first.id, second.id)]
    session.rollback()
    one_id, other_id = order[1]["id"], order[0]["id"]
    loop = [{"id": one_id, "parent": other_id}, {"id": other_id, "parent": one_id}]
    for wrong in ({"order": loop}, {"order": "x"}, {"order": [1]}, [1]):
        answer = client.post(
            "/objectives/order", json=wrong, headers={"Accept": "application/json"}
        )
        assert answer.status_code in {400, 422}
    assert client_of(cast.bob).post("/objectives/order", json={"order": order}).status_code == 403


# --- around ---


def test_axes_and_priorities_are_written_and_listed(browse, session, cast, asked):
    axis = {"title": "Zéro accident", "horizon": "2029", "commitments": "c1"}
    browse(cast.claire, "POST", "/objectives/axes/new", status=303, **axis)
    page = browse(cast.claire, "POST", "/objectives/axes/new", status=422, **axis)
    assert "porte déjà ce nom" in page.select_one("#title-error").text
    priority = {"kind": "high_risk", "title": "Presse 3", "objectives": str(asked)}
    browse(cast.claire, "POST", "/objectives/priorities/new", status=303, **priority)
    page = browse(cast.bob, "GET", "/objectives/axes")
    assert "Prévenir les accidents" in page.text
    assert "OBJ-2026-001" in page.text
    browse(cast.bob, "GET", "/objectives/axes/new", status=403)


def test_an_axis_and_a_priority_are_changed_and_leave(browse, session, cast):
    browse(cast.claire, "POST", "/objectives/axes/new", status=303, title="Eau")
    browse(
        cast.claire,
        "POST",
        "/objectives/priorities/new",
        status=303,
        kind="legal_gap",
        title="Bruit",
    )
    axis, priority = one(session, Axis), one(session, Priority)
    url = f"/objectives/axes/{axis.id}/edit"
    sent = form_of(browse(cast.claire, "GET", url))
    browse(cast.claire, "POST", url, status=303, **{**sent, "title": "Eau et sols"})
    page = browse(cast.claire, "POST", url, status=409, **{**sent, "title": "Air"})
    assert "Eau et sols" in page.text
    browse(cast.claire, "POST", f"/objectives/axes/{axis.id}/archive", status=303)
    assert one(session, Axis).archived_at is not None
    browse(cast.claire, "POST", f"/objectives/priorities/{priority.id}/withdraw", status=303)
    assert one(session, Priority).withdrawn_at is not None


def test_a_conflict_is_declared_then_settled_by_name(browse, session, cast, asked):
    other = make_objective(session, cast)
    session.commit()
    sent = {"other_id": other.id, "conflict": "Plus de contrôles, moins de débit"}
    browse(cast.claire, "POST", f"/objectives/{asked}/conflict", status=303, **sent)
    found = one(session, Arbitration)
    assert "K12" in browse(cast.jean, "GET", "/objectives/coherence").text
    url = f"/objectives/conflicts/{found.id}/settle"
    browse(cast.bob, "GET", url, status=403)
    browse(cast.jean, "POST", url, status=422, reason="")
    browse(cast.jean, "POST", url, status=303, reason="La sécurité d’abord")
    assert one(session, Arbitration).decided_by_id == cast.jean.user_id
    assert "La sécurité d’abord" in browse(cast.bob, "GET", f"/objectives/{asked}").text


# --- coherence ---


def test_an_anomaly_is_accepted_with_name_and_reason_then_taken_back(browse, session, cast, asked):
    page = browse(cast.claire, "GET", "/objectives/coherence")
    link = page.select_one('.anomaly a[href*="/accept"]')["href"]
    sent = form_of(browse(cast.claire, "GET", link))
    browse(cast.claire, "POST", link, status=422, **{**sent, "reason": " "})
    browse(cast.claire, "POST", link, status=303, **{**sent, "reason": "Revu en juin"})
    assert one(session, AnomalyAcceptance).reason == "Revu en juin"
    page = browse(cast.claire, "GET", "/objectives/coherence?show=accepted")
    assert "Claire Dubois" in page.select_one(".anomaly__word").text
    back = page.select_one('.anomaly a[href*="/withdraw"]')["href"]
    browse(cast.claire, "POST", back, status=303, reason="On corrige")
    assert one(session, AnomalyAcceptance).is_withdrawn


def test_accepting_what_is_not_there_is_not_found_and_old_figures_are_refused(browse, cast, asked):
    browse(cast.claire, "GET", "/objectives/coherence/accept?key=K1:nothing/1", status=404)
    page = browse(cast.claire, "GET", "/objectives/coherence")
    link = page.select_one('.anomaly a[href*="/accept"]')["href"]
    page = browse(cast.claire, "POST", link, status=422, figures="0", reason="Oui")
    assert "viennent de changer" in page.text
    browse(cast.bob, "GET", link, status=403)


def test_reports_show_before_and_after(browse, session, cast, asked):
    browse(cast.claire, "POST", "/objectives/reports/new", status=303, note="Avant")
    session.rollback()
    made = session.get(Objective, asked)
    made.site_id = cast.site
    session.commit()
    page = browse(cast.claire, "GET", "/objectives/coherence?show=mended")
    assert "Usine de Vierzon" in page.select_one(".anomaly__text").text
    browse(cast.claire, "POST", "/objectives/reports/new", status=303, note="Après")
    report = one(session, CoherenceReport)
    page = browse(cast.bob, "GET", f"/objectives/reports/{report.id}")
    assert "Corrigées depuis" in page.text
    assert "COH-2026-002" in browse(cast.bob, "GET", "/objectives/reports").text
    browse(cast.bob, "POST", "/objectives/reports/new", status=403)
    browse(cast.david, "GET", f"/objectives/reports/{report.id}", status=404)


def test_a_report_is_sent_as_pdf_with_the_same_bytes_each_time(browse, session, cast, asked):
    browse(cast.claire, "POST", "/objectives/reports/new", status=303, note="Avant")
    report = one(session, CoherenceReport)
    url = f"/objectives/reports/{report.id}/report.pdf"
    first, second = (browse(cast.bob, "GET", url).response.get_data() for _ in range(2))
    assert first.startswith(b"%PDF-")
    assert first == second


def test_the_matrix_is_a_drawing_and_a_table(browse, cast, asked):
    page = browse(cast.bob, "GET", "/objectives/matrix")
    assert page.select_one("svg circle title")
    assert "Accidents" in page.select_one("table").text
    empty = browse(cast.bob, "GET", "/objectives/matrix?year=2031")
    assert "Lignes et colonnes vides" in empty.text


# --- actions ---


def test_an_objective_asks_for_actions(browse, session, cast, asked):
    sent = {
        "title": "Protéger la presse 3",
        "kind": "improvement",
        "owner_id": cast.alice.user_id,
        "due_on": "2099-05-01",
        "criterion": "Plus d’accident",
    }
    url = f"/actions/new/objective/{asked}"
    browse(cast.alice, "GET", url, status=403)
    browse(cast.bob, "POST", url, status=303, **sent)
    action = one(session, Action)
    assert (action.origin_kind, action.origin_id) == ("objective", asked)
    assert "Protéger la presse 3" in browse(cast.bob, "GET", f"/objectives/{asked}").text
    assert "OBJ-2026-001" in browse(cast.alice, "GET", f"/actions/{action.id}").text


def test_an_action_shows_only_to_those_who_may_read_it(browse, session, cast, asked):
    act(session, cast, session.get(Objective, asked), "Protéger la presse 3")
    session.commit()
    for path in (f"{asked}", "matrix"):
        assert "presse 3" in browse(cast.claire, "GET", f"/objectives/{path}").text
        assert "presse 3" in browse(cast.bob, "GET", f"/objectives/{path}").text
        assert "presse 3" not in browse(cast.alice, "GET", f"/objectives/{path}").text


# --- budgets ---


@pytest.mark.parametrize(
    ("path", "most"), [("", 14), ("coherence", 20), ("matrix", 18), ("reports", 10), ("axes", 14)]
)
def test_a_page_costs_the_same_whatever_it_shows(browse, session, cast, statements, path, most):
    make_policy(session, cast)
    for n in range(3):
        make_objective(session, cast, title=f"Objectif numéro {n}")
    session.commit()
    statements.clear()
    browse(cast.claire, "GET", f"/objectives/{path}")
    few = len(statements)
    for n in range(20):
        make_objective(session, cast, title=f"Autre objectif {n}", due_on=date(2026, 12, 1))
    session.commit()
    statements.clear()
    browse(cast.claire, "GET", f"/objectives/{path}")
    assert len(statements) == few <= most
