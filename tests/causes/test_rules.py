"""The rules of cause analyses, as tables."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from qse_audit.causes.reports import Wording
from qse_audit.causes.rules import (
    CHOICES,
    GRAMMARS,
    AnalysisFacts,
    CauseTool,
    ClockState,
    Delays,
    Gate,
    Health,
    Neighbour,
    Node,
    NodeDraft,
    NodeKind,
    Slot,
    Spot,
    Tree,
    advice,
    clocks_of,
    deletion_refusals,
    judgements,
    line_refusals,
    missing,
    move_refusals,
    next_slot,
    slot_there,
    stepped,
)
from tests.factories import NOW

K, T, S = NodeKind, CauseTool, Slot


def node(key, kind, parent=None, **said):
    return Node(id=key, kind=K(kind), parent_id=parent, **{"text": f"n{key}", "fact": "vu", **said})


def tree(*nodes):
    return Tree(nodes)


FACTS = tree(
    node(1, "fact"),
    node(2, "fact", 1),
    node(3, "fact", 2),
    node(4, "fact", 1),
    node(5, "fact", 4, same_as_id=3),
)
"""1 ← 2 ← 3 and 1 ← 4 ← (3)."""


def codes(refusals):
    return {refusal.code for refusal in refusals}


def spot(tool, kind, parent=None, *, among=None, **more):
    return Spot(tool=tool, tree=among or tree(), kind=K(kind), parent_id=parent, **more)


def test_every_tool_has_its_lines_its_check_and_a_question_that_leads_to_it():
    assert {each.tool for each in CHOICES} == {*T, *Neighbour}
    assert set(T) == set(GRAMMARS)
    for tool in T:
        facts = AnalysisFacts(tool=tool, question="", tree=tree(), team_size=1)
        assert codes(missing(facts)) > {"question_missing"}, tool


def test_what_a_kind_takes_no_more_is_still_told():
    held = node(1, "why", note="Tenu d’avant")
    wording = Wording(T.FIVE_WHYS, tree(held), "fr")
    assert wording.details(held) == [("Le fait qui le montre", "vu"), ("Note", "Tenu d’avant")]


def test_questions_are_gone_through_in_turn_until_each_has_an_answer():
    shape, slots = GRAMMARS[T.QQOQCP].of(K.ANSWER), (S.WHERE, S.WHY, S.WHO)
    answered = tree(*(node(n, "answer", slot=slot) for n, slot in enumerate(slots, start=1)))
    assert next_slot(answered, shape, S.WHERE) is S.WHEN
    assert next_slot(answered, shape, S.WHY) is S.WHAT
    full = tree(*(node(n, "answer", slot=slot) for n, slot in enumerate(shape.slots, start=1)))
    assert next_slot(full, shape, S.WHO) is None


def test_a_line_has_its_place_and_only_there():
    bow = tree(node(1, "event"), node(2, "threat", 1), node(3, "barrier", 2))
    steps = tree(node(1, "step", slot=S.D4), node(2, "step", slot=S.D5), node(3, "cause", 1))
    for tool, kind, parent, among, expected in (
        (T.BOW_TIE, "event", None, tree(), set()),
        (T.BOW_TIE, "event", None, bow, {"only_one"}),
        (T.BOW_TIE, "threat", None, bow, {"wrong_place"}),
        (T.BOW_TIE, "threat", 1, bow, set()),
        (T.BOW_TIE, "barrier", 1, bow, {"wrong_place"}),
        (T.BOW_TIE, "barrier", 3, bow, {"wrong_place"}),
        (T.BOW_TIE, "why", None, bow, {"wrong_place"}),
        (T.CAUSE_TREE, "fact", None, FACTS, {"only_one"}),
        (T.CAUSE_TREE, "fact", 5, FACTS, {"under_pointer"}),
        (T.CAUSE_TREE, "fact", 77, FACTS, {"parent_unknown"}),
        (T.EIGHT_D, "cause", 2, steps, {"wrong_place"}),
        (T.EIGHT_D, "cause", 3, steps, set()),
        (T.EIGHT_D, "item", 2, steps, set()),
        (T.PARETO, "line", 1, tree(node(1, "line")), {"wrong_place"}),
    ):
        draft = NodeDraft(text="x", slot=S.OCCURRENCE, count=1)
        found = codes(line_refusals(spot(tool, kind, parent, among=among), draft))
        assert found == expected, (tool, kind, parent)


def test_a_line_says_what_its_tool_can_hold():
    for tool, kind, draft, expected in (
        (T.FIVE_WHYS, "why", NodeDraft(text=" "), {"text_missing"}),
        (T.FIVE_WHYS, "why", NodeDraft(text="x" * 1001), {"text_long"}),
        (T.FIVE_WHYS, "why", NodeDraft(text="x", is_discarded=True), {"claim_without_fact"}),
        (T.QQOQCP, "answer", NodeDraft(text="x", slot=S.D4), {"slot_missing"}),
        (T.ISHIKAWA, "cause", NodeDraft(text="x", slot=S.MEASUREMENT), {"slot_missing"}),
        (T.ISHIKAWA, "cause", NodeDraft(text="x", slot=S.METHOD, votes=-1), {"votes_range"}),
        (
            T.ISHIKAWA,
            "cause",
            NodeDraft(text="x", fact="y", slot=S.METHOD, is_verified=True, is_discarded=True),
            {"both_ways"},
        ),
        (T.PARETO, "line", NodeDraft(text="x"), {"amount_missing"}),
        (T.PARETO, "line", NodeDraft(text="x", count=-1), {"count_negative"}),
        (T.PARETO, "line", NodeDraft(text="x", cost=Fraction(-1, 2)), {"cost_negative"}),
        (T.PARETO, "line", NodeDraft(text="x", count=0), set()),
    ):
        found = codes(line_refusals(spot(tool, kind, families=5), draft))
        assert found == expected, draft


def test_no_fact_is_its_own_cause_not_even_by_a_pointer():
    def pointed(parent, other, own=None):
        where = spot(T.CAUSE_TREE, "fact", parent, among=FACTS, node_id=own)
        return codes(line_refusals(where, NodeDraft(same_as_id=other)))

    assert pointed(4, 2) == set()
    assert pointed(3, 2) == {"loop"}
    assert pointed(3, 4) == {"loop"}, "4 is caused by 3 through its pointer"
    assert pointed(1, 3) == set()
    assert pointed(2, 3) == {"same_as_twin"}
    assert pointed(1, 5) == {"same_as_pointer"}
    assert pointed(1, 99) == {"same_as_unknown"}
    assert "same_as_parent" in pointed(1, 3, own=4)

    def put(key, parent):
        return codes(move_refusals(spot(T.CAUSE_TREE, "fact", parent, among=FACTS, node_id=key)))

    assert put(2, 2) == put(2, 3) == {"cycle"}
    assert put(4, 3) == {"loop"}, "4 is caused by 3: under it, 3 would cause itself"
    assert put(3, 1) == set()


def test_a_step_passes_lines_of_its_own_place_and_a_deletion_spares_what_is_pointed_to():
    bone = tree(
        node(1, "cause", slot=S.METHOD),
        node(2, "cause", slot=S.MACHINE),
        node(3, "cause", slot=S.METHOD),
        node(4, "cause", 3),
    )
    assert stepped(bone, bone.by_id[1], "up") is None
    assert stepped(bone, bone.by_id[2], "down") is None, "the only one of its family"
    assert list(stepped(bone, bone.by_id[3], "up").order) == [3, 2, 1, 4]
    assert stepped(bone, bone.by_id[3], "in").parent_id == 1
    assert stepped(bone, bone.by_id[4], "out").parent_id is None
    assert slot_there(bone, T.ISHIKAWA, bone.by_id[4], parent_id=None) is S.METHOD
    assert slot_there(bone, T.ISHIKAWA, bone.by_id[3], parent_id=1) is None
    assert codes(deletion_refusals(FACTS, FACTS.by_id[2], T.CAUSE_TREE)) == {"pointed_to"}
    assert deletion_refusals(FACTS, FACTS.by_id[4], T.CAUSE_TREE) == ()
    step = node(9, "step", slot=S.D1)
    assert codes(deletion_refusals(tree(step), step, T.EIGHT_D)) == {"given"}


WHYS = (node(1, "why"), node(2, "why", 1, is_root=True), node(3, "why", is_discarded=True))
BOW = (
    node(1, "event"),
    node(2, "threat", 1),
    node(3, "barrier", 2, owner_id=4, health=Health.ABSENT),
    node(4, "consequence", 1),
    node(5, "barrier", 4, owner_id=4, health=Health.SOUND),
)
EIGHT = (
    *(node(9 + n, "step", slot=S(f"d{n}"), done_at=NOW) for n in range(9)),
    node(30, "cause", 13, slot=S.OCCURRENCE, is_verified=True),
    node(31, "cause", 13, slot=S.ESCAPE),
    node(32, "cause", 31, is_verified=True),
)


@pytest.mark.parametrize(
    ("tool", "nodes", "change", "expected"),
    [
        (T.FIVE_WHYS, WHYS, {}, set()),
        (T.FIVE_WHYS, WHYS, {1: {"fact": " "}}, {"why_without_fact"}),
        (T.FIVE_WHYS, WHYS, {3: {"is_discarded": False}}, {"branch_open"}),
        (T.FIVE_WHYS, WHYS, {2: {"is_root": False}}, {"branch_open", "no_root"}),
        (T.CAUSE_TREE, FACTS.nodes, {1: {"gate": Gate.CONJUNCTION}}, set()),
        (T.CAUSE_TREE, FACTS.nodes, {}, {"chain_of_many"}),
        (
            T.CAUSE_TREE,
            FACTS.nodes,
            {1: {"gate": Gate.CONJUNCTION}, 2: {"gate": Gate.CONJUNCTION}, 3: {"fact": ""}},
            {"conjunction_of_one", "fact_without_source"},
        ),
        (T.BOW_TIE, BOW, {}, set()),
        (T.BOW_TIE, BOW, {3: {"owner_id": None}}, {"barrier_without_owner"}),
        (T.BOW_TIE, BOW, {5: {"health": Health.UNKNOWN}}, {"barrier_unknown"}),
        (T.BOW_TIE, BOW[:2], {}, {"no_consequence", "no_barrier"}),
        (T.ISHIKAWA, (node(1, "cause", slot=S.METHOD, votes=9),), {}, {"nothing_verified"}),
        (T.PARETO, (node(1, "line", count=3),), {}, {"too_few_lines"}),
        (T.PARETO, (node(1, "line", count=0), node(2, "line", cost=Decimal(0))), {},
         {"nothing_counted"}),
        (T.IS_IS_NOT, (node(1, "contrast", slot=S.WHERE, fact=""),), {}, {"half_contrast"}),
        (T.EIGHT_D, EIGHT, {}, set()),
        (T.EIGHT_D, EIGHT, {32: {"is_verified": False}}, {"origin_open"}),
        (T.EIGHT_D, EIGHT, {15: {"done_at": None}}, {"step_open"}),
    ],
)  # fmt: skip
def test_each_tool_says_what_it_still_asks_for(tool, nodes, change, expected):
    changed = tree(*(replace(each, **change.get(each.id, {})) for each in nodes))
    facts = AnalysisFacts(tool=tool, question="Pourquoi ?", tree=changed, team_size=2)
    assert codes(missing(facts)) == expected


def test_advice_sees_blame_judgements_and_a_root_found_at_once():
    assert codes(advice(T.FIVE_WHYS, tree(node(1, "why", is_root=True)))) == {"shallow"}
    blamed = tree(node(1, "fact", text="Faute du technicien"))
    assert codes(advice(T.CAUSE_TREE, blamed)) == {"blames_a_person", "judges"}
    assert judgements("Manque de formation", "il n’a pas vu", "la barrière était ouverte") == (
        "Manque",
        "n’a pas",
    )


def test_clocks_of_an_8d_tell_what_was_kept_missed_and_is_overdue():
    start = NOW - timedelta(days=12)
    steps = tree(
        node(1, "step", slot=S.D3, done_at=start + timedelta(hours=20)),
        node(2, "step", slot=S.D4, done_at=start + timedelta(days=11)),
        node(3, "step", slot=S.D5),
        node(4, "step", slot=S.D8),
        node(5, "step", slot=S.D6),
    )
    found = clocks_of(steps, Delays(), started_at=start, now=NOW)
    assert [(c.step, c.state, c.gap) for c in found] == [
        (S.D3, ClockState.KEPT, timedelta(hours=4)),
        (S.D4, ClockState.MISSED, timedelta(days=1)),
        (S.D5, ClockState.OVERDUE, timedelta(days=2)),
        (S.D8, ClockState.RUNNING, timedelta(days=48)),
    ]
