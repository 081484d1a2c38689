"""Names, questions and orders of referentials."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qse_audit.referentials.rules import (
    MAX_DEPTH,
    Ask,
    EditionStatus,
    Place,
    asked,
    content_sha256,
    edition_name,
    in_tree_order,
    moved,
    places_refusal,
    searchable,
    slug,
    writing_refusals,
)
from tests.referentials.factories import node


@pytest.mark.parametrize(
    ("ref", "label", "name"),
    [
        ("ISO 9001", "2015", "ISO 9001:2015"),
        ("NF EN 9100", "2018", "NF EN 9100:2018"),
        ("GRILLE-ATELIER", "2026", "GRILLE-ATELIER (2026)"),
        ("ISO 9001", "projet", "ISO 9001 (projet)"),
        ("ISOLATION", "2026", "ISOLATION (2026)"),
    ],
)
def test_an_edition_is_cited_as_people_do(ref, label, name):
    assert edition_name(ref, label) == name


def test_names_lose_accents_and_signs_for_machines():
    assert slug("Référentiel  ISO 9001 : n° 2") == "referentiel-iso-9001-n-2"
    assert searchable("MÉTAL", "Qualité/Sécurité") == "metal qualite securite"
    assert slug("???") == ""


ONE, TWO = Ask("1-1", {"fr": "Un ?", "de": "Eins?"}), Ask("1-2", {"fr": "Deux ?"})


@pytest.mark.parametrize(
    ("lines", "keys"),
    [
        (["Un ?", "Deux ?"], ["1-1", "1-2"]),
        (["Deux ?", "Un ?"], ["1-2", "1-1"]),
        (["Un ?", "Deux, vraiment ?"], ["1-1", "1-2"]),
        (["Deux ?"], ["1-2"]),
        (["Trois ?"], ["1-3"]),
        (["Un ?", "Trois ?", "Deux ?"], ["1-1", "1-3", "1-2"]),
        ([], []),
        (["", "Un ?"], ["1-1"]),
    ],
)
def test_a_question_keeps_its_key_and_a_removed_key_is_not_given_again(lines, keys):
    assert [ask.key for ask in asked("1", (ONE, TWO), {"fr": lines})] == keys


def test_languages_that_the_form_does_not_show_are_kept():
    (ask, _) = asked("1", (ONE, TWO), {"fr": ["Un donc ?", "Deux ?"], "en": ["One?"]})
    assert ask.text == {"fr": "Un donc ?", "de": "Eins?", "en": "One?"}


def test_the_hash_of_a_tree_depends_on_its_content_alone():
    assert content_sha256([node("1")]) == content_sha256([node("1")])
    assert content_sha256([node("1")]) != content_sha256([node("1", questions=1)])


@st.composite
def trees(draw: st.DrawFn) -> list[Place]:
    """A tree of up to twelve places, in order."""
    places: list[Place] = []
    for key in range(1, draw(st.integers(1, 12)) + 1):
        parent = draw(st.sampled_from([None, *(p.id for p in places)]))
        places.append(Place(key, parent))
    return in_tree_order(places)


@given(trees(), st.integers(1, 13), st.sampled_from(["up", "down", "in", "out", "odd"]))
def test_a_move_always_leaves_a_tree_of_the_same_places(places, key, direction):
    after = moved(places, key, direction)
    assert places_refusal(places, after) is None
    assert in_tree_order(after) == after


@given(trees())
def test_down_undoes_up(places):
    key = places[-1].id
    up = moved(places, key, "up")
    assert moved(up, key, "down") == places if up != places else True


def test_a_tree_deeper_than_allowed_is_refused():
    chain = [Place(n, n - 1 or None) for n in range(1, MAX_DEPTH + 2)]
    assert places_refusal(chain, chain).code == "too_deep"


@pytest.mark.parametrize(
    ("shipped", "frozen", "status", "code"),
    [
        (False, False, EditionStatus.DRAFT, None),
        (False, False, EditionStatus.IN_FORCE, None),
        (False, True, EditionStatus.IN_FORCE, "edition_is_frozen"),
        (False, False, EditionStatus.SUPERSEDED, "edition_is_superseded"),
        (True, False, EditionStatus.IN_FORCE, "shipped_is_read_only"),
        (True, True, EditionStatus.SUPERSEDED, "shipped_is_read_only"),
    ],
)
def test_when_the_content_of_an_edition_may_change(shipped, frozen, status, code):
    found = writing_refusals(is_shipped=shipped, is_frozen=frozen, status=status)
    assert [refusal.code for refusal in found] == ([code] if code else [])
