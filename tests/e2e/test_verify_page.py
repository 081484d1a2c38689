"""The page inside a dossier that checks it: opened from a disk, without network."""

import zipfile

import pytest

from tests.portfolios.conftest import dossier, files, key, ready

__all__ = ["dossier", "files", "key", "ready"]
pytestmark = pytest.mark.e2e


@pytest.fixture
def unpacked(dossier, files, tmp_path):
    """A dossier as received, and unpacked beside it."""
    received = tmp_path / "recu.zip"
    received.write_bytes(files.path(dossier.sha256).read_bytes())
    with zipfile.ZipFile(received) as archive:
        archive.extractall(tmp_path)
    return received, tmp_path / dossier.reference


@pytest.fixture
def page(browser):
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.problems = []
    opened.on("pageerror", lambda error: opened.problems.append(str(error)))
    opened.on("requestfailed", lambda request: opened.problems.append(request.url))
    yield opened
    context.close()


def verdict(page, folder, *, zip_path=None, folder_path=None, wanted=""):
    page.goto(f"file://{folder}/data/verify.html")
    if zip_path:
        page.set_input_files("#zip", zip_path)
    if folder_path:
        page.set_input_files("#folder", folder_path)
    page.fill("#key", wanted)
    page.click("button")
    page.wait_for_function("/^[✔✘]/.test(document.getElementById('verdict').textContent)")
    return page.inner_text("#verdict"), page.inner_text("#steps")


def test_the_page_checks_the_file_and_the_folder_offline(page, unpacked):
    received, folder = unpacked
    good, steps = verdict(page, folder, zip_path=received)
    assert "Le dossier est intact" in good
    assert "événements enchaînés" in steps
    good, _ = verdict(page, folder, folder_path=folder)
    assert "Le dossier est intact" in good
    assert page.problems == []


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("data/dossier.json", "data/dossier.json a été modifié"),
        ("data/events.jsonl", "data/events.jsonl a été modifié"),
        ("manifest-sha256.txt", "manifest-sha256.txt a été modifié"),
        ("bag-info.txt", "bag-info.txt a été modifié"),
        ("seal.json", "signature du sceau"),
    ],
)
def test_the_page_names_the_file_that_changed(page, unpacked, name, problem):
    _, folder = unpacked
    path = folder / name
    content = path.read_bytes()
    changed = (
        content.replace(b'"payload_files":', b'"payload_files": ')
        if name == "seal.json"
        else content[:-2] + b"x" + content[-1:]
    )
    path.write_bytes(changed)
    bad, steps = verdict(page, folder, folder_path=folder)
    assert "n’est pas celui qui a été scellé" in bad
    assert problem in steps


def test_the_page_sees_what_was_added_removed_or_sealed_by_others(page, unpacked):
    received, folder = unpacked
    _, steps = verdict(page, folder, zip_path=received, wanted="00" * 32)
    assert "autre clé" in steps
    (folder / "data" / "ajout.txt").write_text("ajout")
    _, steps = verdict(page, folder, folder_path=folder)
    assert "ajout.txt a été ajouté" in steps
    (folder / "data" / "ajout.txt").unlink()
    (folder / "data" / "dossier.pdf").unlink()
    _, steps = verdict(page, folder, folder_path=folder)
    assert "dossier.pdf manque" in steps


def test_the_dossier_itself_opens_from_the_disk(page, unpacked):
    _, folder = unpacked
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"file://{folder}/data/index.html")
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wide)
    page.click('a[href="#situation-1"]')
    page.click("#situation-1 .proofs a")
    picture = page.eval_on_selector("#R3 img", "image => image.naturalWidth")
    assert picture > 0
    assert page.problems == []
