"""A workshop in two browsers: one leads it, one comes by the link on a phone, without account."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import WIDTHS
from tests.e2e.test_journey import press

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("width", ["desk"])
def test_a_team_comes_by_the_link_proposes_votes_and_reads_the_frozen_result(visit):
    guest = visit()
    lead, phone = visit("auditor").open("/workshops/new"), guest.page
    phone.set_viewport_size(dict(zip(("width", "height"), WIDTHS["phone"], strict=True)))

    def button(page, name):
        press(page, page.get_by_role("button", name=name, exact=True))

    lead.get_by_label("Titre").fill("Rayures du lot 41")
    lead.get_by_label("La question posée aux participants").fill("Que vérifier d’abord ?")
    button(lead, "Préparer l’atelier")
    here = lead.url
    lead.get_by_role("link", name="Ouvrir l’atelier").click()
    button(lead, "Ouvrir l’atelier")
    expect(lead.get_by_role("img", name="Code QR")).to_be_visible()

    phone.goto(lead.locator(".join-link a").get_attribute("href"))
    phone.get_by_label("Votre nom").fill("Régis")
    phone.get_by_label("Votre fonction").fill("Rectifieur")
    button(phone, "Entrer")
    for text in ("Bac chargé", "Palier usé"):
        phone.get_by_label("Votre proposition").fill(text)
        button(phone, "Proposer")

    lead.goto(f"{here}/open-vote")
    button(lead, "Ouvrir le vote")
    phone.reload()
    phone.get_by_role("group", name="Bac chargé").get_by_label("4").check()
    expect(phone.get_by_text("Points encore à placer : 1")).to_be_visible()
    guest.check()
    button(phone, "Déposer mon vote")

    lead.goto(f"{here}/freeze")
    lead.get_by_label("Ce que l’équipe retient").fill("Le bac d’abord.")
    button(lead, "Clore le vote et figer le résultat")
    expect(lead.get_by_role("row", name="Bac chargé")).to_contain_text("points : 4")

    button(phone, "Changer mon vote")
    expect(phone.get_by_text("Le vote est clos")).to_be_visible()
    expect(phone.get_by_text("Le bac d’abord.")).to_be_visible()
