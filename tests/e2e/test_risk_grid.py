"""A machine is analysed in the grid as in a spreadsheet: typed, pasted, corrected, kept."""

import re

import pytest

from tests.e2e.test_journey import press
from tests.e2e.test_steering import paste

pytestmark = pytest.mark.e2e

TYPED = ["Serrer l’outil", "Broche qui patine", "Outil qui tourne", "Ressort usé"]
BLOCK = [
    ["Filtrer", "Filtre bouché", "Buse sèche", "Boues", "Vidange", "Visuel", "fonction ou montage"],
    ["Fermer", "Contact inopérant", "Projection", "Copeaux", "Essai", "Voyant", "Vital"],
]


@pytest.mark.parametrize("width", ["desk"], indirect=True)
def test_a_grid_is_typed_pasted_corrected_at_the_wrong_cell_and_kept(visit):
    visitor = visit("coordinator")
    page = visitor.open("/risks/new?method=fmea_equipment")
    page.get_by_label(re.compile("^Ce que l’on analyse")).fill("Tour CN 7")
    press(page, page.get_by_role("button", name="Commencer l’analyse"))
    page.get_by_role("link", name="Saisie en grille").click()

    def at(place):
        return page.get_by_label(re.compile(f"^{place},"))

    at("B2").focus()
    for text in TYPED:
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    for place, note in (("M2", "3"), ("N2", "2"), ("O2", "2")):
        at(place).focus()
        page.keyboard.type(note)
    shown = page.locator("[data-result]")
    assert re.sub(r"\s+", " ", shown.nth(0).inner_text()) == "12 · Moyenne à enregistrer"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.ariaLabel").startswith("O3,")

    told = page.get_by_role("alert")
    paste(at("B3"), BLOCK, "<table><tr><td>Filtrer</td><td colspan=2>Filtre</td></tr></table>")
    assert "fusionnées dans le collage, ligne 1, colonne 2" in told.inner_text()
    assert at("B3").input_value() == ""
    paste(at("B3"), BLOCK)
    assert "H4 « Vital »" in told.inner_text()
    assert at("H3").input_value() == "function"
    paste(at("M3"), [["4", "11", "3"]])
    assert shown.nth(1).inner_text() == ""
    press(page, page.get_by_role("button", name="Enregistrer la grille"))

    page.get_by_role("link", name=re.compile(r"\(N3\).*11.*entier de 1 à 4")).click()
    assert at("N3").get_attribute("aria-invalid") == "true"
    visitor.complaints.clear()  # the refusal that was asked for
    visitor.check()
    at("N3").fill("3")
    press(page, page.get_by_role("button", name="Enregistrer la grille"))
    kept = page.locator("tbody th .badge").all_inner_texts()
    assert kept == ["12 · Moyenne", "36 · Élevée", "Non coté"]
