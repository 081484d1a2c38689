"""The facts of a small world, computed by hand; whose they are; in how many statements."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest

from qse_audit.accidents import services as accidents
from qse_audit.accidents.rules import EventDraft, EventKind
from qse_audit.accidents.rules.stops import StopDraft
from qse_audit.balances import queries
from qse_audit.balances.rules import Absence, BalanceDomain, Drift, Section
from qse_audit.core.clock import PARIS
from qse_audit.findings.rules import Grade
from tests.balances.factories import (
    AFTER,
    FROM,
    UNTIL,
    at,
    fill_small_world,
    make_action,
    make_audit,
    make_balance,
    make_edition,
    make_finding,
    make_indicator,
    make_objective,
)


@pytest.fixture
def world(session, cast):
    return fill_small_world(session, cast)


def facts_of(session, who, now=AFTER, **given):
    balance = queries.get_balance(session, make_balance(session, who, now=now, **given).id)
    return queries.live_content(session, balance, now).facts


def values(facts, *, before=False):
    return {f.key: f.before if before else f.value for f in facts.figures if f.line is None}


BY_HAND = {
    "audits-planned": 4,
    "audits-held": 3,
    "audits-completion": Fraction(3, 4),
    "audits-cancelled": 1,
    "audits-reported": 2,
    "reports-on-time": Fraction(1, 2),
    "audits-closed": 1,
    "findings-total": 3,
    "findings-major": 1,
    "findings-minor": 1,
    "findings-concern": 0,
    "findings-opportunity": 0,
    "findings-strength": 1,
    "nonconformities-per-audit": 1,  # 2 nonconformities, 2 reports
    "findings-recurring": 1,
    "nonconformities-closed": 2,  # one of 2024, one of January
    "closure-days": 190,  # median of 370 and 10
    "nonconformities-open": 1,
    "actions-opened": 4,
    "actions-done": 2,
    "actions-due": 3,
    "actions-on-time": Fraction(1, 3),
    "actions-open": 2,
    "actions-overdue": 1,
    "actions-verified": 2,
    "actions-effective": Fraction(1, 2),
    "indicators-followed": 1,
    "indicators-on-target": 0,  # 50 a million hours, where 20 is aimed at
    "indicators-silent": 0,
    "signals-found": 2,
    "signals-unfavourable": 1,
    "signals-unanalysed": 1,
    "objectives-due": 3,
    "objectives-reached": 1,
    "objectives-reached-part": Fraction(1, 3),
    "objectives-missed": 1,
    "objectives-running": 2,  # the one missed was only closed in 2026
    "objectives-late": 1,
    "objectives-dropped": 1,
    "anomalies-open": 2,
    "anomalies-accepted": 3,
    "accidents-stop": None,
    "accidents-no-stop": None,
    "days-lost": None,
    "near-misses": None,
}


def test_the_facts_of_a_year_are_those_counted_by_hand(session, cast, world):
    assert values(facts_of(session, cast.claire)) == BY_HAND


def test_the_year_before_is_counted_by_the_same_definitions(session, cast, world):
    before = values(facts_of(session, cast.claire), before=True)
    wanted = {
        "audits-planned": 1,
        "audits-completion": 1,
        "reports-on-time": 0,
        "findings-total": 2,
        "findings-recurring": 0,
        "nonconformities-open": 1,
        "actions-on-time": 1,
        "actions-effective": None,
        "objectives-due": 0,
        "anomalies-open": 5,
    }
    assert {key: before[key] for key in wanted} == wanted


def test_figures_say_which_way_they_moved_only_where_the_year_before_was_recorded(
    session, cast, world
):
    facts = facts_of(session, cast.claire)
    drifts = {f.key: f.drift for f in facts.figures}
    assert drifts["audits-planned"] is Drift.NEITHER
    # 2024 is only recorded from 10 January on.
    assert drifts["audits-completion"] is Drift.UNKNOWN
    assert drifts["signals-unfavourable"] is Drift.WORSE


def test_what_was_not_recorded_yet_is_no_zero(session, cast):
    make_objective(session, cast.claire, FROM, UNTIL)
    figure = facts_of(session, cast.claire).figure("objectives-due")
    assert (figure.value, figure.before, figure.before_absence) == (1, None, Absence.BEFORE)


def test_a_rate_over_the_year_is_the_ratio_of_two_sums(session, cast, world):
    figure = facts_of(session, cast.claire).figure(f"indicator-{world['tf1'].id}")
    assert figure.section is Section.ACCIDENTS
    assert figure.value == Fraction(1_000_000, 20_000) == 50
    assert figure.before == 25
    assert figure.line.target == 20
    assert figure.line.is_met is False
    assert (figure.line.known, figure.line.expected) == (2, 12)
    assert figure.line.totals == (("Accidents", "", 1), ("Heures", "", 20_000))
    assert figure.line.signals == 2


def test_one_accident_in_16450_hours_makes_60_79(session, cast, world):
    facts = facts_of(session, cast.claire, until_on=date(2025, 1, 31))
    figure = facts.figure(f"indicator-{world['tf1'].id}")
    assert round(float(figure.value), 2) == 60.79


def test_no_hours_is_not_computable_and_never_zero(session, cast):
    made = make_indicator(
        session, cast.claire, {date(2025, 1, 1): {"accidents": "0", "heures": "0"}}
    )
    figure = facts_of(session, cast.claire).figure(f"indicator-{made.id}")
    assert (figure.value, figure.absence) == (None, Absence.NOT_COMPUTABLE)


def test_an_indicator_without_a_formula_shows_the_mean_of_its_values(session, cast):
    months = [date(2025, 1, 1), date(2025, 2, 1)]
    inputs = {"accidents": "1", "heures": "1"}
    made = make_indicator(
        session, cast.claire, dict.fromkeys(months, inputs), formula="", library_key="",
        results={months[0]: "3", months[1]: "4"},
    )  # fmt: skip
    figure = facts_of(session, cast.claire).figure(f"indicator-{made.id}")
    assert figure.section is Section.INDICATORS
    assert figure.value == Fraction(7, 2)


def test_the_first_and_the_last_day_belong_to_the_period_as_read_in_france(session, cast):
    who = cast.claire
    audit = make_audit(session, who, date(2025, 3, 3), reported=date(2025, 3, 4))
    seconds = [
        (datetime(2024, 12, 31, 23, 59, 59, tzinfo=PARIS), False),
        (datetime(2025, 1, 1, 0, 0, 0, tzinfo=PARIS), True),  # still 2024 in UTC
        (datetime(2025, 12, 31, 23, 59, 59, tzinfo=PARIS), True),
        (datetime(2026, 1, 1, 0, 0, 0, tzinfo=PARIS), False),  # still 2025 in UTC
    ]
    inside = [make_finding(session, who, audit, instant).id for instant, is_in in seconds if is_in]
    for instant, is_in in seconds:
        if not is_in:
            make_finding(session, who, audit, instant)
    figure = facts_of(session, who).figure("findings-total")
    assert figure.value == 2
    assert {source.id for source in figure.sources} == set(inside)


def test_a_figure_names_the_records_behind_it(session, cast, world):
    facts = facts_of(session, cast.claire)
    for figure in facts.figures:
        if figure.unit == "count" and not figure.key.startswith(("signals", "anomalies")):
            assert len(figure.sources) in {figure.value, len({s.id for s in figure.sources})}
    major = facts.figure("findings-major")
    assert [source.kind for source in major.sources] == ["finding"]
    assert major.sources[0].label.startswith("CST-")
    assert len(facts.figure("anomalies-open").sources) == 1


def test_breakdowns_count_each_record_under_each_of_its_names(session, cast, world):
    facts = facts_of(session, cast.claire)
    assert facts.breakdown("audits-by-referential").rows == (
        ("ISO 9001:2015", (3, 2)),
        ("ISO 14001:2026", (2, 2)),
    )
    assert facts.breakdown("audits-by-site").rows == (
        ("Atelier sud", (2, 2)),
        ("Atelier nord", (1, 1)),
        ("Sans site", (1, 0)),
    )
    assert facts.breakdown("findings-by-domain").rows == (
        ("Environnement", (2, 1, 0)),
        ("Qualité", (1, 1, 1)),
    )
    grades = dict(facts.breakdown("findings-by-grade").rows)
    assert grades[Grade.MINOR_NONCONFORMITY.label.msgid] == (2, 1)


def test_a_site_keeps_its_own_records_and_tells_what_nothing_places(session, cast, world):
    site = frozenset({world["south"].id})
    facts = facts_of(session, cast.claire, site_ids=site)
    shown = values(facts)
    assert (shown["audits-planned"], shown["audits-held"]) == (2, 2)
    assert (shown["findings-total"], shown["actions-due"]) == (1, 1)
    assert shown["indicators-followed"] == 0
    assert facts.left_out == {"audits": 2, "indicators": 1, "objectives": 4}


def test_a_domain_keeps_the_findings_of_its_own_edition(session, cast, world):
    facts = facts_of(session, cast.claire, domains=(BalanceDomain.ENVIRONMENT,))
    shown = values(facts)
    assert (shown["findings-total"], shown["findings-major"]) == (2, 1)
    assert shown["audits-planned"] == 2  # the one against both, the one against ISO 14001
    assert facts.left_out == {"audits": 1}


def test_an_empty_company_shows_no_zero_at_all(session, cast):
    facts = facts_of(session, cast.claire)
    assert {f.value for f in facts.figures} == {None}
    assert {f.before for f in facts.figures} == {None}
    assert {f.absence for f in facts.figures} == {Absence.NO_RECORD}
    assert all(facts.is_silent(section) for section in Section)
    assert facts.breakdowns == ()


def test_no_finding_in_a_reported_audit_is_a_true_zero(session, cast):
    make_audit(session, cast.claire, date(2025, 2, 2), reported=date(2025, 2, 10))
    shown = values(facts_of(session, cast.claire))
    assert shown["findings-total"] == 0
    assert shown["actions-opened"] == 0
    assert shown["objectives-due"] is None


def test_a_period_that_is_not_over_is_counted_to_this_day_beside_as_many_days(session, cast):
    who, today = cast.claire, date(2025, 3, 10)
    make_audit(session, who, date(2024, 2, 1), reported=date(2024, 2, 2))
    make_audit(session, who, date(2024, 6, 1), reported=date(2024, 6, 2))
    make_audit(session, who, date(2025, 2, 1), reported=date(2025, 2, 2))
    make_audit(session, who, date(2025, 9, 1))
    make_action(session, who, date(2025, 1, 5), date(2025, 3, 9))
    make_action(session, who, date(2025, 1, 5), date(2025, 9, 9))
    facts = facts_of(session, who, now=at(today))
    assert (facts.now.until_on, facts.before.until_on) == (today, date(2024, 3, 9))  # a leap year
    shown = values(facts)
    assert (shown["audits-planned"], values(facts, before=True)["audits-planned"]) == (1, 1)
    assert (shown["actions-open"], shown["actions-overdue"]) == (2, 1)


def test_a_gap_recurs_in_the_same_process_only(session, cast):
    who = cast.claire
    audit = make_audit(session, who, date(2025, 2, 2), reported=date(2025, 2, 3))
    make_finding(session, who, audit, at(date(2025, 2, 3)), closed=date(2025, 3, 1))
    make_finding(session, who, audit, at(date(2025, 2, 20)))  # before it was closed
    make_finding(session, who, audit, at(date(2025, 4, 1)), clause="9.1")
    again = make_finding(session, who, audit, at(date(2025, 4, 1)))
    figure = facts_of(session, who).figure("findings-recurring")
    assert [source.id for source in figure.sources] == [again.id]


def grow(session, cast, times):
    who = cast.claire
    edition = make_edition(session, f"REF {times}", "1", "quality")
    for _ in range(times):
        audit = make_audit(
            session, who, date(2025, 4, 4), reported=date(2025, 4, 5), editions=(edition,)
        )
        make_finding(session, who, audit, at(date(2025, 4, 5)))
        make_action(session, who, date(2025, 4, 5), date(2025, 5, 5), audit=audit)
        make_objective(session, who, FROM, UNTIL)
    for _ in range(times // 10):
        make_indicator(session, who, {date(2025, 1, 1): {"accidents": "1", "heures": "10"}})
    session.commit()


def test_accidents_are_those_of_the_register_and_nothing_before_it_was_kept(session, cast, world):
    before = facts_of(session, cast.claire)
    assert before.figure("accidents-stop").value is None, "nothing recorded is not zero"
    told = datetime(2025, 2, 3, 9, tzinfo=PARIS)
    for kind in (EventKind.STOP, EventKind.NEAR_MISS, EventKind.COMMUTING):
        draft = EventDraft(kind=kind, happened_at=told, place="Quai", facts_text="Une chute")
        event = accidents.declare_event(session, draft, actor=cast.claire, now=told)
        if kind is EventKind.STOP:
            stop = StopDraft(from_on=date(2025, 2, 4), until_on=date(2025, 2, 8))
            later = told + timedelta(days=2)
            accidents.record_stop(session, event, stop, actor=cast.claire, now=later)
    session.commit()
    facts = facts_of(session, cast.claire)
    found = {key: facts.figure(key) for key in ("accidents-stop", "accidents-no-stop",
                                                "days-lost", "near-misses")}  # fmt: skip
    assert {key: figure.value for key, figure in found.items()} == {
        "accidents-stop": 1, "accidents-no-stop": 0, "days-lost": 5, "near-misses": 1,
    }  # fmt: skip
    assert found["accidents-stop"].before is None
    assert [each.kind for each in found["accidents-stop"].sources] == ["accident"]
    assert found["accidents-stop"].section is Section.ACCIDENTS


def test_the_facts_cost_the_same_statements_with_ten_and_a_hundred_times_the_records(
    session, cast, world, statements
):
    key, costs = make_balance(session, cast.claire).id, []
    for times in (0, 10, 90):
        grow(session, cast, times)
        session.expire_all()
        balance = queries.get_balance(session, key)
        statements.clear()
        content = queries.live_content(session, balance, AFTER)
        costs.append(len(statements))
    assert content.facts.figure("audits-planned").value == 104
    assert costs[0] == costs[1] == costs[2] <= 22
