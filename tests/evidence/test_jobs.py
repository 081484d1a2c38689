"""The sweep removes what nothing refers to, and nothing else."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, inspect
from sqlalchemy.orm import Session

from qse_audit.audits.models import Audit, Report
from qse_audit.core.clock import now
from qse_audit.documents.store import FileStore
from qse_audit.evidence.jobs import address_columns, sweep
from qse_audit.evidence.models import Evidence
from tests.evidence import samples
from tests.factories import NOW, Cast

LATER = timedelta(days=2)
NO_FILES = {"token_hash", "hash", "head_hash", "prev"}
"""Columns that hold the hash of something else than a file."""


def age(path: Path, at: datetime) -> None:
    os.utime(path, (at.timestamp(), at.timestamp()))


def test_files_without_a_row_go_after_a_day(
    session: Session, files: FileStore, keep: Callable[..., Evidence]
) -> None:
    kept = keep()
    orphan = files.put_bytes(samples.pdf())
    assert sweep(session, files, now()) == 0, "it may still be waiting for its row"
    assert sweep(session, files, now() + LATER) == 1
    assert not files.path(orphan.sha256).exists()
    assert files.path(kept.sha256).exists()
    assert files.path(str(kept.thumbnail_sha256)).exists()


def test_what_an_interrupted_upload_left_goes_after_a_day(
    session: Session, files: FileStore
) -> None:
    left = files.folder / "incoming" / "left"
    left.mkdir(parents=True)
    (left / "received").write_bytes(b"half")
    assert sweep(session, files, now()) == 0
    assert sweep(session, files, now() + LATER) == 1
    assert not left.exists()


def test_a_file_sent_again_is_young_again(session: Session, files: FileStore) -> None:
    orphan = files.put_bytes(b"photo")
    age(files.path(orphan.sha256), now() - LATER)
    files.put_bytes(b"photo")
    assert sweep(session, files, now()) == 0


def test_an_empty_folder_is_fine(session: Session, tmp_path: Path) -> None:
    assert sweep(session, FileStore(tmp_path / "nothing"), now()) == 0


def test_every_column_that_may_hold_an_address_is_known(session: Session) -> None:
    known = {(str(c.table.name), c.name) for c in address_columns(session)}
    assert {("evidence", "sha256"), ("evidence", "thumbnail_sha256")} <= known
    assert {("report", "files"), ("dossier", "sha256")} <= known
    for (_, table), checks in inspect(session.connection()).get_multi_check_constraints().items():
        for check in checks:
            if str(check["name"]).endswith("_is_sha256"):
                column = str(check["name"])[len(f"ck_{table}_") : -len("_is_sha256")]
                assert (table, column) in known or column in NO_FILES, (
                    f"{table}.{column}: call it …sha256 if it holds the address of a file, or its "
                    "files will be swept; add it to NO_FILES if it never does"
                )


def test_files_named_in_a_mapping_are_kept(session: Session, cast: Cast, files: FileStore) -> None:
    pdf = files.put_bytes(samples.pdf())
    audit = insert(Audit).values(
        organisation_id=cast.company,
        reference="AUD-2026-001",
        title="Achats",
        created_at=NOW,
        created_by_id=cast.alice.user_id,
        listed_on=NOW.date(),
    )
    audit_id = session.execute(audit.returning(Audit.id)).scalar_one()
    report = Report(
        organisation_id=cast.company,
        audit_id=audit_id,
        number=1,
        model={},
        model_sha256="0" * 64,
        files={"pdf-fr": pdf.sha256},
        head_seq=0,
        head_hash="0" * 64,
        issued_at=NOW,
        issued_by_id=cast.alice.user_id,
    )
    session.add(report)
    session.commit()
    assert sweep(session, files, now() + LATER) == 0
    assert files.path(pdf.sha256).exists()
