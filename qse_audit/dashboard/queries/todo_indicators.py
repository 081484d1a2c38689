"""The indicators that await a person: values to enter, signals to explain."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from qse_audit.core.clock import day_in_paris
from qse_audit.core.periods import Period
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.dashboard.queries.lines import SHOWN, SOON_DAYS, Line, Section, works_here
from qse_audit.indicators.models import Indicator, LoggedSignal
from qse_audit.indicators.rules import IndicatorStatus
from qse_audit.policies import Identity


def indicators_to_do(session: Session, who: Identity, now: datetime) -> Iterable[Section]:
    """Give the indicators of the person that await values, late first, or an explanation."""
    if not works_here(who):
        return
    today = day_in_paris(now)
    rows = session.execute(_owned(who, today)).all()
    lines = [line for row in rows if (line := _awaited(row, today))]
    is_late = any(line.status for line in lines)
    yield Section(
        title=N_("Valeurs d’indicateurs à saisir"),
        lines=lines[:SHOWN],
        rank=12 if is_late else 21,
        more="indicators.index",
        more_values={"show": "mine"},
    )
    yield Section(
        title=N_("Signaux à expliquer"),
        lines=[_signalled(row) for row in rows if row.signals][:SHOWN],
        rank=20,
        more="indicators.signals",
    )


def _owned(who: Identity, today: date) -> Select[*tuple[Any, ...]]:
    """Return the followed indicators of a person that ask for something."""
    signals = (
        select(func.count())
        .where(LoggedSignal.indicator_id == Indicator.id, LoggedSignal.analysed_at.is_(None))
        .correlate(Indicator)
        .scalar_subquery()
    )
    awaits = and_(
        Indicator.due_on <= today + timedelta(days=SOON_DAYS), Indicator.awaited_on < today
    )
    return (
        select(
            Indicator.id,
            Indicator.reference,
            Indicator.title,
            Indicator.frequency,
            Indicator.awaited_on,
            Indicator.due_on,
            signals.label("signals"),
        )
        .where(
            Indicator.organisation_id == who.organisation_id,
            Indicator.owner_id == who.user_id,
            Indicator.status == IndicatorStatus.ACTIVE,
            or_(awaits, signals > 0),
        )
        .order_by(Indicator.due_on.is_(None), Indicator.due_on, Indicator.id)
        .limit(2 * SHOWN)
    )


def _signalled(row: Any) -> Line:
    """Return the signals that a row has without an explanation."""
    return Line(
        title=row.title,
        endpoint="indicators.chart",
        values={"indicator_id": row.id},
        meta=(row.reference, N_("%(count)s à expliquer", count=row.signals)),
    )


def _awaited(row: Any, today: date) -> Line | None:
    """Return the values that a row awaits; ``None`` while no period that is over lacks any."""
    if row.awaited_on is None or row.due_on > today + timedelta(days=SOON_DAYS):
        return None
    period = Period.of(row.frequency, row.awaited_on)
    if period.ends_on >= today:
        return None
    late = (today - row.due_on).days
    due = N_("pour le %(due_on)s", due_on=row.due_on.isoformat())
    return Line(
        title=row.title,
        kind=Kind.INDICATOR,
        id=row.id,
        meta=(row.reference, period.label, due),
        status="late" if late > 0 else "",
        status_label=N_("En retard de %(count)s j", count=late) if late > 0 else "",
    )
