"""The portfolios, opinions and dossiers that await a person."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, case, or_, select
from sqlalchemy.orm import Session, aliased

from qse_audit.accounts.models import Person
from qse_audit.core.clock import day_in_paris
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.text import N_, Message
from qse_audit.dashboard.queries.lines import SHOWN, Line, Section
from qse_audit.db.participation import linked_to
from qse_audit.policies import OPEN_CANDIDACY, Identity
from qse_audit.portfolios.models import Candidacy
from qse_audit.portfolios.queries.candidacies import is_here, latest_dossier
from qse_audit.portfolios.queries.opinions import is_opinion_signed
from qse_audit.portfolios.rules import CandidacyStatus


def candidacies(session: Session, who: Identity, now: datetime) -> Iterable[Section]:
    """Give the portfolios to complete, the opinions to give, the dossiers to read."""
    mine = Candidacy.candidate_id == who.user_id
    tutor = linked_to(Kind.CANDIDACY, Candidacy.id, who.user_id, [Link.TUTOR])
    reads = linked_to(Kind.CANDIDACY, Candidacy.id, who.user_id, [Link.EVALUATOR, Link.JURY])
    open_ = Candidacy.status.in_([CandidacyStatus(each) for each in OPEN_CANDIDACY])
    submitted = Candidacy.status == CandidacyStatus.SUBMITTED
    places = [
        (and_(mine, open_), "complete"),
        (and_(is_here(who), tutor, open_, ~is_opinion_signed()), "opinion"),
        (and_(is_here(who), reads, submitted), "read"),
    ]
    candidate, today = aliased(Person), day_in_paris(now)
    place = case(*places, else_="")
    rows = session.execute(
        select(
            Candidacy.id,
            Candidacy.report_due_on,
            Candidacy.submitted_at,
            candidate.name,
            latest_dossier().label("dossier_id"),
            place.label("place"),
        )
        .join(candidate, candidate.id == Candidacy.candidate_id)
        .where(or_(*(condition for condition, _ in places)))
        .order_by(Candidacy.report_due_on, Candidacy.id)
        .limit(4 * SHOWN)
    ).all()
    for name, title, words, rank in CANDIDACY_PLACES:
        lines = [_candidacy(row, words, today) for row in rows if row.place == name]
        yield Section(
            title=title,
            lines=lines,
            rank=rank,
            more="assessments.index" if name == "read" else "portfolios.index",
        )


CANDIDACY_PLACES = (
    ("complete", N_("Votre dossier de certification"), N_("Compléter votre dossier"), 20),
    ("opinion", N_("Avis à donner"), N_("Donner votre avis sur les capacités de %(name)s"), 20),
    ("read", N_("Dossiers à lire"), N_("Lire le dossier de %(name)s"), 20),
)


def _candidacy(row: Row[Any], words: Message, today: date) -> Line:
    meta: tuple[Message | str, ...] = ()
    is_late = False
    if row.place in {"complete", "opinion"} and row.report_due_on is not None:
        meta = (N_("à remettre le %(due_on)s", due_on=row.report_due_on.isoformat()),)
        is_late = row.report_due_on < today
    elif row.submitted_at is not None:
        day_ = day_in_paris(row.submitted_at).isoformat()
        meta = (N_("remis le %(submitted_on)s", submitted_on=day_),)
    named = Message(words.msgid, {"name": row.name} if "%(name)s" in words.msgid else {})
    if row.place == "read" and row.dossier_id is not None:
        return Line(title=named, kind=Kind.DOSSIER, id=row.dossier_id, meta=meta)
    status, label = ("late", N_("En retard")) if is_late else ("", "")
    return Line(
        title=named,
        kind=Kind.CANDIDACY,
        id=row.id,
        meta=meta,
        status=status,
        status_label=label,
    )
