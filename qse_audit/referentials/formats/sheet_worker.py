"""Turn one XLSX workbook into rows of JSON, then end: the process that a hostile file may exhaust.

Started by :mod:`qse_audit.referentials.formats.tables` as a plain script, so it imports nothing of
ours. The workbook comes in as bytes, ``[[sheet, rows, merged cells], …]`` goes out; on failure one
line says why and the exit code is 1.
"""

import contextlib
import json
import sys
from datetime import date, datetime
from io import BytesIO
from typing import Any

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 15
MAX_ROWS = 60_000
MAX_COLUMNS = 200


def limit() -> None:
    """Bound what this process may use, where the system can: not on Windows."""
    try:
        import resource  # Unix only
    except ImportError:
        return
    for what, bound in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # a lower hard limit is already set
            resource.setrlimit(what, (bound, bound))


def plain(cell: Any) -> Any:
    """Return a cell as JSON can hold it; a date as its text."""
    if isinstance(cell, date | datetime):
        return {"date": cell.isoformat()}
    return cell if isinstance(cell, str | bool | int | float) else str(cell)


def sheets(workbook: bytes) -> list[Any]:
    """Return name, rows and merged cells of each sheet.

    :raises ValueError: for a sheet larger than any referential.
    """
    from python_calamine import load_workbook  # only in this process

    found = []
    book = load_workbook(BytesIO(workbook))
    for name in book.sheet_names[:20]:
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
            raise ValueError(f"{name}: {sheet.total_height} x {sheet.total_width}")
        rows = sheet.to_python(skip_empty_area=False)
        merged = [
            [top + 1, left + 1, bottom + 1, right + 1]
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        ]
        found.append([name, [[plain(cell) for cell in row] for row in rows], merged])
    return found


def main() -> int:
    """Read a workbook, write its rows."""
    workbook = sys.stdin.buffer.read()
    limit()
    try:
        answer = json.dumps(sheets(workbook))
    except BaseException as error:  # a Rust panic is no Exception; the parent process words it
        sys.stderr.buffer.write(f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
        return 1
    sys.stdout.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
