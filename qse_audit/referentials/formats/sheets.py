"""CSV and XLSX files as rows of cells that know their place."""

import csv
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from pathlib import Path, PurePath
from typing import Any

from qse_audit.core.errors import BadInput
from qse_audit.core.text import N_, Message
from qse_audit.referentials.formats.yaml_text import MAX_BYTES, unprintable

WORKER = Path(__file__).with_name("sheet_worker.py")
TIMEOUT_SECONDS = 20
MAX_UNPACKED_BYTES = 48 * 1024 * 1024
MAX_MEMBERS = 500
MAX_ROWS = 60_000
DELIMITERS = (";", ",", "\t")
FORMULA_STARTS = ("=", "+", "-", "@")

Cell = str | int | float | bool | dict[str, str] | None
"""What a cell holds; a date is ``{"date": ISO}``."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row with cells: its number in the file, counted from 1."""

    number: int
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells that somebody merged: first and last row and column, counted from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file or of one of its sheets; the first holds the names of the columns."""

    rows: Sequence[Row]
    sheet: str = ""
    about: dict[str, str] = field(default_factory=dict)
    """Key and value pairs that say what the table is: ``ref``, ``edition``…"""
    warnings: tuple[Message, ...] = ()
    merged: Sequence[Merged] = ()

    def place(self, row: int, column: str = "") -> Message:
        """Return the place of a row or of a cell, for people."""
        if self.sheet:
            line = N_("feuille « %(sheet)s », ligne %(line)d", sheet=self.sheet, line=row)
        else:
            line = N_("ligne %(line)d", line=row)
        return N_("%(line)s, colonne %(column)s", line=line, column=column) if column else line


def read_csv(content: bytes) -> Table:
    """Return the table of a CSV file, whatever its delimiter and encoding.

    Lines ``# key: value`` before the header say what the table is.

    :raises BadInput: for what no encoding explains, a quote never closed, or too many rows.
    """
    text, warnings = _decoded(content)
    about: dict[str, str] = {}
    lines = text.splitlines(keepends=True)
    first = 0
    while first < len(lines) and (
        not lines[first].strip(' ;,\t\r\n"') or lines[first].lstrip('" ')[:1] == "#"
    ):
        key, colon, value = lines[first].strip(' ;,\t\r\n"').lstrip("# ").partition(":")
        if colon:
            about[key.strip().lower()] = value.strip()
        first += 1
    header = lines[first] if first < len(lines) else ""
    delimiter = max(DELIMITERS, key=header.count)
    rows = list(_csv_rows("".join(lines[first:]), delimiter, before=first))
    return Table(rows, about=about, warnings=warnings)


def _csv_rows(text: str, delimiter: str, *, before: int) -> Iterator[Row]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    started = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Row(before + started + 1, cells)
            started = reader.line_num
            if started > MAX_ROWS:
                raise BadInput(
                    N_("plus de %(count)d lignes.", count=MAX_ROWS),
                    place=N_("ligne %(line)d", line=before + started),
                )
    except csv.Error as error:
        raise BadInput(
            N_("guillemet mal placé ou jamais fermé (%(problem)s)", problem=str(error)),
            place=N_("ligne %(line)d", line=before + started + 1),
        ) from error


def _decoded(content: bytes) -> tuple[str, tuple[Message, ...]]:
    """Return the text of a file from any French spreadsheet, and a note when it was not UTF-8."""
    too_large(content)
    try:
        if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            return content.decode("utf-16"), ()
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), (N_("Fichier lu en Windows-1252 : vérifiez les accents."),)
    except UnicodeDecodeError as error:
        raise BadInput(
            N_("ni UTF-8 ni Windows-1252. Enregistrez le fichier en CSV UTF-8."),
            place=N_("octet %(count)d", count=error.start + 1),
        ) from error


def too_large(content: bytes) -> None:
    """Make sure that a file is one that a person may have written.

    :raises BadInput: otherwise.
    """
    if len(content) > MAX_BYTES:
        raise BadInput(
            N_(
                "%(found)d Mo ; attendu : au plus %(most)d Mo",
                found=-(-len(content) // 1_000_000),
                most=MAX_BYTES // 1_000_000,
            ),
            place=N_("fichier"),
        )


def read_xlsx(content: bytes) -> list[Table]:
    """Return the sheets of a workbook.

    It is unpacked here within limits, then parsed by a process whose memory and time are bounded:
    a 5 KB workbook can ask for 500 GB.

    :raises BadInput: for what is no workbook, or one that asks for too much.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-B", str(WORKER)],
            input=unpacked(content),
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _exploded() from error
    if done.returncode == 1 and not done.stderr.startswith((b"ValueError", b"MemoryError")):
        reason = done.stderr.decode("utf-8", "replace").splitlines()[0][:200]
        raise BadInput(N_("classeur illisible (%(problem)s)", problem=reason), place=N_("fichier"))
    if done.returncode != 0:
        raise _exploded()
    return [_sheet(*found) for found in json.loads(done.stdout)]


def _exploded() -> BadInput:
    return BadInput(
        N_(
            "classeur démesuré ; attendu : au plus %(rows)d lignes et 200 colonnes. "
            "Une cellule isolée loin du tableau suffit : copiez le tableau dans un classeur neuf.",
            rows=MAX_ROWS,
        ),
        place=N_("fichier"),
    )


def _sheet(name: str, rows: list[list[Any]], merged: list[list[int]]) -> Table:
    found = [
        Row(number, cells)
        for number, cells in enumerate(rows, 1)
        if any(cell not in ("", None) for cell in cells)
    ]
    return Table(found, sheet=name, merged=[Merged(*place) for place in merged])


def unpacked(content: bytes) -> bytes:
    """Return a workbook packed again without compression, only the parts that hold cells.

    :raises BadInput: when it holds more than :data:`MAX_UNPACKED_BYTES`, whatever its index says.
    """
    again = BytesIO()
    left = MAX_UNPACKED_BYTES
    try:
        with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(again, "w") as new:
            members = [m for m in old.infolist() if _holds_cells(m.filename)]
            if len(members) > MAX_MEMBERS:
                raise _exploded()
            for member in members:
                with old.open(member) as stream:
                    part = stream.read(left + 1)
                left -= len(part)
                if left < 0:
                    raise _exploded()
                new.writestr(member.filename, part)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadInput(
            N_("archive abîmée ou protégée par un mot de passe"), place=N_("fichier")
        ) from error
    return again.getvalue()


def _holds_cells(name: str) -> bool:
    return name.endswith((".xml", ".rels")) and not name.startswith(("xl/media", "xl/drawings"))


def cell_text(cell: Cell, table: Table, *, row: int, column: str) -> str:
    """Return a cell as trimmed text; a whole number without its decimals.

    :raises BadInput: for a date, and for a character that no page can hold.
    """
    if isinstance(cell, dict):
        raise BadInput(
            N_(
                "date %(found)s ; attendu : un texte. Mettez la colonne au format Texte.",
                found=cell.get("date", "")[:10],
            ),
            place=table.place(row, column),
        )
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    text = str(cell).strip()
    if text.startswith("'") and text[1:].lstrip().startswith(FORMULA_STARTS):
        text = text[1:]  # our own exports write it so, against formulas
    if odd := unprintable(text):
        raise BadInput(N_("caractère interdit %(code)s", code=odd), place=table.place(row, column))
    return text


def first_table(content: bytes, name: str) -> Table:
    """Return the rows of a CSV file; of a workbook, those of its first sheet that holds any.

    :raises BadInput: when it cannot be read, or holds nothing.
    """
    if content.startswith(b"PK") or PurePath(name).suffix.lower() == ".xlsx":
        found = [table for table in read_xlsx(content) if table.rows]
        if not found:
            raise BadInput(N_("classeur vide ; attendu : une feuille de valeurs"))
        return found[0]
    return read_csv(content)


def typed_text(cell: Cell) -> str:
    """Return a cell of a spreadsheet as what a person would have typed."""
    if isinstance(cell, dict):
        return cell.get("date", "")[:10]
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else _unrounded(cell)
    return str(cell).strip()


def _unrounded(value: float) -> str:
    """Return a number without an exponent, as the shortest text that is the same number."""
    text = repr(value)
    return format(value, ".17f").rstrip("0") if "e" in text else text
