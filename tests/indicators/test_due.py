"""What is due, by when, and how complete a series is; who hears of it."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from qse_audit.core.clock import now
from qse_audit.core.periods import Frequency, Period
from qse_audit.dashboard.jobs import remind
from qse_audit.db.outbox import Notice
from qse_audit.indicators import queries
from qse_audit.indicators.rules import Calendar, due_reminder
from tests.factories import today
from tests.indicators.factories import MONTH, make_indicator, measure

LATE_HOUR = 20
MONTHLY = Calendar(frequency=Frequency.MONTH, starts_on=date(2026, 1, 1), delay_days=10)


def month(number: int) -> Period:
    return Period.nth(Frequency.MONTH, 2026, number)


def test_values_are_due_some_days_after_their_period():
    assert MONTHLY.due_on(month(1)) == date(2026, 2, 10)
    assert list(MONTHLY.due(date(2026, 3, 10))) == [month(1)]
    assert list(MONTHLY.due(date(2026, 3, 11))) == [month(1), month(2)]


def test_the_first_gap_is_awaited_not_the_last():
    complete = {month(1).starts_on, month(3).starts_on}
    assert MONTHLY.awaited(complete) == month(2)


def test_a_start_in_the_middle_of_a_period_asks_for_the_next():
    late = Calendar(frequency=Frequency.MONTH, starts_on=date(2026, 1, 15), delay_days=0)
    assert late.awaited(()) == month(2)


@pytest.mark.parametrize(("days", "offset"), [(-1, None), (0, 0), (6, 0), (7, 7), (90, 7)])
def test_the_owner_is_reminded_on_the_day_and_a_week_later(days, offset):
    assert due_reminder(date(2026, 2, 10), date(2026, 2, 10) + timedelta(days=days)) == offset


def completeness(session, indicator):
    calendars = {indicator.id: queries.calendar_of(indicator)}
    return queries.completeness_of(session, calendars, today())[indicator.id]


def test_completeness_counts_what_is_due_and_what_came_late(session, cast):
    indicator = make_indicator(session, cast, starts_on=MONTH.shift(-4).starts_on)
    assert completeness(session, indicator).ratio == 0
    values = {MONTH.shift(-4): {"accidents": 0, "heures": 9000},
              MONTH.shift(-3): {"accidents": 0}}  # fmt: skip
    measure(session, indicator, values, by=cast.bob)
    found = completeness(session, indicator)
    assert (found.entered, found.late) == (1, 1)
    assert found.ratio == Fraction(1, found.due)
    assert indicator.awaited_on == MONTH.shift(-3).starts_on


def test_completeness_of_many_is_one_statement(session, cast, statements):
    made = [make_indicator(session, cast, title=f"I{n}") for n in range(5)]
    calendars = {each.id: queries.calendar_of(each) for each in made}
    statements.clear()
    queries.completeness_of(session, calendars, today())
    assert len(statements) == 1


def test_the_list_says_how_complete_everything_is(session, cast, browse):
    made = [
        make_indicator(session, cast, title=f"I{n}", starts_on=MONTH.shift(-4).starts_on)
        for n in range(2)
    ]
    measure(session, made[0], {MONTH.shift(-4): {"accidents": 0, "heures": 9}}, by=cast.bob)
    due = 2 * completeness(session, made[0]).due
    page = browse(cast.jean, "GET", "/indicators/")
    assert f"1 sur {due}" in page.select_one(".overall").text


def evening():
    return now().replace(hour=LATE_HOUR)


def told(session) -> list[str]:
    return list(session.scalars(select(Notice.key).where(Notice.key.contains("indicator"))))


def test_the_owner_of_late_values_is_told_once_each_time(session, cast, settings):
    indicator = make_indicator(session, cast, starts_on=MONTH.shift(-1).starts_on, delay_days=0)
    for _ in range(2):
        remind(session, evening(), settings)
        session.commit()
    assert len(told(session)) == 1
    measure(session, indicator, {MONTH.previous: {"accidents": 0, "heures": 9}}, by=cast.bob)
    remind(session, evening(), settings)
    assert len(told(session)) == 1


def test_the_home_page_lists_late_values_of_the_owner_only(session, cast, browse):
    make_indicator(session, cast, starts_on=MONTH.shift(-3).starts_on)
    page = browse(cast.bob, "GET", "/")
    assert "Valeurs d’indicateurs à saisir" in page.text
    assert MONTH.shift(-3).label.split()[0] in page.text
    assert "Valeurs d’indicateurs à saisir" not in browse(cast.jean, "GET", "/").text
