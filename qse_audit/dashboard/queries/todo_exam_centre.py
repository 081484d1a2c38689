"""What awaits the staff of an exam centre: late dossiers, panels to name, arrivals."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Person
from qse_audit.core.clock import day_in_paris
from qse_audit.core.permissions import Kind, Role
from qse_audit.core.text import N_, Message
from qse_audit.dashboard.queries.lines import SHOWN, SOON_DAYS, Line, Section
from qse_audit.policies import OPEN_CANDIDACY, Identity
from qse_audit.portfolios.models import Candidacy
from qse_audit.portfolios.queries.candidacies import (
    evaluator_count,
    latest_dossier,
    latest_late_days,
)
from qse_audit.portfolios.rules import CandidacyStatus

PLACES = (
    (
        "late",
        N_("Remises en retard à accepter"),
        N_("Dossier de %(name)s : accepter le retard ?"),
        10,
    ),
    ("overdue", N_("Dossiers attendus, date dépassée"), N_("Dossier de %(name)s"), 10),
    ("assign", N_("Dossiers remis sans évaluateur"), N_("Désigner qui évalue %(name)s"), 20),
    ("arrived", N_("Dossiers arrivés"), N_("Lire le dossier de %(name)s"), 30),
    ("expected", N_("Dossiers attendus"), N_("Dossier de %(name)s"), 50),
)
"""Place → the title of its section, what a line says, and its rank."""


def exam_centre(session: Session, who: Identity, now: datetime) -> Iterable[Section]:
    """Give each candidacy of the exam centre in the one place where it asks for something."""
    if Role.EXAM_STAFF not in who.roles:
        return
    today = day_in_paris(now)
    rows = session.execute(_placed(who, today, now)).all()
    for name, title, words, rank in PLACES:
        lines = [_line(row, words) for row in rows if row.place == name]
        yield Section(title=title, lines=lines, rank=rank, more="portfolios.index")


def _placed(who: Identity, today: date, now: datetime) -> Any:
    """Return the statement of the first ``SHOWN`` candidacies of each place."""
    placed = (
        select(
            Candidacy.id,
            Candidacy.candidate_id,
            Candidacy.report_due_on,
            Candidacy.submitted_at,
            evaluator_count().label("evaluators"),
            latest_dossier().label("dossier_id"),
            _place(today, now).label("place"),
        )
        .where(Candidacy.exam_centre_id == who.organisation_id)
        .subquery()
    )
    # The newest arrivals first; everywhere else, what was due first.
    arrived = case((placed.c.place == "arrived", placed.c.submitted_at))
    order = (arrived.desc(), placed.c.report_due_on, placed.c.id)
    rank = func.row_number().over(partition_by=placed.c.place, order_by=order)
    ranked = select(placed, rank.label("rank")).where(placed.c.place != "").subquery()
    return (
        select(ranked, Person.name)
        .join(Person, Person.id == ranked.c.candidate_id)
        .where(ranked.c.rank <= SHOWN)
        .order_by(ranked.c.rank)
    )


def _place(today: date, now: datetime) -> ColumnElement[str]:
    open_ = Candidacy.status.in_([CandidacyStatus(each) for each in OPEN_CANDIDACY])
    submitted = Candidacy.status == CandidacyStatus.SUBMITTED
    undecided = and_(latest_late_days() > 0, Candidacy.late_accepted_at.is_(None))
    return case(
        (and_(submitted, undecided), "late"),
        (and_(submitted, evaluator_count() == 0), "assign"),
        (and_(submitted, Candidacy.submitted_at >= now - timedelta(days=SOON_DAYS)), "arrived"),
        (and_(open_, Candidacy.report_due_on < today), "overdue"),
        (and_(open_, Candidacy.report_due_on <= today + timedelta(days=SOON_DAYS)), "expected"),
        else_="",
    )


def _line(row: Row[Any], words: Message) -> Line:
    title = Message(words.msgid, {"name": row.name})
    if row.place == "assign":
        where: dict[str, Any] = {"endpoint": "portfolios.panel", "values": {"candidacy_id": row.id}}
    elif row.place == "arrived":
        where = {"kind": Kind.DOSSIER, "id": row.dossier_id}
    else:
        where = {"kind": Kind.CANDIDACY, "id": row.id}
    is_late = row.place in {"late", "overdue"}
    return Line(
        title=title,
        meta=tuple(_meta(row)),
        status="late" if is_late else "",
        status_label=N_("En retard") if is_late else "",
        **where,
    )


def _meta(row: Row[Any]) -> Iterable[Message]:
    if row.report_due_on is not None and row.place not in {"assign", "arrived"}:
        yield N_("à remettre le %(due_on)s", due_on=row.report_due_on.isoformat())
    if row.place not in {"overdue", "expected"}:
        sent_on = day_in_paris(row.submitted_at).isoformat()
        yield N_("remis le %(submitted_on)s", submitted_on=sent_on)
    if row.place == "arrived":
        yield N_("évaluateurs désignés : %(count)s", count=row.evaluators)
