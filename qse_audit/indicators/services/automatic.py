"""Counting values from our own records: each night for everybody, or now for one indicator."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session, selectinload

from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import BadInput
from qse_audit.core.expressions import parse
from qse_audit.core.numbers import decimal_text
from qse_audit.core.periods import Period
from qse_audit.core.text import N_
from qse_audit.db.trail import Act, record
from qse_audit.indicators.models import Correction, Indicator, Variable
from qse_audit.indicators.queries import (
    Row,
    calendar_of,
    records_of,
    results_by_name,
    rows_of_many,
)
from qse_audit.indicators.rules import IndicatorStatus, Known, Result, names_in, result_of
from qse_audit.indicators.rules.automatic import RECOUNTED, Records, count
from qse_audit.indicators.services.computing import (
    T,
    is_complete,
    known_of,
    lock,
    new_row,
    recompute_naming,
)
from qse_audit.indicators.services.signals import watch_all
from qse_audit.policies import Identity

log = logging.getLogger("qse_audit.indicators")

OURS = N_("nos fiches")
AGAIN = N_("Recompté depuis nos fiches")


@dataclass(frozen=True, slots=True)
class Recounted:
    """What counting changes for one period of one indicator."""

    indicator: Indicator
    period: Period
    before: Row | None
    inputs: Mapping[str, str]


def count_all(session: Session, now: datetime) -> int:
    """Count every automatic value of every organisation again; return how many changed.

    What is read and stored takes as many statements for one indicator as for a thousand. Those
    that changed, and those whose formulas name them, are then watched for signals.

    Two processes that count at once count once: the second waits, and finds nothing to change.
    """
    followed = session.scalars(
        select(Indicator)
        .where(
            Indicator.status == IndicatorStatus.ACTIVE,
            Indicator.id.in_(select(Variable.indicator_id).where(Variable.automatic.is_not(None))),
        )
        .options(selectinload(Indicator.variables))
    ).all()
    return _count(session, followed, actor_id=None, now=now)


def count_now(session: Session, indicator: Indicator, *, actor: Identity, now: datetime) -> int:
    """Count the automatic values of one indicator again; return how many changed."""
    return _count(session, [indicator], actor_id=actor.user_id, now=now)


def _count(
    session: Session, followed: Sequence[Indicator], *, actor_id: int | None, now: datetime
) -> int:
    if not followed:
        return 0
    lock(session, followed)
    today = day_in_paris(now)
    spans = {each.id: _periods(each, now) for each in followed}
    since = min((span[0].starts_on for span in spans.values() if span), default=today)
    records = records_of(
        session, (each.organisation_id for each in followed), since=since, today=today
    )
    frequencies = {each.id: each.frequency for each in followed}
    stored = rows_of_many(session, frequencies)
    found = [
        change
        for each in followed
        for change in _changes(each, spans[each.id], records[each.organisation_id],
                               stored=stored.get(each.id, {}))
    ]  # fmt: skip
    if found:
        _store(session, found, stored, actor_id=actor_id, now=now)
        changed = {each.indicator.id: each.indicator for each in found}.values()
        following = recompute_naming(session, changed, is_lenient=actor_id is None, now=now)
        _tell(session, found, actor_id=actor_id, now=now)
        watch_all(session, [*changed, *following], now=now)
    return len(found)


def _periods(indicator: Indicator, now: datetime) -> list[Period]:
    """Return the periods that are over, the last ones, that are not closed."""
    calendar = calendar_of(indicator)
    last = Period.of(indicator.frequency, day_in_paris(now)).previous
    first = max(last.shift(1 - RECOUNTED), Period.of(indicator.frequency, indicator.starts_on))
    return [period for period in first.to(last) if not calendar.is_closed(period)]


def _changes(
    indicator: Indicator,
    periods: Iterable[Period],
    records: Records,
    *,
    stored: Mapping[Period, Row],
) -> Iterable[Recounted]:
    """Give each period whose counts are not what is stored."""
    for period in periods:
        before = stored.get(period)
        inputs = dict(before.inputs) if before else {}
        for variable in indicator.variables:
            if variable.automatic is None:
                continue
            value = count(variable.automatic, records, period)
            if value is None:
                inputs.pop(variable.name, None)
            else:
                inputs[variable.name] = decimal_text(value)
        if inputs != (dict(before.inputs) if before else {}):
            yield Recounted(indicator, period, before, inputs)


def _store(
    session: Session,
    found: Sequence[Recounted],
    stored: Mapping[int, Mapping[Period, Row]],
    *,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Write what was counted, keep what was there before, compute the results."""
    others = _named_results(session, found)
    fresh: list[dict[str, Any]] = []
    kept: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    known = {key: known_of(rows) for key, rows in stored.items()}
    for each in found:
        numbers = known.setdefault(each.indicator.id, {})
        for name, text in each.inputs.items():
            numbers.setdefault(name, {})[each.period.ordinal] = Fraction(text)
    for each in found:
        seen = {**known[each.indicator.id], **others.get(each.indicator.id, {})}
        result = _result(each, seen, is_lenient=actor_id is None)
        if each.before is None:
            fresh.append(new_row(each.indicator, each.period, each.inputs, result=result,
                                 now=now, actor_id=actor_id, source=OURS))  # fmt: skip
            continue
        kept.append({
            "measurement_id": each.before.id, "inputs_before": dict(each.before.inputs),
            "value_before": each.before.value, "reason": AGAIN, "corrected_at": now,
            "corrected_by_id": actor_id,
        })  # fmt: skip
        declared = [variable.name for variable in each.indicator.variables]
        changed.append({
            "key": each.before.id, "texts": dict(each.inputs), "result": result.value,
            "complete": is_complete(each.inputs, declared),
        })  # fmt: skip
    _write(session, fresh, kept, changed=changed)


def _result(each: Recounted, seen: Known, *, is_lenient: bool) -> Result:
    """Return what the formula makes of what was counted.

    At night nobody is there to mend a formula, and one that goes wrong must not keep the others,
    even those of other organisations, from being counted: its result is not computable.

    :raises BadInput: unless ``is_lenient``, for a number that no company counts.
    """
    try:
        return result_of(parse(each.indicator.formula), seen, each.period)
    except BadInput as error:
        if not is_lenient:
            raise
        log.warning("indicator %d: %s: %s", each.indicator.id, error.place, error.message)
        return Result(None)


def _named_results(session: Session, found: Sequence[Recounted]) -> dict[int, Any]:
    """Return the results of the other indicators that these formulas name; rarely any."""
    named: dict[int, Any] = {}
    for indicator in {each.indicator.id: each.indicator for each in found}.values():
        declared = {variable.name for variable in indicator.variables}
        foreign = [name for name in names_in(indicator.formula) if name not in declared]
        if foreign:
            named[indicator.id] = results_by_name(
                session, indicator.organisation_id, indicator.frequency, foreign
            )
    return named


def _write(
    session: Session,
    fresh: list[dict[str, Any]],
    kept: list[dict[str, Any]],
    *,
    changed: list[dict[str, Any]],
) -> None:
    connection = session.connection()
    if fresh:
        connection.execute(insert(T), fresh)
    if kept:
        session.execute(insert(Correction), kept)
    if changed:
        statement = (
            update(T)
            .where(T.c.id == bindparam("key"))
            .values(
                inputs=bindparam("texts"),
                value=bindparam("result"),
                is_complete=bindparam("complete"),
                version=T.c.version + 1,
            )
        )
        connection.execute(statement, changed)


def _tell(
    session: Session, found: Sequence[Recounted], *, actor_id: int | None, now: datetime
) -> None:
    """Record one act for each organisation: which indicators, how many periods."""
    by_organisation: dict[int, dict[str, int]] = {}
    for each in found:
        told = by_organisation.setdefault(each.indicator.organisation_id, {})
        told[each.indicator.reference] = told.get(each.indicator.reference, 0) + 1
    for organisation_id, told in by_organisation.items():
        act = Act(
            verb="indicator.compute",
            kind="organisation",
            subject_id=organisation_id,
            data={"indicators": told},
        )
        record(session, act, organisation_id=organisation_id, actor_id=actor_id, now=now)
