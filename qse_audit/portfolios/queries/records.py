"""The live records that a candidate took part in: only these may be tied to a situation.

One statement says it all, for the picker and for the check when tying, so that they cannot differ.
What taking part means for each kind, its feature says (``<feature>/records.py``). Always within
the company of the candidacy, and only while they belong to it; what was tied before they left
stays tied.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, union_all
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Membership
from qse_audit.core.permissions import Kind
from qse_audit.db.wall import within
from qse_audit.portfolios.models import Candidacy
from qse_audit.portfolios.queries.kinds import RECORDS
from qse_audit.records import Candidate

PICKED = 60
"""How many records the picker shows at once."""
OFFERED = 3
"""How many records are offered to start from, against the blank page."""


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A record that the candidate took part in, as shown where one is chosen."""

    kind: Kind
    id: int
    reference: str
    title: str
    happened_on: date | None
    involvement: str
    """How they took part, a code of ``Involvement``: ``lead_auditor``, ``author``."""
    detail: str
    """Its status, grade, number or type, as a code."""
    entered_at: datetime | None = None
    """When a file was sent, which is not when its fact happened; ``None`` for other records."""


def find_records(
    session: Session, candidacy: Candidacy, *, search: str = "", kind: str = ""
) -> tuple[RecordLine, ...]:
    """Return the records to choose from, the newest first; one statement."""
    if kind and kind not in RECORDS:
        return ()
    records = _taken_part(candidacy, [Kind(kind)] if kind else ()).subquery()
    statement = (
        select(records)
        .where(_still_there(candidacy))
        .order_by(records.c.happened_on.desc().nulls_last(), records.c.id)
    )
    if search:
        wanted = search.lower()
        statement = statement.where(
            or_(
                func.lower(records.c.title).contains(wanted, autoescape=True),
                records.c.title.contains(search, autoescape=True),  # SQLite lowers ASCII only
                func.lower(records.c.reference).contains(wanted, autoescape=True),
            )
        )
    return tuple(_line(row) for row in session.execute(statement.limit(PICKED)))


def first_records(session: Session, candidacy: Candidacy) -> tuple[RecordLine, ...]:
    """Return the newest records that a first situation may start from, audits before the rest."""
    audits = find_records(session, candidacy, kind=Kind.AUDIT)
    others = find_records(session, candidacy, kind=Kind.ACTION) if len(audits) < OFFERED else ()
    return (*audits, *others)[:OFFERED]


def find_record(
    session: Session, candidacy: Candidacy, kind: Kind, record_id: int
) -> RecordLine | None:
    """Return one record to tie if the candidate took part in it; ``None`` for any other, alike."""
    if not session.scalar(select(_still_there(candidacy))):
        return None
    return records_by_key(session, candidacy, [(kind, record_id)]).get((kind, record_id))


def _still_there(candidacy: Candidacy) -> ColumnElement[bool]:
    """Return the condition that the candidate belongs to the company: else nothing new is tied."""
    return exists().where(
        Membership.person_id == candidacy.candidate_id,
        Membership.organisation_id == candidacy.organisation_id,
    )


def records_by_key(
    session: Session, candidacy: Candidacy, keys: Iterable[tuple[Kind, int]]
) -> Mapping[tuple[Kind, int], RecordLine]:
    """Return those of the records ``keys`` that the candidate (still) took part in."""
    by_kind: dict[Kind, list[int]] = {}
    for kind, record_id in keys:
        if kind in RECORDS:
            by_kind.setdefault(kind, []).append(record_id)
    if not by_kind:
        return {}
    records = _taken_part(candidacy, by_kind).subquery()
    wanted = or_(
        false(),
        *(and_(records.c.kind == kind, records.c.id.in_(ids)) for kind, ids in by_kind.items()),
    )
    with within(session, candidacy.organisation_id):
        lines = [_line(row) for row in session.execute(select(records).where(wanted))]
    return {(line.kind, line.id): line for line in lines}


def _line(row: Any) -> RecordLine:
    return RecordLine(
        Kind(row.kind),
        row.id,
        row.reference,
        row.title,
        row.happened_on,
        row.involvement,
        row.detail,
        row.entered_at,
    )


def _taken_part(candidacy: Candidacy, kinds: Collection[Kind] = ()) -> Any:
    """Return what the candidate took part in, of some kinds or of all: one column set."""
    who = Candidate(candidacy.candidate_id, candidacy.organisation_id, candidacy.id)
    return union_all(
        *(each.taken_part(who) for each in RECORDS.values() if not kinds or each.kind in kinds)
    )
