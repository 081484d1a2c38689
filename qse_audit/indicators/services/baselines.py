"""Locking the stretch that limits are computed from, and dating rare events. None commits."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.core.periods import Period
from qse_audit.core.series import MINIMUM_VALUES
from qse_audit.core.text import N_
from qse_audit.indicators.models import Baseline, Indicator, Measurement, RareEvent
from qse_audit.indicators.rules import Chart
from qse_audit.indicators.rules.cards import HOUSE, NAME_MAX, TEXT_MAX
from qse_audit.indicators.services.computing import lock
from qse_audit.indicators.services.signals import watch
from qse_audit.indicators.services.writing import record_act
from qse_audit.policies import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineDraft:
    """The stretch that somebody chose."""

    first: Period
    last: Period
    cause: str = ""
    """What changed; a first baseline from the first value on needs none."""


def lock_baseline(
    session: Session, indicator: Indicator, draft: BaselineDraft, *, actor: Identity, now: datetime
) -> Baseline:
    """Compute the limits from the values of ``draft`` from now on, until another phase begins.

    Locking again from the same period moves the end of its stretch.

    :raises Refused: for too few values, a change without a cause, or a phase out of order.
    """
    lock(session, [indicator])
    first_on = session.scalar(
        select(func.min(Measurement.period_on)).where(Measurement.indicator_id == indicator.id)
    )
    refuse_all(_baseline_refusals(session, indicator, draft, first_on))
    same = [each for each in indicator.baselines if each.from_on == draft.first.starts_on]
    baseline = same[0] if same else Baseline(indicator_id=indicator.id)
    baseline.from_on, baseline.until_on = draft.first.starts_on, draft.last.ends_on
    baseline.cause = draft.cause.strip() or baseline.cause or ""
    baseline.locked_at, baseline.locked_by_id = now, actor.user_id
    if not same:
        indicator.baselines.append(baseline)
        indicator.baselines.sort(key=lambda each: each.from_on)
    session.flush()
    record_act(
        session,
        indicator,
        "baseline",
        data={"from": draft.first.iso, "until": draft.last.iso},
        note=f"{draft.first.iso} → {draft.last.iso} {draft.cause.strip()}".strip(),
        actor=actor,
        now=now,
    )
    watch(session, indicator, now=now)
    return baseline


def _baseline_refusals(
    session: Session, indicator: Indicator, draft: BaselineDraft, first_on: date | None
) -> list[Refusal]:
    found = []
    if indicator.chart is not Chart.XMR:
        message = N_("Seule une carte XmR a une référence à verrouiller.")
        found.append(Refusal("no_baseline", message, HOUSE))
    count = session.scalar(
        select(func.count()).where(
            Measurement.indicator_id == indicator.id,
            Measurement.value.isnot(None),
            Measurement.period_on >= draft.first.starts_on,
            Measurement.period_on <= draft.last.starts_on,
        )
    )
    if (count or 0) < MINIMUM_VALUES:
        message = N_("%(count)s valeurs dans cette étendue ; attendu : au moins %(needed)s",
                     count=count or 0, needed=MINIMUM_VALUES)  # fmt: skip
        found.append(Refusal("few_values", message, HOUSE))
    starts_late = first_on is not None and draft.first.starts_on > first_on
    if starts_late and not draft.cause.strip():
        message = N_("Dites ce qui a changé : une nouvelle référence a une cause connue.")
        found.append(Refusal("cause_missing", message, HOUSE))
    if len(draft.cause) > TEXT_MAX:
        message = N_("%(count)d caractères ; attendu : au plus %(most)d", count=len(draft.cause),
                     most=TEXT_MAX)  # fmt: skip
        found.append(Refusal("text_long", message, HOUSE))
    later = [each.from_on for each in indicator.baselines if each.from_on > draft.first.starts_on]
    if later and draft.last.ends_on >= min(later):
        message = N_("Une autre référence commence avant la fin de celle-ci.")
        found.append(Refusal("phases_overlap", message, HOUSE))
    return found


def unlock_baseline(
    session: Session, indicator: Indicator, baseline: Baseline, *, actor: Identity, now: datetime
) -> None:
    """Take back the last baseline: the limits follow the one before, or all values.

    :raises Refused: for an earlier one, on which the later phases build.
    """
    if indicator.baselines[-1] is not baseline:
        message = N_("Seule la dernière référence se retire.")
        refuse_all([Refusal("not_last", message, HOUSE)])
    indicator.baselines.remove(baseline)
    session.delete(baseline)
    session.flush()
    note = f"{baseline.from_on.isoformat()} {baseline.cause}".strip()
    record_act(
        session,
        indicator,
        "unlock",
        data={"from": baseline.from_on.isoformat()},
        note=note,
        actor=actor,
        now=now,
    )


def date_event(
    session: Session,
    indicator: Indicator,
    happened_on: date,
    note: str,
    *,
    actor: Identity,
    now: datetime,
) -> RareEvent:
    """Put the date of a rare event on record.

    :raises Refused: for a day to come, or another kind of chart.
    """
    found = []
    if happened_on > day_in_paris(now):
        found.append(Refusal("event_to_come", N_("Choisissez un jour déjà écoulé."), HOUSE))
    if indicator.chart is not Chart.G:
        message = N_("Seule une carte de l’intervalle entre événements prend des dates.")
        found.append(Refusal("no_events", message, HOUSE))
    if len(note) > NAME_MAX:
        message = N_("%(count)d caractères ; attendu : au plus %(most)d", count=len(note),
                     most=NAME_MAX)  # fmt: skip
        found.append(Refusal("text_long", message, HOUSE))
    refuse_all(found)
    lock(session, [indicator])
    event = RareEvent(
        organisation_id=indicator.organisation_id,
        indicator_id=indicator.id,
        happened_on=happened_on,
        note=note.strip(),
        recorded_at=now,
        recorded_by_id=actor.user_id,
    )
    indicator.events.append(event)
    session.flush()
    record_act(
        session,
        indicator,
        "event",
        data={"on": happened_on.isoformat()},
        note=f"{happened_on.isoformat()} {note.strip()}".strip(),
        actor=actor,
        now=now,
    )
    watch(session, indicator, now=now)
    return event


def withdraw_event(
    session: Session,
    indicator: Indicator,
    event: RareEvent,
    reason: str,
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """Take an event out of the series; it stays on record with the reason.

    :raises Refused: without a reason.
    """
    if not reason.strip():
        message = N_("Dites pourquoi : la raison reste au journal.")
        refuse_all([Refusal("reason_missing", message, HOUSE)])
    if event.withdrawn_at is not None:
        return
    event.withdrawn_at, event.withdrawn_reason = now, reason.strip()
    session.flush()
    record_act(
        session,
        indicator,
        "withdraw-event",
        data={"on": event.happened_on.isoformat()},
        note=f"{event.happened_on.isoformat()} {reason.strip()}",
        actor=actor,
        now=now,
    )
