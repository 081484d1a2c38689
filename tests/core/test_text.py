import copy

import pytest

from qse_audit.core.text import N_, Coded, pick, typeset


class Colour(Coded):
    RED = "red", N_("Rouge")


def test_a_message_reads_as_french_and_remembers_its_parts():
    message = N_("%(count)d questions", count=3)
    assert message == "3 questions"
    assert (message.msgid, message.values) == ("%(count)d questions", {"count": 3})
    assert copy.deepcopy(message).msgid == message.msgid


def test_a_code_is_its_stored_value_and_has_a_label():
    assert Colour.RED == "red"
    assert Colour("red") is Colour.RED
    assert Colour.RED.label == "Rouge"


@pytest.mark.parametrize(
    ("texts", "locale", "expected"),
    [
        ({"fr": "Oui", "en": "Yes"}, "en", "Yes"),
        ({"fr": "Oui"}, "en", "Oui"),
        ({"en": "Yes", "de": "Ja"}, "fr", "Yes"),
        ({"de": "Ja"}, "fr", "Ja"),
        ({"fr": ""}, "fr", ""),
        ({}, "fr", ""),
        (None, "fr", ""),
    ],
)
def test_a_text_falls_back_to_a_language_that_has_it(texts, locale, expected):
    assert pick(texts, locale) == expected


@pytest.mark.parametrize(
    ("plain", "set_"),
    [
        ("Motif : retard ; à revoir !", "Motif\u202f: retard\u202f; à revoir\u202f!"),
        ("Dire « oui » ?", "Dire «\u202foui\u202f»\u202f?"),
        ("La cible de 95 %% est tenue.", "La cible de 95\u202f%% est tenue."),
        ("Écart de %(name)s de 5 %.", "Écart de %(name)s de 5\u202f%."),
        ("ISO 9001:2015, à 18:04", "ISO 9001:2015, à 18:04"),
    ],
)
def test_no_line_ends_before_french_punctuation(plain, set_):
    assert typeset(plain) == set_
