"""The rows people rely on: do they still say what the register last recorded of them?

Only what is recorded can be compared: the status of audits, findings and actions, the answers of
an audit, the words of a final finding, and all that is said of an evidence file.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.actions.models import Action
from qse_audit.audits.models import Audit, ChecklistItem
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_, Message
from qse_audit.db.trail import Event, EventText
from qse_audit.doctor.faults import Examination, Fault
from qse_audit.evidence.models import Evidence
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import TEXT_FIELDS

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Watched:
    """What the events about one kind of row say of its columns."""

    model: Any
    word: Message
    data: Mapping[str, str]
    """What an event calls it → the column."""
    texts: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    """The only verbs whose texts are those of the row; empty: all."""
    empties: bool = False
    """Whether a text that is not recorded is empty."""


WATCHED: Mapping[str, Watched] = {
    Kind.AUDIT.value: Watched(Audit, N_("audit"), {"status": "status"}),
    Kind.CHECKLIST_ITEM.value: Watched(
        ChecklistItem,
        N_("réponse d’audit"),
        {"after": "verdict"},
        texts=frozenset({"observation"}),
        verbs=frozenset({"audit.answer"}),
        empties=True,
    ),
    Kind.FINDING.value: Watched(
        Finding,
        N_("constat"),
        {"after": "status"},
        texts=frozenset(TEXT_FIELDS),
        verbs=frozenset({"finding.finalise"}),
    ),
    Kind.ACTION.value: Watched(Action, N_("action"), {"after": "status"}),
    Kind.EVIDENCE.value: Watched(
        Evidence,
        N_("preuve"),
        {
            name: name
            for name in (
                "sha256", "received_sha256", "size_bytes", "media_type", "type", "happened_on",
            )
        },
        texts=frozenset({"title", "place", "file_name"}),
    ),
}  # fmt: skip


@dataclass(slots=True)
class _Known:
    """What the register last said of a row."""

    data: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, int | None] = field(default_factory=dict)
    """Column → the event that holds its text, ``None`` for an empty one."""


def examine_rows(session: Session, found: Examination) -> None:
    """Compare every watched row with what the register last said of it."""
    for kind, watched in WATCHED.items():
        known = _last_said(session, kind, watched)
        for some in _batches(known):
            found.count("rows", len(some))
            found.faults += _compare(session, kind, {key: known[key] for key in some})


def _batches(ids: Collection[int]) -> Iterator[list[int]]:
    """Give ids in pieces that one statement takes."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


def _last_said(session: Session, kind: str, watched: Watched) -> dict[int, _Known]:
    known: dict[int, _Known] = {}
    rows = session.execute(
        select(Event.id, Event.subject_id, Event.verb, Event.body)
        .where(Event.subject_kind == kind)
        .order_by(Event.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in rows:
        if row.verb.endswith(".delete"):
            known.pop(row.subject_id, None)
            continue
        _learn(known.setdefault(row.subject_id, _Known()), row, watched)
    return known


def _learn(known: _Known, row: Any, watched: Watched) -> None:
    body = json.loads(row.body)
    for name, column in watched.data.items():
        if name in body["data"]:
            known.data[column] = body["data"][name]
    if watched.verbs and row.verb not in watched.verbs:
        return
    for name in watched.texts:
        if name in body["texts"]:
            known.texts[name] = row.id
        elif watched.empties:
            known.texts[name] = None


def _compare(session: Session, kind: str, known: Mapping[int, _Known]) -> Iterator[Fault]:
    watched = WATCHED[kind]
    columns = {*watched.data.values(), *watched.texts}
    model = watched.model
    rows = {
        row.id: row
        for row in session.execute(
            select(model.id, *(getattr(model, name) for name in sorted(columns))).where(
                model.id.in_(known)
            )
        )
    }
    words = _words(session, known)
    for key, said in known.items():
        if key not in rows:
            message = N_("Une ligne a disparu de la base : %(word)s.", word=watched.word)
            yield Fault("row_missing", f"{kind}/{key}", message)
            continue
        for column in _differing(rows[key], said, words):
            message = N_(
                "%(word)s : « %(column)s » n’est plus ce que dit le registre.",
                word=watched.word,
                column=column,
            )
            yield Fault("row_changed", f"{kind}/{key}", message)


def _differing(row: Any, said: _Known, words: Mapping[tuple[int, str], str]) -> Iterator[str]:
    for column, value in sorted(said.data.items()):
        if _plain(getattr(row, column)) != value:
            yield column
    for column, event_id in sorted(said.texts.items()):
        stored = getattr(row, column)
        if event_id is None:
            if stored:
                yield column
        elif (event_id, column) in words and words[event_id, column] != stored:
            yield column


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return getattr(value, "value", value)


def _words(session: Session, known: Mapping[int, _Known]) -> dict[tuple[int, str], str]:
    """Return the recorded texts that were not erased, by event and name."""
    events = {e for said in known.values() for e in said.texts.values() if e is not None}
    found: dict[tuple[int, str], str] = {}
    for some in _batches(events):
        rows = session.execute(
            select(EventText.event_id, EventText.name, EventText.value).where(
                EventText.event_id.in_(some)
            )
        )
        found |= {(row.event_id, row.name): row.value for row in rows}
    return found
