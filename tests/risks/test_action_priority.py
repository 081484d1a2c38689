"""The table of action priorities: its counts, its order, and the points that are known."""

from collections import Counter

import pytest

from qse_audit.core.errors import BadInput
from qse_audit.risks.rules import Priority, action_priority, every_triplet, rpn

URGENCY = {Priority.LOW: 0, Priority.MEDIUM: 1, Priority.HIGH: 2}


def test_the_thousand_triplets_have_the_known_counts():
    counts = Counter(action_priority(*triplet) for triplet in every_triplet())
    assert counts == {Priority.HIGH: 318, Priority.MEDIUM: 214, Priority.LOW: 468}


def test_no_note_that_rises_makes_a_priority_fall():
    for s, o, d in every_triplet():
        here = URGENCY[action_priority(s, o, d)]
        for worse in ((s + 1, o, d), (s, o + 1, d), (s, o, d + 1)):
            assert max(worse) > 10 or URGENCY[action_priority(*worse)] >= here, (s, o, d)


def test_the_known_points():
    known = {
        (9, 2, 7): "H", (9, 3, 4): "L", (8, 4, 5): "M", (7, 6, 4): "H", (5, 7, 6): "M",
        (2, 9, 5): "M", (10, 1, 10): "L", (6, 6, 6): "M", (9, 8, 3): "H", (10, 4, 1): "M",
        (9, 2, 5): "M", (8, 7, 1): "M", (7, 3, 5): "M", (4, 8, 2): "M", (6, 5, 7): "M",
        (6, 5, 6): "L", (3, 8, 4): "L", (1, 10, 10): "L",
    }  # fmt: skip
    assert {triplet: str(action_priority(*triplet)) for triplet in known} == known
    assert (rpn(9, 2, 7), rpn(6, 6, 6), rpn(9, 8, 3)) == (126, 216, 216)


def test_every_note_outside_the_scale_is_named():
    with pytest.raises(BadInput) as caught:
        action_priority(0, 5, 11)
    assert [(e.place, str(e.message)) for e in (caught.value, *caught.value.others)] == [
        ("severity", "0 ; attendu : un nombre entier de 1 à 10"),
        ("detection", "11 ; attendu : un nombre entier de 1 à 10"),
    ]
