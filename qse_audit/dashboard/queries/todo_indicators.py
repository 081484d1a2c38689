"""The values of indicators that await a person."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.core.clock import day_in_paris
from qse_audit.core.periods import Period
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.dashboard.queries.lines import SHOWN, SOON_DAYS, Line, Section, works_here
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.rules import IndicatorStatus
from qse_audit.policies import Identity


def values_due(session: Session, who: Identity, now: datetime) -> Iterable[Section]:
    """Give the indicators of the person whose values are late, or due within days."""
    if not works_here(who):
        return
    today = day_in_paris(now)
    rows = session.execute(
        select(
            Indicator.id,
            Indicator.reference,
            Indicator.title,
            Indicator.frequency,
            Indicator.awaited_on,
            Indicator.due_on,
        )
        .where(
            Indicator.organisation_id == who.organisation_id,
            Indicator.owner_id == who.user_id,
            Indicator.status == IndicatorStatus.ACTIVE,
            Indicator.due_on <= today + timedelta(days=SOON_DAYS),
            Indicator.awaited_on < today,
        )
        .order_by(Indicator.due_on, Indicator.id)
        .limit(SHOWN)
    ).all()
    lines = [line for row in rows if (line := _awaited(row, today))]
    is_late = any(line.status for line in lines)
    yield Section(
        title=N_("Valeurs d’indicateurs à saisir"),
        lines=lines,
        rank=12 if is_late else 21,
        more="indicators.index",
        more_values={"show": "mine"},
    )


def _awaited(row: Any, today: date) -> Line | None:
    """Return the values that a row awaits; ``None`` while their period is not over."""
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
