"""Reading many indicators: the list, its filters, its export, choices for other features."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from qse_audit.accounts.models import Person
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.series import Direction
from qse_audit.core.text import N_, Coded
from qse_audit.indicators.models import Indicator, Measurement
from qse_audit.indicators.rules import IndicatorDomain, IndicatorStatus
from qse_audit.policies import Identity
from qse_audit.web.paging import counted

T = TypeVar("T")


class Show(Coded):
    """Which indicators a list shows: one word of the address."""

    MINE = "mine", N_("Les miens")
    ACTIVE = "active", N_("Suivis")
    LATE = "late", N_("En retard de saisie")
    DRAFT = "draft", N_("Projets")
    DROPPED = "dropped", N_("Abandonnés")
    ALL = "all", N_("Tous")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorFilter:
    """What a list is asked to show."""

    show: Show = Show.ACTIVE
    search: str = ""
    domain: IndicatorDomain | None = None
    owner_id: int | None = None
    process_id: int | None = None

    @property
    def is_narrowed(self) -> bool:
        """Say whether it asks for less than one word of the address shows."""
        return bool(self.search or self.domain or self.owner_id or self.process_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The last value of an indicator."""

    period: Period
    value: Decimal | None
    """``None``: not computable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorLine:
    """One indicator of a list."""

    id: int
    reference: str
    title: str
    short_name: str
    domain: IndicatorDomain
    status: IndicatorStatus
    measure_unit: str
    decimals: int
    frequency: Frequency
    direction: Direction
    owner_id: int
    owner_name: str
    awaited_on: date | None
    due_on: date | None
    late: int
    """Days since values were due; 0 for what is not late."""

    @property
    def awaited(self) -> Period | None:
        """Return the first period that lacks values."""
        return Period.of(self.frequency, self.awaited_on) if self.awaited_on else None


def readable_by(who: Identity) -> ColumnElement[bool]:
    """Return ``INDICATOR_READ`` said in SQL: what the organisation where ``who`` acts follows."""
    return Indicator.organisation_id == who.organisation_id


def shown(show: Show, who: Identity, today: date) -> ColumnElement[bool]:
    """Return the condition of one word of the address."""
    is_active = Indicator.status == IndicatorStatus.ACTIVE
    kept = Indicator.status != IndicatorStatus.DROPPED
    return {
        Show.MINE: and_(kept, Indicator.owner_id == who.user_id),
        Show.ACTIVE: is_active,
        Show.LATE: and_(is_active, Indicator.due_on < today),
        Show.DRAFT: Indicator.status == IndicatorStatus.DRAFT,
        Show.DROPPED: Indicator.status == IndicatorStatus.DROPPED,
        Show.ALL: Indicator.id.is_not(None),
    }[show]


def lines() -> Select[Any]:
    """Return what every list of indicators shows, unfiltered and unordered."""
    return select(  # type: ignore[return-value]  # its columns are those of IndicatorLine
        Indicator.id,
        Indicator.reference,
        Indicator.title,
        Indicator.short_name,
        Indicator.domain,
        Indicator.status,
        Indicator.measure_unit,
        Indicator.decimals,
        Indicator.frequency,
        Indicator.direction,
        Indicator.owner_id,
        Indicator.awaited_on,
        Indicator.due_on,
        Person.name.label("owner_name"),
    ).join(Person, Person.id == Indicator.owner_id)


def list_statement(who: Identity, wanted: IndicatorFilter, today: date) -> Select[Any]:
    """Return the indicators that ``who`` may read and asked for, unordered."""
    return lines().where(*_narrowed(who, wanted), shown(wanted.show, who, today))


def by_title(descends: bool = False) -> list[tuple[ColumnElement[Any], bool]]:
    """Return the order of lists, for keyset paging: title, then id."""
    return [(Indicator.title.expression, descends), (Indicator.id.expression, descends)]


def _narrowed(who: Identity, wanted: IndicatorFilter) -> list[ColumnElement[bool]]:
    """Return the conditions of a list whatever it shows."""
    conditions = [readable_by(who)]
    for column, value in (
        (Indicator.domain, wanted.domain),
        (Indicator.owner_id, wanted.owner_id),
        (Indicator.process_id, wanted.process_id),
    ):
        if value is not None:
            conditions.append(column == value)
    conditions += [_holds(word) for word in wanted.search.split()[:8]]
    return conditions


def _holds(word: str) -> ColumnElement[bool]:
    """Return the condition that the title, the reference or the short name holds a word."""
    columns = (Indicator.title, Indicator.reference, Indicator.short_name)
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def line_maker(today: date) -> Callable[[Row[Any]], IndicatorLine]:
    """Return the function that makes an :class:`IndicatorLine` of a row."""

    def make(row: Row[Any]) -> IndicatorLine:
        late = max((today - row.due_on).days, 0) if row.due_on else 0
        return IndicatorLine(**row._mapping, late=late)

    return make


def count_shown(
    session: Session, who: Identity, wanted: IndicatorFilter, today: date
) -> Mapping[Show, int]:
    """Return how many indicators each word of the address would show, as far as counting goes."""
    found = select(Indicator.id).where(*_narrowed(who, wanted))
    counts = (counted(found.where(shown(each, who, today))).label(each) for each in Show)
    return dict(zip(Show, session.execute(select(*counts)).one(), strict=True))


def export_lines(
    session: Session, who: Identity, wanted: IndicatorFilter, today: date
) -> Sequence[IndicatorLine]:
    """Return all that the list shows, for an export."""
    statement = list_statement(who, wanted, today).order_by(Indicator.title, Indicator.id)
    return [line_maker(today)(row) for row in session.execute(statement)]


def latest_values(session: Session, ids: Sequence[int]) -> Mapping[int, Latest]:
    """Return the last value of each of these indicators that has one: one statement."""
    rows = session.execute(
        select(
            Indicator.id,
            Indicator.frequency,
            last_of_each(Measurement.period_on).label("period_on"),
            last_of_each(Measurement.value).label("value"),
        ).where(Indicator.id.in_(list(ids)))
    )
    return {
        row.id: Latest(period=Period.of(row.frequency, row.period_on), value=row.value)
        for row in rows
        if row.period_on is not None
    }


def last_of_each(column: InstrumentedAttribute[T]) -> ScalarSelect[T]:
    """Return a column of the last complete measurement of each indicator of a statement.

    It is found at the end of its index, however long its series is. A join on the row would let
    PostgreSQL read every measurement there is.
    """
    return (
        select(column)
        .where(Measurement.indicator_id == Indicator.id, Measurement.is_complete)
        .order_by(Measurement.period_on.desc())
        .limit(1)
        .correlate(Indicator)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorChoice:
    """An indicator as offered in a list of choices."""

    id: int
    reference: str
    title: str
    measure_unit: str
    direction: Direction
    frequency: Frequency
    status: IndicatorStatus


def indicators_of(session: Session, organisation_id: int) -> tuple[IndicatorChoice, ...]:
    """Return the indicators in use of an organisation, by title: choices of a form."""
    columns = (
        Indicator.id,
        Indicator.reference,
        Indicator.title,
        Indicator.measure_unit,
        Indicator.direction,
        Indicator.frequency,
        Indicator.status,
    )
    rows = session.execute(
        select(*columns)
        .where(
            Indicator.organisation_id == organisation_id,
            Indicator.status != IndicatorStatus.DROPPED,
        )
        .order_by(Indicator.title, Indicator.id)
    )
    return tuple(IndicatorChoice(**row._mapping) for row in rows)
