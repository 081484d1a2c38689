"""What is taken in, what is refused, and what is left on the disk after."""

import io
import time
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from qse_audit.core.errors import Refused, StorageFull
from qse_audit.documents.store import FileStore
from qse_audit.evidence import rules
from qse_audit.evidence.intake import TakenIn, Upload, safe_file_name, take_in
from tests.evidence import samples


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def taken(files: FileStore, name: str, content: bytes, **limits: int) -> TakenIn:
    return take_in(files, Upload(name, io.BytesIO(content)), **limits)


def kept_files(files: FileStore) -> list[Path]:
    return [path for path in files.folder.rglob("*") if path.is_file()]


def refusal_of(files: FileStore, name: str, content: bytes, **limits: int) -> str:
    with pytest.raises(Refused) as refused:
        taken(files, name, content, **limits)
    assert kept_files(files) == [], "what is refused leaves nothing"
    (refusal,) = refused.value.refusals
    assert refusal.source == rules.ACCEPTED
    assert safe_file_name(name) in refusal.message
    return refusal.code


ACCEPTED = {
    "photo.jpg": samples.photo,
    "photo.JPEG": samples.photo,
    "plan.png": lambda: samples.picture("PNG"),
    "plan.webp": lambda: samples.picture("WEBP"),
    "fiche.pdf": samples.pdf,
    "facture.pdf": lambda: samples.pdf("attached_xml"),
    "lecture-seule.pdf": lambda: samples.pdf("read_only"),
    "procedure.docx": samples.docx,
    "releves.xlsx": samples.xlsx,
    "reunion.pptx": samples.pptx,
    "note.odt": samples.odf,
    "suivi.ods": lambda: samples.odf("spreadsheet"),
    "mesures.csv": lambda: "date;cote\n2026-03-02;12,5 µm\n".encode(),
    "journal.txt": lambda: "Réglé à 8 h — œil nu".encode("cp1252"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_honest_file_is_kept(files: FileStore, name: str) -> None:
    found = taken(files, name, ACCEPTED[name]())
    with files.open(found.sha256) as file:
        assert len(file.read()) == found.size_bytes
    assert found.media_type == rules.FILE_TYPES[rules.extension_of(name)].media_type
    kept = {found.sha256, found.thumbnail_sha256} - {None}
    assert {path.name for path in kept_files(files)} == kept


REFUSED = {
    "vide.pdf": (lambda: b"", "empty"),
    "photo.heic": (lambda: b"\0\0\0\x18ftypheic", "heic"),
    "photo.jpg": (lambda: b"\0\0\0\x18ftypheic" + b"\0" * 99, "heic"),
    "dessin.svg": (lambda: b"<svg onload='alert(1)'/>", "markup"),
    "dessin.png": (lambda: b"<svg onload='alert(1)'/>", "markup"),
    "page.txt": (lambda: b"\xef\xbb\xbf \n<!DOCTYPE html><script>alert(1)</script>", "markup"),
    "page.html": (lambda: b"<p>", "markup"),
    "script.js": (lambda: b"alert(1)", "markup"),
    "outil.exe": (lambda: b"MZ\x90", "type"),
    "outil.pdf": (lambda: b"MZ\x90", "mismatch"),
    "sansextension": (lambda: b"%PDF-1.7", "type"),
    "lot.zip": (lambda: b"PK\x03\x04", "archive"),
    "lot.docx": (lambda: samples.zipped({"a.txt": "a"}), "archive"),
    "macro.docm": (lambda: b"PK\x03\x04", "macros"),
    "ancien.doc": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_office"),
    "protege.xlsx": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "office_locked"),
    "vrai.png": (lambda: samples.picture("JPEG"), "mismatch"),
    "coupee.jpg": (lambda: samples.picture("JPEG")[:900], "image_damaged"),
    "fausse.jpg": (lambda: b"\xff\xd8\xff" + samples.noise(500), "image_damaged"),
    "anime.webp": (
        lambda: samples.picture(
            "WEBP", save_all=True, append_images=[Image.new("RGB", (640, 400))]
        ),
        "image_moving",
    ),
    "script.pdf": (lambda: samples.pdf("script"), "pdf_script"),
    "ouverture.pdf": (lambda: samples.pdf("open_action"), "pdf_script"),
    "lance.pdf": (lambda: samples.pdf("launch"), "pdf_launch"),
    "joint.pdf": (lambda: samples.pdf("attached_exe"), "pdf_attachment"),
    "verrou.pdf": (lambda: samples.pdf("locked"), "pdf_locked"),
    "coupe.pdf": (lambda: b"%PDF-1.7\n" + samples.noise(300), "pdf_damaged"),
    "double.pdf": (lambda: samples.pdf() + samples.zipped({"a.js": "alert(1)"}), "hidden_archive"),
    "double.csv": (lambda: b"a;b\n" + samples.zipped({"a.js": "alert(1)"}), "hidden_archive"),
    "bombe.xlsx": (lambda: samples.exploding_xlsx(), "zip_bomb"),
    "lien.docx": (lambda: samples.linked_docx(), "zip_link"),
    "sort.docx": (lambda: samples.remade(samples.docx(), {"../../etc/cron": "x"}), "zip_escape"),
    "vba.docx": (
        lambda: samples.remade(samples.docx(), {"word/vbaProject.bin": "x"}),
        "office_macro",
    ),
    "xl4.xlsx": (
        lambda: samples.remade(samples.xlsx(), {"xl/macrosheets/a.xml": "x"}),
        "office_macro",
    ),
    "autre.xlsx": (lambda: samples.docx(), "office_mismatch"),
    "foule.docx": (
        lambda: samples.remade(samples.docx(), {f"word/{n}.xml": "x" for n in range(2_001)}),
        "zip_entries",
    ),
    "casse.docx": (
        lambda: samples.remade(samples.docx(), {"word/document.xml": "<a>"}),
        "office_damaged",
    ),
    "rires.docx": (
        lambda: samples.remade(
            samples.docx(), {"word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}
        ),
        "office_damaged",
    ),
    "distant.docx": (
        lambda: samples.remade(
            samples.docx(),
            {
                "word/_rels/settings.xml.rels": "<Relationships><Relationship "
                'TargetMode="External" Type="http://x/attachedTemplate" Target="http://evil/a.dotm"/></Relationships>'
            },
        ),
        "office_remote",
    ),
    "macro.odt": (lambda: samples.odf(extra={"Basic/Standard/a.xml": "x"}), "office_macro"),
    "tableur.odt": (lambda: samples.odf("spreadsheet"), "office_mismatch"),
    "nul.csv": (lambda: b"a;b\0\n", "text_binary"),
    "brouille.txt": (lambda: b"abc\x81\x8d", "text_encoding"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_not_acceptable_is_refused_with_its_reason(
    files: FileStore, name: str
) -> None:
    content, code = REFUSED[name]
    started = time.monotonic()
    assert refusal_of(files, name, content()) == code
    assert time.monotonic() - started < 10, "hostile files are refused soon"


def test_a_photo_loses_its_place_owner_and_comment(files: FileStore) -> None:
    sent = samples.photo()
    assert samples.SECRET in sent
    found = taken(files, "photo.jpg", sent)
    for address in (found.sha256, found.thumbnail_sha256):
        content = files.path(str(address)).read_bytes()
        assert samples.SECRET not in content
        with Image.open(io.BytesIO(content)) as image:
            assert not image.getexif()
            assert "comment" not in image.info
    assert found.received_sha256 != found.sha256


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_hides_beside_the_pixels_goes(files: FileStore, kind: str) -> None:
    exif = Image.Exif()
    exif[0x013B] = samples.SECRET.decode()
    sent = samples.picture(kind, exif=exif.tobytes()) + samples.zipped({"a.js": samples.SECRET})
    found = taken(files, f"plan.{kind.lower()}", sent)
    content = files.path(found.sha256).read_bytes()
    assert samples.SECRET in sent
    assert samples.SECRET not in content
    assert b"PK\x03\x04" not in content


def test_a_photo_is_turned_upright_and_says_its_day(files: FileStore) -> None:
    found = taken(files, "photo.jpg", samples.photo(orientation=6))
    assert (found.width, found.height) == (400, 640)
    assert found.taken_on == date(2026, 2, 27)
    with Image.open(files.path(found.sha256)) as image:
        red, _, blue = image.getpixel((200, 20))
        assert red > 200 > 60 > blue, "what was at the left is now at the top"


def test_a_thumbnail_is_small(files: FileStore) -> None:
    found = taken(files, "plan.png", samples.picture("PNG", size=(2000, 900)))
    with Image.open(files.path(str(found.thumbnail_sha256))) as image:
        assert image.size == (480, 216)
        assert image.format == "JPEG"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_png_is_kept(files: FileStore, mode: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (30, 20)).save(file, "PNG")
    assert taken(files, "plan.png", file.getvalue()).width == 30


def test_a_print_photo_in_four_inks_becomes_a_screen_photo(files: FileStore) -> None:
    file = io.BytesIO()
    Image.new("CMYK", (30, 20), (0, 255, 255, 0)).save(file, "JPEG")
    found = taken(files, "impression.jpg", file.getvalue())
    with Image.open(files.path(found.sha256)) as image:
        assert image.mode == "RGB"


def test_sixty_million_pixels_are_refused_before_they_are_decoded(files: FileStore) -> None:
    assert refusal_of(files, "geant.png", samples.huge_png(10_000, 6_000)) == "too_many_pixels"


def test_forty_nine_million_pixels_are_taken(files: FileStore) -> None:
    found = taken(files, "grand.png", samples.huge_png(7_000, 7_000))
    assert (found.width, found.height) == (7_000, 7_000)


def test_more_than_the_limit_is_refused_while_it_arrives(files: FileStore) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"%PDF-" * (size // 5)

    stream = Endless()
    with pytest.raises(Refused) as refused:
        take_in(files, Upload("gros.pdf", stream), max_bytes=5 * 1024**2)  # type: ignore[arg-type]
    assert refused.value.refusals[0].code == "too_big"
    assert stream.given < 8 * 1024**2
    assert kept_files(files) == []


def test_a_full_disk_keeps_nothing(tmp_path: Path) -> None:
    files = FileStore(tmp_path, reserve_bytes=1 << 60)
    with pytest.raises(StorageFull):
        taken(files, "photo.jpg", samples.photo())
    assert kept_files(files) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/photo.jpg", "photo.jpg"),
        ("C:\\fakepath\\photo.jpg", "photo.jpg"),
        ("photo\u202egnp.jpg", "photognp.jpg"),
        ("a\0b.pdf", "ab.pdf"),
        ("con.pdf", "_con.pdf"),
        ("été 📷.jpg", "été 📷.jpg"),
        ("<img src=x>.png", "-img src=x-.png"[1:]),
        ("photo.jpg\u202e ", "photo.jpg"),
        ("x" * 400 + ".pdf", "x" * 176 + ".pdf"),
        ("", "document"),
        ("...", "document"),
    ],
)
def test_names_are_safe_and_keep_their_extension(given: str, kept: str) -> None:
    assert safe_file_name(given) == kept
