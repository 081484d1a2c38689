"""The papers say what the version says, in both languages, and what is not rated is not low."""

from dataclasses import replace
from datetime import date
from io import BytesIO

from docx import Document
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from qse_audit.duerp.reports import (
    Edition,
    Place,
    document_docx,
    document_pdf,
    notice_pdf,
    posters_pdf,
    programme_pdf,
    register_xlsx,
)
from tests.duerp.factories import BARE, COVER, MADE, NOISE, PRESS, make_content, sealed
from tests.papers import pdf_problems

PLACE = Place("Bureau QSE, bâtiment A", "Du lundi au vendredi", "Claire Dubois, poste 214")


def text_of(file):
    pages = PdfReader(BytesIO(file)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split()).replace("\u202f", " ")


def test_the_document_is_an_archive_that_names_what_it_is_and_keeps_its_data():
    version = sealed(make_content(unrated_note="Mesure prévue en mars"))
    file = document_pdf(version, "fr")
    assert file == document_pdf(version, "fr")
    for profile in ("pdfa3a", "pdfua1"):
        assert not pdf_problems(file, profile)
    told = text_of(file)
    for words in (
        "Pièce en rotation", "12 (4 × 3 × 1)", "Non coté", "Risques non cotés : 1",
        "Aucune ligne ne parle des ambiances thermiques", "CSE, réunion ordinaire",
        "ACT-2026-001 Encoffrer le compresseur", "Programme annuel de prévention (PAPRIPACT)",
        "Conservée jusqu’au", "mer. 3 nov. 2066", "1 F · 6 H", "Nouvelle machine",
        "À l’approbation, Jean Garnier : « Mesure prévue en mars »",
    ):  # fmt: skip
        assert words in told or words.replace(":", " :") in told, words
    assert "psychosociaux" not in told.split("Inventaire des risques")[0].split("En bref")[-1]
    assert list(PdfReader(BytesIO(file)).attachments) == ["document-unique.json"]


def test_a_project_says_that_it_is_one_and_proves_nothing():
    project = Edition(content=make_content(approved_on=None, approved_by=""), made_at=MADE)
    told = text_of(document_pdf(project, "fr"))
    assert "Projet du mar. 3 nov. 2026" in told
    assert "Pièce en rotation" in told
    word = Document(BytesIO(document_docx(project, "fr")))
    said = told + " ".join(each.text for each in word.paragraphs)
    assert "Projet du mar. 3 nov. 2026" in word.paragraphs[2].text
    for words in ("Intégrité", "SHA-256", "Conservée", "Approuvée"):
        assert words not in said, words


def test_the_word_file_and_the_spreadsheet_hold_the_same_lines_in_english():
    file = Document(BytesIO(document_docx(sealed(), "en")))
    cells = {cell.text for table in file.tables for row in table.rows for cell in row.cells}
    assert "Not rated" in cells
    assert any(cell.startswith("Pièce en rotation") for cell in cells)
    assert all(table.rows[0]._tr.trPr is not None for table in file.tables[1:-1])
    book = CalamineWorkbook.from_filelike(BytesIO(register_xlsx(make_content(), "en")))
    risks, measures, contributors = (book.get_sheet_by_index(n).to_python() for n in range(3))
    assert risks[0][9:] == ["Severity", "Probability", "Control", "Score", "Priority",
                            "Measures to come"]  # fmt: skip
    rows = {row[2]: row for row in risks[1:]}
    assert rows["Pièce en rotation"][5:7] + rows["Pièce en rotation"][9:14] == [
        1.0, 6.0, 4.0, 3.0, 1.0, 12.0, "Priority 1"
    ]  # fmt: skip
    assert rows["Bruit continu"][9:14] == ["", "", "", "", "Not rated"]
    assert measures[1][4] == 4200.0
    assert len(contributors) == 4


def test_the_programme_says_what_is_missing_until_it_is_approved():
    project = make_content(approved_on=None, measures=(COVER, BARE))
    made = {"today": date(2026, 11, 25), "made_at": MADE, "locale": "fr"}
    told = text_of(programme_pdf(project, **made))
    assert "ACT-2026-002 « Former les tourneurs » : il manque" in told
    assert "4 200" in told
    assert "Mesures sans estimation 1" in told
    below = text_of(programme_pdf(make_content(employees=9, measures=(BARE,)), **made))
    assert "Liste des actions de prévention" in below
    assert "il manque" not in below


def test_a_unit_has_one_page_for_its_workers_whatever_it_holds():
    many = [NOISE, *(PRESS for _ in range(60))]
    content = make_content(lines=tuple(many))
    file = posters_pdf(content, ("u2", "u3"), PLACE, made_at=MADE, locale="fr")
    pages = [page.extract_text() for page in PdfReader(BytesIO(file)).pages]
    assert len(pages) == 2
    assert "Non coté" in pages[0]
    assert "Et d’autres risques" in pages[0]
    assert "Bureau QSE" in pages[0]
    assert "Aucun risque inscrit" in pages[1]
    long = make_content(lines=tuple(_wordy(n) for n in range(40)))
    file = posters_pdf(long, ("u2",), PLACE, made_at=MADE, locale="fr")
    assert len(PdfReader(BytesIO(file)).pages) == 1


def _wordy(n):
    return replace(PRESS, key=f"r{n}", hazard="Danger " * 40, harm="dommage " * 90,
                   existing="mesure " * 90)  # fmt: skip


def test_the_notice_says_where_when_and_who_may_read():
    file = notice_pdf("Mécanique du Centre", PLACE, made_at=MADE, locale="fr")
    assert len(PdfReader(BytesIO(file)).pages) == 1
    told = text_of(file)
    for words in ("Bureau QSE, bâtiment A", "Ancien salarié", "Inspection du travail", "R4121-4"):
        assert words in told
    assert not pdf_problems(file, "pdfua1")
