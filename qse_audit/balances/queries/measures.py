"""Reading the indicators of an organisation with their values of two periods: six statements."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from qse_audit.balances.rules import EVERYTHING, IndicatorRecord, Section, SignalRecord
from qse_audit.core.clock import begins_at, day_in_paris
from qse_audit.indicators.models import Indicator, LoggedSignal
from qse_audit.indicators.queries.cards import target_path
from qse_audit.indicators.queries.readings import entries_of
from qse_audit.indicators.rules import Entry, IndicatorDomain, IndicatorStatus

ACCIDENTS = {"tf1", "tf2", "tg", "if", "ig", "presque-accidents", "absence-accidents"}
COMPLAINTS = {"reclamations", "delai-reponse-client", "satisfaction-client"}
COMPLIANCE = {"conformite-reglementaire", "rejets-conformes", "incidents-environnementaux"}
SECTION_OF = {
    **dict.fromkeys(ACCIDENTS, Section.ACCIDENTS),
    **dict.fromkeys(COMPLAINTS, Section.COMPLAINTS),
    **dict.fromkeys(COMPLIANCE, Section.COMPLIANCE),
}
"""Where the cards of the library stand; every other indicator stands among the indicators."""


def indicators_of(
    session: Session, organisation_id: int, *, since: date
) -> tuple[IndicatorRecord, ...]:
    """Return the indicators followed at some time from ``since`` on, by domain and title."""
    found = session.scalars(
        select(Indicator)
        .where(
            Indicator.organisation_id == organisation_id,
            Indicator.status != IndicatorStatus.DRAFT,
            or_(Indicator.dropped_at.is_(None), Indicator.dropped_at >= begins_at(since)),
        )
        .options(
            selectinload(Indicator.variables),
            selectinload(Indicator.targets),
            selectinload(Indicator.baselines),
        )
        .order_by(Indicator.domain, Indicator.title, Indicator.id)
    ).all()
    entries = entries_of(session, found, since=since)
    return tuple(_record(each, tuple(entries[each.id])) for each in found)


def _record(indicator: Indicator, entries: tuple[Entry, ...]) -> IndicatorRecord:
    is_system = indicator.domain is IndicatorDomain.SYSTEM
    site = indicator.site_id
    return IndicatorRecord(
        id=indicator.id,
        reference=indicator.reference,
        sites=frozenset() if site is None else frozenset({site}),
        domains=EVERYTHING if is_system else frozenset({indicator.domain.value}),
        title=indicator.title,
        section=section_of(indicator.library_key),
        direction=indicator.direction,
        frequency=indicator.frequency,
        starts_on=indicator.starts_on,
        dropped_on=day_in_paris(indicator.dropped_at) if indicator.dropped_at else None,
        measure_unit=indicator.measure_unit,
        decimals=indicator.decimals,
        formula=indicator.formula,
        aggregations={each.name: each.aggregation for each in indicator.variables},
        variables=[(each.name, each.label, each.measure_unit) for each in indicator.variables],
        targets=target_path(indicator),
        entries=entries,
    )


def section_of(library_key: str) -> Section:
    """Return where an indicator made from a card of the library stands."""
    return SECTION_OF.get(library_key.rpartition("/")[2], Section.INDICATORS)


def signals_of(session: Session, organisation_id: int, *, since: date) -> tuple[SignalRecord, ...]:
    """Return the signals of both periods, each called by its indicator: one statement."""
    rows = session.execute(
        select(
            Indicator.id,
            Indicator.reference,
            Indicator.site_id,
            Indicator.domain,
            LoggedSignal.until_on,
            LoggedSignal.is_favourable,
            LoggedSignal.analysed_at,
        )
        .join(Indicator, Indicator.id == LoggedSignal.indicator_id)
        .where(LoggedSignal.organisation_id == organisation_id, LoggedSignal.until_on >= since)
    )
    return tuple(
        SignalRecord(
            id=row.id,
            reference=row.reference,
            sites=frozenset() if row.site_id is None else frozenset({row.site_id}),
            domains=EVERYTHING
            if row.domain is IndicatorDomain.SYSTEM
            else frozenset({row.domain.value}),
            until_on=row.until_on,
            is_favourable=row.is_favourable,
            is_analysed=row.analysed_at is not None,
        )
        for row in rows
    )
