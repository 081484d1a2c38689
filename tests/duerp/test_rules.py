"""What the law asks by headcount, what makes an update due, what is kept, what differs."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from qse_audit.core.canonical import canonical_json, read_canonical
from qse_audit.duerp.rules import (
    DUERP_WORKFLOW,
    Alarm,
    AlarmKind,
    Change,
    Contribution,
    Duties,
    Gap,
    Headcount,
    MeasureDraft,
    Part,
    Situation,
    Trigger,
    TriggerKind,
    VersionFacts,
    VersionStatus,
    alarms,
    approval_refusals,
    before_approval,
    compare,
    contribution_refusals,
    deletion_refusal,
    document_of,
    draft_refusals,
    duties_on,
    exposure_by_unit,
    headcount_refusals,
    in_force_between,
    in_force_on,
    kept_until,
    period_refusals,
    programme_refusals,
    read_document,
    spans,
    summary_by_family,
    summary_by_unit,
    total_cost,
    trigger_refusals,
    year_after,
)
from tests.duerp.factories import BARE, COVER, LOAD, NOISE, PRESS, SEEN, UNITS, make_content

TODAY = date(2026, 11, 25)
THIRTEEN_MONTHS_AGO = date(2025, 10, 24)


def codes(refusals):
    return [each.code for each in refusals]


def kinds(employees, approved_on, *triggers, is_sent=True, today=TODAY):
    facts = Situation(
        today=today,
        duties=Duties(employees),
        approved_on=approved_on,
        is_sent=is_sent,
        triggers=triggers,
    )
    return [each.kind for each in alarms(facts)]


def happened(day, *, answered_by=None, key=1, kind=TriggerKind.LAYOUT):
    return Trigger(
        id=key, kind=kind, happened_on=day, what="Presse déplacée", answered_by=answered_by
    )


# --- headcount ---


def test_a_headcount_holds_from_its_day_until_the_next_and_the_later_note_corrects():
    history = [
        Headcount(date(2024, 1, 1), 9),
        Headcount(date(2026, 3, 1), 52),
        Headcount(date(2025, 6, 1), 11),
        Headcount(date(2026, 3, 1), 49),
    ]
    for day, employees in (
        (date(2023, 12, 31), None),
        (date(2024, 1, 1), 9),
        (date(2025, 5, 31), 9),
        (date(2025, 6, 1), 11),
        (date(2026, 3, 1), 49),
        (TODAY, 49),
    ):
        assert duties_on(history, day).employees == employees, day


def test_each_threshold_starts_exactly_where_the_law_says():
    for employees, yearly, cse, programme in (
        (None, False, False, False),
        (0, False, False, False),
        (10, False, False, False),
        (11, True, True, False),
        (49, True, True, False),
        (50, True, True, True),
    ):
        duties = Duties(employees)
        found = (duties.is_yearly, duties.has_cse, duties.needs_programme)
        assert found == (yearly, cse, programme), employees
        assert (Part.CSE in duties.parts) is cse
    assert codes(headcount_refusals(Headcount(TODAY, -1), TODAY)) == ["headcount_out_of_range"]
    assert codes(headcount_refusals(Headcount(date(2027, 1, 1), 5), TODAY)) == ["in_the_future"]
    assert not headcount_refusals(Headcount(TODAY, 0), TODAY)


# --- updates ---


def test_nine_employees_hear_of_a_layout_change_and_not_of_the_year():
    assert kinds(9, THIRTEEN_MONTHS_AGO) == []
    assert kinds(9, THIRTEEN_MONTHS_AGO, happened(TODAY)) == [AlarmKind.TRIGGER]
    assert kinds(11, THIRTEEN_MONTHS_AGO) == [AlarmKind.YEARLY]
    assert kinds(11, THIRTEEN_MONTHS_AGO, happened(TODAY, answered_by=2)) == [AlarmKind.YEARLY]


def test_the_year_ends_on_the_same_day_and_is_announced_a_month_before():
    approved = date(2025, 11, 25)
    for today, expected in (
        (date(2026, 10, 25), []),
        (date(2026, 10, 26), [AlarmKind.SOON]),
        (TODAY, [AlarmKind.SOON]),
        (date(2026, 11, 26), [AlarmKind.YEARLY]),
    ):
        assert kinds(11, approved, today=today) == expected, today
    assert year_after(date(2024, 2, 29)) == date(2025, 3, 1)


def test_what_was_never_made_sent_or_counted_is_said():
    assert kinds(3, None) == [AlarmKind.NEVER]
    assert kinds(0, None) == []
    assert kinds(None, TODAY) == [AlarmKind.NO_HEADCOUNT]
    assert kinds(60, TODAY, is_sent=False) == [AlarmKind.NOT_SENT]
    hidden = Situation(today=TODAY, duties=Duties(9), approved_on=TODAY, has_place=False)
    assert [each.kind for each in alarms(hidden)] == [AlarmKind.NO_PLACE]
    assert [kind for kind in AlarmKind if not kind.is_late] == [
        AlarmKind.SOON,
        AlarmKind.ACCIDENTS,
        AlarmKind.NO_PLACE,
        AlarmKind.NO_HEADCOUNT,
    ]
    days = (date(2026, 3, 1), date(2026, 6, 1), date(2026, 9, 1))
    told = Situation(
        today=TODAY,
        duties=Duties(9),
        approved_on=date(2026, 3, 1),
        accident_days=days,
        triggers=[
            happened(date(2026, 6, 1), answered_by=2, kind=TriggerKind.ACCIDENT),
            happened(date(2026, 8, 1), answered_by=2),
        ],
    )
    (alarm,) = alarms(told)
    assert (alarm.kind, alarm.message.values["count"]) == (AlarmKind.ACCIDENTS, 1)
    assert alarms(replace(told, accident_days=days[:2])) == ()
    two = (happened(TODAY, key=2), happened(date(2026, 1, 5), key=3, kind=TriggerKind.ACCIDENT))
    found = alarms(Situation(today=TODAY, duties=Duties(9), approved_on=TODAY, triggers=two))
    assert [each.due_on for each in found] == [date(2026, 1, 5), TODAY]  # the oldest first
    assert isinstance(found[0], Alarm)
    assert found[0].message == "Accident, incident ou maladie professionnelle : Presse déplacée"
    assert codes(trigger_refusals(" ", date(2027, 1, 1), TODAY)) == [
        "what_missing",
        "in_the_future",
    ]


# --- programme ---


def test_from_fifty_employees_each_measure_says_all_that_it_lacks_at_once():
    found = programme_refusals([COVER, BARE, replace(BARE, reference="ACT-9")], Duties(55))
    assert codes(found) == ["measure_incomplete"] * 2
    assert "conditions d’exécution, indicateur de résultat, estimation du coût, calendrier" in (
        found[0].message
    )
    assert found[0].source == "Code du travail, L4121-3-1 III"
    assert codes(programme_refusals([], Duties(50))) == ["programme_empty"]
    assert not programme_refusals([BARE], Duties(49))
    assert not programme_refusals([COVER], Duties(5_000))


@pytest.mark.parametrize(
    ("gap", "missing"),
    [
        (Gap.CONDITIONS, {"conditions": " "}),
        (Gap.RESULT, {"result_indicator": ""}),
        (Gap.COST, {"cost_euros": None}),
        (Gap.CALENDAR, {"starts_on": None}),
        (Gap.RESPONSIBLE, {"responsible": ""}),
    ],
)
def test_one_missing_part_refuses_the_approval(gap, missing):
    measure = replace(COVER, **missing)
    assert measure.gaps == (gap,)
    facts = VersionFacts(duties=Duties(50), line_count=1, contributions=SEEN, measures=(measure,))
    assert codes(approval_refusals(VersionStatus.CONSULTED, facts)) == ["measure_incomplete"]
    assert DUERP_WORKFLOW.refusals(VersionStatus.CONSULTED, "approve", facts)


def test_what_costs_nothing_is_estimated_and_what_is_unknown_is_no_zero():
    free = replace(COVER, cost_euros=Decimal(0))
    assert not free.gaps
    assert total_cost([COVER, free, BARE]) == (Decimal(4200), 1)
    assert total_cost([BARE]) == (None, 1)
    draft = MeasureDraft(cost_euros=Decimal(-1), starts_on=TODAY, conditions="x" * 4_001)
    found = codes(draft_refusals(draft, due_on=date(2026, 1, 1)))
    assert found == ["cost_out_of_range", "starts_after_due", "too_long"]


# --- moves ---


def test_every_reason_against_an_approval_is_told_at_once():
    facts = VersionFacts(
        duties=Duties(55),
        line_count=0,
        contributions=SEEN[1:2],
        measures=(BARE, replace(BARE, reference="ACT-9")),
        is_unchanged=False,
        unrated_count=2,
    )
    found = approval_refusals(VersionStatus.CONSULTED, facts)
    assert codes(found) == [
        "no_line", "not_consulted", "changed_since_consulted", "unrated", "measure_incomplete",
        "measure_incomplete",
    ]  # fmt: skip
    assert [*found[:3], *found[4:]] == [*before_approval(VersionStatus.CONSULTED, facts)]
    said = replace(facts, reason="Mesure en mars")
    assert "unrated" not in codes(approval_refusals(VersionStatus.CONSULTED, said))
    assert "CSE, Service de prévention et de santé au travail" in found[1].message
    good = VersionFacts(duties=Duties(9), line_count=1, contributions=SEEN[1:])
    assert DUERP_WORKFLOW.decide(VersionStatus.CONSULTED, "approve", good) is VersionStatus.APPROVED
    assert not DUERP_WORKFLOW.available(VersionStatus.APPROVED)
    assert codes(
        DUERP_WORKFLOW.refusals(
            VersionStatus.PREPARED, "consult", replace(good, duties=Duties(None))
        )
    ) == ["no_headcount"]
    assert "no_such_transition" in codes(approval_refusals(VersionStatus.PREPARED, good))


def test_a_contribution_says_who_when_or_why_nobody():
    for draft, expected in (
        (Contribution(part=Part.CSE, who="CSE", consulted_on=TODAY), []),
        (Contribution(part=Part.CSE, who=" ", consulted_on=TODAY), ["who_missing"]),
        (Contribution(part=Part.CSE, who="CSE", consulted_on=date(2027, 1, 1)), ["in_the_future"]),
        (
            Contribution(part=Part.CSE, who="", consulted_on=TODAY, is_absent=True),
            ["absence_unexplained"],
        ),
        (
            Contribution(part=Part.CSE, who="", consulted_on=TODAY, is_absent=True, opinion="PV"),
            [],
        ),
    ):
        assert codes(contribution_refusals(draft, TODAY)) == expected


# --- keeping ---


def test_a_version_of_2026_is_refused_deletion_for_forty_years():
    made = date(2026, 11, 3)
    refusal = deletion_refusal(2, made, TODAY)
    assert refusal.code == "kept_forty_years"
    assert "03/11/2066" in refusal.message
    assert refusal.source == "Code du travail, R4121-4"
    assert deletion_refusal(2, made, date(2066, 11, 3)).code == "kept_forty_years"
    assert deletion_refusal(2, made, date(2066, 11, 4)).code == "kept_in_register"
    assert kept_until(date(2060, 2, 29)) == date(2100, 3, 1)  # 2100 is no leap year


def test_the_versions_of_a_former_worker_are_those_in_force_in_their_time():
    made = [(1, 1, date(2023, 2, 1)), (3, 3, date(2026, 1, 10)), (2, 2, date(2024, 5, 1))]
    versions = spans(made)
    assert [(each.number, each.until_on) for each in versions] == [
        (1, date(2024, 4, 30)),
        (2, date(2026, 1, 9)),
        (3, None),
    ]
    for first, last, numbers in (
        (date(2023, 1, 1), date(2023, 1, 31), []),
        (date(2023, 1, 1), date(2023, 2, 1), [1]),
        (date(2024, 4, 30), date(2024, 5, 1), [1, 2]),
        (date(2024, 5, 1), date(2026, 1, 9), [2]),
        (date(2025, 1, 1), None, [2, 3]),
    ):
        found = [each.number for each in in_force_between(versions, first, last)]
        assert found == numbers, first
    for day, number in ((date(2023, 1, 31), None), (date(2024, 4, 30), 1), (TODAY, 3)):
        found = in_force_on(versions, day)
        assert (found and found.number) == number, day
    twice = spans([(1, 1, TODAY), (2, 2, TODAY)])
    assert in_force_on(twice, TODAY).number == 2
    assert [each.number for each in in_force_between(twice, TODAY, TODAY)] == [1, 2]
    assert codes(period_refusals(TODAY, date(2026, 1, 1), TODAY)) == ["period_backwards"]
    assert codes(period_refusals(date(2027, 1, 1), None, TODAY)) == ["period_not_begun"]


# --- content ---


def test_a_frozen_version_reads_back_exactly():
    content = make_content(measures=(COVER, BARE))
    stored = canonical_json(document_of(content))
    assert read_document(read_canonical(stored)) == content
    with pytest.raises(ValueError, match="qse-duerp-1"):
        read_document({"format": "other"})


def test_what_is_not_rated_comes_first_and_is_counted_apart():
    content = make_content()
    assert [line.key for line in content.by_unit["u2"]] == ["r2", "r1"]
    assert content.unrated_count == 1
    rows = {each.key: each.counts for each in summary_by_unit(content)}
    assert rows == {"u1": (0, 0, 0, 0), "u2": (1, 0, 0, 1), "u3": (0, 0, 1, 0)}
    families = {each.key: each.counts for each in summary_by_family(content)}
    assert families == {"mechanical": (1, 0, 0, 0), "noise": (0, 0, 0, 1),
                        "psychosocial": (0, 0, 1, 0)}  # fmt: skip
    assert content.silent_families == ("heat",)
    exposed = {e.key: (e.women, e.men, e.both, e.unsaid) for e in exposure_by_unit(content)}
    assert exposed == {"u2": (0, 1, 1, 0), "u3": (1, 0, 0, 0)}


def test_two_versions_differ_by_what_was_added_removed_changed_and_rated_anew():
    fresh = replace(PRESS, key="r9")
    rated = replace(NOISE, rating=LOAD.rating)
    moved = replace(LOAD, unit_key="u2", rating=None)
    before = make_content()
    after = make_content(
        units=(UNITS[0], replace(UNITS[1], name="Usinage / Tours CN")),
        lines=(fresh, rated, moved),
        measures=(BARE,),
    )
    found = compare(before, after)
    assert [(each.change, each.line.key) for each in found.lines] == [
        (Change.ADDED, "r9"),
        (Change.RERATED, "r2"),
        (Change.CHANGED, "r3"),
        (Change.REMOVED, "r1"),
    ]
    change = found.lines[2]
    assert [(f.name, f.before, f.after) for f in change.fields] == [("unit_key", "u3", "u2")]
    assert [found.count(kind) for kind in Change] == [1, 1, 1, 2]
    assert [unit.key for unit in found.units_removed] == ["u3"]
    assert [new.name for _, new in found.units_renamed] == ["Usinage / Tours CN"]
    assert [each.reference for each in found.measures_added] == ["ACT-2026-002"]
    assert [each.reference for each in found.measures_gone] == ["ACT-2026-001"]
    assert compare(before, before).is_same
