"""Dates of the law, days of stop and rates: tables of cases."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from qse_audit.accidents.rules import EVENT_WORKFLOW, Category, DutyCode, EventKind, EventStatus
from qse_audit.accidents.rules.duties import (
    Answer,
    DutyFacts,
    DutyState,
    answer_refusals,
    duties,
)
from qse_audit.accidents.rules.events import EventFacts, advice, event_refusals
from qse_audit.accidents.rules.exposure import (
    Entry,
    ExposureDraft,
    exposure_refusals,
    worked_of,
)
from qse_audit.accidents.rules.holidays import after_counted_hours, easter, holidays
from qse_audit.accidents.rules.rates import (
    Occurrence,
    RateCode,
    Worked,
    months_to,
    rates,
)
from qse_audit.accidents.rules.stops import Span, StopDraft, days_of, in_force, stop_refusals
from qse_audit.core.clock import PARIS
from qse_audit.core.periods import Frequency, Period
from tests.accidents.conftest import draft
from tests.factories import NOW


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def test_easter_and_the_days_that_follow_it_fall_where_calendars_say() -> None:
    known = {1961: "04-02", 2000: "04-23", 2008: "03-23", 2011: "04-24", 2024: "03-31",
             2025: "04-20", 2026: "04-05", 2038: "04-25"}  # fmt: skip
    for year, day in known.items():
        assert easter(year) == date.fromisoformat(f"{year}-{day}"), year
    assert len(holidays(2026)) == 11
    assert {date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25)} < holidays(2026)
    assert date(2026, 4, 3) not in holidays(2026), "Good Friday is a holiday in the east only"


@pytest.mark.parametrize(
    ("known", "due"),
    [
        ("2026-03-02T10:00", "2026-03-04T10:00"),
        ("2026-03-06T17:00", "2026-03-09T17:00"),  # a Sunday between
        ("2026-03-08T09:00", "2026-03-11T00:00"),  # known on a Sunday: from Monday on
        ("2026-04-03T17:00", "2026-04-07T17:00"),  # Easter Sunday and Monday
        ("2026-05-13T12:00", "2026-05-16T12:00"),  # Ascension
        ("2026-12-24T08:00", "2026-12-28T08:00"),  # Christmas, then a Sunday
        ("2026-10-24T10:00", "2026-10-27T10:00"),  # the clocks go back on Sunday
    ],
)
def test_forty_eight_hours_do_not_count_sundays_and_holidays(known: str, due: str) -> None:
    assert after_counted_hours(at(known), 48) == at(due)


FACTS = DutyFacts(kind=EventKind.STOP, category=Category.EMPLOYEE, known_at=at("2026-03-06T17:00"))


def test_each_event_asks_what_its_law_asks() -> None:
    asked = {
        (EventKind.STOP, Category.EMPLOYEE): {DutyCode.DECLARE},
        (EventKind.NO_STOP, None): {DutyCode.DECLARE},
        (EventKind.COMMUTING, Category.EMPLOYEE): {DutyCode.DECLARE},
        (EventKind.FIRST_AID, Category.EMPLOYEE): {DutyCode.INSCRIBE},
        (EventKind.STOP, Category.TEMPORARY): {DutyCode.AGENCY},
        (EventKind.STOP, Category.SUBCONTRACTOR): set(),
        (EventKind.DISEASE, Category.EMPLOYEE): set(),
        (EventKind.NEAR_MISS, None): set(),
        (EventKind.ENVIRONMENTAL, None): {DutyCode.ENVIRONMENT},
    }
    for (kind, category), codes in asked.items():
        found = duties(replace(FACTS, kind=kind, category=category), {}, NOW)
        assert {duty.code for duty in found} == codes, kind
    fatal = replace(FACTS, fatal_at=at("2026-03-06T19:30"))
    (inspection, declaration) = duties(fatal, {}, at("2026-03-07T08:00"))
    assert inspection.code is DutyCode.INSPECTION
    assert inspection.due_at == at("2026-03-07T07:30")
    assert (inspection.state, inspection.late_hours) == (DutyState.LATE, 1)
    assert declaration.due_at == at("2026-03-09T17:00")
    assert declaration.state is DutyState.TO_DO
    again = replace(FACTS, requalified_at=at("2026-03-20T17:00"))
    assert duties(again, {}, NOW)[0].due_at == at("2026-03-22T17:00"), "R441-5 counts every hour"


def test_lateness_is_told_and_an_answer_needs_its_words() -> None:
    due, now = at("2026-03-09T17:00"), at("2026-03-12T09:00")
    done = {DutyCode.DECLARE: Answer(due + timedelta(minutes=61), "Accusé n° 1")}
    (duty,) = duties(FACTS, done, now)
    assert (duty.state, duty.late_hours, duty.is_answered) == (DutyState.DONE_LATE, 2, True)
    (duty,) = duties(FACTS, {DutyCode.DECLARE: Answer(due, "n° 1")}, now)
    assert (duty.state, duty.late_hours) == (DutyState.DONE, 0)
    (duty,) = duties(FACTS, {DutyCode.DECLARE: Answer(None, "Fait par l’agence")}, now)
    assert duty.state is DutyState.NOT_DUE
    happened = FACTS.known_at
    for answer, codes in (
        (Answer(due, "n° 1"), []),
        (Answer(due), ["words"]),
        (Answer(None), ["words"]),
        (Answer(now + timedelta(hours=1), "n° 1"), ["done_at"]),
        (Answer(happened - timedelta(hours=1), "n° 1"), ["done_at"]),
    ):
        found = answer_refusals(DutyCode.DECLARE, answer, FACTS, happened_at=happened, now=now)
        assert [refusal.code for refusal in found] == codes, answer
    (wrong,) = answer_refusals(DutyCode.AGENCY, Answer(due, "x"), FACTS,
                               happened_at=happened, now=now)  # fmt: skip
    assert wrong.code == "no_such_duty"


DAY = date(2026, 3, 2)


def days(first: int, last: int | None, note: str = "") -> StopDraft:
    march = date(2026, 3, 1)
    return StopDraft(
        from_on=march + timedelta(first - 1),
        until_on=None if last is None else march + timedelta(last - 1),
        note=note,
    )


def test_stops_are_refused_where_they_make_no_sense() -> None:
    known = (Span(date(2026, 3, 3), date(2026, 3, 10)),)
    for kind, stop, spans, codes in (
        (EventKind.STOP, days(3, 10), (), []),
        (EventKind.NO_STOP, days(3, 10), (), []),
        (EventKind.NEAR_MISS, days(3, 10), (), ["no_stop_here"]),
        (EventKind.ENVIRONMENTAL, days(3, 10), (), ["no_stop_here"]),
        (EventKind.STOP, days(2, 10), (), ["from_on"]),  # the day of the accident
        (EventKind.STOP, days(1, 10), (), ["from_on"]),
        (EventKind.STOP, days(9, 8), (), ["until_on"]),
        (EventKind.STOP, days(5, 2000), (), ["until_on"]),
        (EventKind.STOP, days(25, 26), (), ["from_on"]),  # not begun yet
        (EventKind.STOP, days(3, 15), known, []),  # prolonged
        (EventKind.STOP, days(3, 5), known, ["note"]),
        (EventKind.STOP, days(3, 5, "Reprise"), known, []),
        (EventKind.STOP, days(3, None), known, ["note"]),
        (EventKind.STOP, days(5, None, "Erreur"), known, ["from_on"]),
        (EventKind.STOP, days(10, 12), known, ["from_on"]),  # a day counted twice
        (EventKind.STOP, days(12, 14), known, []),  # a relapse
    ):
        found = stop_refusals(stop, spans, kind=kind, happened_on=DAY, today=date(2026, 3, 20))
        assert [refusal.code for refusal in found] == codes, (kind, stop)


def test_the_last_row_that_begins_on_a_day_holds() -> None:
    third, twelfth = date(2026, 3, 3), date(2026, 3, 12)
    rows = [(third, date(2026, 3, 8)), (twelfth, twelfth), (third, date(2026, 3, 10))]
    assert days_of(in_force(rows)) == 9
    assert days_of(in_force([*rows, (third, None)])) == 1
    span = Span(date(2026, 3, 30), date(2026, 4, 2))
    assert [span.within(m.starts_on, m.ends_on) for m in months_to(APRIL, 3)] == [0, 2, 2]


APRIL = Period.nth(Frequency.MONTH, 2026, 4)


def test_one_accident_over_16450_hours_makes_60_79_and_no_hours_make_nothing() -> None:
    event = Occurrence(id=1, kind=EventKind.STOP, happened_on=date(2026, 4, 8))
    found = rates([APRIL], [event], {APRIL: Worked(hours=Fraction(16_450))})
    tf1 = found.rates[RateCode.TF1].value
    assert tf1 == Fraction(1_000_000, 16_450)
    assert round(float(tf1), 2) == 60.79
    assert found.swings
    none = rates([APRIL], [event], {APRIL: Worked(hours=Fraction(0))}).rates[RateCode.TF1]
    assert none.value is None
    assert none.why == "Non calculable : aucune heure travaillée."
    unknown = rates([APRIL.previous, APRIL], [event], {APRIL: Worked(hours=Fraction(9))})
    assert unknown.hours is None, "hours that were not entered are not zero hours"
    assert unknown.missing == [APRIL.previous]
    assert "mars 2026" in str(unknown.rates[RateCode.TF1].why)


def test_each_rate_counts_its_own() -> None:
    def event(kind: EventKind, day: int = 8, **more: Any) -> Occurrence:
        return Occurrence(id=1, kind=kind, happened_on=date(2026, 4, day), **more)

    spans = (Span(date(2026, 3, 30), date(2026, 4, 10)),)
    year = months_to(APRIL)
    events = [
        event(EventKind.STOP, spans=spans),
        event(EventKind.NO_STOP),
        event(EventKind.FIRST_AID),
        event(EventKind.COMMUTING, spans=spans),
        event(EventKind.DISEASE, spans=spans),
        event(EventKind.NEAR_MISS),
        event(EventKind.STOP, category=Category.SUBCONTRACTOR, spans=spans),
        event(EventKind.STOP, category=Category.TEMPORARY, spans=spans),
    ]
    worked = {m: Worked(hours=Fraction(10_000), headcount=Fraction(50),
                        incapacity_pct=Fraction(1, 2)) for m in year}  # fmt: skip
    found = rates(year, events, worked).rates
    millions = Fraction(1_000_000, 120_000)
    assert found[RateCode.TF1].value == millions
    assert found[RateCode.TF2].value == 2 * millions
    assert found[RateCode.TF3].value == 3 * millions
    assert found[RateCode.TG].value == Fraction(12 * 1_000, 120_000)
    assert found[RateCode.IF].value == 20
    assert found[RateCode.IG].value == 6 * millions
    covered = {m: replace(w, covers_temporary=True) for m, w in worked.items()}
    assert rates(year, events, covered).rates[RateCode.TF1].value == 2 * millions
    short = rates(year[-3:], events, worked).rates
    assert short[RateCode.IF].value is None
    silent = {m: replace(w, incapacity_pct=None) for m, w in worked.items()}
    assert rates(year, events, silent).rates[RateCode.IG].value is None


def test_hours_of_the_whole_are_those_of_every_site_once_each_is_known() -> None:
    def entry(month: Period, site: int | None, hours: int) -> Entry:
        return Entry(month=month, site_id=site, worked=Worked(hours=Fraction(hours)))

    march, may = APRIL.previous, APRIL.next
    entries = [entry(march, 1, 5), entry(march, 2, 7), entry(march, 1, 6), entry(APRIL, 1, 6),
               entry(may, 1, 6), entry(may, None, 40)]  # fmt: skip
    whole = worked_of(entries)
    assert {month: worked.hours for month, worked in whole.items()} == {
        march: 13,
        APRIL: None,
        may: 40,
    }
    assert worked_of(entries, 1)[march].hours == 6
    assert worked_of(entries, 3) == {}


def test_hours_that_cannot_be_are_refused() -> None:
    good = ExposureDraft(month=APRIL, site_id=None, hours=Decimal("8050.5"), headcount=Decimal(58))
    for changes, again, codes in (
        ({}, False, []),
        ({}, True, ["note"]),
        ({"note": "Paie révisée"}, True, []),
        ({"hours": Decimal(-1)}, False, ["hours"]),
        ({"hours": Decimal(99_999)}, False, ["hours"]),
        ({"headcount": Decimal(-2)}, False, ["headcount"]),
        ({"incapacity_pct": Decimal(-2)}, False, ["incapacity_pct"]),
        ({"month": APRIL.next}, False, ["month"]),
    ):
        found = exposure_refusals(replace(good, **changes), current=APRIL, is_correction=again)
        assert [refusal.code for refusal in found] == codes, changes


def test_an_event_is_dated_and_told() -> None:
    hour = timedelta(hours=1)
    for changes, codes in (
        ({}, []),
        ({"happened_at": NOW + hour}, ["happened_at"]),
        ({"happened_at": NOW.replace(year=1926)}, ["happened_at"]),
        ({"place": " ", "facts_text": ""}, ["place", "facts_text"]),
        ({"place": "x" * 201}, ["place"]),
        ({"known_at": NOW - 2 * hour}, ["known_at"]),
        ({"known_at": NOW + hour}, ["known_at"]),
        ({"fatal_at": NOW}, ["fatal_at"]),
        ({"fatal_at": NOW, "kind": EventKind.STOP}, []),
        ({"fatal_at": NOW - 2 * hour, "kind": EventKind.STOP}, ["fatal_at"]),
    ):
        found = event_refusals(draft(**changes), now=NOW)
        assert [refusal.code for refusal in found] == codes, changes


def test_a_text_that_names_a_person_or_a_lesion_is_pointed_at() -> None:
    found = advice("M. Durand a une entorse et une fracture", "rien")
    assert [each.code for each in found] == ["names_a_person", "tells_health"]
    assert "« entorse », « fracture »" in found[1].message
    assert advice("L’opérateur a lâché la pièce, carter ouvert") == ()


def test_closing_needs_causes_or_a_reason_and_nothing_open() -> None:
    ready = EventFacts(kind=EventKind.NEAR_MISS, causes_text="Sol gras")
    for facts, codes in (
        (ready, []),
        (replace(ready, causes_text=""), ["no_causes"]),
        (replace(ready, causes_text="", reason="Doute levé"), []),
        (replace(ready, causes_text="", analyses=1), []),
        (replace(ready, unsettled_actions=("ACT-1",)), ["actions_unsettled"]),
        (replace(ready, unanswered_duties=(DutyCode.DECLARE.label,)), ["duties_unanswered"]),
        (replace(ready, kind=EventKind.STOP), ["not_investigated"]),
        (replace(ready, kind=EventKind.STOP, was_investigated=True), []),
    ):
        found = EVENT_WORKFLOW.refusals(EventStatus.DECLARED, "close", facts)
        assert [refusal.code for refusal in found] == codes, facts
