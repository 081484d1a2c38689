"""From a near miss told on a telephone to a DUERP in force that nobody can delete."""

import re

import pytest

from tests.e2e.test_steering import act

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("width", ["phone"])
def test_a_worker_tells_a_near_miss_in_a_minute(visit):
    visitor = visit("process_owner")
    page = visitor.page
    page.get_by_role("button", name="Menu").click()
    act(page, "Événements")
    act(page, "Déclarer un événement")
    visitor.check()
    act(page, "Déclarer")
    assert page.locator(".summary").get_by_text("Que s’est-il passé").is_visible()
    visitor.complaints.clear()  # the refusal that was asked for
    page.get_by_label("Presque accident", exact=True).check()
    page.get_by_label("Où ?").fill("Quai 2, porte sectionnelle")
    page.get_by_label("Les faits").fill("La porte est retombée derrière le chariot.")
    act(page, "Déclarer")
    assert re.search(r"EVT-\d{4}-\d+ déclaré, merci", page.locator("body").inner_text())
    visitor.check()


CONTRIBUTORS = {
    "CSE": "CSE, réunion de décembre",
    "Salarié désigné compétent": "Coordinatrice QSE",
    "Service de prévention et de santé au travail": "Infirmière en santé au travail",
}


@pytest.mark.parametrize("width", ["desk"])
def test_a_version_of_the_duerp_is_consulted_on_approved_and_never_deleted(visit, demo):
    visitor = visit("coordinator")
    page = visitor.open("/duerp/")
    act(page, re.compile("Voir la version"))
    version = page.url
    for part, who in CONTRIBUTORS.items():
        page.goto(f"{version}/consultations/new")
        page.get_by_label("À quel titre").select_option(label=part)
        page.get_by_label("Qui", exact=True).fill(who)
        page.get_by_label("Consulté le").fill("2026-11-01")
        act(page, "Enregistrer")
    page.goto(f"{version}/programme")
    act(page, "Équiper les deux autres fraiseuses d’une potence")
    page.get_by_label("Conditions d’exécution").fill("Pose un samedi")
    page.get_by_label("Indicateur de résultat").fill("Plus de port au-delà de 15 kg")
    page.get_by_label("Coût estimé").fill("6400")
    page.get_by_label("Début").fill("2026-11-02")
    act(page, "Enregistrer")
    page.goto(version)
    page.get_by_role("button", name="Les contributeurs ont été consultés").click()
    act(page, "Confirmer")

    manager = visit("management")
    page = manager.open(f"{version}/approve".removeprefix(visitor.url))
    page.get_by_label("Mot de passe").fill(demo.accounts["management"]["password"])
    act(page, "Confirmer")
    manager.check()
    page.get_by_label(re.compile("^Pourquoi approuver")).fill("L’étude des horaires vient en mars.")
    act(page, "Approuver la version")
    assert page.get_by_text("L’étude des horaires vient en mars.").first.is_visible()

    page = visitor.open(version.removeprefix(visitor.url))
    page.locator("main details.menu summary").click()
    page.get_by_role("button", name="Supprimer cette version").click()
    act(page, "Demander")
    assert page.get_by_text("quarante ans").first.is_visible()
    assert page.locator("main").get_by_text("Approuvée", exact=True).first.is_visible()
