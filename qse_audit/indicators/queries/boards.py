"""Reading the indicators of a dashboard, and who sees which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from qse_audit.accounts.models import Site
from qse_audit.core.clock import PARIS
from qse_audit.core.permissions import Role
from qse_audit.indicators.models import Audience, Indicator, LoggedSignal
from qse_audit.indicators.queries.readings import (
    CHARTED,
    Reading,
    SignalLine,
    readings_of,
    signal_lines,
)
from qse_audit.indicators.rules import IndicatorStatus
from qse_audit.indicators.rules.boards import MOST_SHOWN
from qse_audit.policies import Identity

HISTORY_DAYS = 3 * 366
"""How far back a dashboard reads: three years show a season twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What a dashboard shows."""

    readings: tuple[Reading, ...]
    sites: Mapping[int, str]
    new_signals: tuple[SignalLine, ...]
    """Found since the first of the month, the newest first."""
    left_out: bool
    """Whether more stand on it than are shown."""


def board_for(session: Session, who: Identity, today: date) -> Board:
    """Return the dashboard of the roles of ``who``: what they own, and what is shown to them."""
    shown = select(Audience.id).where(
        Audience.indicator_id == Indicator.id, Audience.role.in_(sorted(who.roles))
    )
    found = session.scalars(
        _indicators(who.organisation_id)
        .where(
            Indicator.status == IndicatorStatus.ACTIVE,
            or_(Indicator.owner_id == who.user_id, exists(shown)),
        )
        .limit(MOST_SHOWN + 1)
    ).all()
    kept = found[:MOST_SHOWN]
    readings = readings_of(session, kept, today, since=today - timedelta(days=HISTORY_DAYS))
    names = select(Site.id, Site.name).where(Site.organisation_id == who.organisation_id)
    return Board(
        readings=readings,
        sites={row.id: row.name for row in session.execute(names)},
        new_signals=_new_signals(session, kept, today),
        left_out=len(found) > MOST_SHOWN,
    )


def reviewed(session: Session, organisation_id: int, today: date) -> tuple[Reading, ...]:
    """Return what a review looks at: every indicator that is followed, or was and is dropped."""
    found = session.scalars(
        _indicators(organisation_id).where(Indicator.status != IndicatorStatus.DRAFT)
    ).all()
    return readings_of(session, found, today, since=today - timedelta(days=HISTORY_DAYS))


def _indicators(organisation_id: int) -> Select[Indicator]:
    return (
        select(Indicator)
        .where(Indicator.organisation_id == organisation_id)
        .options(*CHARTED, joinedload(Indicator.owner))
        .order_by(Indicator.domain, Indicator.title, Indicator.id)
    )


def _new_signals(
    session: Session, indicators: Sequence[Indicator], today: date
) -> tuple[SignalLine, ...]:
    rows = session.execute(
        signal_lines()
        .where(
            LoggedSignal.indicator_id.in_([each.id for each in indicators]),
            LoggedSignal.found_at >= datetime.combine(today.replace(day=1), time(), PARIS),
        )
        .order_by(LoggedSignal.found_at.desc(), LoggedSignal.id.desc())
        .limit(MOST_SHOWN)
    )
    return tuple(SignalLine(**row._mapping) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One indicator and the roles on whose dashboards it stands."""

    id: int
    reference: str
    title: str
    roles: frozenset[Role]


def audiences_of(session: Session, organisation_id: int) -> tuple[Choice, ...]:
    """Return the followed indicators of an organisation with their audiences: two statements."""
    roles: dict[int, set[Role]] = {}
    stored = select(Audience.indicator_id, Audience.role).where(
        Audience.organisation_id == organisation_id
    )
    for key, role in session.execute(stored):
        roles.setdefault(key, set()).add(role)
    rows = session.execute(
        select(Indicator.id, Indicator.reference, Indicator.title)
        .where(
            Indicator.organisation_id == organisation_id,
            Indicator.status == IndicatorStatus.ACTIVE,
        )
        .order_by(Indicator.domain, Indicator.title, Indicator.id)
    )
    return tuple(
        Choice(id=row.id, reference=row.reference, title=row.title,
               roles=frozenset(roles.get(row.id, ())))
        for row in rows
    )  # fmt: skip
