"""What follows an event: days of stop, what the law asks, and the hours that rates divide by."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accidents.models import Accident, AccidentDuty, AccidentStop, Exposure
from qse_audit.accidents.queries.events import duty_facts, first_due, stop_rows
from qse_audit.accidents.rules import DutyCode, EventKind
from qse_audit.accidents.rules.codes import BECOME_STOP
from qse_audit.accidents.rules.duties import Answer, answer_refusals
from qse_audit.accidents.rules.exposure import ExposureDraft, exposure_refusals
from qse_audit.accidents.rules.stops import StopDraft, in_force, stop_refusals
from qse_audit.accidents.services.events import check_site
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import refuse_all
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.permissions import Kind
from qse_audit.db.notes import note
from qse_audit.db.trail import Act, record
from qse_audit.policies import Identity


def record_stop(
    session: Session, accident: Accident, draft: StopDraft, *, actor: Identity, now: datetime
) -> None:
    """Add days of stop, or tell those that begin on a day anew.

    An accident without stop becomes one with stop: its clocks start again (L441-4).

    :raises Refused: with every reason.
    """
    refuse_all(
        stop_refusals(
            draft,
            in_force(stop_rows(accident.stops)),
            kind=accident.kind,
            happened_on=day_in_paris(accident.happened_at),
            today=day_in_paris(now),
        )
    )
    accident.stops.append(
        AccidentStop(
            organisation_id=accident.organisation_id,
            from_on=draft.from_on,
            until_on=draft.until_on,
            note=draft.note.strip(),
            recorded_at=now,
            recorded_by_id=actor.user_id,
        )
    )
    data = {
        "from_on": draft.from_on.isoformat(),
        "until_on": draft.until_on.isoformat() if draft.until_on else None,
    }
    subject, texts = (Kind.ACCIDENT, accident), {"reason": draft.note.strip()}
    note(session, subject, "stop", actor=actor, now=now, data=data, texts=texts)
    if accident.kind in BECOME_STOP and draft.until_on is not None:
        before, accident.kind = accident.kind, EventKind.STOP
        if before is EventKind.FIRST_AID:
            accident.requalified_at = now
        accident.duty_due_at = first_due(accident)
        note(session, subject, "requalify", actor=actor, now=now, data={"before": before})


def answer_duty(
    session: Session,
    accident: Accident,
    code: DutyCode,
    answer: Answer,
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """Say that a duty is done, with its proof, or that it does not apply, with the reason.

    Saying it again replaces what was said; the register keeps both.

    :raises Refused: with every reason.
    """
    facts = duty_facts(accident)
    refuse_all(answer_refusals(code, answer, facts, happened_at=accident.happened_at, now=now))
    row = next((each for each in accident.answers if each.duty is code), None)
    if row is None:
        row = AccidentDuty(organisation_id=accident.organisation_id, duty=code)
        accident.answers.append(row)
    row.done_at, row.words = answer.done_at, answer.words.strip()
    row.recorded_at, row.recorded_by_id = now, actor.user_id
    accident.duty_due_at = first_due(accident)
    data = {"duty": code, "done_at": answer.done_at.isoformat() if answer.done_at else None}
    note(
        session,
        (Kind.ACCIDENT, accident),
        "duty",
        actor=actor,
        now=now,
        data=data,
        texts={"reason": row.words},
    )


def enter_hours(
    session: Session, draft: ExposureDraft, *, actor: Identity, now: datetime
) -> Exposure:
    """Record the hours worked in a month; a month entered before is corrected, with the reason.

    :raises Refused: with every reason.
    :raises NotFound: for a site that is not the organisation’s.
    """
    here = actor.organisation_id
    check_site(session, draft.site_id, here)
    known = session.scalar(
        select(Exposure.id)
        .where(
            Exposure.organisation_id == here,
            Exposure.month_on == draft.month.starts_on,
            Exposure.site_id == draft.site_id
            if draft.site_id is not None
            else Exposure.site_id.is_(None),
        )
        .limit(1)
    )
    current = Period.of(Frequency.MONTH, day_in_paris(now))
    refuse_all(exposure_refusals(draft, current=current, is_correction=known is not None))
    row = Exposure(
        organisation_id=here,
        site_id=draft.site_id,
        month_on=draft.month.starts_on,
        hours=draft.hours,
        headcount=draft.headcount,
        covers_temporary=draft.covers_temporary,
        incapacity_pct=draft.incapacity_pct,
        note=draft.note.strip(),
        recorded_at=now,
        recorded_by_id=actor.user_id,
    )
    session.add(row)
    session.flush()
    data = {
        "month": draft.month.iso,
        "site": draft.site_id,
        "hours": _text(draft.hours),
        "headcount": _text(draft.headcount),
    }
    texts = {"reason": row.note} if row.note else {}
    act = Act(verb="exposure.enter", kind="exposure", subject_id=row.id, data=data, texts=texts)
    record(session, act, organisation_id=here, actor_id=actor.user_id, now=now)
    return row


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")
