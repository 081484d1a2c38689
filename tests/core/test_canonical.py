import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qse_audit.core.canonical import canonical_json, read_canonical

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=12,
)


def test_keys_are_sorted_and_nothing_is_spaced():
    assert canonical_json({"b": [1, 2.5, None], "a": {"é": True}}) == (
        '{"a":{"é":true},"b":[1,2.5,null]}'.encode()
    )


@given(JSON)
def test_what_is_written_is_read_back(value):
    assert read_canonical(canonical_json(value)) == value


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers()))
def test_the_order_of_the_keys_does_not_matter(value):
    assert canonical_json(value) == canonical_json(dict(reversed(value.items())))


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), {"x": [-float("inf")]}, {1: "a"}, [{None: 1}], "\ud800"]
)
def test_values_without_one_spelling_are_refused(value):
    with pytest.raises(ValueError, match=r"."):
        canonical_json(value)


def test_types_that_json_does_not_know_are_refused():
    with pytest.raises(TypeError):
        canonical_json({"when": object()})


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b"1.0e0",
        b'"\\u0041"',
        b"{}\n",
        b"NaN",
        b"\xff",
        b"",
        b"[" * 100_000,
    ],
)
def test_any_other_spelling_is_refused(raw):
    with pytest.raises(ValueError, match=r"."):
        read_canonical(raw)


def test_canonical_json_is_json():
    assert json.loads(canonical_json({"x": "\u2028\x00"})) == {"x": "\u2028\x00"}
