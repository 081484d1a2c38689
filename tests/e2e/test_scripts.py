"""What scripts promise: nothing typed is lost, nothing is sent twice, nothing is overwritten."""

import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from flask import Flask, jsonify, redirect, render_template_string, request
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from qse_audit.paths import static_dir, templates_dir
from qse_audit.web import assets, filters, i18n, security

pytestmark = pytest.mark.e2e

PAGE = """
<!doctype html><html lang="fr"><head>{% include "_layout/_head.html" %}<title>x</title></head>
<body data-person="{{ person }}" data-account="/me" data-sign-in="/sign-in">
{% from "_macros/forms.html" import act, drop, save_state %}
{% from "_macros/tables.html" import ordered %}
<form method="post" action="/save" data-autosave>
  {{ save_state() }}
  <input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
  <input type="hidden" name="version" value="1">
  <label>Observation <textarea name="text"></textarea></label>
  <button data-leave name="then" value="end">Terminer</button>
</form>
{% call drop(upload_url="/upload") %}
  <input class="form-control" type="file" name="file" multiple aria-label="Preuves">
{% endcall %}
{% call(row) ordered(rows, "/order") %}{{ row.id }}{% endcall %}
{{ act("/once", "Clore", confirm="Vraiment ?", sure="Oui") }}
{% include "_layout/_texts.html" %}
</body></html>
"""


class Server:
    """A server that answers as told and remembers what it got."""

    def __init__(self) -> None:
        self.answer: tuple[dict[str, object], int] = ({"version": 2}, 200)
        self.person = 7
        self.saves: list[dict[str, str]] = []
        self.uploads: list[str] = []
        self.orders: list[list[str]] = []
        self.acts = 0
        self.left: list[dict[str, str]] = []
        self.delay_s = 0.0

    def app(self) -> Flask:
        app = Flask("scripts", template_folder=str(templates_dir()), static_folder=None)
        app.config.update(SECRET_KEY="x" * 32, TESTING=True)
        i18n.init_app(app)
        filters.init_app(app)
        security.init_app(app)
        assets.init_app(app, static_dir())
        rows = [SimpleNamespace(id=n) for n in (1, 2, 3)]

        @app.get("/")
        @app.get("/me", endpoint="me")
        def page() -> str:
            return render_template_string(PAGE, person=self.person, rows=rows)

        @app.post("/save")
        def save() -> object:
            if "then" in request.form:
                self.left.append(request.form.to_dict())
                return redirect("/")
            threading.Event().wait(self.delay_s)
            key = request.headers["Idempotency-Key"]
            self.saves.append({**request.form.to_dict(), "key": key})
            body, status = self.answer
            return jsonify(body), status

        @app.post("/upload")
        def upload() -> object:
            body, status = self.answer
            if status == 200:
                self.uploads.append(str(request.files["file"].filename))
            return jsonify(body), status

        @app.post("/order")
        def order() -> object:
            self.orders.append([line["id"] for line in request.json["order"]])
            return jsonify({})

        @app.post("/once")
        def once() -> object:
            self.acts += 1
            threading.Event().wait(0.5)
            return "", 204

        return app

    def texts(self) -> list[str]:
        return [save["text"] for save in self.saves]


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    running = make_server("127.0.0.1", 0, server.app(), threaded=True)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    server.url = f"http://127.0.0.1:{running.server_port}/"
    yield server
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="fr-FR")
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Page:
    page = context.new_page()
    page.goto(server.url)
    page.wait_for_load_state("networkidle")
    return page


def state(page: Page, wanted: str) -> None:
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", wanted)


def write(page: Page, text: str) -> None:
    page.fill("textarea", text)
    page.locator("textarea").blur()


def reopen(page: Page, server: Server) -> None:
    page.goto("about:blank")
    page.goto(server.url)


def test_what_is_typed_is_saved_after_a_pause_and_once(page, server):
    page.fill("textarea", "Trois fiches sans date")
    state(page, "saved")
    page.locator("textarea").blur()
    page.wait_for_timeout(1200)
    assert server.texts() == ["Trois fiches sans date"]
    expect(page.locator("[name=version]")).to_have_value("2")


def test_a_failed_save_is_sent_again_with_the_same_key_after_a_reload(page, server):
    server.answer = ({}, 500)
    write(page, "Un")
    state(page, "offline")
    write(page, "Deux")
    page.wait_for_timeout(200)
    page.goto("about:blank")
    server.answer = ({"version": 5}, 200)
    page.goto(server.url)
    expect(page.locator("textarea")).to_have_value("Deux")
    state(page, "saved")
    assert len({save["key"] for save in server.saves if save["text"] == "Un"}) == 1
    assert server.texts()[-1] == "Deux"
    assert server.saves[-1]["version"] == "5"


def test_a_lost_connection_keeps_the_text_and_sends_it_when_it_comes_back(page, context, server):
    context.set_offline(True)
    write(page, "Sans réseau")
    state(page, "offline")
    context.set_offline(False)
    state(page, "saved")
    assert server.texts()[-1] == "Sans réseau"


def test_another_person_on_the_device_neither_sees_nor_sends_it(page, server):
    server.answer = ({}, 503)
    write(page, "Secret d’Alice")
    state(page, "offline")
    server.answer, server.person, server.saves = ({"version": 2}, 200), 8, []
    reopen(page, server)
    page.wait_for_timeout(500)
    expect(page.locator("textarea")).to_have_value("")
    assert server.saves == []
    server.person = 7
    reopen(page, server)
    state(page, "saved")
    assert server.texts() == ["Secret d’Alice"]


def test_a_conflict_shows_both_texts_as_text_and_overwrites_nothing(page, server):
    theirs = "<img src=x onerror=alert(1)> de Bob"
    server.answer = ({"theirs": {"text": theirs}, "version": 9}, 409)
    write(page, "Le mien")
    state(page, "conflict")
    expect(page.locator(".version").first).to_contain_text(theirs)
    expect(page.locator(".version--mine")).to_contain_text("Le mien")
    server.answer = ({"version": 10}, 200)
    page.click("text=Enregistrer mon texte")
    state(page, "saved")
    assert (server.saves[-1]["text"], server.saves[-1]["version"]) == ("Le mien", "9")


def test_a_form_leaves_once_and_only_after_what_was_typed_is_saved(page, server):
    server.delay_s = 0.5
    page.fill("textarea", "Tapé puis terminé aussitôt")
    page.locator("text=Terminer").dblclick()
    expect(page.locator("textarea")).to_have_value("")
    assert server.texts() == ["Tapé puis terminé aussitôt"]
    assert [(sent["text"], sent["version"]) for sent in server.left] == [
        ("Tapé puis terminé aussitôt", "2")
    ]
    page.wait_for_timeout(500)
    assert len(server.saves) == 1, "nothing waits behind"


def test_a_form_stays_when_what_was_typed_is_refused(page, server):
    server.answer = ({"errors": {"text": ["Précisez la preuve."]}}, 422)
    page.fill("textarea", "x")
    page.click("text=Terminer")
    expect(page.locator(".field__errors")).to_have_text("Précisez la preuve.")
    assert server.left == []


def test_a_text_refused_for_good_is_given_back_and_never_sent_again(page, server):
    server.answer = ({}, 403)
    write(page, "Trop tard")
    state(page, "wrong")
    reopen(page, server)
    expect(page.locator("[data-lost]")).to_contain_text("Observation Trop tard")
    page.wait_for_timeout(500)
    assert len(server.saves) == 1
    page.click("text=Oublier ce texte")
    reopen(page, server)
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-lost]")).to_have_count(0)


def test_the_other_text_can_be_kept(page, server):
    server.answer = ({"theirs": {"text": "De Bob"}, "version": 9}, 409)
    write(page, "Le mien")
    page.click("text=Garder l’autre texte")
    expect(page.locator("textarea")).to_have_value("De Bob")
    expect(page.locator("[name=version]")).to_have_value("9")
    assert len(server.saves) == 1


def test_a_refusal_is_told_beside_its_field(page, server):
    server.answer = ({"errors": {"text": ["Précisez la preuve."]}}, 422)
    write(page, "x")
    state(page, "wrong")
    message = page.locator(".field__errors")
    expect(message).to_have_text("Précisez la preuve.")
    assert message.get_attribute("id") in page.locator("textarea").get_attribute("aria-describedby")
    server.answer = ({"version": 2}, 200)
    write(page, "xy")
    state(page, "saved")
    expect(message).to_have_count(0)


def test_after_a_time_out_the_text_goes_once_the_same_person_is_back(page, server):
    server.answer = ({}, 401)
    write(page, "Après la pause")
    state(page, "signed-out")
    expect(page.locator("[data-save-link]")).to_have_attribute("href", "/sign-in")
    server.answer, server.person = ({"version": 2}, 200), 8
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.wait_for_timeout(500)
    assert len(server.saves) == 1, "somebody else signed in"
    server.person = 7
    page.evaluate("dispatchEvent(new Event('focus'))")
    state(page, "saved")
    assert server.texts() == ["Après la pause", "Après la pause"]


def test_a_photo_waits_for_the_network_and_survives_a_reload(page, server):
    server.answer = ({}, 503)
    photo = {"name": "fiche.png", "mimeType": "image/png", "buffer": b"png"}
    page.locator("input[type=file]").set_input_files([photo])
    expect(page.locator(".upload__state")).to_contain_text("Hors ligne")
    server.answer = ({}, 200)
    reopen(page, server)
    expect(page.locator(".upload__state")).to_have_text("Envoyé")
    assert server.uploads == ["fiche.png"]


def test_a_refused_file_says_why(page, server):
    server.answer = ({"error": "Ce type de fichier est refusé."}, 415)
    file = {"name": "x.exe", "mimeType": "application/x", "buffer": b"MZ"}
    page.locator("input[type=file]").set_input_files([file])
    expect(page.locator(".upload.is-wrong")).to_contain_text("Ce type de fichier est refusé.")


def test_rows_move_by_keyboard_and_are_announced(page, server):
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("li[data-id='3'] button[value=up]").press("Enter")
    expect(page.locator("p[role=status].visually-hidden").last).to_have_text(
        "Déplacé en position 2 sur 3."
    )
    assert server.orders == [["1", "3", "2"]]
    expect(page.locator("li[data-id='3'] button[value=up]")).to_be_focused()


def test_an_act_is_asked_then_sent_once_however_often_it_is_clicked(page, server):
    page.click("text=Clore")
    assert page.evaluate("document.querySelector('dialog').matches(':modal')")
    page.locator("text=Oui").dblclick()
    page.wait_for_timeout(900)
    assert server.acts == 1


def test_the_question_is_asked_without_script_too(browser, server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url)
    expect(page.locator("text=Vraiment ?")).to_be_hidden()
    page.click("text=Clore")
    expect(page.locator("text=Vraiment ?")).to_be_visible()
    context.close()
