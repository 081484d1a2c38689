"""Computing results again: of an indicator whose numbers changed, and of those that name it."""

import logging
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session, aliased

from qse_audit.core.errors import BadInput
from qse_audit.core.periods import Period
from qse_audit.indicators.models import Indicator, Measurement
from qse_audit.indicators.queries import (
    Row,
    calendar_of,
    results_by_name,
    stored_rows,
)
from qse_audit.indicators.rules import IndicatorStatus, Result, names_in, results

T: Table = Measurement.__table__  # type: ignore[assignment]  # declared as FromClause

log = logging.getLogger("qse_audit.indicators")

MOST_TURNS = 500
"""How many results of other indicators one change may make anew."""


def lock(session: Session, indicators: Iterable[Indicator]) -> None:
    """Let nobody else change these values, nor what follows from them, until the transaction ends.

    In the order of their ids, so that no two transactions wait for each other.
    """
    waiting = list(indicators)
    keys = {each.id for each in waiting}
    while waiting:
        waiting = [each for each in _naming(session, waiting) if each.id not in keys]
        keys |= {each.id for each in waiting}
    session.execute(
        select(Indicator.id).where(Indicator.id.in_(keys)).order_by(Indicator.id).with_for_update()
    )


def recompute(session: Session, indicator: Indicator, *, now: datetime) -> list[Indicator]:
    """Make every stored result what the formulas now give, here and wherever it is named.

    Return the indicators whose results changed.

    :raises BadInput: for a number that no company counts; it names the period.
    """
    return _recompute(session, [indicator], is_lenient=False, now=now)


def recompute_naming(
    session: Session, changed: Iterable[Indicator], *, is_lenient: bool = False, now: datetime
) -> list[Indicator]:
    """Make the results of whatever names one of ``changed`` what its formula now gives.

    Return the indicators whose results changed.

    :raises BadInput: for a number that no company counts; it names the period. If ``is_lenient``,
        such an indicator keeps its results instead.
    """
    return _recompute(session, _naming(session, changed), is_lenient=is_lenient, now=now)


def _recompute(
    session: Session, indicators: Iterable[Indicator], *, is_lenient: bool, now: datetime
) -> list[Indicator]:
    waiting = list(indicators)
    changed: dict[int, Indicator] = {}
    for _ in range(MOST_TURNS):  # formulas that name each other in a circle are refused elsewhere
        if not waiting:
            break
        here = waiting.pop(0)
        try:
            is_changed = _recompute_one(session, here, now=now)
        except BadInput as error:
            if not is_lenient:
                raise
            log.warning("indicator %d: %s: %s", here.id, error.place, error.message)
            continue
        if is_changed:
            changed[here.id] = here
            waiting += [each for each in _naming(session, [here]) if each not in waiting]
    return list(changed.values())


def _naming(session: Session, indicators: Iterable[Indicator]) -> list[Indicator]:
    """Return the indicators whose formulas name one of ``indicators``: one statement."""
    keys = [each.id for each in indicators if each.short_name]
    if not keys:
        return []
    named = aliased(Indicator)
    rows = session.execute(
        select(Indicator, named.short_name)
        .join(
            named,
            (named.organisation_id == Indicator.organisation_id)
            & (named.frequency == Indicator.frequency)
            & Indicator.formula.contains(named.short_name),
        )
        .where(named.id.in_(keys), Indicator.status != IndicatorStatus.DROPPED)
        .order_by(Indicator.id)
    )
    found = {each.id: each for each, name in rows if name in names_in(each.formula)}
    return list(found.values())


def _recompute_one(session: Session, indicator: Indicator, *, now: datetime) -> bool:
    """Compute the results of one indicator again; say whether any changed."""
    rows = stored_rows(session, indicator.id, indicator.frequency)
    declared = {variable.name for variable in indicator.variables}
    foreign = [name for name in names_in(indicator.formula) if name not in declared]
    others = results_by_name(session, indicator.organisation_id, indicator.frequency, foreign)
    known = {**known_of(rows), **others}
    if foreign and not declared:
        _add_derived(session, indicator, rows, others, now=now)
    changed = []
    for period, result in results(indicator.formula, known, sorted(rows)):
        row = rows[period]
        complete = is_complete(row.inputs, declared)
        if (result.value, complete) != (row.value, row.is_complete):
            changed.append({"key": row.id, "result": result.value, "complete": complete})
    if changed:
        statement = (
            update(T)
            .where(T.c.id == bindparam("key"))
            .values(value=bindparam("result"), is_complete=bindparam("complete"))
        )
        session.connection().execute(statement, changed)
    return bool(changed)


def _add_derived(
    session: Session,
    indicator: Indicator,
    rows: dict[Period, Row],
    others: Mapping[str, Mapping[int, Fraction]],
    *,
    now: datetime,
) -> None:
    """Add the periods of an indicator that only others’ results feed."""
    if not others:
        return
    first = Period.of(indicator.frequency, now.date())
    ordinals = {ordinal for each in others.values() for ordinal in each}
    periods = {first.shift(ordinal - first.ordinal) for ordinal in ordinals} - set(rows)
    fresh = [
        new_row(indicator, period, {}, result=Result(None), now=now, actor_id=None)
        for period in sorted(periods)
    ]
    if fresh:
        session.connection().execute(insert(T), fresh)
        rows |= stored_rows(session, indicator.id, indicator.frequency)


def known_of(rows: Mapping[Period, Row]) -> dict[str, dict[int, Fraction]]:
    """Return the inputs of stored rows by name, then by rank of the period."""
    known: dict[str, dict[int, Fraction]] = {}
    for period, row in rows.items():
        for name, text in row.inputs.items():
            known.setdefault(name, {})[period.ordinal] = Fraction(text)
    return known


def is_complete(inputs: Mapping[str, str], declared: Iterable[str]) -> bool:
    """Say whether every variable has its number."""
    return all(name in inputs for name in declared)


def new_row(
    indicator: Indicator,
    period: Period,
    inputs: Mapping[str, str],
    *,
    result: Result,
    now: datetime,
    actor_id: int | None,
    day: date | None = None,
    source: str = "",
    comment: str = "",
) -> dict[str, Any]:
    """Return the values of a new row; ``day`` is when it was entered, for lateness."""
    complete = is_complete(inputs, (each.name for each in indicator.variables))
    late = calendar_of(indicator).late_days(period, day) if day and complete else 0
    return {
        "organisation_id": indicator.organisation_id,
        "indicator_id": indicator.id,
        "period_on": period.starts_on,
        "inputs": dict(inputs),
        "value": result.value,
        "is_complete": complete,
        "late_days": late,
        "source": source,
        "comment": comment,
        "entered_at": now,
        "entered_by_id": actor_id,
        "version": 1,
    }


def set_awaited(session: Session, indicator: Indicator) -> None:
    """Note which values are awaited next, without raising the version that people edit."""
    awaited_on = due_on = None
    is_entered = any(variable.automatic is None for variable in indicator.variables)
    if indicator.status is IndicatorStatus.ACTIVE and is_entered:
        complete = set(
            session.scalars(
                select(Measurement.period_on).where(
                    Measurement.indicator_id == indicator.id, Measurement.is_complete
                )
            )
        )
        calendar = calendar_of(indicator)
        period = calendar.awaited(complete)
        awaited_on, due_on = period.starts_on, calendar.due_on(period)
    session.flush()
    session.execute(
        update(Indicator)
        .where(Indicator.id == indicator.id)
        .values(awaited_on=awaited_on, due_on=due_on)
        .execution_options(synchronize_session=False)
    )
    session.expire(indicator, ["awaited_on", "due_on"])
