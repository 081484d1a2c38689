from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qse_audit.core.expressions import Formula, find_cycle, parse, problems
from tests.core.expressions.trees import trees


def codes(text, known=("a", "b", "c", "heures"), **kwargs):
    return [problem.code for problem in problems(parse(text), known, **kwargs)]


@pytest.mark.parametrize(
    "text",
    [
        "a / a",
        "(a) / a",
        "a * 100 / a",
        "a / (2 * a)",
        "(a + b) / (b + a)",
        "a * b / (b * a)",
        "a / b * b / a",
        "a^2 / (a * a)",
        "-a / a",
        "rolling(a; 12) / rolling(a; 12)",
        "1 + a / a",
        "max(1; a / a)",
        "(a - b) / (a - b)",
    ],
)
def test_a_formula_that_divides_by_itself_is_refused(text):
    assert codes(text) == ["divides_by_itself"]


@pytest.mark.parametrize(
    "text",
    ["a / b", "a / (a + b)", "a * b / a", "(a - b) / (b - a + 1)", "a * b", "a^2 / a", "100",
     "rolling(a; 12) / rolling(a; 3)", "a - a / b", "1 / a", "6 / 2 * a"],
)  # fmt: skip
def test_a_formula_that_says_something_is_accepted(text):
    assert codes(text) == []


@pytest.mark.parametrize("text", ["a / 0", "a / (1 - 1)", "a / (2 / 0)", "a / 0 %"])
def test_a_denominator_that_is_always_zero_is_refused(text):
    assert "zero_denominator" in codes(text)


def test_an_unknown_name_is_named_with_the_nearest_known_one():
    (problem,) = problems(parse("a / heure"), ["a", "heures"])
    assert (problem.code, problem.position) == ("unknown_name", 5)
    assert "vouliez-vous dire « heures »" in problem.message


def test_an_unknown_name_far_from_all_lists_what_is_known():
    (problem,) = problems(parse("xyz"), ["a", "heures"])
    assert "attendu : a, heures" in problem.message
    (problem,) = problems(parse("xyz"), [])
    assert "aucune n’est définie" in problem.message


def test_an_indicator_that_names_itself_is_refused():
    assert codes("TF + a", itself="TF") == ["refers_to_itself"]


def test_every_problem_is_given_in_reading_order():
    found = problems(parse("a / a + z + b / 0"), ["a", "b"])
    assert [(p.code, p.position) for p in found] == [
        ("divides_by_itself", 3),
        ("unknown_name", 9),
        ("zero_denominator", 15),
    ]


@given(trees)
def test_checking_never_fails(tree):
    problems(Formula("", tree), [])


@pytest.mark.parametrize(
    ("references", "cycle"),
    [
        ({}, ()),
        ({"a": ["b"], "b": ["x"]}, ()),
        ({"a": ["b", "c"], "b": ["c"], "c": []}, ()),
        ({"a": ["a"]}, ("a", "a")),
        ({"a": ["b"], "b": ["a"]}, ("a", "b", "a")),
        ({"x": ["a"], "a": ["b"], "b": ["c"], "c": ["a"]}, ("a", "b", "c", "a")),
        ({"ok": [], "d": ["ok", "e"], "e": ["ok", "d"]}, ("d", "e", "d")),
    ],
)
def test_a_circle_of_formulas_is_named(references, cycle):
    assert find_cycle(references) == cycle


def test_a_long_chain_is_followed_to_its_end():
    chain = {str(n): [str(n + 1)] for n in range(5000)}
    assert find_cycle(chain) == ()
    assert find_cycle({**chain, "5000": ["4999"]}) == ("4999", "5000", "4999")


graphs = st.dictionaries(
    st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdefg"), max_size=4), max_size=6
)


@given(graphs)
def test_a_circle_is_found_exactly_when_no_order_of_computing_exists(references):
    cycle = find_cycle(references)
    left = {name: set(found) for name, found in references.items()}
    while ready := [name for name, found in left.items() if not found & left.keys()]:
        for name in ready:
            del left[name]
    assert bool(cycle) == bool(left)
    for here, following in pairwise(cycle):
        assert following in references[here]
