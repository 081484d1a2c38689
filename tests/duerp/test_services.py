"""A version is prepared, consulted, approved by somebody else; then it never changes."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from qse_audit.accounts.models import Person
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionDraft, ActionKind
from qse_audit.actions.services import Origin, plan_action
from qse_audit.core.clock import PARIS
from qse_audit.core.errors import Conflict, NotFound, Refused
from qse_audit.core.permissions import Kind
from qse_audit.core.prevention import PreventionPrinciple
from qse_audit.dashboard.jobs import remind
from qse_audit.db.outbox import Notice
from qse_audit.db.trail import Event
from qse_audit.duerp import queries, services
from qse_audit.duerp.models import DuerpRecord, DuerpTransmission, DuerpVersion, HeadcountNote
from qse_audit.duerp.rules import (
    AlarmKind,
    Channel,
    Contribution,
    Headcount,
    MeasureDraft,
    Part,
    Recipient,
    TriggerKind,
    compare,
)
from qse_audit.duerp.services import Asked, Transmitted
from qse_audit.risks.models import Risk
from tests.duerp.conftest import UNRATED_NOTE, approve, approved_by, consult, count_employees
from tests.duerp.stored import make_duerp
from tests.factories import NOW

TODAY = NOW.date()


def codes(raised):
    return [each.code for each in raised.value.refusals]


def kinds(session, who, today=TODAY):
    return [each.kind for each in queries.overview(session, who, today).standpoints[0].alarms]


def verbs(session):
    found = select(Event.verb).where(Event.verb.like("duerp.%")).order_by(Event.id)
    return session.scalars(found).all()


def plan(session, duerp, who, *, due_days=60, title="Encoffrer le compresseur"):
    risk = session.scalars(select(Risk).where(Risk.analysis_id == duerp.id)).first()
    draft = ActionDraft(
        kind=ActionKind.PREVENTIVE,
        title=title,
        owner_id=who.user_id,
        due_on=TODAY + timedelta(days=due_days),
        criterion="Moins de 80 dB(A)",
        principle=PreventionPrinciple(list(PreventionPrinciple)[2]),
    )
    origin = Origin(
        kind=Kind.RISK,
        id=risk.id,
        context_kind=Kind.RISK_ANALYSIS,
        context_id=duerp.id,
        organisation_id=duerp.organisation_id,
    )
    return plan_action(session, draft, origin=origin, actor=who, now=NOW)


# --- making a version ---


def test_a_version_is_prepared_consulted_and_approved_by_somebody_else(session, cast, duerp):
    version = services.prepare_version(session, duerp.id, " Annuelle ", actor=cast.claire, now=NOW)
    assert (version.number, version.reason, version.status) == (1, "Annuelle", "prepared")
    with pytest.raises(Refused) as raised:
        services.move_version(session, version, "consult", actor=cast.claire, now=NOW)
    assert codes(raised) == ["not_consulted"]
    with pytest.raises(Refused) as raised:
        services.move_version(session, version, "approve", actor=cast.jean, now=NOW)
    assert codes(raised)[0] == "no_such_transition"
    consult(session, version, cast.claire)
    with pytest.raises(Refused) as raised:
        services.move_version(session, version, "approve", reason=" ", actor=cast.jean, now=NOW)
    assert codes(raised) == ["unrated"]
    record = approved_by(session, version, cast.jean)
    session.commit()
    assert (version.approved_on, version.approved_by.name) == (TODAY, "Jean Garnier")
    content = queries.frozen_content(record)
    assert [line.hazard for line in content.lines] == [
        "Pics de charge", "Pièce en rotation", "Bruit continu"
    ]  # fmt: skip
    assert [unit.name for unit in content.units] == ["Usinage", "Usinage / Tours"]
    assert [each.part for each in content.contributions] == [
        Part.CSE, Part.DESIGNATED, Part.HEALTH_SERVICE
    ]  # fmt: skip
    assert content.silent_families == ("heat",)
    assert content.employees == 20
    assert (content.unrated_count, content.unrated_note) == (1, UNRATED_NOTE)
    assert verbs(session)[-2:] == ["duerp.consult", "duerp.approve"]
    told = session.scalars(select(Notice.person_id).where(Notice.key.like("duerp/%"))).all()
    assert told == [cast.claire.user_id]
    with pytest.raises(Refused) as raised:
        services.add_contribution(
            session, version, Contribution(part=Part.OTHER, who="X", consulted_on=TODAY),
            actor=cast.claire, now=NOW,
        )  # fmt: skip
    assert codes(raised) == ["approved_is_frozen"]


def test_what_changed_after_the_consultation_is_not_approved(session, cast, duerp):
    version = services.prepare_version(session, duerp.id, "Annuelle", actor=cast.claire, now=NOW)
    consult(session, version, cast.claire)
    session.scalars(select(Risk)).first().prevention = "Carter ouvert"
    session.commit()
    with pytest.raises(Refused) as raised:
        approved_by(session, version, cast.jean)
    assert codes(raised) == ["changed_since_consulted"]
    services.move_version(session, version, "resume", actor=cast.claire, now=NOW)
    services.move_version(session, version, "consult", actor=cast.claire, now=NOW)
    assert approved_by(session, version, cast.jean)


def test_what_is_sent_back_says_why_and_tells_who_prepares_it(session, cast, duerp):
    version = services.prepare_version(session, duerp.id, "Annuelle", actor=cast.emma, now=NOW)
    consult(session, version, cast.emma)
    with pytest.raises(Refused) as raised:
        services.move_version(session, version, "send-back", reason=" ", actor=cast.jean, now=NOW)
    assert codes(raised) == ["reason"]
    for reason in ("Le quai manque", "Le quai manque encore"):
        services.move_version(
            session, version, "send-back", reason=reason, actor=cast.jean, now=NOW
        )
        session.commit()
        assert (version.status, version.lines_sha256) == ("prepared", None)
        services.move_version(session, version, "consult", actor=cast.emma, now=NOW)
    told = session.scalars(select(Notice.person_id).where(Notice.key.like("duerp/%"))).all()
    assert sorted(told) == sorted([cast.claire.user_id, cast.emma.user_id] * 2)


def test_nobody_approves_what_they_prepared_even_in_the_database(session, cast, duerp):
    version = services.prepare_version(session, duerp.id, "Annuelle", actor=cast.claire, now=NOW)
    consult(session, version, cast.claire)
    with pytest.raises(IntegrityError, match="approved_by_another"):
        approved_by(session, version, cast.claire)
    session.rollback()


def test_one_version_is_prepared_at_a_time_of_ones_own_duerp(session, cast, duerp):
    services.prepare_version(session, duerp.id, "Annuelle", actor=cast.claire, now=NOW)
    with pytest.raises(Refused) as raised:
        services.prepare_version(session, duerp.id, " ", actor=cast.claire, now=NOW)
    assert codes(raised) == ["no_reason", "one_at_a_time"]
    session.commit()
    with pytest.raises(NotFound):
        services.prepare_version(session, duerp.id, "X", actor=cast.david, now=NOW)


# --- keeping versions ---


def test_an_approved_version_is_kept_by_the_service_and_by_the_database(session, cast, duerp):
    version = approve(session, duerp, cast)
    for key in (version.id,):
        for statement in (
            update(DuerpVersion).where(DuerpVersion.id == key).values(reason="Autre"),
            delete(DuerpVersion).where(DuerpVersion.id == key),
            update(DuerpRecord).values(document="{}"),
            delete(DuerpRecord),
            delete(HeadcountNote),
        ):
            with pytest.raises(DBAPIError, match=r"frozen|append-only"):
                session.execute(statement)
            session.rollback()
    with pytest.raises(Refused) as raised:
        services.delete_version(session, version, actor=cast.claire, now=NOW)
    assert codes(raised) == ["kept_forty_years"]
    assert f"{TODAY.year + 40}" in raised.value.refusals[0].message
    draft = services.prepare_version(session, duerp.id, "Erreur", actor=cast.claire, now=NOW)
    services.delete_version(session, draft, actor=cast.claire, now=NOW)
    session.commit()
    assert session.scalars(select(DuerpVersion.number)).all() == [1]


def test_two_versions_are_read_back_and_compared_in_few_statements(
    session, cast, duerp, statements
):
    first = approve(session, duerp, cast)
    session.scalars(select(Risk).order_by(Risk.id)).first().prevention = "Barrière immatérielle"
    session.commit()
    second = approve(session, duerp, cast, now=NOW + timedelta(days=40), reason="Nouvelle machine")
    keys = (first.id, second.id)
    session.expunge_all()
    statements.clear()
    versions = [queries.get_version(session, key) for key in keys]
    found = compare(*(queries.content_of(session, each, TODAY) for each in versions))
    assert [each.name for change in found.lines for each in change.fields] == ["existing"]
    assert len(statements) <= 6


# --- registers ---


def test_headcount_and_events_decide_what_is_due(session, cast, duerp):
    later = TODAY + timedelta(days=400)
    assert kinds(session, cast.claire) == [AlarmKind.NEVER]
    version = approve(session, duerp, cast)
    assert kinds(session, cast.claire) == [AlarmKind.NOT_SENT, AlarmKind.NO_PLACE]
    services.write_place(session, {"location": "Accueil"}, actor=cast.claire, now=NOW)
    services.note_transmission(
        session, version,
        Transmitted(recipient=Recipient.HEALTH_SERVICE, name="SPST 18", sent_on=TODAY,
                    channel=Channel.PORTAL),
        actor=cast.claire, now=NOW,
    )  # fmt: skip
    session.commit()
    assert kinds(session, cast.claire) == []
    assert kinds(session, cast.claire, later) == [AlarmKind.YEARLY]
    count_employees(session, cast.claire, 9, TODAY)
    assert kinds(session, cast.claire, later) == []
    event = services.note_event(
        session, TriggerKind.LAYOUT, TODAY, "Presse déplacée", actor=cast.claire, now=NOW
    )
    services.follow_event(session, event, "Balisage posé", actor=cast.claire, now=NOW)
    assert kinds(session, cast.claire, later) == [AlarmKind.TRIGGER]
    draft = services.prepare_version(session, duerp.id, "Presse", actor=cast.claire, now=NOW)
    services.write_version(session, draft, "Presse", [event.id], actor=cast.claire, now=NOW)
    assert AlarmKind.TRIGGER in kinds(session, cast.claire)  # until it is approved
    consult(session, draft, cast.claire)
    approved_by(session, draft, cast.jean)
    session.commit()
    assert kinds(session, cast.claire) == [AlarmKind.NOT_SENT]
    assert queries.triggers(session, cast.company)[0].answered_by == 2
    content = queries.content_of(session, draft, TODAY)
    assert content.answers == (f"{TODAY:%d/%m/%Y} : Presse déplacée",)
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(delete(DuerpTransmission))
    session.rollback()


def test_from_fifty_employees_an_approval_waits_for_each_measure(session, cast, duerp):
    count_employees(session, cast.claire, 55, TODAY)
    version = services.prepare_version(session, duerp.id, "Annuelle", actor=cast.claire, now=NOW)
    consult(session, version, cast.claire)
    action = plan(session, duerp, cast.claire)
    plan(session, duerp, cast.claire, title="Former les tourneurs")
    session.commit()
    with pytest.raises(Refused) as raised:
        approved_by(session, version, cast.jean)
    assert codes(raised) == ["measure_incomplete"] * 2
    drafts = MeasureDraft(
        conditions="Arrêt de Noël", result_indicator="dB(A)", cost_euros=Decimal("4200.50"),
        starts_on=TODAY,
    )  # fmt: skip
    for each in session.scalars(select(Action)).all():
        described = queries.get_described(session, duerp.id, each.id)
        services.describe_measure(session, described, drafts, actor=cast.claire, now=NOW)
    session.commit()
    record = approved_by(session, version, cast.jean)
    measure = queries.frozen_content(record).measures[0]
    assert (measure.reference, measure.cost_euros) == (action.reference, Decimal("4200.50"))
    assert queries.frozen_content(record).by_line[measure.line_keys[0]][0] == measure
    described = queries.get_described(session, duerp.id, action.id)
    with pytest.raises(Conflict):
        services.describe_measure(
            session, described, MeasureDraft(conditions="Autre"), version=99, actor=cast.claire,
            now=NOW,
        )  # fmt: skip
    with pytest.raises(Refused) as raised:
        services.describe_measure(
            session, described, MeasureDraft(starts_on=date(2030, 1, 1)), actor=cast.claire,
            now=NOW,
        )  # fmt: skip
    assert codes(raised) == ["starts_after_due"]


def test_a_former_worker_is_shown_the_versions_of_their_time(session, cast, duerp):
    first = approve(session, duerp, cast)
    later = NOW + timedelta(days=300)
    approve(session, duerp, cast, now=later)
    asked = Asked(
        recipient=Recipient.FORMER_WORKER, name="Un ancien tourneur", asked_on=TODAY,
        from_on=TODAY - timedelta(days=900), until_on=TODAY + timedelta(days=10),
    )  # fmt: skip
    request = services.note_request(session, asked, actor=cast.claire, now=NOW)
    assert services.answer_request(session, request, actor=cast.claire, now=later) == [first.id]
    session.commit()
    with pytest.raises(Refused) as raised:
        services.answer_request(session, request, actor=cast.claire, now=later)
    assert codes(raised) == ["already_answered"]
    for day, number in ((TODAY - timedelta(days=1), None), (TODAY, 1), (later.date(), 2)):
        found = queries.standings(session, day, cast.company)
        assert [each.number for each in found] == [number], day
    make_duerp(session, cast.david)
    found = queries.standings(session, TODAY, None)
    told = sorted((each.number or 0, bool(each.sha256)) for each in found)
    assert told == [(0, False), (1, True)]
    assert queries.standings(session, TODAY, cast.company + 99) == ()


def test_what_cannot_be_noted_is_refused(session, cast, duerp):
    version = services.prepare_version(session, duerp.id, "Annuelle", actor=cast.claire, now=NOW)
    tomorrow = TODAY + timedelta(days=1)
    sent = Transmitted(recipient=Recipient.CSE, name=" ", sent_on=tomorrow, channel=Channel.HAND)
    with pytest.raises(Refused) as raised:
        services.note_transmission(session, version, sent, actor=cast.claire, now=NOW)
    assert codes(raised) == ["not_approved", "name_missing", "in_the_future"]
    with pytest.raises(Refused) as raised:
        services.note_headcount(session, Headcount(tomorrow, 5), actor=cast.claire, now=NOW)
    assert codes(raised) == ["in_the_future"]
    for attempt, name in (
        (text("INSERT INTO headcount (organisation_id, since_on, employees, noted_at, noted_by_id)"
              " VALUES (1, '2026-01-01', -1, '2026-01-01 00:00:00', 1)"), "employees_in_range"),
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match=name):
            session.execute(attempt)
        session.rollback()


def test_the_place_is_written_once_and_a_stale_page_is_told(session, cast):
    texts = {"location": "Bureau QSE", "hours": "", "contact": "Poste 214"}
    held = services.write_place(session, texts, version=0, actor=cast.claire, now=NOW)
    session.commit()
    assert (held.version, queries.place_of(session, cast.company).location) == (1, "Bureau QSE")
    with pytest.raises(Conflict):
        services.write_place(
            session, {**texts, "location": "Accueil"}, version=0, actor=cast.claire, now=NOW
        )
    assert queries.place_of(session, cast.david.organisation_id) is None
    assert session.get(Person, cast.claire.user_id)


def test_coordinators_hear_once_of_a_year_that_ends_and_of_what_happened(
    session, cast, duerp, settings
):
    def told(day):
        remind(session, datetime.combine(day, time(12), PARIS), settings)
        session.commit()
        keys = select(Notice.key).where(Notice.key.like("reminder/duerp/%")).order_by(Notice.id)
        return [key.split("/")[3] for key in session.scalars(keys)]

    approve(session, duerp, cast)
    due_on = TODAY.replace(year=TODAY.year + 1)
    assert told(due_on - timedelta(days=31)) == []
    assert told(due_on - timedelta(days=30)) == ["soon"]
    assert told(due_on) == told(due_on + timedelta(days=3)) == ["soon", "late"]
    happened = due_on + timedelta(days=4)
    at = datetime.combine(happened, time(9), PARIS)
    services.note_event(
        session, TriggerKind.LAYOUT, happened, "Presse déplacée", actor=cast.claire, now=at
    )
    session.commit()
    assert told(happened) == ["soon", "late", "event"]
    count_employees(session, cast.claire, 9, date(2020, 1, 2))
    assert told(due_on.replace(year=due_on.year + 1)) == ["soon", "late", "event"]
