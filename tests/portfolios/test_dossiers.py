"""Submitting freezes; what is sealed never changes; any change shows."""

import zipfile

from qse_audit.portfolios.services.dossiers import verify_file


def test_a_ready_portfolio_becomes_a_sealed_dossier(dossier, files, key):
    path = files.path(dossier.sha256)
    assert verify_file(path, key.public) == (True, None)
    with zipfile.ZipFile(path) as archive:
        names = [n.partition("/")[2] for n in archive.namelist()]
    assert {"data/index.html", "data/dossier.pdf", "data/verify.html", "data/events.jsonl"} <= set(
        names
    )
