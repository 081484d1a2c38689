"""Acts on the register: what they change, record, tell and refuse."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from qse_audit.accidents import queries, services
from qse_audit.accidents.models import Accident, AccidentDuty, Exposure
from qse_audit.accidents.rules import (
    Category,
    DutyCode,
    EventDraft,
    EventKind,
    EventStatus,
    Potential,
)
from qse_audit.accidents.rules.duties import Answer
from qse_audit.accidents.rules.exposure import ExposureDraft
from qse_audit.accidents.rules.stops import StopDraft
from qse_audit.actions.rules import ActionDraft, ActionKind
from qse_audit.actions.services import Origin, plan_action
from qse_audit.core.errors import (
    Conflict,
    NotAllowed,
    NotFound,
    Refused,
    TransitionRefused,
)
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.permissions import Kind, Link
from qse_audit.dashboard.jobs import remind
from qse_audit.db.outbox import Notice
from qse_audit.db.participation import read_links
from qse_audit.db.trail import Event
from qse_audit.settings import Settings
from tests.accidents.conftest import Declare, draft
from tests.factories import NOW, Cast, make_process

FEBRUARY = Period.nth(Frequency.MONTH, 2026, 2)


def fresh(session: Session, event: Accident) -> Accident:
    session.expire_all()
    return queries.get_accident(session, event.id)


def verbs(session: Session, event: Accident) -> list[str]:
    found = session.scalars(
        select(Event.verb)
        .where(Event.subject_kind == "accident", Event.subject_id == event.id)
        .order_by(Event.id)
    )
    return list(found)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.code for refusal in refused.value.refusals]


def test_everybody_tells_a_near_miss_and_only_the_coordinator_an_accident(
    session: Session, cast: Cast, declare: Declare
) -> None:
    told = declare(actor=cast.bob)
    assert told.reference == "EVT-2026-001"
    assert (told.status, told.known_at) == (EventStatus.DECLARED, NOW)
    assert read_links(session, Kind.ACCIDENT, told.id) == {Link.AUTHOR: {cast.bob.user_id}}
    (notice,) = session.scalars(select(Notice))
    assert (notice.person_id, notice.subject_id) == (cast.claire.user_id, told.id)
    with pytest.raises(NotAllowed):
        declare(actor=cast.bob, kind=EventKind.STOP)
    accident = declare(kind=EventKind.NO_STOP, category=Category.EMPLOYEE)
    assert accident.reference == "EVT-2026-002"
    body = json.loads(session.scalars(select(Event.body).order_by(Event.id.desc())).first() or "")
    assert "Une palette a glissé" not in json.dumps(body), "words stay beside the chain"


def test_nothing_of_a_victim_is_kept_where_nobody_was_hurt(
    session: Session, cast: Cast, declare: Declare
) -> None:
    event = declare(category=Category.EMPLOYEE, function_label="soudeur")
    assert (event.category, event.function_label) == (None, "")
    with pytest.raises(DBAPIError, match=r"victim_only_where_hurt"):
        session.execute(text("UPDATE accident SET category = 'employee'"))


def test_an_event_is_corrected_once_at_a_time(
    session: Session, cast: Cast, declare: Declare
) -> None:
    event = declare()
    process = make_process(session, cast)
    wanted = draft(potential=Potential.SEVERE, process_id=process.id)

    def edit(changed: EventDraft, version: int | None) -> None:
        services.edit_event(
            session, fresh(session, event), changed, version=version, actor=cast.claire, now=NOW
        )
        session.commit()

    edit(wanted, 1)
    event = fresh(session, event)
    assert (event.potential, event.version) == (Potential.SEVERE, 2)
    edit(wanted, 1)
    assert fresh(session, event).version == 2, "the same words change nothing"
    with pytest.raises(Conflict):
        edit(replace(wanted, place="Ailleurs"), 1)
    with pytest.raises(NotFound):
        edit(replace(wanted, process_id=9_999), 2)
    with pytest.raises(NotFound):
        edit(replace(wanted, site_id=9_999), 2)
    assert verbs(session, event) == ["accident.declare", "accident.edit"]


def test_days_of_stop_are_told_anew_and_turn_an_accident_into_one_with_stop(
    session: Session, cast: Cast, declare: Declare
) -> None:
    event = declare(
        kind=EventKind.FIRST_AID,
        category=Category.EMPLOYEE,
        happened_at=NOW - timedelta(days=10),
    )
    first = date(2026, 2, 21)

    def stop(until: date | None, note: str = "") -> None:
        told = StopDraft(from_on=first, until_on=until, note=note)
        services.record_stop(session, fresh(session, event), told, actor=cast.claire, now=NOW)
        session.commit()

    stop(date(2026, 2, 24))
    event = fresh(session, event)
    assert (event.kind, event.requalified_at) == (EventKind.STOP, NOW)
    stop(date(2026, 2, 28))
    stop(date(2026, 2, 27), "Reprise un jour plus tôt")
    rows = queries.stop_rows(fresh(session, event).stops)
    assert [until.day for _, until in rows if until] == [24, 28, 27]
    assert verbs(session, event)[1:] == [
        "accident.stop",
        "accident.requalify",
        "accident.stop",
        "accident.stop",
    ]
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text("UPDATE accident_stop SET until_on = from_on"))
    session.rollback()
    with pytest.raises(Refused) as refused:
        services.edit_event(
            session, fresh(session, event), draft(happened_at=event.happened_at),
            version=None, actor=cast.claire, now=NOW,
        )  # fmt: skip
    assert codes(refused) == ["kind"], "a near miss has no days of stop"


def test_a_duty_is_answered_and_its_answer_may_be_corrected(
    session: Session, cast: Cast, declare: Declare
) -> None:
    event = declare(kind=EventKind.NO_STOP, category=Category.EMPLOYEE)
    told = queries.told_duties(fresh(session, event), NOW)
    assert [duty.is_answered for duty in told] == [False]
    for answer in (Answer(None, "Doute"), Answer(NOW, "Accusé n° 12")):
        services.answer_duty(
            session, fresh(session, event), DutyCode.DECLARE, answer, actor=cast.claire, now=NOW
        )
        session.commit()
    (row,) = session.scalars(select(AccidentDuty))
    assert (row.done_at, row.words) == (NOW, "Accusé n° 12")
    (duty,) = queries.told_duties(fresh(session, event), NOW)
    assert duty.answer is not None
    assert duty.answer.by == "Claire Dubois"
    assert verbs(session, event).count("accident.duty") == 2
    with pytest.raises(Refused) as refused:
        services.answer_duty(
            session, fresh(session, event), DutyCode.AGENCY, answer, actor=cast.claire, now=NOW
        )
    assert codes(refused) == ["no_such_duty"]


def test_an_event_goes_from_its_declaration_to_its_end(
    session: Session, cast: Cast, declare: Declare
) -> None:
    event = declare(actor=cast.bob, potential=Potential.SEVERE)

    def move(name: str, reason: str = "") -> None:
        services.move_event(
            session, fresh(session, event), name, reason=reason, actor=cast.claire, now=NOW
        )
        session.commit()

    with pytest.raises(TransitionRefused) as refused:
        move("investigate")
    assert codes(refused) == ["no_owner"]
    with pytest.raises(TransitionRefused) as refused:
        move("close", "Sans suite")
    assert codes(refused) == ["not_investigated"]
    services.assign_owner(
        session, fresh(session, event), cast.emma.user_id, actor=cast.claire, now=NOW
    )
    with pytest.raises(Refused):
        services.assign_owner(
            session, fresh(session, event), cast.david.user_id, actor=cast.claire, now=NOW
        )
    move("investigate")
    plan_action(
        session,
        ActionDraft(kind=ActionKind.CORRECTIVE, title="Baliser", owner_id=cast.bob.user_id,
                    due_on=NOW.date(), cause="Rien n’était balisé", criterion="Aucun écart"),
        origin=Origin(kind=Kind.ACCIDENT, id=event.id, context_kind=Kind.ACCIDENT,
                      context_id=event.id, organisation_id=cast.company),
        actor=cast.claire, now=NOW,
    )  # fmt: skip
    session.commit()
    with pytest.raises(TransitionRefused) as refused:
        move("close")
    assert codes(refused) == ["no_causes", "actions_unsettled"]
    session.execute(text("UPDATE action SET status = 'cancelled'"))
    move("close", "Doute levé avec l’équipe")
    event = fresh(session, event)
    assert (event.status, event.closed_at) == (EventStatus.CLOSED, NOW)
    assert event.closing_note == "Doute levé avec l’équipe"
    with pytest.raises(TransitionRefused):
        move("reopen")
    move("reopen", "Un témoin de plus")
    move("dismiss", "Doublon")
    move("restore", "Ce n’en était pas un")
    assert fresh(session, event).status is EventStatus.DECLARED
    heard = session.scalars(
        select(Notice.msgid).where(Notice.person_id == cast.bob.user_id).order_by(Notice.id)
    ).all()
    assert sum("Votre déclaration" in each for each in heard) == 5


def test_hours_are_kept_with_their_history(session: Session, cast: Cast) -> None:
    good = ExposureDraft(month=FEBRUARY, site_id=cast.site, hours=Decimal("8050.5"))
    services.enter_hours(session, good, actor=cast.claire, now=NOW)
    with pytest.raises(Refused) as refused:
        services.enter_hours(session, good, actor=cast.claire, now=NOW)
    assert codes(refused) == ["note"]
    revised = replace(good, hours=Decimal(8000), note="Paie révisée")
    services.enter_hours(session, revised, actor=cast.claire, now=NOW)
    services.enter_hours(session, replace(good, site_id=None), actor=cast.claire, now=NOW)
    session.commit()
    hours = session.scalars(select(Exposure.hours).order_by(Exposure.id)).all()
    assert hours == [Decimal("8050.5"), Decimal(8000), Decimal("8050.5")]
    with pytest.raises(NotFound):
        services.enter_hours(session, good, actor=cast.david, now=NOW)


def test_what_the_law_asks_is_told_before_its_hour_and_after_once_each(
    session: Session, cast: Cast, declare: Declare, settings: Settings
) -> None:
    event = declare(kind=EventKind.NO_STOP, actor=cast.claire)
    due = NOW + timedelta(hours=48)  # known on a Monday
    assert event.duty_due_at == due

    def told(at: datetime) -> list[str]:
        remind(session, at, settings)
        session.commit()
        found = session.scalars(select(Notice.msgid).where(Notice.key.like("reminder/accident/%")))
        return [msgid.split(" : ")[0] for msgid in found]

    assert told(due - timedelta(hours=30)) == []
    before = ["Démarche légale à faire avant le %(due_at)s"]
    assert told(due - timedelta(hours=20)) == before
    assert told(due - timedelta(hours=19)) == before
    after = [*before, "Démarche légale en retard depuis le %(due_at)s"]
    assert told(due + timedelta(hours=1)) == after
    assert told(due + timedelta(hours=2)) == after
    services.answer_duty(
        session, fresh(session, event), DutyCode.DECLARE, Answer(due, "n° 8"),
        actor=cast.claire, now=due + timedelta(hours=2),
    )  # fmt: skip
    assert fresh(session, event).duty_due_at is None
