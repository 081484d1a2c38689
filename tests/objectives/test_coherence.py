"""K1 to K14, one by one."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from qse_audit.core.series import Direction
from qse_audit.objectives.rules import (
    Acceptance,
    AnomalyState,
    Axis,
    Commitment,
    Conflict,
    ObjectiveStatus,
    Priority,
    PriorityKind,
    RollUp,
    anomalies,
    judge,
)
from qse_audit.referentials.rules import Domain
from tests.objectives.cascades import SITES, cascade, found, indicator, objective, only

TWO = (
    Commitment(key="c1", position=1, text="Prévenir les accidents"),
    Commitment(key="c2", position=2, text="Protéger l’eau"),
)


def test_a_sound_cascade_has_no_anomaly():
    assert found(cascade(objective(1), objective(2, parent_id=1))) == []


def test_k1_appears_for_a_commitment_without_objective_and_leaves_once_one_is_tied():
    bare = cascade(objective(1), commitments=TWO)
    assert found(bare) == [("K1", "commitment/c2")]
    assert "n° 2" in only(bare, "K1").sentence
    tied = cascade(objective(1), objective(2, commitments=frozenset({"c2"})), commitments=TWO)
    assert found(tied) == []


def test_k1_is_not_answered_by_an_objective_that_was_dropped():
    gone = objective(2, commitments=frozenset({"c2"}), status=ObjectiveStatus.DROPPED)
    assert found(cascade(objective(1), gone, commitments=TWO)) == [("K1", "commitment/c2")]


def test_an_objective_without_commitments_of_its_own_serves_those_of_its_axis_then_of_its_parent():
    axis = Axis(id=5, title="Eau", commitments=frozenset({"c2"}))
    above = objective(2, commitments=frozenset(), axis_id=5)
    below = objective(3, commitments=frozenset(), parent_id=2)
    facts = cascade(objective(1), above, below, commitments=TWO, axes=(axis,))
    assert found(facts) == []
    assert facts.served == {1: {"c1"}, 2: {"c2"}, 3: {"c2"}}


def test_k2_appears_for_an_objective_that_serves_nothing():
    assert found(cascade(objective(1), objective(2, commitments=frozenset()))) == [
        ("K2", "objective/2")
    ]


def test_k2_says_when_the_commitment_has_left_the_policy():
    facts = cascade(objective(1), objective(2, commitments=frozenset({"old"})))
    assert "plus dans la politique" in only(facts, "K2").sentence


def test_k2_is_said_once_when_no_policy_is_in_force():
    assert found(cascade(objective(1), objective(2), commitments=())) == [("K2", "policy/0")]


def test_k3_appears_without_an_indicator():
    assert found(cascade(objective(1, indicator_id=None))) == [("K3", "objective/1")]


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"owner_id": None}, "owner"),
        ({"due_on": None}, "due_on"),
        ({"baseline": None}, "baseline"),
        ({"resources": " "}, "resources"),
        ({"owner_id": None, "resources": ""}, "owner,resources"),
    ],
)
def test_k4_names_what_is_missing(change, missing):
    assert only(cascade(objective(1, **change)), "K4").figures == {"missing": missing}


def test_k5_appears_for_a_target_without_number_or_unit():
    assert only(cascade(objective(1, target=None)), "K5").figures == {"missing": "target"}
    bare = cascade(objective(1, unit=""), indicators={1: indicator(1, unit="")})
    assert only(bare, "K5").figures == {"missing": "unit"}


def test_k5_appears_for_a_target_in_another_unit_than_its_indicator():
    facts = cascade(objective(1, unit="%"))
    assert "« % »" in only(facts, "K5").sentence


def test_k6_appears_when_a_child_ends_after_its_parent_and_counts_the_days():
    late = objective(2, parent_id=1, due_on=date(2027, 1, 10))
    anomaly = only(cascade(objective(1), late), "K6")
    assert anomaly.figures["late_days"] == "10"
    assert anomaly.key == "K6:objective/2"
    on_time = replace(late, due_on=date(2026, 12, 31))
    assert found(cascade(objective(1), on_time)) == []


def parts(roll_up, *targets, target=Fraction(4), way=Direction.DOWN):
    """Return a parent with children of these (target, weight)."""
    children = [
        objective(2 + n, parent_id=1, target=goal, weight=weight, direction=way)
        for n, (goal, weight) in enumerate(targets)
    ]
    parent = objective(1, roll_up=roll_up, target=target, direction=way)
    return cascade(
        parent,
        *children,
        indicators={o.id: indicator(o.id, direction=way) for o in (parent, *children)},
    )


def test_k7_shows_the_gap_in_exact_figures():
    facts = parts(RollUp.SUM, (Fraction(1), 1), (Fraction("2.5"), 1), (Fraction(2), 1))
    anomaly = only(facts, "K7")
    assert (anomaly.figures["total"], anomaly.figures["gap"]) == ("11/2", "3/2")
    assert anomaly.sentence.values["gap"] == Fraction(3, 2)


@pytest.mark.parametrize(
    ("roll_up", "way", "reached"),
    [
        (RollUp.SUM, Direction.UP, True),
        (RollUp.SUM, Direction.DOWN, False),
        (RollUp.MEAN, Direction.UP, False),
        (RollUp.MEAN, Direction.DOWN, True),
        (RollUp.MINIMUM, Direction.UP, False),
        (RollUp.MINIMUM, Direction.DOWN, True),
        (RollUp.MAXIMUM, Direction.UP, True),
        (RollUp.MAXIMUM, Direction.DOWN, False),
        (RollUp.MAXIMUM, Direction.NOMINAL, False),
        (RollUp.NONE, Direction.DOWN, True),
    ],
)
def test_k7_compares_what_is_declared_in_the_direction_that_is_better(roll_up, way, reached):
    # sum 7; weighted mean (2·3 + 5·1)/4 = 11/4; smallest 2; largest 5; target 4
    facts = parts(roll_up, (Fraction(2), 3), (Fraction(5), 1), way=way)
    assert (found(facts) == []) is reached


def test_k7_takes_a_weighted_mean_exactly():
    facts = parts(RollUp.MEAN, (Fraction(4), 1), (Fraction(5), 2))
    assert only(facts, "K7").figures["total"] == "14/3"


def test_k7_without_a_direction_asks_for_the_very_number():
    facts = parts(RollUp.SUM, (Fraction(2), 1), (Fraction(2), 1), way=None)
    same = [replace(o, baseline=None) for o in facts.objectives]
    assert "K7" not in [code for code, _ in found(replace(facts, objectives=tuple(same)))]


def test_k7_refuses_to_add_up_other_units():
    facts = parts(RollUp.SUM, (Fraction(1), 1), (Fraction(2), 1))
    first, second, third = facts.objectives
    mixed = replace(third, unit="%")
    known = {**facts.indicators, 3: indicator(3, unit="%")}
    anomaly = only(replace(facts, objectives=(first, second, mixed), indicators=known), "K7")
    assert "ne se comparent pas" in anomaly.sentence
    assert "gap" not in anomaly.figures


def test_k7_is_not_computable_while_a_child_has_no_target():
    facts = parts(RollUp.SUM, (Fraction(1), 1), (None, 1))
    assert found(facts) == [("K5", "objective/3"), ("K7", "objective/1")]
    assert anomalies(facts)[1].figures["missing"] == "OBJ-2026-003"


def test_k7_leaves_dropped_children_out():
    facts = parts(RollUp.SUM, (Fraction(3), 1), (Fraction(9), 1))
    first, second, third = facts.objectives
    gone = replace(third, status=ObjectiveStatus.DROPPED)
    assert found(replace(facts, objectives=(first, second, gone))) == []


def shared(*ways, card=None):
    """Return objectives on the same indicator, pulling it ``ways``."""
    objectives = [
        objective(n + 1, indicator_id=7, direction=way, baseline=None if way is None else 5)
        for n, way in enumerate(ways)
    ]
    return cascade(*objectives, indicators={7: indicator(7, direction=card)})


def test_k8_appears_for_opposite_directions_on_one_indicator():
    anomaly = only(shared(Direction.UP, Direction.DOWN), "K8")
    assert anomaly.key == "K8:indicator/7"
    assert [s.key for s in anomaly.subjects[1:]] == ["objective/1", "objective/2"]
    assert found(shared(Direction.DOWN, Direction.DOWN, Direction.NOMINAL)) == []


def test_k8_appears_when_an_objective_goes_against_the_card():
    assert found(shared(Direction.UP, card=Direction.DOWN)) == [("K8", "indicator/7")]


def test_k9_appears_for_a_domain_and_a_site_without_objective():
    facts = cascade(
        objective(1, site_id=1), sites=SITES, domains=(Domain.QUALITY, Domain.ENVIRONMENT)
    )
    assert found(facts) == [("K9", "domain/environment"), ("K9", "site/2")]


def test_k9_adds_the_domains_that_the_policy_promises():
    promised = (replace(TWO[0], domains=frozenset({Domain.ENERGY})),)
    assert found(cascade(objective(1), commitments=promised)) == [("K9", "domain/energy")]


def test_k10_appears_above_the_number_that_one_person_can_carry():
    theirs = [objective(n, owner_id=3) for n in range(1, 5)]
    assert found(cascade(*theirs, per_owner=4)) == []
    assert only(cascade(*theirs, per_owner=3), "K10").figures == {"count": "4", "most": "3"}


def test_k11_appears_for_a_priority_that_no_live_objective_answers():
    priority = Priority(id=1, kind=PriorityKind.HIGH_RISK, title="Presse 3")
    assert found(cascade(objective(1), priorities=(priority,))) == [("K11", "priority/1")]
    answered = replace(priority, objectives=frozenset({1}))
    assert found(cascade(objective(1), priorities=(answered,))) == []


def test_k12_appears_until_the_conflict_is_settled():
    conflict = Conflict(id=4, first_id=1, second_id=2)
    pair = objective(1), objective(2)
    assert found(cascade(*pair, conflicts=(conflict,))) == [("K12", "conflict/4")]
    assert found(cascade(*pair, conflicts=(replace(conflict, is_settled=True),))) == []


def test_k13_appears_when_nobody_looked_for_months_and_its_figures_do_not_age():
    facts = cascade(objective(1, reviewed_on=date(2026, 5, 24)))
    before = only(facts, "K13")
    later = only(replace(facts, today=date(2026, 12, 30)), "K13")
    assert before.figures_sha256 == later.figures_sha256
    assert found(cascade(objective(1, reviewed_on=date(2026, 5, 25)))) == []


def test_k13_leaves_drafts_alone():
    draft = objective(1, starts_on=date(2025, 1, 1), status=ObjectiveStatus.DRAFT)
    assert found(cascade(draft)) == []


@pytest.mark.parametrize(
    ("last", "open_actions", "codes"),
    [(Fraction(4), 0, []), (Fraction(5), 0, ["K14"]), (None, 0, ["K14"]), (Fraction(5), 1, [])],
)
def test_k14_appears_when_the_actions_are_over_and_the_target_is_not_reached(
    last, open_actions, codes
):
    facts = cascade(
        objective(1, actions_finished=2, actions_open=open_actions),
        indicators={1: indicator(1, last=last)},
    )
    assert [str(a.code) for a in anomalies(facts)] == codes


def test_an_accepted_anomaly_shows_again_once_its_figures_change():
    facts = parts(RollUp.SUM, (Fraction(3), 1), (Fraction(2), 1))
    anomaly = only(facts, "K7")
    word = Acceptance(
        key=anomaly.key,
        figures_sha256=anomaly.figures_sha256,
        reason="Marge assumée",
        name="Claire",
        on=date(2026, 11, 1),
    )
    (kept,) = judge(anomalies(facts), {word.key: word})
    assert kept.state is AnomalyState.ACCEPTED
    first, second, third = facts.objectives
    worse = replace(facts, objectives=(first, second, replace(third, target=Fraction(3))))
    (again,) = judge(anomalies(worse), {word.key: word})
    assert (again.state, again.acceptance) == (AnomalyState.CHANGED, word)
    assert again.is_open
