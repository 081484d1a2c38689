"""Periods, drifts, what keeps a balance from being frozen, and how it is written: pure rules."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from qse_audit.balances.rules import (
    BALANCE_WORKFLOW,
    ActionRecord,
    AuditRecord,
    BalanceDraft,
    BalanceFacts,
    BalanceStatus,
    Drift,
    FindingRecord,
    ObjectiveRecord,
    Perimeter,
    Reading,
    Records,
    Section,
    Span,
    assemble,
    draft_refusals,
    facts_json,
    read_facts,
    side_by_side,
    unread,
)
from qse_audit.balances.rules.catalogue import CATALOGUE
from qse_audit.core.canonical import canonical_json

YEAR = Span(date(2025, 1, 1), date(2025, 12, 31))
TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("span", "before"),
    [
        (("2025-01-01", "2025-12-31"), ("2024-01-01", "2024-12-31")),
        (("2024-01-01", "2024-12-31"), ("2023-01-01", "2023-12-31")),  # a leap year
        (("2025-03-01", "2025-03-31"), ("2025-02-01", "2025-02-28")),
        (("2025-07-01", "2026-06-30"), ("2024-07-01", "2025-06-30")),
        (("2025-01-10", "2025-01-19"), ("2024-12-31", "2025-01-09")),
        (("2025-05-05", "2025-05-05"), ("2025-05-04", "2025-05-04")),
    ],
)
def test_the_period_before_has_the_same_length_in_months_where_these_are_whole(span, before):
    here, there = (Span(*map(date.fromisoformat, each)) for each in (span, before))
    assert here.before == there


def test_a_period_that_is_over_is_seen_whole():
    assert YEAR.seen(YEAR.until_on) == (YEAR, YEAR.before)
    assert YEAR.seen(YEAR.until_on + timedelta(days=1)) == (YEAR, YEAR.before)


def test_on_its_first_day_one_day_is_compared_with_one_day():
    now, before = YEAR.seen(YEAR.from_on)
    assert (now.days, before.days) == (1, 1)
    assert before.from_on == date(2024, 1, 1)


def records(*, now=1, before=1, majors=0, majors_before=0):
    """Return audits held and reported: one a finding at least, the first on 1 January 2024."""

    def audit(key, day, held=True):
        return AuditRecord(
            id=key, reference=f"AUD-{key}", ends_on=day, is_held=held, reported_on=day
        )

    def major(key, day):
        return FindingRecord(
            id=key, reference=f"CST-{key}", grade="major_nonconformity", is_nonconformity=True,
            final_on=day, clause=str(key),
        )  # fmt: skip

    return Records(
        audits=[
            *(audit(n, date(2024, 5, n + 1)) for n in range(before)),
            *(audit(100 + n, date(2025, 5, n + 1)) for n in range(now)),
        ],
        findings=[
            *(major(n, date(2024, 6, 1)) for n in range(majors_before)),
            *(major(100 + n, date(2025, 6, 1)) for n in range(majors)),
        ],
        since={Section.AUDITS: date(2024, 1, 1), Section.FINDINGS: date(2024, 1, 1)},
    )


def facts(**given):
    return assemble(records(**given), YEAR, Perimeter(), today=TODAY)


@pytest.mark.parametrize(
    ("majors", "before", "drift"),
    [(2, 1, Drift.WORSE), (1, 2, Drift.BETTER), (1, 1, Drift.SAME)],
)
def test_more_major_nonconformities_is_worse(majors, before, drift):
    assert facts(majors=majors, majors_before=before).figure("findings-major").drift is drift


def test_what_was_recorded_from_the_second_day_on_is_not_compared():
    late = replace(records(majors=1), since={Section.FINDINGS: date(2024, 1, 2)})
    assembled = assemble(late, YEAR, Perimeter(), today=TODAY)
    assert assembled.figure("findings-major").drift is Drift.UNKNOWN


def test_a_section_that_gets_worse_asks_for_a_comment_and_names_its_figures():
    assembled = facts(majors=2, majors_before=1)
    asked = unread(assembled, {})
    assert set(asked) == {Section.FINDINGS}
    assert asked[Section.FINDINGS].startswith("Non-conformités majeures, Non-conformités par audit")
    read = {Section.FINDINGS: Reading(comment="Deux lignes neuves à l’atelier.")}
    assert unread(assembled, read) == {}
    assert set(unread(assembled, {Section.FINDINGS: Reading(strengths="Rien")})) == set(asked)


def refusals(**given):
    ready = {
        "today": TODAY,
        "until_on": YEAR.until_on,
        "has_conclusion": True,
        "salient_count": 1,
    }
    found = BALANCE_WORKFLOW.refusals(
        BalanceStatus.DRAFT, "freeze", BalanceFacts(**{**ready, **given})
    )
    return [refusal.code for refusal in found]


def test_a_balance_that_lacks_nothing_can_be_frozen():
    assert refusals() == []


def test_every_lack_is_told_at_once():
    asked = unread(facts(majors=2, majors_before=1), {})
    found = refusals(until_on=TODAY, has_conclusion=False, salient_count=0, unread=asked)
    assert found == ["not_over", "no_conclusion", "unread_findings", "no_salient"]


def test_the_last_day_must_be_past():
    assert refusals(until_on=TODAY - timedelta(days=1)) == []
    assert refusals(until_on=TODAY) == ["not_over"]


def test_a_frozen_balance_cannot_be_frozen_again():
    found = BALANCE_WORKFLOW.refusals(
        BalanceStatus.FROZEN, "freeze", BalanceFacts(today=TODAY, until_on=YEAR.until_on)
    )
    assert [refusal.code for refusal in found] == ["no_such_transition"]


@pytest.mark.parametrize(
    ("from_on", "until_on", "code"),
    [
        ("2025-12-31", "2025-01-01", "period_backwards"),
        ("1900-01-01", "2025-01-01", "period_out_of_time"),
        ("2025-01-01", "2199-01-01", "period_out_of_time"),
        ("2015-01-01", "2025-01-01", "period_too_long"),
        ("2026-03-03", "2026-12-31", "not_begun"),
    ],
)
def test_a_period_that_cannot_be_is_refused(from_on, until_on, code):
    draft = BalanceDraft(
        title="B", from_on=date.fromisoformat(from_on), until_on=date.fromisoformat(until_on)
    )
    assert [refusal.code for refusal in draft_refusals(draft, TODAY)] == [code]


def test_facts_are_read_back_exactly_as_they_were_written():
    assembled = facts(now=3, majors=1)
    written = canonical_json(facts_json(assembled))
    assert read_facts(facts_json(assembled)) == assembled
    assert canonical_json(facts_json(read_facts(facts_json(assembled)))) == written


def test_two_balances_are_compared_figure_by_figure_and_only_by_the_same_definition():
    here, there = facts(now=3), facts(now=1)
    pairs = {pair.figure.key: pair for pair in side_by_side(here, there, Section.AUDITS)}
    assert pairs["audits-planned"].gap == 2
    other = replace(
        there,
        figures=tuple(
            replace(each, text="Autrement compté") if each.key == "audits-planned" else each
            for each in there.figures
        ),
    )
    pairs = {pair.figure.key: pair for pair in side_by_side(here, other, Section.AUDITS)}
    assert (pairs["audits-planned"].is_same_definition, pairs["audits-planned"].gap) == (
        False,
        None,
    )
    assert pairs["audits-held"].gap == Fraction(2)


def test_a_figure_names_its_newest_records_and_tells_how_many_there_are():
    many = replace(
        records(),
        audits=[
            AuditRecord(id=n, reference=f"AUD-{n:04d}", ends_on=date(2025, 2, 2))
            for n in range(250)
        ],
    )
    figure = assemble(many, YEAR, Perimeter(), today=TODAY).figure("audits-planned")
    assert (figure.value, figure.source_count, len(figure.sources)) == (250, 250, 200)
    assert figure.sources[0].label == "AUD-0249"


def test_the_keys_of_figures_are_unique_and_each_has_a_definition():
    keys = [each.definition.key for each in CATALOGUE]
    assert len(keys) == len(set(keys))
    assert all(len(each.definition.text) > 20 for each in CATALOGUE)
    assert max(map(len, keys)) <= 60


LAST, NEXT = YEAR.until_on, YEAR.until_on + timedelta(days=1)


@pytest.mark.parametrize(
    ("done", "due", "still_open", "overdue"),
    [
        (LAST, LAST, 0, 0),  # done on the last day: no longer open
        (NEXT, LAST, 1, 0),  # due on the last day: not late before the next
        (NEXT, LAST - timedelta(days=1), 1, 1),
        (None, NEXT, 1, 0),
    ],
)
def test_the_last_evening_decides_what_is_open_and_what_is_late(done, due, still_open, overdue):
    since = dict.fromkeys(Section, date(2024, 1, 1))
    action = ActionRecord(id=1, reference="ACT-1", asked_on=LAST, due_on=due, done_on=done)
    finding = FindingRecord(
        id=1, reference="CST-1", grade="minor_nonconformity", is_nonconformity=True,
        final_on=LAST, closed_on=done,
    )  # fmt: skip
    objective = ObjectiveRecord(
        id=1, reference="OBJ-1", status="running", starts_on=LAST, due_on=due, closed_on=done
    )
    told = Records(actions=[action], findings=[finding], objectives=[objective], since=since)
    found = assemble(told, YEAR, Perimeter(), today=TODAY)
    for key in ("actions-open", "nonconformities-open", "objectives-running"):
        assert found.figure(key).value == still_open, key
    for key in ("actions-overdue", "objectives-late"):
        assert found.figure(key).value == overdue, key


def test_a_balance_asked_for_on_the_day_it_begins_counts_that_day():
    assert draft_refusals(BalanceDraft(title="B", from_on=TODAY, until_on=TODAY), TODAY) == []
