import zipfile
from datetime import UTC, datetime
from io import BytesIO

import pytest
from docx import Document
from lxml import etree

from qse_audit.core.errors import DocumentError
from qse_audit.documents.docx import DocxBuilder
from tests.documents.conftest import HOSTILE

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NOW = datetime(2026, 11, 23, 17, 4, tzinfo=UTC)


def build(odd="", locale="fr", photo=None):
    builder = DocxBuilder(title="Rapport" + odd, locale=locale, author="Alice", made_at=NOW)
    builder.title("Rapport d’audit" + odd, "AUD-2026-014")
    builder.facts([("Responsable" + odd, "Alice"), ("Dates", "16 nov." + odd)])
    builder.heading("Constats" + odd)
    builder.paragraph("Une ligne\nune autre" + odd, bold=True)
    builder.bullets(["un" + odd, "deux"])
    rows = [(f"8.{n}", "Palan non vérifié" + odd, "NC majeure") for n in range(60)]
    builder.table(["Article" + odd, "Constat", "Verdict"], rows, weights=[1, 4, 2])
    if photo:
        builder.image(photo, "Palan P-07" + odd)
    builder.page_break()
    builder.paragraph("Fin", muted=True)
    return builder.to_bytes()


def xml(content, name="word/document.xml"):
    with zipfile.ZipFile(BytesIO(content)) as file:
        return etree.fromstring(file.read(name))


def test_headings_and_title_are_real_styles():
    styles = {p.style.name: p.text for p in Document(BytesIO(build())).paragraphs}
    assert styles["Title"] == "Rapport d’audit"
    assert styles["Heading 1"] == "Constats"


@pytest.mark.parametrize(("locale", "language"), [("fr", "fr-FR"), ("en", "en-GB")])
def test_the_document_says_its_title_and_language(locale, language):
    content = build(locale=locale)
    properties = Document(BytesIO(content)).core_properties
    assert (properties.title, properties.author) == ("Rapport", "Alice")
    assert properties.language == language
    languages = {e.get(f"{W}val") for e in xml(content, "word/styles.xml").iter(f"{W}lang")}
    assert languages == {language}


def test_the_header_row_is_marked_and_repeated():
    table = Document(BytesIO(build())).tables[1]
    marked = [row._tr.trPr.find(f"{W}tblHeader") is not None for row in table.rows]
    assert marked == [True] + [False] * 60
    look = table._tbl.tblPr.find(f"{W}tblLook")
    assert look.get(f"{W}firstRow") == "1"


def test_the_first_column_of_the_facts_is_marked():
    look = Document(BytesIO(build())).tables[0]._tbl.tblPr.find(f"{W}tblLook")
    assert (look.get(f"{W}firstRow"), look.get(f"{W}firstColumn")) == ("0", "1")


def test_the_elements_of_a_table_stand_in_the_order_of_the_schema():
    order = ["tblStyle", "tblW", "jc", "tblBorders", "tblLayout", "tblLook"]
    for properties in xml(build()).iter(f"{W}tblPr"):
        names = [etree.QName(child).localname for child in properties]
        assert names == sorted(names, key=order.index)


def test_the_footer_counts_the_pages():
    codes = [e.text for e in xml(build(), "word/footer1.xml").iter(f"{W}instrText")]
    assert codes == ["PAGE", "NUMPAGES"]


def test_an_image_has_its_alternative_text(photo):
    document = Document(BytesIO(build(photo=photo)))
    assert document.inline_shapes[0]._inline.docPr.get("descr") == "Palan P-07"


@pytest.mark.parametrize("content", [b"", b"nothing", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"])
def test_what_is_no_image_is_refused(content):
    with pytest.raises(DocumentError, match="illisible"):
        DocxBuilder(title="x", locale="fr").image(content, "x")


def test_hostile_texts_are_only_text(photo):
    document = Document(BytesIO(build(" " + HOSTILE, photo=photo)))
    assert '#eval("1+1")' in document.paragraphs[0].text
    assert "品質監査 שלום" in document.paragraphs[0].text


def test_a_row_of_another_width_is_a_mistake():
    with pytest.raises(ValueError, match="zip"):
        DocxBuilder(title="x", locale="fr").table(["a", "b"], [["1"]])
