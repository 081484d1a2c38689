from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from qse_audit.documents.sheets import Column, Sheet, csv_bytes, xlsx
from tests.documents.conftest import HOSTILE

AT = datetime(2026, 11, 23, 17, 4, tzinfo=UTC)
FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "=HYPERLINK(\"http://x\")",
]  # fmt: skip


def sheet(*rows, columns=3, title="Actions"):
    return Sheet(title, [Column(f"C{n}", 20) for n in range(columns)], rows)


def read(content):
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_values_keep_their_kind():
    rows = read(xlsx([sheet(("a", 1, None), (date(2026, 3, 1), AT, Fraction(1, 4)))]))["Actions"]
    assert rows[0] == ["C0", "C1", "C2"]
    assert rows[1] == ["a", 1.0, ""]
    assert rows[2] == [date(2026, 3, 1), datetime(2026, 11, 23, 18, 4), 0.25]  # noqa: DTZ001  # as Excel shows it


@pytest.mark.parametrize("text", [*FORMULAS, "http://example.org", "007"])
def test_what_people_typed_stays_text_in_excel(text):
    cell = read(xlsx([sheet((text, "", ""))]))["Actions"][1][0]
    assert cell.replace("\r\n", "\n") == text.replace("\r\n", "\n")
    assert isinstance(cell, str)


@pytest.mark.parametrize("text", FORMULAS)
def test_what_people_typed_stays_text_in_csv(text):
    content = csv_bytes(sheet((text, "x", None)))
    line = content.decode("utf-8-sig").split("\r\n", 1)[1]
    assert line.lstrip('"').startswith("'")


def test_a_header_is_made_inert_too():
    assert b"'=cmd" in csv_bytes(Sheet("x", [Column("=cmd")], []))


def test_csv_is_what_the_french_excel_opens():
    content = csv_bytes(
        sheet(("é;", Decimal("-1.5"), date(2026, 3, 1)), (AT, True, Fraction(1, 8)))
    )
    assert content.startswith(b"\xef\xbb\xbfC0;C1;C2\r\n")
    assert content.decode("utf-8-sig").splitlines()[1:] == [
        '"é;";-1,5;01/03/2026',
        "23/11/2026 18:04;1;0,125",
    ]
    assert b";-1.5;" in csv_bytes(sheet(("", -1.5, "")), locale="en")


def test_hostile_texts_are_written():
    rows = read(xlsx([sheet((HOSTILE, "x" * 50_000, "品 😀"))]))["Actions"]
    assert "品質監査" in rows[1][0]
    assert len(rows[1][1]) == 32_767
    assert rows[1][1].endswith("…")
    assert rows[1][2] == "品 😀"
    assert csv_bytes(sheet((HOSTILE, "", "")))


def test_sheet_names_are_allowed_and_different():
    titles = ["a/b:c*d?[e]", "x" * 40, "X" * 40, "", "'quoted'", "History", "\ud800\x00"]
    names = list(read(xlsx([sheet(title=title) for title in titles])))
    assert names == [
        "a b c d  e", "x" * 31, "X" * 29 + " 2", "1", "quoted", "History 1", "□□",
    ]  # fmt: skip


def test_an_empty_workbook_and_table_are_written():
    assert read(xlsx([Sheet("Vide", [], [])])) == {"Vide": []}
    assert read(xlsx([sheet()])) == {"Actions": [["C0", "C1", "C2"]]}


def test_rows_may_come_one_by_one():
    rows = ((n, "a", "b") for n in range(1200))
    content = xlsx([Sheet("Actions", [Column("x")] * 3, rows)])
    assert len(read(content)["Actions"]) == 1201


def test_the_header_is_frozen_and_filtered():
    import zipfile

    with zipfile.ZipFile(BytesIO(xlsx([sheet(("a", "b", "c"))]))) as file:
        page = file.read("xl/worksheets/sheet1.xml").decode()
    assert 'state="frozen"' in page
    assert '<autoFilter ref="A1:C2"/>' in page
    assert "<f>" not in page
