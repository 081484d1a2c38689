import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from qse_audit.core.errors import DocumentError
from qse_audit.documents import pdf
from qse_audit.documents.fonts import characters
from qse_audit.documents.pdf import render_pdf
from tests.documents.conftest import HOSTILE, make_sample
from tests.papers import pdf_problems

HERE = Path(__file__).parent
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def render(data, photo, **options):
    return render_pdf("sample.typ", data, images={"photo.jpg": photo}, folder=HERE, **options)


def failures(file, profile):
    return pdf_problems(file, profile)


def text_of(file):
    return "\n".join(part.extract_text() for part in PdfReader(BytesIO(file)).pages)


@pytest.fixture
def template(tmp_path):
    """Write a template of one line and compile it."""

    def compile_it(body, data=None, **options):
        (tmp_path / "one.typ").write_text(
            f'#import "_base.typ": *\n#show: paper.with(title: "Essai")\n{body}', encoding="utf-8"
        )
        return render_pdf("one.typ", data or {}, folder=tmp_path, **options)

    return compile_it


@pytest.mark.parametrize("odd", ["", " " + HOSTILE], ids=["plain", "hostile"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_report_is_archivable_and_accessible(photo, odd, lang):
    file = render(make_sample(odd) | {"lang": lang}, photo)
    assert failures(file, "pdfa3a") == []
    assert failures(file, "pdfua1") == []


def test_a_report_says_its_title_language_and_pages(photo):
    file = render(make_sample(), photo)
    reader = PdfReader(BytesIO(file))
    assert reader.metadata.title == "Atelier d’usinage : qualité, sécurité, environnement"
    assert reader.trailer["/Root"]["/Lang"] == "fr-FR"
    pages = len(reader.pages)
    for number, sheet in enumerate(reader.pages, 1):
        assert f"Page {number} / {pages}" in sheet.extract_text()


def test_data_is_content_never_markup(template):
    file = template("#data.text", {"text": '#eval("1+1") *a* $x$ #sys.inputs.data'})
    assert '#eval("1+1") *a* $x$ #sys.inputs.data' in text_of(file)


def test_every_printable_character_compiles_in_each_face(template):
    text = " ".join(sorted(characters() - {"\n", "\t"}))
    body = "#data.t #strong(data.t) #emph(data.t) #emph(strong(data.t))"
    assert failures(template(body, {"t": text}), "pdfa3a") == []


def test_accents_on_letters_that_have_none_compile(template):
    marks = [c for c in characters() if 0x300 <= ord(c) < 0x370]
    text = " ".join(letter + mark for letter in "qxzaE1" for mark in marks)
    assert template("#data.t", {"t": text})


def test_the_same_input_gives_the_same_bytes(photo):
    first = render(make_sample(), photo, made_at=NOON)
    assert first == render(make_sample(), photo, made_at=NOON)


def test_a_file_can_travel_inside(photo):
    record = json.dumps({"audit": 1}).encode()
    file = render(make_sample(), photo, attachments={"audit.json": record})
    assert PdfReader(BytesIO(file)).attachments["audit.json"] == [record]
    assert failures(file, "pdfa3a") == []


def test_an_image_may_be_a_path(template, photo, tmp_path):
    path = tmp_path / "anything.bin"
    path.write_bytes(photo)
    assert template('#picture("/images/a.jpg", "Palan")', images={"a.jpg": path})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("#data.missing", "missing"),
        ("#panic(1)", "panicked"),
        ('#read("/etc/passwd")', "not found"),
        ('#read("../../../../../etc/passwd")', "one.typ"),
        ('#import "@preview/cetz:0.3.0"', "package"),
        ('#image("/images/a.png")', "not found"),
    ],
)
def test_a_template_that_fails_says_why(template, body, expected):
    with pytest.raises(DocumentError, match=expected):
        template(body)


def test_a_broken_image_is_refused(template):
    with pytest.raises(DocumentError, match="decode image"):
        template('#picture("/images/a.png", "x")', images={"a.png": b"not an image"})


@pytest.mark.parametrize("name", ["../a.png", "a/b.png", "a.exe", ".png", "a.png\n", "a\x00.png"])
def test_an_image_name_cannot_leave_its_folder(template, name):
    with pytest.raises(DocumentError, match="Nom de fichier"):
        template("x", images={name: b""})


def test_images_are_bounded(template, monkeypatch):
    monkeypatch.setattr(pdf, "MAX_FILES_BYTES", 10)
    with pytest.raises(DocumentError, match="octets"):
        template("x", images={"a.png": b"123456", "b.png": b"123456"})
    with pytest.raises(DocumentError, match="images"):
        template("x", images={f"a{n}.png": b"" for n in range(501)})


def test_a_document_that_takes_too_long_is_stopped(template):
    with pytest.raises(DocumentError, match="n’est pas prêt"):
        template(
            "#let n = 0\n#for i in range(9999) { for j in range(9999) { n += 1 } }",
            timeout_seconds=1.0,
        )


def test_a_document_that_takes_too_much_memory_is_stopped(template, monkeypatch):
    monkeypatch.setattr(pdf, "MEMORY_BYTES", 400_000_000)
    with pytest.raises(DocumentError, match="trop gros"):
        template('#let s = "0123456789" * 90000000\n#s.len()')


def test_a_missing_template_is_named():
    with pytest.raises(DocumentError, match=r"nothing.typ"):
        render_pdf("nothing.typ", {})


def test_data_that_is_no_json_is_refused():
    with pytest.raises(DocumentError, match="écrites"):
        render_pdf("sample.typ", {"x": float("nan")}, folder=HERE)


def test_endless_data_is_refused():
    deep: list = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(DocumentError, match="écrites"):
        render_pdf("sample.typ", {"x": deep}, folder=HERE)
