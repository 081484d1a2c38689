"""The risk analyses that await a person: lines to rate again, reviews that are due."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, select

from qse_audit.core.permissions import Kind, Role
from qse_audit.core.text import N_
from qse_audit.dashboard.queries.lines import SHOWN, Line, Section
from qse_audit.policies import Identity
from qse_audit.risks.models import Risk, RiskAnalysis
from qse_audit.risks.queries.lines import LIVE_LINE, is_to_rate
from qse_audit.risks.rules import RiskMethod
from qse_audit.risks.rules.analyses import LIVE, AnalysisStatus

AGAIN, LOOK = "again", "look"
"""What a row is: an analysis with lines to rate again, one to review."""
REVIEW_SOON_DAYS = 30
"""How long before its review an analysis comes to mind."""


def risk_parts(who: Identity, today: date) -> list[Select[Any]]:
    """Return the analyses that the person owns, and all to a coordinator, as parts of a union.

    The yearly update of the risk assessment document has a section of its own.
    """
    soon = today + timedelta(days=REVIEW_SOON_DAYS)
    again = (
        select(func.count(Risk.id))
        .where(Risk.analysis_id == RiskAnalysis.id, LIVE_LINE, is_to_rate())
        .correlate(RiskAnalysis)
        .scalar_subquery()
    )
    due = and_(
        RiskAnalysis.status == AnalysisStatus.IN_FORCE,
        RiskAnalysis.method != RiskMethod.OCCUPATIONAL,
        RiskAnalysis.review_on <= soon,
    )
    return [
        _few(who, AGAIN, RiskAnalysis.status.in_(sorted(LIVE)), again, counts=True),
        _few(who, LOOK, due, literal(0), counts=False),
    ]


def _few(
    who: Identity, place: str, condition: ColumnElement[bool], number: Any, *, counts: bool
) -> Select[Any]:
    columns: list[Any] = [
        literal(place).label("place"),
        RiskAnalysis.id,
        RiskAnalysis.reference,
        RiskAnalysis.title,
        number.label("number"),
        RiskAnalysis.review_on.label("due_on"),
    ]
    asked = select(*columns).where(RiskAnalysis.organisation_id == who.organisation_id, condition)
    if Role.COORDINATOR not in who.roles:
        asked = asked.where(RiskAnalysis.owner_id == who.user_id)
    found = asked.subquery()
    shown = select(*found.c).order_by(found.c.due_on, found.c.id).limit(SHOWN)
    few = (shown.where(found.c.number > 0) if counts else shown).subquery()
    return select(*few.c)


def risk_sections(rows: Mapping[str, Sequence[Row[Any]]], today: date) -> Iterator[Section]:
    """Give the lines to rate again and the reviews that are due."""
    again = [_to_rate(row) for row in rows.get(AGAIN, ())]
    title, values = N_("Risques à recoter"), {"show": "again"}
    yield Section(title=title, lines=again, rank=23, more="risks.top", more_values=values)
    due = [_to_review(row, today) for row in rows.get(LOOK, ())]
    title = N_("Analyses de risques à revoir")
    yield Section(title=title, lines=due, rank=25, more="risks.index")


def _to_rate(row: Row[Any]) -> Line:
    return Line(
        title=row.title,
        kind=Kind.RISK_ANALYSIS,
        id=row.id,
        meta=(row.reference, N_("Lignes à recoter : %(count)s", count=row.number)),
        status="due_soon",
        status_label=N_("Action vérifiée"),
    )


def _to_review(row: Row[Any], today: date) -> Line:
    late = row.due_on < today
    return Line(
        title=row.title,
        kind=Kind.RISK_ANALYSIS,
        id=row.id,
        meta=(row.reference, N_("revue le %(due_on)s", due_on=row.due_on.isoformat())),
        status="late" if late else "due_soon",
        status_label=N_("En retard") if late else N_("Bientôt"),
    )
