"""What the rules of actions accept and refuse."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest

from qse_audit.actions.rules import (
    ACTION_WORKFLOW,
    REMINDER_OFFSETS,
    ActionDraft,
    ActionFacts,
    ActionKind,
    ActionStatus,
    draft_refusals,
    due_reminder,
    late_days,
)
from qse_audit.core.errors import TransitionRefused

TODAY = date(2026, 11, 23)
DRAFT = ActionDraft(
    kind=ActionKind.CORRECTIVE,
    title="Dater les fiches",
    owner_id=2,
    due_on=TODAY + timedelta(days=14),
    criterion="Dix fiches sur dix.",
    cause="Le modèle n’a pas de date.",
)
FACTS = ActionFacts(
    owner_id=2,
    actor_id=3,
    criterion="Dix fiches sur dix.",
    proof_count=0,
    due_on=TODAY,
    verify_on=None,
    today=TODAY,
    note="Fait, vu et noté.",
    new_due_on=TODAY + timedelta(days=30),
)


def codes(refusals):
    return {refusal.code for refusal in refusals}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, set()),
        ({"title": "  "}, {"title_missing"}),
        ({"title": "x" * 201}, {"title_long"}),
        ({"due_on": TODAY}, set()),
        ({"due_on": TODAY - timedelta(days=1)}, {"due_past"}),
        ({"cause": " "}, {"cause_missing"}),
        ({"cause": "", "kind": ActionKind.CORRECTION}, set()),
        ({"criterion": "\n"}, {"criterion_missing"}),
        ({"verify_on": TODAY + timedelta(days=13)}, {"verify_before_due"}),
        ({"verify_on": TODAY + timedelta(days=14)}, set()),
        ({"title": "", "criterion": "", "cause": ""},
         {"title_missing", "criterion_missing", "cause_missing"}),
    ],
)  # fmt: skip
def test_an_action_is_asked_for_completely(change, expected):
    assert codes(draft_refusals(replace(DRAFT, **change), today=TODAY)) == expected


def test_a_due_date_already_passed_does_not_prevent_correcting_the_words():
    assert not draft_refusals(replace(DRAFT, due_on=date(2020, 1, 1)))


S = ActionStatus


@pytest.mark.parametrize(
    ("status", "name", "change", "expected"),
    [
        (S.OPEN, "do", {"actor_id": 2}, set()),
        (S.OPEN, "do", {"note": "", "proof_count": 1}, set()),
        (S.OPEN, "do", {"note": " "}, {"nothing_shows_it"}),
        (S.OPEN, "do", {"criterion": ""}, {"criterion_missing"}),
        (S.DONE, "do", {}, {"no_such_transition"}),
        (S.DONE, "verify-effective", {}, set()),
        (S.DONE, "verify-effective", {"actor_id": 2}, {"verifier_is_owner"}),
        (S.DONE, "verify-effective", {"note": ""}, {"verification_untold"}),
        (S.DONE, "verify-effective", {"criterion": ""}, {"criterion_missing"}),
        (S.DONE, "verify-effective", {"verify_on": TODAY + timedelta(days=1)}, {"too_early"}),
        (S.DONE, "verify-effective", {"verify_on": TODAY}, set()),
        (S.OPEN, "verify-effective", {}, {"no_such_transition"}),
        (S.DONE, "verify-ineffective", {}, set()),
        (S.DONE, "verify-ineffective", {"verify_on": TODAY + timedelta(days=1)}, set()),
        (S.DONE, "verify-ineffective", {"new_due_on": None}, {"due_missing"}),
        (S.DONE, "verify-ineffective", {"new_due_on": TODAY - timedelta(days=1)}, {"due_past"}),
        (S.DONE, "verify-ineffective", {"actor_id": 2, "note": ""},
         {"verifier_is_owner", "verification_untold"}),
        (S.OPEN, "change-due-date", {}, set()),
        (S.OPEN, "change-due-date", {"new_due_on": TODAY}, {"due_unchanged"}),
        (S.OPEN, "change-due-date", {"note": ""}, {"reason_missing"}),
        (S.OPEN, "cancel", {}, set()),
        (S.OPEN, "cancel", {"actor_id": 2}, {"owner_cancels"}),
        (S.OPEN, "cancel", {"note": ""}, {"reason_missing"}),
        (S.DONE, "cancel", {}, {"no_such_transition"}),
        (S.EFFECTIVE, "verify-ineffective", {}, {"no_such_transition"}),
        (S.CANCELLED, "do", {}, {"no_such_transition"}),
    ],
)  # fmt: skip
def test_an_action_moves_only_for_good_reasons(status, name, change, expected):
    assert codes(ACTION_WORKFLOW.refusals(status, name, replace(FACTS, **change))) == expected


def test_an_ineffective_action_is_open_again():
    assert ACTION_WORKFLOW.decide(S.DONE, "verify-ineffective", FACTS) is S.OPEN


def test_every_refusal_names_its_source():
    facts = replace(
        FACTS,
        actor_id=2,
        note="",
        criterion="",
        verify_on=TODAY + timedelta(days=1),
        new_due_on=None,
    )
    for transition in ACTION_WORKFLOW.transitions:
        status = next(iter(transition.sources))
        with pytest.raises(TransitionRefused) as refused:
            ACTION_WORKFLOW.decide(status, transition.name, facts)
        assert all(refusal.source for refusal in refused.value.refusals), transition.name


@pytest.mark.parametrize(
    ("days_before_due", "given_before_due", "expected"),
    [
        (31, 90, None),
        (30, 90, -30),
        (29, 90, -30),
        (8, 90, -30),
        (7, 90, -7),
        (1, 90, -7),
        (0, 90, 0),
        (-1, 90, 0),
        (-7, 90, 7),
        (-400, 90, 7),
        (20, 20, None),
        (8, 20, None),
        (7, 20, -7),
        (7, 7, None),
        (0, 7, 0),
        (0, 0, None),
        (-7, 0, 7),
    ],
)
def test_a_reminder_is_the_latest_one_that_fell_since_the_due_date_was_given(
    days_before_due, given_before_due, expected
):
    due_on = TODAY + timedelta(days=days_before_due)
    given_on = due_on - timedelta(days=given_before_due)
    assert due_reminder(due_on, TODAY, given_on=given_on) == expected


def test_over_a_life_each_reminder_comes_once_and_in_order():
    due_on, given_on = date(2026, 3, 29), date(2026, 1, 1)  # a day when clocks change
    heard = [
        due_reminder(due_on, given_on + timedelta(days=n), given_on=given_on) for n in range(120)
    ]
    changes = [b for a, b in itertools.pairwise(heard) if a != b]
    assert changes == list(REMINDER_OFFSETS)


@pytest.mark.parametrize(("due", "late"), [(TODAY, 0), (TODAY + timedelta(days=1), 0),
                                           (TODAY - timedelta(days=3), 3)])  # fmt: skip
def test_lateness_is_counted_in_days_from_the_day_after(due, late):
    assert late_days(due, TODAY) == late
