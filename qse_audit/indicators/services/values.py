"""Entering and correcting values. Each function is one act; none commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from qse_audit.core.canonical import canonical_json
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import Conflict, Refusal, refuse_all
from qse_audit.core.periods import Period
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.db.trail import Act, record
from qse_audit.indicators.models import Correction, Indicator
from qse_audit.indicators.queries import Row, calendar_of, sheet_of, stored_rows
from qse_audit.indicators.rules import (
    REASON_MAX,
    SOURCE_MAX,
    Change,
    IndicatorStatus,
    PeriodEntry,
    Result,
    changes,
    conflicts,
    entry_refusals,
    reason_refusals,
)
from qse_audit.indicators.rules.cards import HOUSE
from qse_audit.indicators.services.computing import (
    T,
    is_complete,
    lock,
    new_row,
    recompute,
    set_awaited,
)
from qse_audit.indicators.services.signals import watch_all
from qse_audit.policies import Identity

MOST_TOLD = 60
"""Periods whose numbers an event holds one by one; of more it holds the digest."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What an entry did, in periods."""

    added: int = 0
    corrected: int = 0


def enter_values(
    session: Session,
    indicator: Indicator,
    entries: Sequence[PeriodEntry],
    *,
    reason: str = "",
    source: str = "",
    actor: Identity,
    now: datetime,
    verb: str = "measure",
) -> Entered:
    """Store what somebody entered for some periods: everything, or nothing.

    What was there before stays as a correction, with the reason.

    :raises Refused: with every reason, each with its place.
    :raises Conflict: when somebody else changed a number in between; with both, cell by cell.
    :raises BadInput: when a result is out of all proportion.
    """
    today = day_in_paris(now)
    refuse_all((*_text_refusals(indicator, reason, source),
                *entry_refusals(sheet_of(indicator, today), entries)))  # fmt: skip
    lock(session, [indicator])
    stored = stored_rows(session, indicator.id, indicator.frequency)
    theirs, yours = conflicts(entries, stored)
    if theirs:
        raise Conflict(theirs=theirs, yours=yours)
    found = changes(entries, stored)
    refuse_all(reason_refusals(found, reason))
    if not found:
        return Entered()
    entered = _store(
        session, indicator, found, reason=reason.strip(), source=source.strip(),
        actor_id=actor.user_id, now=now,
    )  # fmt: skip
    following = recompute(session, indicator, now=now)
    set_awaited(session, indicator)
    _record(session, indicator, found, verb=verb, reason=reason.strip(), source=source.strip(),
            actor_id=actor.user_id, now=now)  # fmt: skip
    watch_all(session, [indicator, *following], now=now)
    return entered


def _text_refusals(indicator: Indicator, reason: str, source: str) -> tuple[Refusal, ...]:
    found = []
    if indicator.status is not IndicatorStatus.ACTIVE:
        message = N_("Les valeurs se saisissent pendant le suivi : commencez-le d’abord.")
        found.append(Refusal("not_followed", message, HOUSE))
    for text, most in ((reason, REASON_MAX), (source, SOURCE_MAX)):
        if len(text) > most:
            message = N_("%(count)d caractères ; attendu : au plus %(most)d", count=len(text),
                         most=most)  # fmt: skip
            found.append(Refusal("text_long", message, HOUSE))
    return tuple(found)


def _store(
    session: Session,
    indicator: Indicator,
    found: Sequence[Change],
    *,
    reason: str,
    source: str,
    actor_id: int | None,
    now: datetime,
) -> Entered:
    """Write rows that are new, keep what the others held, and change them: three statements."""
    day = day_in_paris(now)
    fresh = [
        new_row(indicator, change.period, change.inputs, result=Result(None), now=now,
                actor_id=actor_id, day=day, source=source, comment=change.comment)
        for change in found
        if change.before is None
    ]  # fmt: skip
    if fresh:
        session.connection().execute(insert(T), fresh)
    old = [change for change in found if change.before is not None]
    corrected = [change for change in old if change.corrects]
    if corrected:
        session.execute(insert(Correction), [
            _correction(change.before, reason=reason, actor_id=actor_id, now=now)
            for change in corrected
        ])  # fmt: skip
    if old:
        _update(session, indicator, old, source=source, now=now)
    return Entered(len(fresh) + len(old) - len(corrected), len(corrected))


def _correction(row: Any, *, reason: str, actor_id: int | None, now: datetime) -> dict[str, Any]:
    return {
        "measurement_id": row.id,
        "inputs_before": dict(row.inputs),
        "value_before": row.value,
        "reason": reason,
        "corrected_at": now,
        "corrected_by_id": actor_id,
    }


def _update(
    session: Session, indicator: Indicator, old: Sequence[Change], *, source: str, now: datetime
) -> None:
    declared = [variable.name for variable in indicator.variables]
    calendar, day = calendar_of(indicator), day_in_paris(now)
    rows = []
    for change in old:
        before = change.before
        assert isinstance(before, Row)
        becomes_whole = not before.is_complete and is_complete(change.inputs, declared)
        late = calendar.late_days(change.period, day) if becomes_whole else before.late_days
        rows.append({
            "key": before.id, "texts": dict(change.inputs), "note": change.comment,
            "origin": source or before.source, "lateness": late,
        })  # fmt: skip
    statement = (
        update(T)
        .where(T.c.id == bindparam("key"))
        .values(
            inputs=bindparam("texts"),
            comment=bindparam("note"),
            source=bindparam("origin"),
            late_days=bindparam("lateness"),
            version=T.c.version + 1,
        )
    )
    session.connection().execute(statement, rows)


def _record(
    session: Session,
    indicator: Indicator,
    found: Sequence[Change],
    *,
    verb: str,
    reason: str,
    source: str,
    actor_id: int | None,
    now: datetime,
) -> None:
    periods = sorted(change.period for change in found)
    numbers = {change.period.iso: dict(change.inputs) for change in found}
    data = {
        "reference": indicator.reference,
        "periods": len(periods),
        "corrected": sum(change.corrects for change in found),
        "first": periods[0].iso,
        "last": periods[-1].iso,
        "sha256": sha256(canonical_json(numbers)).hexdigest(),
        **({"values": numbers} if len(numbers) <= MOST_TOLD else {}),
    }
    note = " ; ".join(filter(None, [_span(periods), reason, source]))
    act = Act(
        verb=f"indicator.{verb}",
        kind=Kind.INDICATOR,
        subject_id=indicator.id,
        data=data,
        texts={"title": indicator.title, "note": note},
    )
    record(session, act, organisation_id=indicator.organisation_id, actor_id=actor_id, now=now)


def _span(periods: Sequence[Period]) -> str:
    return periods[0].iso if len(periods) == 1 else f"{periods[0].iso} → {periods[-1].iso}"
