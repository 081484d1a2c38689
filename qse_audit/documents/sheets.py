"""Tables as spreadsheet files: XLSX, and CSV for the French Excel.

What people typed stays text: a cell that starts with ``=`` is never a formula.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from io import BytesIO, StringIO
from typing import Any

from qse_audit.core.clock import PARIS
from qse_audit.documents.fonts import xml_text

Cell = str | int | float | Decimal | Fraction | date | datetime | None
"""What a cell may hold; a :class:`~datetime.datetime` has a zone and is shown in Paris time."""

MAX_CELL_LETTERS = 32_767
"""What Excel takes; a longer text is cut and ends with « … »."""
MAX_SHEET_NAME_LETTERS = 31

_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_NAME_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, and its width in letters."""

    title: str
    width: int = 16


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: a name, columns, and rows that may come one by one."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]


def xlsx(sheets: Sequence[Sheet], *, title: str = "") -> bytes:
    """Return ``sheets`` as an Excel file: frozen header, filter, real dates and numbers.

    Rows are written as they come, so that memory does not grow with them.
    """
    from xlsxwriter import Workbook  # heavy: only when a spreadsheet is asked for

    file = BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(file, options) as book:
        book.set_properties({"title": _written(title)})
        formats = _formats(book)
        taken: set[str] = set()
        for sheet in sheets:
            _write_sheet(book.add_worksheet(_sheet_name(sheet.title, taken)), sheet, formats)
    return file.getvalue()


def csv_bytes(sheet: Sheet, *, locale: str = "fr") -> bytes:
    """Return ``sheet`` as CSV: UTF-8 with its mark, semicolons, decimal comma in French.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_inert(column.title) for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_plain(cell, locale) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _write_sheet(page: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    """Fill one worksheet."""
    for n, column in enumerate(sheet.columns):
        page.set_column(n, n, column.width)
        page.write_string(0, n, _written(column.title), formats["header"])
    page.freeze_panes(1, 0)
    last = 0
    for last, row in enumerate(sheet.rows, 1):
        for n, cell in enumerate(row):
            _write_cell(page, last, n, cell=cell, formats=formats)
    if sheet.columns:
        page.autofilter(0, 0, last, len(sheet.columns) - 1)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.set_footer("&C&P / &N")


def _write_cell(page: Any, row: int, column: int, *, cell: Cell, formats: dict[str, Any]) -> None:
    """Write ``cell`` as what it is."""
    if cell is None:
        return
    if isinstance(cell, str):
        page.write_string(row, column, _written(cell), formats["text"])
    elif isinstance(cell, datetime):
        there = cell.astimezone(PARIS).replace(tzinfo=None)
        page.write_datetime(row, column, there, formats["moment"])
    elif isinstance(cell, date):
        page.write_datetime(row, column, cell, formats["day"])
    else:
        page.write_number(row, column, float(cell), formats["number"])


def _formats(book: Any) -> dict[str, Any]:
    """Return the few cell styles."""
    top = {"valign": "top"}
    header = {"bold": True, "font_color": "#0b5d6b", "bg_color": "#e8f1f3", "bottom": 1}
    return {
        "header": book.add_format({**top, **header, "text_wrap": True}),
        "text": book.add_format({**top, "text_wrap": True}),
        "number": book.add_format(top),
        "day": book.add_format({**top, "num_format": "dd/mm/yyyy", "align": "left"}),
        "moment": book.add_format({**top, "num_format": "dd/mm/yyyy hh:mm", "align": "left"}),
    }


def _sheet_name(title: str, taken: set[str]) -> str:
    """Return ``title`` as Excel allows it, not yet ``taken``."""
    base = (
        _NAME_FORBIDDEN.sub(" ", _written(title)).strip(" '")[:MAX_SHEET_NAME_LETTERS].strip(" '")
    )
    if not base or base.casefold() in {"history", "historique"}:
        base = f"{base} 1".strip()
    name, n = base, 1
    while name.casefold() in taken:
        n += 1
        name = f"{base[: MAX_SHEET_NAME_LETTERS - len(str(n)) - 1]} {n}"
    taken.add(name.casefold())
    return name


def _written(text: str) -> str:
    """Return ``text`` as XML can hold it and as Excel takes it."""
    text = xml_text(text)
    return text if len(text) <= MAX_CELL_LETTERS else text[: MAX_CELL_LETTERS - 1] + "…"


def _plain(cell: Cell, locale: str) -> str:
    """Return ``cell`` as CSV holds it."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _inert(cell)
    if isinstance(cell, datetime):
        return f"{cell.astimezone(PARIS):%d/%m/%Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, Fraction):
        cell = float(cell)
    text = str(int(cell)) if isinstance(cell, bool) else str(cell)
    return text.replace(".", ",") if locale == "fr" else text


def _inert(text: str) -> str:
    """Return ``text`` as no spreadsheet takes it for a formula."""
    text = _written(text)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text
