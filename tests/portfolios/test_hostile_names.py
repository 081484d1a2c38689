"""Names that lie, hide or escape, wherever a file comes in or goes out (abuse 19)."""

import io
import unicodedata
import zipfile

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update
from werkzeug.http import parse_options_header

from qse_audit.audits.models import Audit
from qse_audit.certifications.models import CertificationVersion
from qse_audit.core.permissions import Kind
from qse_audit.documents.names import is_safe_path, safe_name
from qse_audit.documents.sheets import Column, Sheet, xlsx
from qse_audit.evidence.models import Evidence
from qse_audit.portfolios.services import situations
from qse_audit.portfolios.services.dossiers import verify_file
from tests.factories import NOW
from tests.portfolios import factories as make

HOSTILE = {
    "right-to-left": "photo\u202egnp.exe",
    "isolates": "\u2067rapport\u2069",
    "NUL": "rapport\x00.exe",
    "up": "../../../../etc/passwd",
    "up in Windows": "..\\..\\Windows\\System32\\drivers",
    "root": "/etc/shadow",
    "device": "CON",
    "device with an ending": "aux.txt",
    "device in superscript": "COM¹",
    "trailing dots": "rapport. . .",
    "only dots": "...",
    "alternate stream": "rapport.pdf::$DATA",
    "header": 'a"; filename="evil.exe\r\nSet-Cookie: x=1',
    "emoji": "👩🏽‍🏭 atelier 🔧",
    "long": "é" * 300,
    "percent": "%2e%2e%2fpasswd",
    "spaces": "   ",
    "formula": "=cmd|'/c calc'!A1",
    "tilde": "~/.ssh/id_rsa",
}


NAMELESS = {HOSTILE[name] for name in ("only dots", "spaces", "header")}
"""With an ending behind, no acceptable name is left: such an upload is refused."""


@pytest.fixture(params=HOSTILE)
def hostile(request):
    return HOSTILE[request.param]


def is_harmless(name):
    return (
        is_safe_path(name)
        and "/" not in name
        and len(name.encode()) <= 200
        and not any(unicodedata.category(c)[0] == "C" for c in name)
    )


def sent_name(answer):
    """Return the name under which a browser saves an answer, as each header gives it."""
    header = answer.headers["Content-Disposition"]
    kind, options = parse_options_header(header)
    assert kind == "attachment"
    assert set(options) <= {"filename", "filename*"}, header
    return options["filename"]


def test_an_uploaded_file_gets_a_harmless_name_on_its_row_and_on_its_way_out(
    browse, session, cast, candidacy, hostile
):
    situation = make.make_situation(session, cast, candidacy)
    path = f"/evidence/add/situation/{situation.id}"
    photo = (io.BytesIO(make.PHOTO.getvalue()), f"{hostile}.png")
    if hostile in NAMELESS:
        browse(cast.emma, "POST", path, status=415, file=photo)
        assert session.scalars(select(Evidence)).all() == []
        return
    browse(cast.emma, "POST", path, status=303, file=photo)
    evidence = session.scalars(select(Evidence)).one()
    assert is_harmless(evidence.file_name)
    assert evidence.file_name.endswith(".png")
    answer = browse(cast.emma, "GET", f"/evidence/{evidence.id}/file").response
    assert sent_name(answer) == evidence.file_name
    assert "Set-Cookie" not in answer.headers or "x=1" not in answer.headers["Set-Cookie"]


def test_a_report_is_saved_under_a_harmless_name(browse, session, cast, files, hostile):
    title = hostile.replace("\x00", "")[:200] if hostile.strip() else "x"
    audit = make.make_audit(session, cast, title=title, reference=title[:20].strip() or "x")
    report = make.make_report(session, cast, files, audit)
    answer = browse(cast.emma, "GET", f"/audits/reports/{report.id}/pdf-fr").response
    assert is_harmless(sent_name(answer))
    assert sent_name(answer).endswith(".pdf")


def test_every_suffix_of_an_export_survives_a_hostile_title(hostile):
    for suffix in (".xlsx", ".pdf", ".docx", ".zip", ".csv", ".yaml"):
        name = safe_name(hostile, suffix)
        assert is_harmless(name)
        assert name.endswith(suffix)
        assert len(name) > len(suffix)


def test_a_workbook_takes_any_title_and_cell_as_text(hostile):
    rows = [[hostile]]
    content = xlsx([Sheet(hostile, [Column(hostile)], rows)], title=hostile)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    (name,) = book.sheet_names
    assert 0 < len(name) <= 31
    assert not set(name) & set("[]:*?/\\")
    cells = book.get_sheet_by_index(0).to_python()
    assert len(cells) == 2
    assert all(isinstance(cell, str) for row in cells for cell in row)


def test_no_member_of_a_dossier_has_a_hostile_name(session, cast, ready, files, key):
    """One dossier with all of them: in the names of files, and in the titles of the records."""
    audit = session.scalars(select(Audit)).one()
    for number, name in enumerate(HOSTILE.values()):
        content = make.PHOTO.getvalue() + bytes([number])
        stored = name.replace("\x00", "")
        evidence = make.make_evidence(session, cast, files, audit, title="x", content=content)
        evidence.file_name, evidence.title = stored[:200], stored[:200].strip() or "x"
        session.commit()
        situations.tie_record(
            session, ready.situations[0], Kind.EVIDENCE, evidence.id, actor=cast.emma, now=NOW
        )
    lie = "../../CON\u202e"
    session.execute(update(Audit).values(reference=lie))
    session.execute(update(CertificationVersion).values(code=lie))
    session.commit()
    dossier = make.submit(session, cast, ready, files, key)
    with zipfile.ZipFile(files.path(dossier.sha256)) as archive:
        names = archive.namelist()
    assert len([n for n in names if "/data/evidence/" in n]) >= len(HOSTILE)
    for name in names:
        assert is_safe_path(name), name
        assert name.startswith(f"{dossier.reference}/"), name
    assert verify_file(files.path(dossier.sha256), key.public) == (True, None)
