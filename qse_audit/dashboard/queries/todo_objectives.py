"""The objectives and the risks that await a person, and what the cascade still lacks."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Row, Select, and_, case, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Organisation
from qse_audit.accounts.rules import MOST_REVIEW_MONTHS
from qse_audit.core.clock import day_in_paris
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_, Message
from qse_audit.dashboard.queries.lines import SHOWN, Line, Section, oversees, works_here
from qse_audit.dashboard.queries.todo_risks import risk_parts, risk_sections
from qse_audit.objectives.models import Arbitration, CoherenceReport, Objective, Talk
from qse_audit.objectives.rules import (
    ObjectiveStatus,
    TalkKind,
    months_before,
)
from qse_audit.policies import Identity

ANSWER, REVIEW, REPORT, CONFLICTS = "answer", "review", "report", "conflicts"
"""What a row is: an objective to answer or to review, the last report, the open conflicts."""


def objectives_and_risks(session: Session, who: Identity, now: datetime) -> Iterable[Section]:
    """Give the person’s objectives and risk analyses to answer for; and what is not coherent.

    One statement: what is not coherent is for those who look after everything.
    """
    if not works_here(who):
        return
    today = day_in_paris(now)
    parts = [_to_answer(who), _to_review(who, today), *risk_parts(who, today)]
    if oversees(who):
        parts += [_last_report(who), _conflicts(who)]
    rows: dict[str, list[Row[Any]]] = {}
    for row in session.execute(union_all(*parts)):
        rows.setdefault(row.place, []).append(row)
    for place, title, rank in (
        (ANSWER, N_("Objectifs qui attendent votre réponse"), 20),
        (REVIEW, N_("Objectifs à revoir"), 24),
    ):
        found = sorted(rows.get(place, ()), key=lambda row: (row.due_on or date.max, row.id))
        lines = [_objective(row) for row in found]
        yield Section(title=title, lines=lines, rank=rank, more="objectives.index")
    yield from risk_sections(rows, today)
    lines = [_anomalies(row) for row in rows.get(REPORT, ()) if row.number]
    lines += [_unsettled(row) for row in rows.get(CONFLICTS, ()) if row.number]
    yield Section(title=N_("Cohérence des objectifs"), lines=lines, rank=30)


def _columns(place: str) -> list[Any]:
    """Return what an objective shows on the home page."""
    return [
        literal(place).label("place"),
        Objective.id,
        Objective.reference,
        Objective.title,
        literal(0).label("number"),
        Objective.due_on,
    ]


def _first(chosen: Select[Any]) -> Select[Any]:
    """Return the few most urgent of ``chosen``, as a part of a union."""
    few = chosen.order_by(Objective.due_on, Objective.id).limit(SHOWN).subquery()
    return select(*few.c)


def _to_answer(who: Identity) -> Select[Any]:
    """Return the objectives whose last words are somebody else’s, and no agreement."""
    last = (
        select(func.max(Talk.id))
        .where(Talk.objective_id == Objective.id)
        .correlate(Objective)
        .scalar_subquery()
    )
    return _first(
        select(*_columns(ANSWER))
        .join(Talk, Talk.id == last)
        .where(
            Objective.organisation_id == who.organisation_id,
            Objective.status == ObjectiveStatus.PROPOSED,
            or_(Objective.owner_id == who.user_id, Objective.created_by_id == who.user_id),
            Talk.said_by_id != who.user_id,
            Talk.kind != TalkKind.AGREEMENT,
        )
    )


def _to_review(who: Identity, today: date) -> Select[Any]:
    """Return the running objectives of the person that nobody looked at for months."""
    seen = func.coalesce(Objective.reviewed_on, Objective.starts_on)
    since = {
        months: literal(months_before(today, months), Date)
        for months in range(1, MOST_REVIEW_MONTHS + 1)
    }
    return _first(
        select(*_columns(REVIEW))
        .join(Organisation, Organisation.id == Objective.organisation_id)
        .where(
            Objective.organisation_id == who.organisation_id,
            Objective.status == ObjectiveStatus.RUNNING,
            Objective.owner_id == who.user_id,
            seen < case(since, value=Organisation.objective_review_months),
        )
    )


def _last_report(who: Identity) -> Select[Any]:
    newest = (
        select(func.max(CoherenceReport.id))
        .where(CoherenceReport.organisation_id == who.organisation_id)
        .scalar_subquery()
    )
    columns: list[Any] = [
        literal(REPORT),
        CoherenceReport.id,
        CoherenceReport.reference,
        literal(""),
        CoherenceReport.open_count,
        null().cast(Date),
    ]
    return select(*columns).where(CoherenceReport.id == newest)


def _conflicts(who: Identity) -> Select[Any]:
    columns: list[Any] = [
        literal(CONFLICTS),
        literal(0),
        literal(""),
        literal(""),
        func.count(Arbitration.id),
        null().cast(Date),
    ]
    open_here = and_(
        Arbitration.organisation_id == who.organisation_id, Arbitration.decided_at.is_(None)
    )
    return select(*columns).where(open_here)


def _objective(row: Row[Any]) -> Line:
    meta: tuple[Message | str, ...] = (row.reference,)
    if row.due_on is not None:
        meta += (N_("pour le %(due_on)s", due_on=row.due_on.isoformat()),)
    return Line(title=row.title, kind=Kind.OBJECTIVE, id=row.id, meta=meta)


def _anomalies(row: Row[Any]) -> Line:
    return Line(
        title=N_("Anomalies à traiter : %(count)s", count=row.number),
        endpoint="objectives.coherence",
        meta=(N_("rapport %(reference)s", reference=row.reference),),
    )


def _unsettled(row: Row[Any]) -> Line:
    return Line(
        title=N_("Conflits à arbitrer : %(count)s", count=row.number),
        endpoint="objectives.coherence",
        values={"check": "K12"},
    )
