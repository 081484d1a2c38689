"""From a promise to a signal, in a browser: indicators, objectives and policy at both widths."""

import re

import pytest

from tests.e2e.test_journey import press

pytestmark = pytest.mark.e2e

CALM = [(48_000 + 900 * (k % 3), 1_200) for k in range(12)]
LOUD = [*CALM[:10], (96_000, 1_200), CALM[11]]
"""Twelve months of energy and of units; the eleventh doubles the ratio."""


def paste(cell, rows, html=""):
    """Paste rows as a spreadsheet copies them; ``html``: what it says of their cells besides."""
    text = "\n".join("\t".join(str(value) for value in row) for row in rows)
    cell.evaluate(
        """(cell, [text, html]) => {
            const data = new DataTransfer();
            data.setData('text/plain', text);
            data.setData('text/html', html);
            const options = {clipboardData: data, bubbles: true, cancelable: true};
            cell.dispatchEvent(new ClipboardEvent('paste', options));
        }""",
        [text, html],
    )


def act(page, name):
    """Press what leads on, a button or a link that looks like one."""
    button, link = page.get_by_role("button", name=name), page.get_by_role("link", name=name)
    press(page, (button if button.count() else link).first)


def test_a_pasted_year_shows_its_signal_and_somebody_explains_it(visit):
    visitor = visit("coordinator")
    page = visitor.open("/indicators/library/energie-par-unite")
    act(page, "Créer la fiche")
    card = re.sub(r"[#?].*", "", page.url)
    visitor.check()
    page.goto(f"{card}/edit")
    page.get_by_label("Périmètre").fill("Les deux sites.")
    page.get_by_label("À revoir le").fill("2027-11-30")
    page.get_by_label("Source des valeurs").fill("Factures et compteurs.")
    page.get_by_label("Relevé").fill("Le 5 du mois, à la réception de la facture.")
    act(page, "Enregistrer")
    page.goto(f"{card}/targets")
    page.get_by_label("Période").first.fill("2027-12")
    page.get_by_label("Cible").first.fill("38")
    page.get_by_label("Plan de réaction").fill("Chercher le poste qui a changé, sous une semaine.")
    act(page, "Enregistrer les cibles")
    page.goto(card)
    act(page, "Commencer le suivi")
    act(page, "Commencer le suivi")

    page.goto(f"{card}/values")
    paste(page.locator("input.grid__input").first, LOUD)
    page.get_by_label("Source", exact=True).fill("Factures.")
    visitor.check()
    act(page, "Enregistrer les valeurs")
    page.goto(f"{card}/chart")
    assert page.locator(".reading, .chart__reading, figcaption").first.is_visible()
    visitor.check()
    act(page, "Expliquer ce signal")
    page.get_by_label("Cause").fill("Étuve restée allumée tout le mois.")
    page.get_by_label("Ce qui est fait").fill("Arrêt automatique le vendredi soir.")
    act(page, "Enregistrer l’explication")
    page.locator("#past-signals summary").click()
    assert page.get_by_text("Étuve restée allumée tout le mois.").is_visible()
    visitor.check()


def saved(page, path, change):
    """Make a change and wait until it is saved by itself."""
    with page.expect_response(lambda r: path in r.url and r.request.method == "POST"):
        change()


def draft_policy(page, url):
    """Open the draft of the policy, begun now if there is none."""
    page.goto(f"{url}/policy/")
    draft = page.locator("tr", has_text="Projet").get_by_role("link")
    if draft.count():
        press(page, draft.first)
        return
    act(page, "Commencer une version")
    act(page, "Commencer")


def test_a_policy_goes_from_its_checklist_to_its_approval(visit):
    visitor = visit("coordinator")
    page = visitor.page
    draft_policy(page, visitor.url)
    version = re.search(r"(/policy/versions/\d+)", page.url)[1]
    page.goto(f"{visitor.url}{version}/checklist")
    visitor.check()
    seventh = page.locator(".expected", has_text="Climat, ressources").get_by_label("7", exact=True)
    if seventh.count() and not seventh.is_checked():
        saved(page, "/cover/", seventh.check)
    page.goto(f"{visitor.url}{version}/write")
    visitor.check()
    saved(page, "/write", lambda: page.get_by_label("Prochaine revue").fill("2027-12-01"))
    why = page.get_by_label("Pourquoi cette version")
    saved(page, "/write", lambda: why.fill("Une promesse de plus."))
    page.get_by_role("button", name="Soumettre à la direction").click()
    press(page, page.locator("dialog[open] button[type=submit], dialog[open] form button").last)
    visitor.check()

    manager = visit("management")
    page = manager.open(f"{version}/decide")
    if "/confirm" in page.url:
        manager.check()
        act(page, "Confirmer sans mot de passe")
    manager.check()
    page.get_by_label(re.compile("Approuver")).check()
    page.get_by_label(re.compile("^Mot")).fill("Nous la tiendrons.")
    act(page, "Enregistrer ma décision")
    assert page.get_by_text("En vigueur").first.is_visible()
    manager.check()


def test_what_does_not_hold_together_is_accepted_with_a_reason_and_frozen(visit):
    visitor = visit("coordinator")
    page = visitor.open("/objectives/new")
    page.get_by_label("Objectif", exact=False).first.fill("Ranger chaque poste le vendredi")
    act(page, "Créer l’objectif")
    reference = re.search(r"OBJ-\d{4}-\d+", page.locator("main").inner_text())[0]
    visitor.check()
    page.goto(f"{visitor.url}/objectives/coherence")
    anomaly = page.locator("article.anomaly", has_text=reference).first
    press(page, anomaly.get_by_role("link", name="Accepter avec une raison"))
    page.get_by_label("Raison").fill("Une habitude, pas un chiffre.")
    act(page, re.compile("^Accepter"))
    page.goto(f"{visitor.url}/objectives/coherence")
    page.get_by_label("Mot sur ce rapport").fill("Après le tri du vendredi")
    act(page, "Figer un rapport")
    assert page.get_by_text("Une habitude, pas un chiffre.").first.is_visible()
    visitor.check()
