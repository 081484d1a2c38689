"""The events of the register that await a person, read with the audits and the findings."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Date, Row, Select, case, literal, null, select
from sqlalchemy.sql.selectable import FromClause

from qse_audit.accidents.models import Accident
from qse_audit.accidents.rules import OPEN, EventKind, EventStatus
from qse_audit.core.permissions import Kind, Link, Permission
from qse_audit.core.text import N_, Message
from qse_audit.dashboard.queries.lines import SHOWN, Line, Section
from qse_audit.db.participation import linked_to
from qse_audit.policies import Identity, allows
from qse_audit.records import as_code


def open_events(who: Identity) -> Select[Any]:
    """Return the open events that one leads; all of them for whoever keeps the register."""
    leads = linked_to(Kind.ACCIDENT, Accident.id, who.user_id, [Link.OWNER])
    keeps = allows(who, Permission.ACCIDENT_RECORD)
    columns: list[Any] = [
        literal(Kind.ACCIDENT.value),
        Accident.id,
        Accident.reference,
        Accident.place,
        as_code(Accident.kind),
        null().cast(Date),
        *(literal(0).label(name) for name in ("questions", "answers", "conducts")),
        case((leads, 1), else_=0).label("leads"),
        as_code(Accident.status).label("status"),
        Accident.duty_due_at.label("due_at"),
    ]
    chosen: FromClause = (
        select(*columns)
        .where(
            Accident.organisation_id == who.organisation_id,
            Accident.status.in_(OPEN),
            *(() if keeps else (leads,)),
        )
        .order_by(Accident.happened_at.desc(), Accident.id.desc())
        .limit(4 * SHOWN)
        .subquery()
    )
    return select(*chosen.c)


def event_sections(rows: Sequence[Row[Any]], who: Identity, now: datetime) -> Iterable[Section]:
    """Give what the law asks, what was just declared, and the investigations that one leads."""
    keeps = allows(who, Permission.ACCIDENT_RECORD)
    due = sorted((row for row in rows if keeps and row.due_at), key=lambda row: row.due_at)
    is_late = any(row.due_at < now for row in due)
    declared = EventStatus.DECLARED
    told = [row for row in rows if keeps and row.status == declared and not row.due_at]
    mine = [row for row in rows if row.leads and row.status == EventStatus.INVESTIGATING]
    for title, some, rank in (
        (N_("Ce que la loi demande après un accident"), due, 10 if is_late else 19),
        (N_("Événements déclarés, à regarder"), told, 21),
        (N_("Vos enquêtes"), mine, 21),
    ):
        lines = [_event(row, now) for row in some[:SHOWN]]
        values = {"show": "open"}
        yield Section(
            title=title, lines=lines, rank=rank, more="accidents.index", more_values=values
        )


def _event(row: Row[Any], now: datetime) -> Line:
    meta: tuple[Message | str, ...] = (row.reference, row.title)
    if row.due_at is None:
        return Line(title=EventKind(row.code).label, kind=Kind.ACCIDENT, id=row.id, meta=meta)
    is_late = row.due_at < now
    return Line(
        title=EventKind(row.code).label,
        kind=Kind.ACCIDENT,
        id=row.id,
        meta=(*meta, N_("avant le %(due_at)s", due_at=row.due_at.isoformat())),
        status="late" if is_late else "due_soon",
        status_label=N_("En retard") if is_late else N_("Bientôt"),
    )
