"""Values counted from our own records: what each source counts, when, and what it leaves alone."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from qse_audit.accidents.rules import EventKind
from qse_audit.accidents.rules.rates import Occurrence, Register, Worked
from qse_audit.accidents.rules.stops import Span
from qse_audit.core.clock import now
from qse_audit.core.periods import Frequency, Period
from qse_audit.db.trail import Event
from qse_audit.indicators import services
from qse_audit.indicators.models import Correction, Measurement
from qse_audit.indicators.rules import AutomaticSource, Definition, VariableDraft
from qse_audit.indicators.rules.automatic import (
    ActionRecord,
    AuditRecord,
    FindingRecord,
    Records,
    ValueRecord,
    count,
)
from qse_audit.scheduler import JOBS
from tests.actions.factories import make_action
from tests.indicators.factories import MONTH, make_indicator, measure

MARCH = Period.nth(Frequency.MONTH, 2026, 3)
S = AutomaticSource
RECORDS = Records(
    audits=(
        AuditRecord(ends_on=date(2026, 3, 5), is_done=True, reported_on=date(2026, 3, 12),
                    applicable=40, conforming=36),
        AuditRecord(ends_on=date(2026, 3, 20), is_done=False, reported_on=None),
        AuditRecord(ends_on=date(2026, 1, 20), is_done=True, reported_on=date(2026, 3, 9)),
        AuditRecord(ends_on=date(2026, 4, 1), is_done=True, reported_on=date(2026, 4, 2)),
    ),
    findings=(
        FindingRecord(grade="major_nonconformity", is_nonconformity=True,
                      final_on=date(2026, 3, 5), closed_on=None),
        FindingRecord(grade="minor_nonconformity", is_nonconformity=True,
                      final_on=date(2026, 1, 5), closed_on=date(2026, 3, 6), recurred=True),
        FindingRecord(grade="minor_nonconformity", is_nonconformity=True,
                      final_on=date(2026, 3, 1), closed_on=date(2026, 3, 11)),
        FindingRecord(grade="area_of_concern", is_nonconformity=False,
                      final_on=date(2026, 3, 31), closed_on=date(2026, 3, 31)),
        FindingRecord(grade="improvement_opportunity", is_nonconformity=False,
                      final_on=date(2026, 4, 1), closed_on=None),
    ),
    actions=(
        ActionRecord(asked_on=date(2026, 2, 1), due_on=date(2026, 3, 10),
                     done_on=date(2026, 3, 10)),
        ActionRecord(asked_on=date(2026, 2, 1), due_on=date(2026, 3, 12),
                     done_on=date(2026, 4, 2)),
        ActionRecord(asked_on=date(2026, 3, 20), due_on=date(2026, 5, 1), done_on=None),
        ActionRecord(asked_on=date(2026, 4, 20), due_on=date(2026, 5, 1), done_on=None),
    ),
    judged=((date(2026, 3, 2), True), (date(2026, 3, 3), False), (date(2026, 2, 28), True)),
    values=(
        ValueRecord(due_on=date(2026, 3, 10), on_time=True),
        ValueRecord(due_on=date(2026, 3, 11), on_time=False),
        ValueRecord(due_on=date(2026, 4, 10), on_time=True),
    ),
    register=Register(
        events=(
            Occurrence(id=1, kind=EventKind.STOP, happened_on=date(2026, 3, 30),
                       spans=(Span(date(2026, 3, 31), date(2026, 4, 2)),)),
            Occurrence(id=2, kind=EventKind.NO_STOP, happened_on=date(2026, 3, 1)),
            Occurrence(id=3, kind=EventKind.NEAR_MISS, happened_on=date(2026, 3, 1)),
            Occurrence(id=4, kind=EventKind.NEAR_MISS, happened_on=date(2026, 4, 1)),
        ),
        worked={MARCH: Worked(hours=Fraction(8050), headcount=Fraction(58))},
        since=date(2026, 1, 15),
    ),
)  # fmt: skip
COUNTED = {
    S.AUDITS_PLANNED: 2,
    S.AUDITS_DONE: 1,
    S.REPORTS_ISSUED: 2,
    S.REPORTS_ON_TIME: 1,
    S.QUESTIONS_APPLICABLE: 40,
    S.QUESTIONS_CONFORMING: 36,
    S.FINDINGS_MAJOR: 1,
    S.FINDINGS_MINOR: 1,
    S.FINDINGS_CONCERN: 1,
    S.FINDINGS_OPPORTUNITY: 0,
    S.NONCONFORMITIES_CLOSED: 2,
    S.NONCONFORMITIES_RECURRING: 1,
    S.MEDIAN_CLOSURE_DAYS: 35,
    S.ACTIONS_DUE: 2,
    S.ACTIONS_CLOSED_ON_TIME: 1,
    S.ACTIONS_OVERDUE: 1,
    S.ACTIONS_OPEN: 2,
    S.ACTIONS_VERIFIED: 2,
    S.ACTIONS_EFFECTIVE: 1,
    S.INDICATOR_VALUES_DUE: 2,
    S.INDICATOR_VALUES_ON_TIME: 1,
    S.ACCIDENTS_STOP: 1,
    S.ACCIDENTS_NO_STOP: 1,
    S.DAYS_LOST: 1,
    S.NEAR_MISSES: 1,
    S.HOURS_WORKED: 8050,
    S.HEADCOUNT: 58,
}


@pytest.mark.parametrize("source", AutomaticSource)
def test_each_source_counts_its_records_of_the_period(source):
    assert count(source, RECORDS, MARCH) == Fraction(COUNTED[source])


def test_what_the_register_did_not_keep_yet_is_not_zero():
    december, first = (Period.nth(Frequency.MONTH, *at) for at in ((2025, 12), (2026, 1)))
    for source in (S.ACCIDENTS_STOP, S.NEAR_MISSES, S.DAYS_LOST):
        assert count(source, RECORDS, december) is None
        assert count(source, RECORDS, first) == 0
        assert count(source, Records(), MARCH) is None
    assert count(S.HOURS_WORKED, RECORDS, first) is None
    quarter = Period.nth(Frequency.QUARTER, 2026)
    assert count(S.HEADCOUNT, RECORDS, quarter) is None
    assert count(S.DAYS_LOST, RECORDS, Period.nth(Frequency.QUARTER, 2026, 2)) == 2


def test_without_a_closure_there_is_no_median():
    assert count(S.MEDIAN_CLOSURE_DAYS, Records(), MARCH) is None


def counted(name, source) -> VariableDraft:
    return VariableDraft(name=name, label=name, unit="n", definition="Compté.", automatic=source)


CLOSURE = Definition(
    formula="a_temps / echues * 100",
    unit="%",
    variables=(
        counted("a_temps", S.ACTIONS_CLOSED_ON_TIME),
        counted("echues", S.ACTIONS_DUE),
    ),
)


def rows(session, indicator) -> dict[date, Measurement]:
    session.expire_all()
    found = session.scalars(select(Measurement).where(Measurement.indicator_id == indicator.id))
    return {row.period_on: row for row in found}


@pytest.fixture
def indicator(session, cast):
    return make_indicator(session, cast, definition=CLOSURE, title="Actions à temps")


def test_nobody_owes_what_is_counted(indicator):
    assert indicator.due_on is None


def test_the_job_counts_what_is_over_and_twice_changes_nothing(session, cast, indicator):
    due = MONTH.previous.starts_on
    make_action(session, cast, due_on=due, at=now())
    first = services.count_all(session, now())
    session.commit()
    found = rows(session, indicator)
    assert first == len(found) == 12
    assert found[due].inputs == {"a_temps": "0", "echues": "1"}
    assert (found[due].value, found[due].entered_by_id) == (0, None)
    assert MONTH.starts_on not in found
    assert services.count_all(session, now()) == 0


def test_a_month_without_a_due_action_is_not_computable(session, indicator):
    services.count_all(session, now())
    session.commit()
    row = rows(session, indicator)[MONTH.previous.starts_on]
    assert (row.inputs, row.value) == ({"a_temps": "0", "echues": "0"}, None)


def test_what_was_there_is_kept_when_it_is_counted_again(session, cast, indicator):
    services.count_all(session, now())
    session.commit()
    make_action(session, cast, due_on=MONTH.previous.starts_on + timedelta(days=3), at=now())
    services.count_now(session, indicator, actor=cast.claire, now=now())
    session.commit()
    kept = session.query(Correction).one()
    assert kept.inputs_before == {"a_temps": "0", "echues": "0"}
    assert kept.corrected_by_id == cast.claire.user_id
    assert kept.reason


def test_what_somebody_entered_before_is_not_overwritten_without_a_trace(session, cast):
    entered = Definition(
        formula="a / b", unit="%", variables=tuple(
            VariableDraft(name=name, label=name, unit="n", definition="d") for name in "ab"
        ),
    )  # fmt: skip
    indicator = make_indicator(session, cast, definition=entered)
    measure(session, indicator, {MONTH.previous: {"a": 5, "b": 7}}, by=cast.bob)
    now_counted = Definition(
        formula="a / b", unit="%",
        variables=(counted("a", S.ACTIONS_DUE), counted("b", S.ACTIONS_OPEN)),
    )  # fmt: skip
    services.define_indicator(
        session, indicator, now_counted, version=None, actor=cast.claire, now=now()
    )
    services.count_all(session, now())
    session.commit()
    kept = session.query(Correction).one()
    assert kept.inputs_before == {"a": "5", "b": "7"}


def test_closed_periods_are_not_counted_again(session, cast, indicator):
    services.close_periods(session, indicator, MONTH.previous.ends_on, actor=cast.claire, now=now())
    assert services.count_all(session, now()) == 0


def test_counting_is_recorded_once_for_the_organisation(session, indicator):
    services.count_all(session, now())
    session.commit()
    event = session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert (event.verb, event.actor_id) == ("indicator.compute", None)
    assert indicator.reference in event.body


def test_the_job_looks_at_many_indicators_in_as_many_statements(session, cast, statements):
    def sent() -> int:
        services.count_all(session, now())
        session.commit()
        session.expunge_all()
        statements.clear()
        assert services.count_all(session, now()) == 0
        return len(statements)

    make_indicator(session, cast, definition=CLOSURE, title="Un")
    one = sent()
    for number in range(6):
        make_indicator(session, cast, definition=CLOSURE, title=f"Autre {number}")
    assert sent() == one


def test_the_job_is_scheduled():
    assert "count-indicators" in {job.name for job in JOBS}


def test_counting_now_is_for_those_who_measure(session, cast, browse, indicator):
    path = f"/indicators/{indicator.id}/count"
    browse(cast.alice, "POST", path, status=403)
    browse(cast.david, "POST", path, status=404)
    browse(cast.bob, "POST", path, status=303)
    assert len(rows(session, indicator)) == 12
    page = browse(cast.bob, "GET", f"/indicators/{indicator.id}/values")
    assert not page.select("[data-cell]")
