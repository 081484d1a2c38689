"""Moving an indicator through its life, and closing its past. None commits."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import Refusal, TransitionRefused, refuse_all
from qse_audit.core.text import N_
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.queries import facts_of, neighbours
from qse_audit.indicators.rules import INDICATOR_WORKFLOW, IndicatorStatus, move_refusals
from qse_audit.indicators.rules.cards import HOUSE
from qse_audit.indicators.services.computing import lock, recompute, set_awaited
from qse_audit.indicators.services.signals import watch_all
from qse_audit.indicators.services.writing import record_act
from qse_audit.policies import Identity


def move_indicator(
    session: Session,
    indicator: Indicator,
    name: str,
    *,
    reason: str = "",
    actor: Identity,
    now: datetime,
) -> None:
    """Apply the transition ``name``.

    :raises TransitionRefused: with every unmet condition: all that the card still lacks.
    """
    others = neighbours(
        session, indicator.organisation_id, indicator.frequency, except_id=indicator.id
    )
    facts = facts_of(indicator, others, reason=reason, today=day_in_paris(now))
    if refusals := move_refusals(indicator.status, name, facts):
        raise TransitionRefused(refusals)
    before = indicator.status
    after = INDICATOR_WORKFLOW.decide(before, name, facts)
    _leave_follow_up(session, indicator, after)
    indicator.status = after
    if after is IndicatorStatus.DROPPED:
        indicator.dropped_at, indicator.dropped_reason = now, reason.strip()
    session.flush()
    changed = []
    if after is IndicatorStatus.ACTIVE:
        lock(session, [indicator])
        changed = recompute(session, indicator, now=now)
    set_awaited(session, indicator)
    data = {"before": before.value, "after": after.value}
    record_act(session, indicator, name, actor=actor, now=now, data=data, note=reason.strip())
    watch_all(session, [indicator, *changed], now=now)


def _leave_follow_up(session: Session, indicator: Indicator, after: IndicatorStatus) -> None:
    """Stop awaiting values before the status says so: the database holds both together."""
    if after is not IndicatorStatus.ACTIVE:
        indicator.awaited_on = indicator.due_on = None
        session.flush()


def review_indicator(
    session: Session,
    indicator: Indicator,
    note: str,
    review_on: date,
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """Note what a review of the indicator itself concluded, and when the next one is.

    :raises Refused: without a conclusion, or for a next review that is not to come.
    """
    found = []
    if not note.strip():
        message = N_("Dites ce que la revue conclut : la conclusion reste au journal.")
        found.append(Refusal("conclusion_missing", message, HOUSE))
    if review_on <= day_in_paris(now):
        message = N_("Choisissez la date, à venir, où l’indicateur sera revu.")
        found.append(Refusal("review_not_to_come", message, HOUSE))
    refuse_all(found)
    indicator.reviewed_at, indicator.review_note = now, note.strip()
    indicator.review_on = review_on
    session.flush()
    record_act(session, indicator, "review", actor=actor, now=now,
               data={"next": review_on.isoformat()}, note=note.strip())  # fmt: skip


def close_periods(
    session: Session, indicator: Indicator, until: date, *, actor: Identity, now: datetime
) -> None:
    """Close every period that ends by ``until``: it takes no value any more.

    :raises Refused: for a day to come, or one before what is closed already.
    """
    before = indicator.closed_until
    refuse_all(_closing_refusals(before, until, day_in_paris(now)))
    if until == before:
        return
    indicator.closed_until = until
    session.flush()
    set_awaited(session, indicator)
    record_act(session, indicator, "close", actor=actor, now=now,
               data={"until": until.isoformat()}, note=until.isoformat())  # fmt: skip


def _closing_refusals(before: date | None, until: date, today: date) -> tuple[Refusal, ...]:
    if until > today:
        message = N_("On ne clôt que le passé : choisissez un jour déjà écoulé.")
        return (Refusal("closing_to_come", message, HOUSE),)
    if before is not None and until < before:
        message = N_("Ces périodes sont closes depuis le %(day)s : elles ne se rouvrent pas.",
                     day=f"{before:%d/%m/%Y}")  # fmt: skip
        return (Refusal("closed_already", message, HOUSE),)
    return ()
