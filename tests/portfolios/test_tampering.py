"""A file changed on the disk is never sent, shown or sealed: whoever asks is told (abuse 23)."""

import pytest
from sqlalchemy import select

from qse_audit.audits.models import Report
from qse_audit.core.errors import Damaged, DocumentError
from qse_audit.evidence.models import Evidence
from qse_audit.portfolios.services.dossiers import export_dossier
from tests.portfolios import factories as make


def change(files, address):
    path = files.path(address)
    content = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def asked(session, dossier):
    """Return (who asks, path, address) of every way to a kept file."""
    evidence = session.scalars(select(Evidence)).one()
    report = session.scalars(select(Report)).one()
    photo, paper = evidence.sha256, report.files["pdf-fr"]
    return [
        ("emma", f"/evidence/{evidence.id}/file", photo),
        ("emma", f"/evidence/{evidence.id}/image", photo),
        ("emma", f"/evidence/{evidence.id}/thumbnail", evidence.thumbnail_sha256),
        ("emma", f"/audits/reports/{report.id}/pdf-fr", paper),
        ("gaelle", f"/dossiers/{dossier.id}/files/{photo}", photo),
        ("gaelle", f"/dossiers/{dossier.id}/files/{paper}", paper),
        ("gaelle", f"/dossiers/{dossier.id}/download", dossier.sha256),
    ]


def test_a_changed_file_is_not_sent(browse, session, cast, files, dossier):
    ways = asked(session, dossier)
    for who, path, _ in ways:
        browse(getattr(cast, who), "GET", path)
    for address in {address for *_, address in ways}:
        change(files, address)
    for who, path, _ in ways:
        page = browse(getattr(cast, who), "GET", path, status=500)
        assert "n’est plus celui qui avait été enregistré" in page.text, path
        assert page.select_one(".trouble__incident code").text


def test_a_missing_file_is_said_to_be_missing(browse, session, cast, files, dossier):
    for who, path, address in asked(session, dossier):
        files.path(address).unlink(missing_ok=True)
        page = browse(getattr(cast, who), "GET", path, status=500)
        assert "manque sur le serveur" in page.text, path


def test_a_script_hears_of_it_too(browse, session, cast, files, dossier):
    evidence = session.scalars(select(Evidence)).one()
    change(files, evidence.sha256)
    path = f"/evidence/{evidence.id}/file"
    answer = browse(cast.emma, "GET", path, status=500, headers={"Accept": "application/json"})
    assert answer.response.json["incident"]


def test_a_changed_file_is_not_sealed(session, cast, ready, files, key):
    change(files, session.scalars(select(Evidence)).one().sha256)
    with pytest.raises(DocumentError, match="abîmé"):
        make.submit(session, cast, ready, files, key)


def test_a_changed_dossier_is_not_exported(session, files, dossier, tmp_path):
    change(files, dossier.sha256)
    with (tmp_path / "dossier.zip").open("wb") as out, pytest.raises(Damaged):
        export_dossier(session, dossier, files, out)
    assert (tmp_path / "dossier.zip").stat().st_size == 0


def test_the_page_that_verifies_a_dossier_says_that_it_changed(browse, cast, files, dossier):
    path = f"/dossiers/{dossier.id}/verification"
    assert "Le dossier est intact" in browse(cast.gaelle, "GET", path).text
    change(files, dossier.sha256)
    assert "n’est pas celui qui a été scellé" in browse(cast.gaelle, "GET", path).text
