"""A DUERP of 120 work units and 1,500 risks: its PDF beside typst alone, and two versions."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

from pypdf import PdfReader

from qse_audit.documents.pdf import render_pdf
from qse_audit.duerp.reports import document as our_pdf
from qse_audit.duerp.rules import compare, document_of, read_document
from tests.bench.measuring import Line, against, measure, side_by_side
from tests.bench.papers import TYPST_ALONE, laid_out
from tests.duerp.factories import make_large, sealed

UNITS, RISKS = 120, 1_500


def lines(folder: Path) -> Iterator[Line]:
    yield document(folder / "typst-duerp")
    yield difference()


def document(folder: Path) -> Line:
    made = sealed(make_large(UNITS, RISKS))
    asked: dict[str, Any] = {}

    def recording(template: str, data: Any, **options: Any) -> bytes:
        asked.update(template=template, data=data, **options)
        return render_pdf(template, data, **options)

    our_pdf.render_pdf = recording
    pages = len(PdfReader(BytesIO(our_pdf.document_pdf(made, "fr"))).pages)
    our_pdf.render_pdf = render_pdf
    job = json.dumps(laid_out(folder, asked)).encode()
    environ = {**os.environ, "RAYON_NUM_THREADS": "2"}

    def floor() -> None:
        command = [sys.executable, "-I", "-B", "-c", TYPST_ALONE]
        subprocess.run(command, input=job, env=environ, check=True)

    times = side_by_side(lambda: our_pdf.document_pdf(made, "fr"), floor, repeat=3, warm=False)
    name = f"DUERP of {UNITS} units and {RISKS} risks, {pages} pages / typst alone"
    return against(name, *times, most=1.8)


def difference() -> Line:
    here = document_of(make_large(UNITS, RISKS))
    there = document_of(make_large(UNITS + 3, RISKS + 50))

    def differ() -> None:
        assert compare(read_document(here), read_document(there)).lines

    times = measure(differ, repeat=15)
    fast = median(times.wall) <= 0.1
    return Line(f"two DUERP of {RISKS} risks compared", times, goal="≤ 100 ms", met=fast)
