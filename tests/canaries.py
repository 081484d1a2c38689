"""A second company that mirrors the first, and a unique word in every text that either holds.

Both are made from the models: a new table or column takes part by itself.
"""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Enum,
    String,
    Table,
    UniqueConstraint,
    select,
    text,
    update,
)

from qse_audit.db.base import Base
from qse_audit.documents.store import FileStore

TWIN = 100_000
"""What is added to an id to get the id of its mirror in the stranger’s company."""
CANARY = re.compile(r"kq\d{5}z")
COMMON = "kq"
"""What every canary begins with: a search for it finds them all, and its echo is none."""
SHARED = {"certification_version", "block", "capability", "criterion"}
"""What belongs to nobody: the certification and its grid."""
PASSING = {"lease", "counter", "sign_in_session", "sign_in_failure", "handled_request"}
"""What the machinery keeps, without a word of anybody."""
MACHINE = {
    "event.body",
    "event.verb",
    "event.subject_kind",
    "event.prev",
    "event.hash",
    "event_text.name",
    "one_time_token.payload",
    "edition.amendments",
    "referential.domains",
    "audit_criterion.clause_keys",
    "requirement.tags",
    "mail.claimed_by",
    "person.locale",
    "evidence.media_type",
    "disclosure.media_type",
    "disclosure.record_kind",
    "disclosure.zones",
    "situation_record.involvement",
    "requirement.key",
    "question.key",
    "report.files",
    "objective_commitment.sentence_key",
    "axis_commitment.sentence_key",
    "anomaly_acceptance.key",
    "coherence_report.document",
    "balance.domains",
    "balance_fact.figure_key",
    "duerp_request.versions",
    "risk_analysis.domains",
    "risk_copy.lines",
    "risk.family",
    "risk.band",
    "risk.notes",
    "risk.planned_notes",
    "risk_rating.notes",
    "risk_rating.action_ids",
    "risk.planned_band",
    "risk_rating.band",
    "risk_rating.overrides",
    "indicator.library_key",
    "indicator.formula",
    "indicator_variable.name",
    "measurement.inputs",
    "measurement_correction.inputs_before",
    "indicator_signal.rule",
    "indicator_signal.answer_kind",
    "work.payload",
    "work.outcome",
    "work.result_kind",
    "context_issue.domains",
    "party_need.domains",
    "proposal.domains",
    "policy.referential_keys",
    "policy_sentence.key",
    "policy_sentence.domains",
    "workshop.nonce",
    "workshop_result.document",
    "commitment_coverage.expected_key",
    "commitment_coverage.sentence_keys",
}
"""Columns that code reads, not people; digests are known by their name."""


@dataclass(frozen=True)
class Canary:
    """Where a word was put."""

    table: str
    key: int
    column: str

    @property
    def is_twin(self) -> bool:
        """Whether the mirror company, or the first, holds the word."""
        return self.key > TWIN

    def __str__(self) -> str:
        return f"{self.table}.{self.column} of {self.key}"


def mirror(connection: Connection) -> None:
    """Copy every row of the company, its partners and its people into a second company."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in SHARED | PASSING]
    copied: dict[str, set[int]] = {}
    for table in tables:
        rows = [dict(row) for row in connection.execute(table.select()).mappings()]
        kept = [row for row in rows if _is_owned(table, row, copied)]
        if "id" in table.c:
            copied[table.name] = {row["id"] for row in kept}
            kept.sort(key=lambda row: row["id"])
        fresh = [_mirrored(table, row, copied) for row in kept]
        if fresh:
            connection.execute(table.insert(), fresh)


def _is_owned(table: Table, row: dict[str, Any], copied: dict[str, set[int]]) -> bool:
    if table.name in {"organisation", "person"}:
        return True
    return any(
        row[column.name] in copied.get(key.column.table.name, set())
        for column in table.columns
        for key in column.foreign_keys
    )


def _mirrored(table: Table, row: dict[str, Any], copied: dict[str, set[int]]) -> dict[str, Any]:
    fresh = dict(row)
    for column in table.columns:
        value, name = row[column.name], column.name
        if value is None:
            continue
        owner = next((key.column.table.name for key in column.foreign_keys), "")
        if name == "id" or (owner and value in copied.get(owner, ())) or _kind_of(row, name):
            fresh[name] = value + TWIN
        elif isinstance(column.type, String) and _is_unique(table, column):
            fresh[name] = hashlib.sha256(value.encode()).hexdigest()
            if name == "email":
                fresh[name] = f"twin-{value}"
    return fresh


def _kind_of(row: dict[str, Any], name: str) -> bool:
    return name.endswith("_id") and bool(row.get(f"{name[:-3]}_kind"))


def _is_unique(table: Table, column: Column[Any]) -> bool:
    keys = [key for key in table.constraints if isinstance(key, UniqueConstraint)]
    indexes = [index for index in table.indexes if index.unique]
    return any(list(key.columns) == [column] for key in (*keys, *indexes))


def plant(connection: Connection, files: FileStore) -> dict[str, Canary]:
    """Put a canary into every text of every row that belongs to somebody; return them all."""
    planted: dict[str, Canary] = {}
    with _nothing_guarded(connection):
        for table in Base.metadata.sorted_tables:
            if table.name in SHARED | PASSING or "id" not in table.c:
                continue
            columns = [column for column in table.columns if is_text(column)]
            for row in connection.execute(_owned_rows(table)).mappings().all():
                changed = {
                    column.name: _with_canaries(column, row, planted)
                    for column in columns
                    if row[column.name] is not None
                }
                changed |= _file_canaries(table, row, files, planted)
                if changed:
                    connection.execute(update(table).where(table.c.id == row["id"]).values(changed))
    return planted


def is_text(column: Column[Any]) -> bool:
    """Say whether people may read or write words in a column."""
    machine = f"{column.table.name}.{column.name}" in MACHINE or column.name.endswith("sha256")
    kinds = isinstance(column.type, String | JSON) and not isinstance(column.type, Enum)
    return kinds and not machine and column.name != "head_hash"


def _owned_rows(table: Table) -> Any:
    """Return the statement of the rows that belong to somebody: not of a shipped referential."""
    shipped = select(Base.metadata.tables["referential"].c.id).where(
        Base.metadata.tables["referential"].c.organisation_id.is_(None)
    )
    editions = Base.metadata.tables["edition"]
    if table.name == "referential":
        return table.select().where(table.c.organisation_id.is_not(None))
    if table.name == "edition":
        return table.select().where(table.c.referential_id.not_in(shipped))
    if "edition_id" in table.c:
        of_shipped = select(editions.c.id).where(editions.c.referential_id.in_(shipped))
        return table.select().where(table.c.edition_id.not_in(of_shipped))
    return table.select()


def _with_canaries(column: Column[Any], row: Any, planted: dict[str, Canary]) -> Any:
    def word() -> str:
        fresh = f"{COMMON}{len(planted):05}z"
        planted[fresh] = Canary(column.table.name, row["id"], column.name)
        return fresh

    def into(value: Any, *, is_word: bool) -> Any:
        if isinstance(value, dict):
            return {k: into(v, is_word=is_word or k in {"fr", "en"}) for k, v in value.items()}
        if isinstance(value, list):
            return [into(each, is_word=is_word) for each in value]
        is_word = is_word or (isinstance(value, str) and " " in value)
        return f"{value} {word()}" if is_word and isinstance(value, str) else value

    value = row[column.name]
    if isinstance(column.type, JSON):
        return into(value, is_word=False)
    if value.startswith("{"):
        return json.dumps(into(json.loads(value), is_word=False))
    fresh = word()
    room = (column.type.length or 100_000) - len(fresh) - 1
    return f"{fresh}-{value}" if column.name == "email" else f"{value[:room]} {fresh}".strip()


def _file_canaries(
    table: Table, row: Any, files: FileStore, planted: dict[str, Canary]
) -> dict[str, Any]:
    """Give a row files of its own, with a canary behind their last byte."""

    def marked(name: str, digest: str) -> str:
        fresh = f"{COMMON}{len(planted):05}z"
        planted[fresh] = Canary(table.name, row["id"], name)
        with files.open(digest) as file:
            return files.put_bytes(file.read() + b"\n" + fresh.encode()).sha256

    if table.name == "report":
        return {"files": {name: marked(name, digest) for name, digest in row["files"].items()}}
    photo = ("sha256", "thumbnail_sha256")
    names = {"evidence": photo, "disclosure": photo, "dossier": ("sha256",)}
    return {name: marked(name, row[name]) for name in names.get(table.name, ()) if row[name]}


@contextmanager
def _nothing_guarded(connection: Connection) -> Iterator[None]:
    """Let signed and frozen rows be changed meanwhile."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield
        connection.execute(text("SET LOCAL session_replication_role = origin"))
        return
    found = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    ).all()
    for name, _ in found:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, sql in found:
        connection.exec_driver_sql(sql)


def readable(content: bytes, media_type: str) -> str:
    """Return the words of an answer: those inside the members of an archive too."""
    if media_type.startswith("text/") or not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    return _members(content) + content.decode("latin-1")


def _members(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(
                archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
            )
    except zipfile.BadZipFile:
        return ""
