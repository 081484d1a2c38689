"""A portfolio written, submitted and verified with Tab, Space, Enter and letters only."""

import re
from contextlib import contextmanager

import pytest

pytestmark = pytest.mark.e2e

FOCUSED = """() => {
  const here = document.activeElement, label = here.labels && here.labels[0];
  const ring = (part) => getComputedStyle(here, part).outlineStyle !== "none";
  const seen = ring() || ring("::after") || here.matches("body");
  const name = here.getAttribute("aria-label") || (label && label.innerText) || here.innerText;
  return [(name || here.id || here.tagName).trim().replace(/\\s+/g, " "), seen];
}"""
MOST_TABS = 80
STORY = "J’ai mené deux entretiens au poste."


class Keyboard:
    """Somebody without a mouse."""

    def __init__(self, page):
        self.page = page

    def reach(self, words, *, key="Tab"):
        """Go on with Tab until what has the focus begins with ``words``; the focus is seen."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press(key)
            name, is_seen = self.page.evaluate(FOCUSED)
            if name.startswith(words):
                assert is_seen, f"the focus on {name!r} does not show"
                return
        raise AssertionError(f"{words!r} was not reached on {self.page.url}")

    def press(self, words, *, key="Tab"):
        """Press Enter on a link or a button that leaves the page."""
        self.reach(words, key=key)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, label, text):
        self.reach(label)
        self.page.keyboard.type(text)

    def tick(self, label):
        self.reach(label)
        self.page.keyboard.press("Space")

    def skip_to_content(self):
        self.page.keyboard.press("Tab")
        assert self.page.evaluate(FOCUSED)[0] == "Aller au contenu"
        self.page.keyboard.press("Enter")


@contextmanager
def reopened(visit, address):
    """Let the exam centre reopen the portfolio afterwards: other tests find it half-way."""
    yield
    page = visit("exam_staff").open(f"{address}/reopen")
    page.get_by_label(re.compile("^Motif")).fill("Essai au clavier terminé.")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("Rouvrir")).click()


@pytest.mark.parametrize("width", ["desk"], indirect=True)
def test_a_portfolio_is_written_submitted_and_verified_without_a_mouse(visit, demo):
    visitor = visit()
    page = visitor.open("/sign-in")
    hands = Keyboard(page)
    hands.press("Entrer : Candidat, Yanis Belkacem")
    hands.press("Compléter votre dossier")
    dossier = page.url.removeprefix(demo.url)

    hands.press("Nouvelle situation")
    hands.skip_to_content()
    hands.write("Titre", "Entretiens au poste")
    hands.write("Du", "01012026")  # the first of January, whichever part comes first
    hands.tick("C7")
    hands.press("Créer et continuer")
    hands.press("Rattacher une preuve")
    hands.press("Rattacher")
    hands.write("Ma part", STORY)
    for field in ("Contexte", "Mon rôle", "Ce que j’ai fait", "Résultat"):
        hands.write(field, STORY)
    page.get_by_text("Cette situation est complète").wait_for()
    visitor.check()

    hands.press("Voir ce qui manque encore au dossier", key="Shift+Tab")
    with reopened(visit, dossier):
        hands.press("Relire et remettre")
        hands.tick("J’ai relu la liste")
        hands.tick("Je déclare")
        hands.press("Remettre et sceller")
        page.get_by_text("Relire le dossier remis").wait_for()  # a slow machine works on it
        hands.press("Relire le dossier remis")
        hands.press("Vérifier")
        assert page.get_by_text("Le dossier est intact").is_visible()
        visitor.check()
