"""Every act that the register may hold has words, in both languages."""

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from qse_audit.core.text import LOCALES
from qse_audit.dashboard.rules import SUBJECTS, VERBS
from qse_audit.documents.text import Texts
from tests.recorded import Function, calls, texts_of


def given(name: str) -> Iterator[tuple[Function, ast.expr]]:
    """Yield what every act says of one of its fields."""
    for function, call in calls()["Act"]:
        found = next((each.value for each in call.keywords if each.arg == name), None)
        if found is not None:
            yield function, found


@cache
def recorded(name: str) -> frozenset[str]:
    return frozenset(text for function, each in given(name) for text in texts_of(each, function))


def verbs() -> frozenset[str]:
    return recorded("verb")


@pytest.mark.parametrize("locale", LOCALES)
def test_every_act_that_is_recorded_has_words(locale):
    missing = sorted(verbs() - set(VERBS))
    assert missing == [], "words of these verbs, in the VERBS of their feature"
    texts = Texts(locale)
    for verb in verbs():
        assert texts.translate(VERBS[verb]).strip() not in {"", verb}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_thing_that_an_act_is_about_has_a_name(locale):
    missing = sorted(recorded("kind") - set(SUBJECTS))
    assert missing == [], "names of these kinds, in SUBJECTS"
    assert all(Texts(locale).translate(SUBJECTS[kind]) for kind in recorded("kind"))


def test_no_words_are_kept_for_what_is_never_recorded():
    assert sorted(set(VERBS) - verbs()) == []


def test_verbs_that_are_put_together_are_found():
    assert {"indicator.measure", "indicator.import", "indicator.activate", "policy.submit",
            "objective.propose", "audit.plan", "candidacy.submit"} <= verbs()  # fmt: skip
