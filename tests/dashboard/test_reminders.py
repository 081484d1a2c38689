"""Reminders: the right ones, once, in the person's language, one mail a day."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from qse_audit.accounts.models import Membership, Person
from qse_audit.actions import services
from qse_audit.actions.rules import Move
from qse_audit.core.clock import PARIS, day_in_paris, now
from qse_audit.core.permissions import Kind
from qse_audit.dashboard.jobs import remind
from qse_audit.dashboard.jobs.reminders import PATHS
from qse_audit.db.outbox import Mail, Notice
from tests.actions.factories import make_action, make_done, make_finding
from tests.factories import today

DUE = today() + timedelta(days=40)


@pytest.fixture
def finding(session, cast):
    return make_finding(session, cast)


@pytest.fixture
def with_mail(settings):
    return replace(settings, smtp_host="127.0.0.1", public_url="https://qse.example.org")


@pytest.fixture
def run(session, settings):
    """Run the job on a day at noon in Paris and return how many were told."""

    def run(day, *, hour=12, settings=settings):
        count = remind(session, datetime.combine(day, time(hour), PARIS), settings)
        session.commit()
        return count

    return run


def reminders(session, who):
    rows = session.scalars(
        select(Notice)
        .where(Notice.person_id == who.user_id, Notice.key.startswith("reminder/"))
        .order_by(Notice.id)
    )
    return [row.key.split("/")[3] for row in rows]


def test_over_ninety_days_an_owner_hears_four_times(session, cast, finding, run):
    make_action(session, cast, finding=finding, due_on=DUE)
    told = [(n, run(DUE + timedelta(days=n))) for n in range(-40, 50)]
    assert [n for n, count in told if count] == [-30, -7, 0, 7]
    assert reminders(session, cast.bob) == ["-30", "-7", "+0", "+7"]


def test_a_server_that_was_down_says_only_the_latest_once(session, cast, finding, run):
    make_action(session, cast, finding=finding, due_on=DUE)
    assert run(DUE + timedelta(days=3)) == 1
    assert run(DUE + timedelta(days=3)) == 0
    assert reminders(session, cast.bob) == ["+0"]


def test_nothing_is_said_before_the_hour_of_the_settings(session, cast, finding, run):
    make_action(session, cast, finding=finding, due_on=DUE)
    assert run(DUE, hour=6) == 0
    assert run(DUE, hour=7) == 1


def test_what_is_done_or_cancelled_is_not_recalled(session, cast, finding, run):
    make_done(session, cast, finding=finding, due_on=DUE)
    cancelled = make_action(session, cast, finding=finding, due_on=DUE)
    services.move_action(
        session, cancelled, "cancel", Move(note="Double."), actor=cast.claire, now=now()
    )
    session.commit()
    assert run(DUE) == 0


def test_a_new_due_date_starts_the_reminders_again(session, cast, finding, run):
    action = make_action(session, cast, finding=finding, due_on=DUE)
    run(DUE - timedelta(days=7))
    at = datetime.combine(DUE - timedelta(days=5), time(12), PARIS)
    move = Move(note="Pièce en retard.", due_on=DUE + timedelta(days=20))
    services.move_action(session, action, "change-due-date", move, actor=cast.claire, now=at)
    session.commit()
    assert run(DUE) == 0
    assert run(DUE + timedelta(days=13)) == 1
    assert reminders(session, cast.bob) == ["-7", "-7"]


def test_who_left_or_was_disabled_hears_nothing(session, cast, finding, run, with_mail):
    make_action(session, cast, finding=finding, due_on=DUE, owner=cast.emma)
    make_action(session, cast, finding=finding, due_on=DUE, owner=cast.farid)
    session.query(Membership).filter_by(person_id=cast.emma.user_id).delete()
    session.get(Person, cast.farid.user_id).disabled_at = now()
    session.commit()
    run(DUE, settings=with_mail)
    assert not reminders(session, cast.emma)
    assert session.query(Mail).count() == 0


def test_verifiers_hear_when_the_delay_is_over(session, cast, finding, run):
    make_done(session, cast, finding=finding, verify_on=DUE, due_on=today() + timedelta(days=5))
    assert run(DUE - timedelta(days=1)) == 0
    assert run(DUE) == 2
    assert run(DUE + timedelta(days=1)) == 0
    assert reminders(session, cast.bob) == []
    assert len(reminders(session, cast.claire)) == len(reminders(session, cast.alice)) == 1


def test_one_mail_a_day_holds_everything_in_the_language_of_the_person(
    session, cast, finding, run, with_mail
):
    first = make_action(session, cast, finding=finding, due_on=DUE, title="Dater 100 % des fiches")
    make_action(session, cast, finding=finding, due_on=DUE + timedelta(days=7), title="Former")
    assert run(DUE, settings=with_mail) == 2
    assert run(DUE, settings=with_mail) == 0
    (mail,) = session.scalars(select(Mail))
    assert mail.address == "bob@example.org"
    assert "2" in mail.subject
    assert "Dater 100 % des fiches" in mail.text
    assert f"https://qse.example.org{PATHS[Kind.ACTION].format(first.id)}" in mail.text
    assert str(DUE) not in mail.text, "days are worded"
    assert f"{DUE.year}" in mail.text


def test_a_second_reminder_on_the_same_day_stays_in_the_inbox(
    session, cast, finding, run, with_mail
):
    make_action(session, cast, finding=finding, due_on=DUE)
    run(DUE, settings=with_mail)
    make_action(session, cast, finding=finding, due_on=DUE + timedelta(days=7))
    assert run(DUE, hour=15, settings=with_mail) == 1
    assert session.query(Mail).count() == 1


def test_without_a_mail_server_nothing_is_queued(session, cast, finding, run):
    make_action(session, cast, finding=finding, due_on=DUE)
    assert run(DUE) == 1
    assert session.query(Mail).count() == 0


def test_the_links_of_the_mails_lead_to_the_pages(app):
    with app.test_request_context():
        from flask import url_for

        assert PATHS[Kind.ACTION].format(12) == url_for("actions.detail", action_id=12)
        assert PATHS[Kind.INDICATOR].format(12) == url_for("indicators.values", indicator_id=12)


def test_a_day_is_that_of_paris(session, cast, finding, settings):
    make_action(session, cast, finding=finding, due_on=DUE)
    late_evening = datetime.combine(DUE - timedelta(days=1), time(23, 30), PARIS)
    assert day_in_paris(late_evening) == DUE - timedelta(days=1)
    remind(session, late_evening, settings)
    session.commit()
    assert reminders(session, cast.bob) == ["-7"]


def test_the_job_sends_few_statements_when_nothing_is_new(session, cast, finding, run, statements):
    for _ in range(30):
        make_action(session, cast, finding=finding, due_on=DUE)
    run(DUE)
    statements.clear()
    run(DUE)
    assert len(statements) <= 5
