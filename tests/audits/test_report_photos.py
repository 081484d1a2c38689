"""The photos of findings in the printed report: small, described, and never what was not kept."""

import io
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from docx import Document
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from qse_audit.audits import reports, services
from qse_audit.audits.models import Audit
from qse_audit.audits.reports.photos import read_photos
from qse_audit.core.permissions import Kind
from qse_audit.documents.store import FileStore
from qse_audit.evidence.intake import Upload
from qse_audit.evidence.rules import EvidenceType
from qse_audit.evidence.services import add_evidence
from tests.audits.factories import answer_all, make_audit, make_finding
from tests.evidence import samples
from tests.factories import NOW
from tests.papers import pdf_problems

TITLES = ("Étiquette d’étalonnage", "Copeaux au sol")


@pytest.fixture
def files(settings):
    return FileStore(settings.files_folder)


@pytest.fixture
def audit(session, cast, files):
    """An audit with a finding that relies on two photos, and a photo that no finding cites."""
    audit = make_audit(session, cast, status="in_progress")
    answer_all(session, cast, audit)
    finding = make_finding(session, cast, audit)
    kept = [keep(session, cast, files, audit.id, title=t) for t in (*TITLES, "Vue générale")]
    finding.evidence.extend(kept[:2])
    session.commit()
    return audit


def keep(session, cast, files, audit_id, *, title):
    return add_evidence(
        session,
        files,
        organisation_id=cast.company,
        origin=(Kind.AUDIT, audit_id),
        upload=Upload("photo.jpg", io.BytesIO(samples.photo())),
        title=title,
        type=EvidenceType.OBSERVATION,
        happened_on=date(2026, 3, 2),
        place="Poste 3",
        actor=cast.alice,
        now=NOW,
    )


@pytest.fixture
def report(session, cast, audit):
    return services.prepare_report(session, audit, actor=cast.alice, now=NOW)


def figures(file):
    """Return the alternative text of each tagged figure."""
    found, seen = [], set()

    def walk(node):
        node = node.get_object()
        if not isinstance(node, DictionaryObject) or id(node) in seen:
            return
        seen.add(id(node))
        if node.get("/S") == "/Figure":
            found.append(node.get("/Alt"))
        children = node.get("/K", [])
        for child in children if isinstance(children, list) else [children]:
            if not isinstance(child, int):
                walk(child)

    walk(PdfReader(BytesIO(file)).trailer["/Root"]["/StructTreeRoot"])
    return found


def spaced(text):
    return text.replace("\u202f", " ").replace("\xa0", " ")


@pytest.mark.parametrize(("locale", "colon"), [("fr", " : "), ("en", ": ")])
def test_the_photos_of_findings_are_printed_with_their_alternative_text(
    report, files, locale, colon
):
    file = reports.report_pdf(report, locale, read_photos(report, files))
    for profile in ("pdfa3a", "pdfua1"):
        assert pdf_problems(file, profile) == []
    told = [spaced(text) for text in figures(file)]
    assert told == [f"Photo P-0{n}{colon}{title}" for n, title in enumerate(TITLES, 1)]


def test_the_list_of_evidence_holds_the_hash_of_the_file_kept_whole(report, files):
    file = reports.report_pdf(report, "fr", read_photos(report, files))
    told = "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(file)).pages)
    for each in report.evidence:
        assert each.sha256 in told.replace("\n", "")
        assert each.sha256 != each.photo_sha256


def test_nothing_that_the_camera_wrote_is_printed(report, files):
    photos = read_photos(report, files)
    made = reports.report_pdf(report, "fr", photos), reports.report_docx(report, "fr", photos)
    pictures = [image.data for sheet in PdfReader(BytesIO(made[0])).pages for image in sheet.images]
    with zipfile.ZipFile(BytesIO(made[1])) as word:
        pictures += [word.read(name) for name in word.namelist() if "/media/" in name]
    assert len(pictures) >= 2
    for content in (*pictures, *photos.content.values()):
        assert samples.SECRET not in content
        assert b"Exif" not in content


def test_the_same_report_with_its_photos_gives_the_same_pdf(report, files):
    photos = read_photos(report, files)
    assert reports.report_pdf(report, "fr", photos) == reports.report_pdf(report, "fr", photos)


def test_the_word_file_shows_the_photos_with_their_alternative_text(report, files):
    document = Document(BytesIO(reports.report_docx(report, "fr", read_photos(report, files))))
    told = [spaced(shape._inline.docPr.get("descr")) for shape in document.inline_shapes]
    assert [text.split(" : ")[1] for text in told] == list(TITLES)
    assert "P-01 · Étiquette d’étalonnage, Poste 3, lun. 2 mars 2026" in [
        p.text for p in document.paragraphs
    ]


def test_a_photo_that_is_no_longer_what_was_kept_is_named_and_not_printed(report, files):
    place = files.path(report.evidence[0].photo_sha256)
    place.chmod(0o640)
    place.write_bytes(samples.picture())
    photos = read_photos(report, files)
    assert list(photos.content) == []  # both photos of the finding have the same small picture
    file = reports.report_pdf(report, "fr", photos)
    told = " ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(file)).pages)
    assert "P-01, P-02." in " ".join(told.split())
    assert figures(file) == []


def test_a_report_prints_the_photos_of_the_most_serious_findings_first(report, files):
    first = report.findings[0]
    worse = replace(first, reference="CST-9", evidence=["P-03"])
    photos = read_photos(replace(report, findings=[worse, first]), files, most=2)
    assert list(photos.content) == ["P-03", "P-01"]


def test_what_is_issued_from_the_page_holds_the_photos(browse, session, cast, audit):
    browse(cast.alice, "POST", f"/audits/{audit.id}/moves/report", status=303, go="1")
    page = browse(cast.alice, "GET", f"/audits/{session.get(Audit, audit.id).id}")
    link = next(a["href"] for a in page.select(".issued a.file") if a["href"].endswith("pdf-fr"))
    assert len(figures(browse(cast.alice, "GET", link).response.data)) == 2
