"""Papers: the report as PDF, the list as a workbook, the sealed dossier of 200 MB."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask, send_file
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from qse_audit import paths
from qse_audit.audits.queries import get_audit
from qse_audit.audits.queries.report_model import AuditReport
from qse_audit.audits.queries.reports import audit_report
from qse_audit.audits.reports import pdf as our_pdf
from qse_audit.core.permissions import Kind
from qse_audit.db.trail import Head
from qse_audit.documents.bag import Member, bag_chunks
from qse_audit.documents.fonts import font_files
from qse_audit.documents.pdf import render_pdf
from qse_audit.documents.seal import load_or_make_key
from qse_audit.documents.store import FileStore
from qse_audit.evidence.models import Evidence
from qse_audit.evidence.rules import EvidenceType
from tests.bench.measuring import (
    Line,
    against,
    count_sql,
    figure,
    peak_growth,
    side_by_side,
)
from tests.bench.pages import getter
from tests.bench.stage import Stage, state_findings
from tests.factories import NOW
from tests.portfolios import factories as portfolios

FILES, FILE_BYTES, CHUNK = 20, 10_000_000, 1 << 18
TYPST_ALONE = """
import json, sys, typst
job = json.load(sys.stdin)
fonts = typst.Fonts(include_system_fonts=False, font_paths=[job["root"] + "/fonts"])
template = job["root"] + "/" + job["template"]
compiler = typst.Compiler(template, root=job["root"], font_paths=fonts, sys_inputs=job["inputs"])
compiler.compile(pdf_standards=["a-3a", "ua-1"], timestamp=job["timestamp"])
"""


def lines(folder: Path, small: Stage, empty: Stage) -> Iterator[Line]:
    yield report(folder / "typst", small)
    yield workbook(small)
    yield from dossiers(empty)


# --- the report ---


def report(folder: Path, stage: Stage) -> Line:
    made = long_report(stage)
    asked: dict[str, Any] = {}

    def recording(template: str, data: Any, **options: Any) -> bytes:
        asked.update(template=template, data=data, **options)
        return render_pdf(template, data, **options)

    our_pdf.render_pdf = recording
    pages = len(PdfReader(BytesIO(our_pdf.report_pdf(made, "fr"))).pages)
    our_pdf.render_pdf = render_pdf
    job = json.dumps(laid_out(folder, asked)).encode()
    environ = {**os.environ, "RAYON_NUM_THREADS": "2"}

    def floor() -> None:
        command = [sys.executable, "-I", "-B", "-c", TYPST_ALONE]
        subprocess.run(command, input=job, env=environ, check=True)

    times = side_by_side(lambda: our_pdf.report_pdf(made, "fr"), floor, repeat=3, warm=False)
    return against(f"report PDF, {pages} pages / typst alone", *times, most=1.8)


def long_report(stage: Stage) -> AuditReport:
    audit_id = stage.live_audit(1200, answered=True)
    with closing(sqlite3.connect(stage.path)) as db, db:
        state_findings(db, stage.cast, 40, audit=str(audit_id), year=2025)
    with Session(stage.engine) as session:
        return audit_report(
            session,
            get_audit(session, audit_id),
            number=1,
            reason="",
            head=Head(),
            issued_by_id=stage.cast.alice.user_id,
            now=NOW,
        )


def laid_out(folder: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """Lay out what typst needs, once; return the job."""
    for name in ("fonts", "attachments"):
        (folder / name).mkdir(parents=True)
    for path in (paths.templates_dir() / "documents").glob("*.typ"):
        shutil.copy(path, folder)
    for path in font_files():
        shutil.copy(path, folder / "fonts")
    for name, content in asked["attachments"].items():
        (folder / "attachments" / name).write_bytes(content)
    attached = [{"name": name, "mime": "application/json"} for name in asked["attachments"]]
    return {
        "root": str(folder),
        "template": asked["template"],
        "inputs": {"data": json.dumps(asked["data"]), "attachments": json.dumps(attached)},
        "timestamp": int(asked["made_at"].timestamp()),
    }


# --- the workbook ---


def workbook(stage: Stage) -> Line:
    ours = getter(stage.client(stage.cast.claire), "/audits/export.xlsx")
    sql = count_sql(stage.engine, ours)

    def floor() -> None:
        with closing(sqlite3.connect(stage.path)) as db:
            rows = db.execute(
                "SELECT reference, title, status, starts_on, ends_on, 'Alice Moreau', "
                "question_count, answered_count, 1, 1 FROM audit WHERE organisation_id = 1"
            )
            with Workbook(BytesIO(), {"constant_memory": True}) as book:
                page = book.add_worksheet()
                for n, row in enumerate(rows):
                    page.write_row(n, 0, row)

    times = side_by_side(ours, floor, repeat=5)
    return against(
        "XLSX of 1,200 rows", *times, most=2, unit="F (≤ P/3 = 485 ms)", sql=sql, most_sql=12
    )


# --- the dossier ---


class Sink:
    """Takes bytes, cannot seek, and notes when the first came."""

    def __init__(self) -> None:
        self.size, self.started, self.first = 0, time.perf_counter(), 0.0

    def write(self, chunk: bytes) -> int:
        self.first = self.first or time.perf_counter() - self.started
        self.size += len(chunk)
        return len(chunk)

    def flush(self) -> None:
        """Nothing is held back."""


def dossiers(stage: Stage) -> Iterator[Line]:
    files = FileStore(stage.settings.files_folder)
    hashes = [files.put_bytes(os.urandom(FILE_BYTES)).sha256 for _ in range(FILES)]
    sinks: list[Sink] = []

    def sealed() -> None:
        sinks.append(Sink())
        for chunk in bag(stage, files, hashes):
            sinks[-1].write(chunk)

    def floor() -> None:
        with zipfile.ZipFile(Sink(), "w") as archive:
            for digest in hashes:
                with files.open(digest) as source, archive.open(digest, "w") as member:
                    shutil.copyfileobj(source, member, CHUNK)

    times = side_by_side(sealed, floor, repeat=3)
    yield against("sealed ZIP, 200 MB / zipfile streamed", *times, most=4)
    first = median(sink.first for sink in sinks) * 1000
    yield figure("  first byte", first, unit="ms", most=100)
    yield figure("  memory while sealing", peak_growth(sealed), unit="MiB", most=32)
    yield from submitted(stage, files, hashes)


def bag(stage: Stage, files: FileStore, hashes: list[str]) -> Iterator[bytes]:
    key = load_or_make_key(stage.settings.seal_key_path, now=NOW)
    members = (Member(f"data/{digest}.pdf", files.path(digest)) for digest in hashes)
    yield from bag_chunks(root="DOS", members=members, info={}, key=key, sealed_at=NOW)


def submitted(stage: Stage, files: FileStore, hashes: list[str]) -> Iterator[Line]:
    """Submit a portfolio that ties the files, then give the dossier to its evaluator."""
    key = load_or_make_key(stage.settings.seal_key_path, now=NOW)
    with Session(stage.engine) as session:
        candidacy = portfolio(session, stage, hashes)
        took = time.perf_counter()
        made = portfolios.submit(session, stage.cast, candidacy, files, key)
        took = time.perf_counter() - took
        dossier, sha256 = made.id, made.sha256
    yield Line("submit a portfolio of 200 MB: freeze, PDF, seal, store", f"{took:.2f} s")
    client = stage.client(stage.cast.gaelle)
    sinks: list[Sink] = []

    def download(client: FlaskClient = client, path: str = f"/dossiers/{dossier}/download") -> None:
        sinks.append(Sink())
        with client.get(path, buffered=False) as response:
            assert response.status_code == 200, response.status
            for chunk in response.iter_encoded():
                sinks[-1].write(chunk)

    bare = Flask("floor")
    bare.add_url_rule("/", view_func=lambda: send_file(files.path(sha256)))
    times = side_by_side(lambda: download(), lambda: download(bare.test_client(), "/"), repeat=3)
    sql = count_sql(stage.engine, download)
    yield against("download the dossier / bare send_file", *times, most=4, sql=sql)
    first = median(sink.first for sink in sinks) * 1000
    yield figure("  first byte", first, unit="ms", most=100)
    yield figure("  memory meanwhile", peak_growth(download), unit="MiB", most=32)


def portfolio(session: Session, stage: Stage, hashes: list[str]) -> Any:
    cast = stage.cast
    version = portfolios.make_certification(session)
    candidacy = portfolios.make_candidacy(session, cast, version)
    audit = portfolios.make_audit(session, cast, reference="AUD-2026-900")
    tied = [evidence(audit, cast.emma.user_id, n, digest) for n, digest in enumerate(hashes)]
    session.add_all(tied)
    session.commit()
    records = [(Kind.AUDIT, audit.id), *((Kind.EVIDENCE, each.id) for each in tied)]
    capabilities = portfolios.codes(session, version).values()
    portfolios.make_situation(session, cast, candidacy, *capabilities, records=records)
    portfolios.give_opinions(session, cast, candidacy)
    portfolios.sign(session, cast, candidacy)
    portfolios.assign(session, cast, candidacy)
    return candidacy


def evidence(audit: Any, person_id: int, number: int, digest: str) -> Evidence:
    return Evidence(
        organisation_id=audit.organisation_id,
        origin_kind=Kind.AUDIT,
        origin_id=audit.id,
        title=f"Enregistrement {number}",
        type=EvidenceType.RECORD,
        happened_on=date(2026, 3, 9),
        file_name=f"enregistrement-{number}.pdf",
        media_type="application/pdf",
        size_bytes=FILE_BYTES,
        sha256=digest,
        received_sha256=digest,
        uploaded_at=NOW,
        uploaded_by_id=person_id,
    )
