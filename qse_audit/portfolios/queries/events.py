"""The history of records in a dossier: what the register says of each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, false, or_, select
from sqlalchemy.orm import Session

from qse_audit.core.clock import utc_text
from qse_audit.core.permissions import Kind
from qse_audit.db.trail import Event
from qse_audit.db.wall import within
from qse_audit.portfolios.models import Candidacy
from qse_audit.portfolios.queries.kinds import RECORDS
from qse_audit.portfolios.queries.snapshots import Key, ids_by_kind


def events_of(
    session: Session, candidacy: Candidacy, keys: Sequence[Key]
) -> Mapping[Key, list[dict[str, Any]]]:
    """Return what the register says of each record: who acted is the candidate, or not.

    One statement, and one for each kind whose acts have another subject.
    """
    by_kind = ids_by_kind(keys)
    with within(session, candidacy.organisation_id):
        told_of = _told_of(session, by_kind)
    subjects = (
        and_(Event.subject_kind == kind, Event.subject_id.in_(ids)) for kind, ids in by_kind.items()
    )
    rows = session.execute(
        select(
            Event.id, Event.seq, Event.at, Event.verb, Event.actor_id, Event.hash,
            Event.subject_kind, Event.subject_id,
        )
        .where(
            Event.organisation_id == candidacy.organisation_id,
            or_(false(), *subjects, Event.id.in_(list(told_of))),
        )
        .order_by(Event.seq)
    )  # fmt: skip
    found: dict[Key, list[dict[str, Any]]] = {key: [] for key in keys}
    for row in rows:
        event = {
            "seq": row.seq,
            "at": utc_text(row.at),
            "verb": row.verb,
            "by_candidate": row.actor_id == candidacy.candidate_id,
            "hash": row.hash,
        }
        for key in _records_of(row, told_of):
            if key in found:
                found[key].append(event)
    return found


def _told_of(session: Session, by_kind: Mapping[Kind, Sequence[int]]) -> Mapping[int, list[Key]]:
    """Return the records that an act on something else concerns, by the id of its event."""
    found: dict[int, list[Key]] = {}
    for kind, ids in by_kind.items():
        acts = RECORDS[kind].acts
        for key, events in (acts(session, ids) if acts else {}).items():
            for event_id in events:
                found.setdefault(event_id, []).append((kind, key))
    return found


def _records_of(row: Any, told_of: Mapping[int, list[Key]]) -> Iterator[Key]:
    """Yield the records that an event concerns, each once."""
    subject = (row.subject_kind, row.subject_id)
    if row.subject_kind in RECORDS:
        yield (Kind(row.subject_kind), row.subject_id)
    yield from (key for key in told_of.get(row.id, ()) if key != subject)
