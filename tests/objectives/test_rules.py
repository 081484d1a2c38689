"""SMART, the X-matrix, the comparison of reports, what may be written and how it moves."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from qse_audit.core.series import Direction
from qse_audit.objectives.rules import (
    OBJECTIVE_WORKFLOW,
    AnomalyState,
    Item,
    Letter,
    Level,
    MoveFacts,
    ObjectiveDraft,
    ObjectiveStatus,
    Side,
    Strength,
    TalkKind,
    Thread,
    Turn,
    agreed_turn,
    anomalies,
    compare,
    conflict_refusals,
    draft_refusals,
    judge,
    line_of,
    matrix,
    move_refusals,
    smart,
    turn_refusals,
)
from qse_audit.referentials.rules import Domain
from tests.objectives.cascades import cascade, objective

S = ObjectiveStatus


def failing(**changes):
    facts = cascade(objective(1), objective(2, parent_id=1, **changes))
    return [str(v.letter) for v in smart(facts.objectives[1], facts) if not v.holds]


def test_a_sound_objective_is_smart():
    assert failing() == []


@pytest.mark.parametrize(
    ("change", "letter"),
    [
        ({"title": "Moins d’accidents"}, "S"),
        ({"level": Level.PROCESS}, "S"),
        ({"level": Level.UNIT, "unit_name": " "}, "S"),
        ({"target": None}, "M"),
        ({"baseline": None}, "M"),
        ({"indicator_id": None}, "M"),
        ({"resources": ""}, "A"),
        ({"is_agreed": False}, "A"),
        ({"commitments": frozenset({"old"})}, "R"),
        ({"due_on": None}, "T"),
        ({"due_on": date(2027, 6, 1)}, "T"),
    ],
)
def test_each_letter_fails_for_what_it_asks(change, letter):
    assert failing(**change) == [letter]


def test_a_verdict_says_everything_that_is_missing():
    facts = cascade(objective(1, owner_id=None, resources="", is_agreed=False))
    verdict = {v.letter: v.missing for v in smart(facts.objectives[0], facts)}
    assert len(verdict[Letter.ACHIEVABLE]) == 3


# --- the matrix ---

SIDES = {
    Side.WEST: [Item("axis/1", "A"), Item("axis/2", "B")],
    Side.NORTH: [Item("objective/1", "O"), Item("objective/2", "P")],
    Side.EAST: [Item("indicator/1", "I"), Item("indicator/2", "J")],
    Side.SOUTH: [Item("action/1", "X")],
}


def test_what_an_objective_holds_itself_is_strong_and_what_it_inherits_is_weak():
    drawn = matrix(
        SIDES,
        [
            Thread(objective="objective/1", axis="axis/1", indicator="indicator/1"),
            Thread(
                objective="objective/2",
                axis_above="axis/1",
                indicator_below=("indicator/1",),
                means=("action/1",),
            ),
        ],
    )
    assert drawn.dots == {
        ("axis/1", "objective/1"): Strength.STRONG,
        ("objective/1", "indicator/1"): Strength.STRONG,
        ("axis/1", "objective/2"): Strength.WEAK,
        ("objective/2", "indicator/1"): Strength.WEAK,
        ("action/1", "indicator/1"): Strength.WEAK,
        ("axis/1", "action/1"): Strength.WEAK,
    }
    assert drawn.dot("indicator/1", "objective/1") is Strength.STRONG


def test_empty_rows_and_columns_are_orphans():
    drawn = matrix(SIDES, [Thread(objective="objective/1", axis="axis/1")])
    assert drawn.orphans == {"axis/2", "objective/2", "indicator/1", "indicator/2", "action/1"}


def test_a_strong_dot_stays_strong_and_unknown_items_give_none():
    threads = [
        Thread(objective="objective/1", axis="axis/1"),
        Thread(objective="objective/1", axis_above="axis/1", indicator="indicator/99"),
    ]
    drawn = matrix(SIDES, threads)
    assert drawn.dots == {("axis/1", "objective/1"): Strength.STRONG}


# --- before and after ---


def test_a_comparison_tells_what_was_mended_appeared_was_accepted_and_remains():
    facts = cascade(
        objective(1, indicator_id=None), objective(2, resources=""), objective(3, owner_id=None)
    )
    before = [line_of(each) for each in judge(anomalies(facts), {})]
    later = cascade(objective(1), objective(2, resources=""), objective(3, owner_id=None, unit="%"))
    after = [line_of(each) for each in judge(anomalies(later), {})]
    after = [
        replace(each, state=AnomalyState.ACCEPTED) if each.key == "K4:objective/3" else each
        for each in after
    ]
    told = compare(before, after)
    assert [line.key for line in told.mended] == ["K3:objective/1"]
    assert [line.key for line in told.appeared] == ["K5:objective/3"]
    assert [line.key for line in told.accepted] == ["K4:objective/3"]
    assert [line.key for line in told.remaining] == ["K4:objective/2"]
    back = compare(after, [])
    assert [line.key for line in back.ended] == ["K4:objective/3"]


# --- what may be written ---


def draft(**changes):
    given = {"title": "Réduire", "level": Level.COMPANY, "domain": Domain.SAFETY}
    return ObjectiveDraft(**{**given, **changes})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": "  "}, "title_missing"),
        ({"title": "x" * 201}, "title_long"),
        ({"starts_on": date(2026, 2, 1), "due_on": date(2026, 1, 31)}, "due_before_start"),
        ({"weight": 0}, "weight_range"),
        (
            {"direction": Direction.UP, "baseline": Fraction(9), "target": Fraction(4)},
            "target_backwards",
        ),
        (
            {"direction": Direction.DOWN, "baseline": Fraction(4), "target": Fraction(9)},
            "target_backwards",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(change, code):
    assert [r.code for r in draft_refusals(draft(**change))] == [code]


def test_what_only_lacks_may_be_written():
    assert draft_refusals(draft()) == ()


PARENTS = {1: None, 2: 1, 3: 2, 4: None, 5: 4}


@pytest.mark.parametrize(
    ("moved", "parent", "code"),
    [(1, 3, "cycle"), (2, 2, "cycle"), (3, 99, "parent_unknown")],
)
def test_the_tree_has_no_loop_and_no_stranger(moved, parent, code):
    assert [r.code for r in move_refusals(PARENTS, moved, parent)] == [code]


@pytest.mark.parametrize(("moved", "parent"), [(3, None), (1, 5), (5, 3), (3, 1)])
def test_any_other_place_is_fine(moved, parent):
    assert move_refusals(PARENTS, moved, parent) == ()


def test_the_tree_does_not_grow_deeper_than_people_can_read():
    line = {n: n - 1 or None for n in range(1, 13)}
    assert [r.code for r in move_refusals({**line, 20: None}, 20, 12)] == ["too_deep"]
    assert move_refusals({**line, 20: None}, 20, 11) == ()
    assert [r.code for r in move_refusals({**line, 20: None, 21: 20}, 20, 11)] == ["too_deep"]


def test_an_objective_does_not_conflict_with_itself():
    assert [r.code for r in conflict_refusals(1, 1, "")] == ["same_objective", "conflict_missing"]


# --- the talk ---

ASKED = Turn(kind=TalkKind.PROPOSAL, person_id=1, target=Fraction(4), due_on=date(2026, 12, 31))
COUNTER = Turn(kind=TalkKind.ANSWER, person_id=2, target=Fraction(5), due_on=date(2026, 12, 31))


def agreement(person_id, of=ASKED):
    return replace(of, kind=TalkKind.AGREEMENT, person_id=person_id)


@pytest.mark.parametrize(
    ("turn", "before", "codes"),
    [
        (agreement(2), [], ["nothing_proposed"]),
        (agreement(1), [ASKED], ["own_proposal"]),
        (agreement(2), [ASKED], []),
        (agreement(1, COUNTER), [ASKED, COUNTER], []),
        (agreement(2, COUNTER), [ASKED, COUNTER], ["own_proposal"]),
        (agreement(2), [ASKED, agreement(2)], ["already_agreed"]),
        (COUNTER, [ASKED], ["text_missing"]),
    ],
)
def test_an_agreement_takes_two(turn, before, codes):
    assert [r.code for r in turn_refusals(turn, "", before)] == codes


def test_an_agreement_holds_only_for_the_figures_that_were_agreed():
    turns = [ASKED, agreement(2)]
    assert agreed_turn(turns, Fraction(4), date(2026, 12, 31)) == turns[1]
    assert agreed_turn(turns, Fraction(3), date(2026, 12, 31)) is None
    assert agreed_turn([*turns, COUNTER], Fraction(4), date(2026, 12, 31)) is None
    assert agreed_turn([], None, None) is None


# --- how it moves ---


def facts(**changes):
    given = {
        "has_owner": True,
        "has_due_date": True,
        "target": Fraction(4),
        "direction": Direction.DOWN,
        "last": Fraction(4),
        "is_agreed": True,
        "note": "Vu en revue",
    }
    return MoveFacts(**{**given, **changes})


@pytest.mark.parametrize(
    ("status", "name", "change", "code"),
    [
        (S.DRAFT, "propose", {"has_owner": False}, "owner_missing"),
        (S.DRAFT, "propose", {"target": None}, "target_missing"),
        (S.DRAFT, "propose", {"has_due_date": False}, "target_missing"),
        (S.PROPOSED, "start", {"is_agreed": False}, "not_agreed"),
        (S.RUNNING, "reach", {"last": Fraction(5)}, "target_not_reached"),
        (S.RUNNING, "reach", {"last": None}, "nothing_measured"),
        (S.RUNNING, "reach", {"running_children": 2}, "children_live"),
        (S.RUNNING, "miss", {"note": " "}, "note_missing"),
        (S.RUNNING, "review", {"note": ""}, "note_missing"),
        (S.DRAFT, "drop", {"note": ""}, "note_missing"),
        (S.MISSED, "reopen", {"note": ""}, "note_missing"),
        (S.DRAFT, "start", {}, "no_such_transition"),
    ],
)
def test_a_move_is_refused_for_one_reason(status, name, change, code):
    found = OBJECTIVE_WORKFLOW.refusals(status, name, facts(**change))
    assert [r.code for r in found] == [code]


@pytest.mark.parametrize(
    ("status", "name", "after"),
    [
        (S.DRAFT, "propose", S.PROPOSED),
        (S.PROPOSED, "start", S.RUNNING),
        (S.PROPOSED, "take-back", S.DRAFT),
        (S.RUNNING, "review", S.RUNNING),
        (S.RUNNING, "reach", S.REACHED),
        (S.RUNNING, "miss", S.MISSED),
        (S.REACHED, "reopen", S.RUNNING),
    ],
)
def test_a_move_leads_where_it_says(status, name, after):
    assert OBJECTIVE_WORKFLOW.decide(status, name, facts()) is after
