"""The core loop in a browser: from a question in the workshop to a dossier that verifies."""

import os
import re
import sqlite3
import subprocess
import sys
from io import BytesIO

import pytest
from PIL import Image

pytestmark = pytest.mark.e2e

AUDITS = {
    "desk": ("candidate", "Écarts vers ISO 14001:2026"),
    "phone": ("auditor", "Ronde d’atelier de printemps"),
}
"""Each width carries an audit of its own to its report."""
WORDS = {
    "Participants et personnes": "Le pilote et deux opérateurs.",
    "Conclusions": "Le système est tenu.",
    "Degré de satisfaction des critères": "Critères satisfaits sauf un écart.",
    "Divergences non résolues": "Aucune.",
    "Limites de l’échantillonnage": "L’audit repose sur un échantillon.",
}


def photo():
    out = BytesIO()
    Image.new("RGB", (640, 480), (120, 130, 140)).save(out, "JPEG")
    return {"name": "poste.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def press(page, button):
    """Press a button that leaves the page, maybe only once what was typed is saved; wait."""
    with page.expect_navigation():
        button.click()


def answer(page, row, verdict, observation=""):
    """Open a row of the checklist, answer it, and wait until it is saved."""
    if "is-open" not in (row.get_attribute("class") or ""):
        row.locator("a").first.click()
    editor = row.locator(".editor")
    with page.expect_response(lambda r: "/checklist/" in r.url and r.request.method == "POST"):
        editor.get_by_label(verdict, exact=True).check()
    if observation:
        with page.expect_response(lambda r: "/checklist/" in r.url and r.request.method == "POST"):
            editor.get_by_label("Observation").fill(observation)
    return editor


def test_an_audit_goes_from_its_checklist_to_an_issued_report(visit, width):
    role, title = AUDITS[width]
    visitor = visit(role)
    page = visitor.open("/audits/")
    page.get_by_role("link", name=title).click()
    audit_url = page.url
    begin = page.get_by_role("button", name="Démarrer l’audit")
    if begin.count():
        press(page, begin)

    page.goto(f"{audit_url}/checklist?show=unanswered")
    rows = page.locator("li[id^=q][data-v='']")
    names = rows.evaluate_all("all => all.map(row => row.id)")
    editor = answer(page, page.locator(f"#{names[0]}"), "Non-conformité mineure", "Bac sans nom.")
    for name in names[1:]:
        answer(page, page.locator(f"#{name}"), "Conforme")
    visitor.check()

    page.locator(f"#{names[0]} a").first.click()
    editor.get_by_role("button", name="Créer un constat").click()
    page.wait_for_url(re.compile("/findings/"))
    page.get_by_label("Titre").fill("Bac de déchets sans nom")
    page.get_by_label(re.compile("^Ce qui est exigé")).fill("Chaque bac porte son nom.")
    page.get_by_label(re.compile("^Ce qui a été vu")).fill("Bac bleu du quai, ce matin.")
    page.get_by_label(re.compile("^L’écart")).fill("Aucun nom.")
    with page.expect_response(lambda r: "/evidence/add/" in r.url and r.request.method == "POST"):
        page.locator("input[type=file]").first.set_input_files(photo())
    visitor.check()
    press(page, page.get_by_role("button", name="Rendre définitif"))
    assert page.get_by_text("Définitif", exact=True).first.is_visible()

    page.goto(f"{audit_url}/report")
    for label, words in WORDS.items():
        page.get_by_label(re.compile(f"^{label}")).fill(words)
    page.get_by_role("button", name="Enregistrer le texte").click()
    page.get_by_text("Enregistré", exact=False).first.wait_for()
    page.goto(audit_url)
    page.get_by_role("button", name="Émettre le rapport").first.click()
    press(page, page.locator("dialog[open] button", has_text="Émettre"))
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(r"\.pdf")).first.click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    visitor.check()


def test_an_evaluator_goes_from_a_criterion_to_its_proof(visit):
    visitor = visit("evaluator")
    page = visitor.open("/dossiers/1")
    page.get_by_role("link", name=re.compile("Conduire l’audit du processus")).first.click()
    proof = page.get_by_role("link", name=re.compile(r"pc-07\.jpg", re.I)).first
    assert proof.is_visible()
    visitor.check()


def test_a_downloaded_dossier_verifies(visit, demo, tmp_path):
    visitor = visit("candidate")
    page = visitor.open("/candidacies/1")
    page.get_by_role("link", name="Lire le dossier remis").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger").click()
    path = tmp_path / "dossier.zip"
    download.value.save_as(path)
    done = subprocess.run(
        [sys.executable, "-m", "qse_audit", "dossier", "verify", str(path)],
        env={**os.environ, "QSE_INSTANCE": str(demo.instance), "QSE_DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "verified")


def test_a_form_sent_after_the_session_ended_is_found_again_filled(visit, demo, width):
    visitor = visit("coordinator")
    page = visitor.open("/candidacies/register")
    page.get_by_label(re.compile("^Remise du dossier")).fill("2027-05-05")
    page.get_by_label("Farid Haddad").check()
    database = sqlite3.connect(demo.instance / "qse-audit.sqlite3")
    with database:
        database.execute("UPDATE sign_in_session SET revoked_at = seen_at")
    database.close()
    press(page, page.get_by_role("button", name="Inscrire"))
    press(page, page.get_by_role("link", name="Se connecter"))
    account = demo.accounts["coordinator"]
    page.get_by_label("Adresse électronique").fill(account["email"])
    page.get_by_label("Mot de passe").fill(account["password"])
    press(page, page.get_by_role("button", name="Se connecter"))
    page.get_by_text("Votre brouillon non envoyé a été repris.").wait_for()
    assert page.get_by_label(re.compile("^Remise du dossier")).input_value() == "2027-05-05"
    assert page.get_by_label("Farid Haddad").is_checked()
