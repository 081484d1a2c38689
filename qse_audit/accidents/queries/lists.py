"""The register as a list: filters, pages, counts, exports."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session

from qse_audit.accidents.models import Accident, AccidentDuty, AccidentStop
from qse_audit.accidents.rules import (
    OPEN,
    Category,
    EventKind,
    EventStatus,
    Potential,
)
from qse_audit.accidents.rules.duties import Answer, Duty, DutyFacts, duties
from qse_audit.accidents.rules.stops import days_of, in_force
from qse_audit.accounts.models import Site
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionStatus
from qse_audit.core.clock import begins_at
from qse_audit.core.permissions import Kind, Link, Role
from qse_audit.core.text import N_, Coded
from qse_audit.db.participation import either, linked_to
from qse_audit.policies import Identity
from qse_audit.processes.models import Process
from qse_audit.web.paging import counted


class Show(Coded):
    """Which events a list shows: one word of the address."""

    OPEN = "open", N_("À traiter")
    MINE = "mine", N_("Les miens")
    ALL = "all", N_("Tous")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccidentFilter:
    """What a list is asked to show."""

    show: Show = Show.ALL
    search: str = ""
    kind: EventKind | None = None
    status: EventStatus | None = None
    process_id: int | None = None
    site_id: int | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccidentLine:
    """One event of a list: nothing about the person."""

    id: int
    reference: str
    kind: EventKind
    status: EventStatus
    happened_at: datetime
    place: str
    facts_text: str
    potential: Potential | None
    process_name: str
    action_count: int
    settled_count: int


def readable_by(who: Identity) -> ColumnElement[bool]:
    """Return ACCIDENT_READ in SQL; ``test_scopes`` holds it and the policy together."""
    here = Accident.organisation_id == who.organisation_id
    if who.roles & {Role.COORDINATOR, Role.MANAGEMENT}:
        return here
    return here & _mine(who)


def _mine(who: Identity) -> ColumnElement[bool]:
    """Return the condition that a person declared an event, or leads its investigation."""
    tied = linked_to(Kind.ACCIDENT, Accident.id, who.user_id, [Link.OWNER, Link.AUTHOR])
    return either(Accident.id.expression, Accident.declared_by_id == who.user_id, tied)


def listed(who: Identity, wanted: AccidentFilter) -> Sequence[ColumnElement[bool]]:
    """Return the conditions of the events that ``who`` may read here and asked for."""
    conditions = [readable_by(who), *_shown(wanted.show, who)]
    for column, value in (
        (Accident.kind, wanted.kind),
        (Accident.status, wanted.status),
        (Accident.process_id, wanted.process_id),
        (Accident.site_id, wanted.site_id),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.year is not None:
        conditions += _within_year(wanted.year)
    return [*conditions, *map(_holds, wanted.search.split()[:8])]


def _shown(show: Show, who: Identity) -> list[ColumnElement[bool]]:
    if show is Show.OPEN:
        return [Accident.status.in_(OPEN)]
    return [_mine(who)] if show is Show.MINE else []


def _within_year(year: int) -> list[ColumnElement[bool]]:
    if not 1900 < year < 2200:
        return [Accident.id.is_(None)]
    first, after = begins_at(date(year, 1, 1)), begins_at(date(year + 1, 1, 1))
    return [Accident.happened_at >= first, Accident.happened_at < after]


def _holds(word: str) -> ColumnElement[bool]:
    """Return the condition that an event holds ``word`` in what people read of it."""
    columns = (Accident.reference, Accident.place, Accident.facts_text, Accident.measures_text)
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def list_statement(who: Identity, wanted: AccidentFilter) -> Select[Any]:
    """Return the events that a list shows, unordered."""
    asked = (
        select(func.count())
        .where(
            Action.origin_kind == Kind.ACCIDENT,
            Action.origin_id == Accident.id,
            Action.status != ActionStatus.CANCELLED,
        )
        .correlate(Accident)
    )
    lines: Select[Any] = select(
        Accident.id,
        Accident.reference,
        Accident.kind,
        Accident.status,
        Accident.happened_at,
        Accident.place,
        Accident.facts_text,
        Accident.potential,
        func.coalesce(Process.name, "").label("process_name"),
        asked.scalar_subquery().label("action_count"),
        asked.where(Action.status == ActionStatus.EFFECTIVE)
        .scalar_subquery()
        .label("settled_count"),
    ).outerjoin(Process, Process.id == Accident.process_id)
    return lines.where(*listed(who, wanted))


def as_line(row: Row[Any]) -> AccidentLine:
    """Return a row of :func:`list_statement` as a line."""
    return AccidentLine(**dict(row._mapping))


def count_shown(session: Session, who: Identity, wanted: AccidentFilter) -> Mapping[Show, int]:
    """Return how many events each word of the address would show, as far as counting goes."""

    def total(show: Show) -> Any:
        narrowed = AccidentFilter(
            show=show,
            search=wanted.search,
            kind=wanted.kind,
            status=wanted.status,
            process_id=wanted.process_id,
            site_id=wanted.site_id,
            year=wanted.year,
        )
        return counted(select(Accident.id).where(*listed(who, narrowed))).label(show)

    return dict(zip(Show, session.execute(select(*map(total, Show))).one(), strict=True))


def years_of(session: Session, who: Identity) -> range:
    """Return the years in which events that ``who`` may read happened, the last first."""
    first, last = session.execute(
        select(func.min(Accident.happened_at), func.max(Accident.happened_at)).where(
            readable_by(who)
        )
    ).one()
    return range(last.year, first.year - 1, -1) if first else range(0)


# --- the register, for exports ---


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLine:
    """One event as the register leaves the application: no name, no function."""

    reference: str
    kind: EventKind
    status: EventStatus
    happened_at: datetime
    place: str
    process_name: str
    site_name: str
    facts_text: str
    measures_text: str
    causes_text: str
    category: Category | None
    potential: Potential | None
    stop_days: int | None
    """``None`` where nobody can be stopped."""
    duties: tuple[Duty, ...]
    declared_at: datetime
    closed_at: datetime | None
    action_count: int


def register(
    session: Session, who: Identity, wanted: AccidentFilter, now: datetime
) -> Iterator[RegisterLine]:
    """Give all that a list shows, the latest first: three statements."""
    narrowed = listed(who, wanted)
    ids = select(Accident.id).where(*narrowed)
    stops: dict[int, list[tuple[date, date | None]]] = {}
    for row in session.execute(
        select(AccidentStop.accident_id, AccidentStop.from_on, AccidentStop.until_on)
        .where(AccidentStop.accident_id.in_(ids))
        .order_by(AccidentStop.id)
    ):
        stops.setdefault(row.accident_id, []).append((row.from_on, row.until_on))
    answers: dict[int, dict[Any, Answer]] = {}
    for duty in session.execute(
        select(AccidentDuty.accident_id, AccidentDuty.duty, AccidentDuty.done_at).where(
            AccidentDuty.accident_id.in_(ids)
        )
    ):
        answers.setdefault(duty.accident_id, {})[duty.duty] = Answer(duty.done_at)
    for line in session.execute(_register_statement(narrowed)):
        yield _register_line(line, stops.get(line.id, []), answers.get(line.id, {}), now=now)


def _register_statement(narrowed: Sequence[ColumnElement[bool]]) -> Select[Any]:
    asked = (
        select(func.count())
        .where(
            Action.origin_kind == Kind.ACCIDENT,
            Action.origin_id == Accident.id,
            Action.status != ActionStatus.CANCELLED,
        )
        .correlate(Accident)
        .scalar_subquery()
    )
    return (
        select(
            *(column for column in Accident.__table__.c),
            Process.name.label("process_name"),
            Site.name.label("site_name"),
            asked.label("action_count"),
        )
        .outerjoin(Process, Process.id == Accident.process_id)
        .outerjoin(Site, Site.id == Accident.site_id)
        .where(*narrowed)
        .order_by(Accident.happened_at.desc(), Accident.id.desc())
        .execution_options(yield_per=1_000)
    )


def _register_line(
    row: Row[Any],
    stops: list[tuple[date, date | None]],
    answers: Mapping[Any, Answer],
    *,
    now: datetime,
) -> RegisterLine:
    facts = DutyFacts(
        kind=row.kind,
        category=row.category,
        known_at=row.known_at,
        requalified_at=row.requalified_at,
        fatal_at=row.fatal_at,
    )
    is_hurt = row.kind in {EventKind.STOP, EventKind.COMMUTING, EventKind.DISEASE}
    return RegisterLine(
        reference=row.reference,
        kind=row.kind,
        status=row.status,
        happened_at=row.happened_at.astimezone(UTC),
        place=row.place,
        process_name=row.process_name or "",
        site_name=row.site_name or "",
        facts_text=row.facts_text,
        measures_text=row.measures_text,
        causes_text=row.causes_text,
        category=row.category,
        potential=row.potential,
        stop_days=days_of(in_force(stops)) if stops or is_hurt else None,
        duties=duties(facts, answers, now),
        declared_at=row.declared_at,
        closed_at=row.closed_at,
        action_count=row.action_count,
    )
