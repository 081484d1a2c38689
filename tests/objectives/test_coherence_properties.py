"""What holds for every cascade."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from qse_audit.core.series import Direction
from qse_audit.objectives.rules import (
    Commitment,
    RollUp,
    SiteFacts,
    anomalies,
    compare,
    judge,
    line_json,
    line_of,
    read_line,
)
from qse_audit.objectives.rules.figures import combine
from tests.objectives.cascades import cascade, indicator, objective

numbers = st.fractions(min_value=-1000, max_value=1000, max_denominator=1000)
weighted = st.lists(st.tuples(numbers, st.integers(1, 1000)), min_size=1, max_size=12)


@st.composite
def cascades(draw):
    """Return any tree of up to ten objectives, with any of the flaws."""
    count = draw(st.integers(0, 10))
    objectives = []
    for key in range(1, count + 1):
        parent = draw(st.one_of(st.none(), st.integers(1, key)).filter(lambda p, k=key: p != k))
        objectives.append(
            objective(
                key,
                parent_id=parent,
                commitments=frozenset(draw(st.sets(st.sampled_from(["c1", "c2", "old"])))),
                owner_id=draw(st.one_of(st.none(), st.integers(1, 2))),
                due_on=date(2026, 12, 1) + timedelta(draw(st.integers(0, 40))),
                target=draw(st.one_of(st.none(), numbers)),
                unit=draw(st.sampled_from(["", "accidents", "%"])),
                direction=draw(st.sampled_from([None, *Direction])),
                roll_up=draw(st.sampled_from(RollUp)),
                indicator_id=draw(st.one_of(st.none(), st.integers(1, 4))),
            )
        )
    commitments = tuple(
        Commitment(key=f"c{n}", position=n, text=f"Engagement {n}")
        for n in range(1, draw(st.integers(0, 3)) + 1)
    )
    return cascade(
        *objectives,
        commitments=commitments,
        indicators={n: indicator(n) for n in range(1, 4)},
        per_owner=2,
    )


@given(cascades(), st.randoms())
def test_the_order_of_the_objectives_changes_no_anomaly(facts, chance):
    shuffled = list(facts.objectives)
    chance.shuffle(shuffled)
    mixed = anomalies(replace(facts, objectives=tuple(shuffled)))
    assert {a.key for a in anomalies(facts)} == {a.key for a in mixed}


@given(cascades())
def test_keys_are_unique_and_the_check_gives_the_same_twice(facts):
    once, twice = anomalies(facts), anomalies(replace(facts))
    keys = [a.key for a in once]
    assert len(keys) == len(set(keys))
    assert once == twice


@given(cascades())
def test_a_frozen_line_is_read_back_as_it_was(facts):
    lines = [line_of(each) for each in judge(anomalies(facts), {})]
    again = [read_line(line_json(line)) for line in lines]
    assert again == lines
    assert [dict(a.sentence.values) for a in again] == [dict(b.sentence.values) for b in lines]
    assert not any((compare(lines, again).mended, compare(lines, again).appeared))


@given(weighted, numbers)
def test_adding_a_constant_to_every_part_shifts_what_they_make(parts, shift):
    moved = [(number + shift, weight) for number, weight in parts]
    for roll_up in (RollUp.MEAN, RollUp.MINIMUM, RollUp.MAXIMUM):
        assert combine(moved, roll_up) == combine(parts, roll_up) + shift
    assert combine(moved, RollUp.SUM) == combine(parts, RollUp.SUM) + shift * len(parts)


@given(weighted)
def test_a_weighted_mean_is_between_the_smallest_and_the_largest(parts):
    low, high = combine(parts, RollUp.MINIMUM), combine(parts, RollUp.MAXIMUM)
    assert low <= combine(parts, RollUp.MEAN) <= high


@given(weighted, st.sampled_from(list(Direction)))
def test_children_that_make_exactly_the_target_never_give_a_gap(parts, way):
    for roll_up in (RollUp.SUM, RollUp.MEAN, RollUp.MINIMUM, RollUp.MAXIMUM):
        total = combine(parts, roll_up)
        children = [
            objective(2 + n, parent_id=1, target=number, weight=weight, direction=way)
            for n, (number, weight) in enumerate(parts)
        ]
        parent = objective(1, target=total, roll_up=roll_up, direction=way)
        codes = {str(a.code) for a in anomalies(cascade(parent, *children))}
        assert "K7" not in codes


def test_a_loop_in_the_tree_ends():
    looped = (
        objective(1, parent_id=2, commitments=frozenset()),
        objective(2, parent_id=1, commitments=frozenset()),
    )
    assert [str(a.code) for a in anomalies(cascade(*looped))] == ["K1", "K2", "K2"]


def wide(count):
    """Return a cascade of ``count`` objectives, ten children a parent, each with a flaw."""
    objectives = [
        objective(
            n,
            parent_id=n // 10 or None,
            owner_id=n % 200,
            roll_up=RollUp.SUM,
            target=Fraction(n, 7),
            site_id=n % 30,
        )
        for n in range(1, count + 1)
    ]
    return cascade(*objectives, sites=[SiteFacts(id=n, name=str(n)) for n in range(40)])


def seconds(count):
    facts = wide(count)
    start = process_time()
    found = anomalies(facts)
    assert len(found) > count // 20
    return process_time() - start


def test_the_check_grows_with_the_cascade_and_no_faster():
    small = min(seconds(500) for _ in range(3))
    large = min(seconds(4000) for _ in range(3))
    assert large < small * 8 * 2.5
