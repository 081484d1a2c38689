"""What templates are given to word things in the language of the page."""

from datetime import date

import pytest
from flask import render_template_string

NARROW = "\u202f"


@pytest.fixture
def written(app):
    """Render a template in a language."""

    def written(source, language, **values):
        with app.test_request_context(headers={"Accept-Language": language}):
            return (
                render_template_string(source, **values).replace(NARROW, " ").replace("\xa0", " ")
            )

    return written


@pytest.mark.parametrize(
    ("first", "last", "french", "english"),
    [
        ((2026, 10, 1), (2026, 10, 31), "octobre 2026", "October 2026"),
        ((2026, 8, 1), (2026, 10, 31), "août 2026 – octobre 2026", "August 2026 – October 2026"),
        ((2024, 2, 1), (2024, 2, 29), "février 2024", "February 2024"),
        (
            (2024, 2, 1),
            (2024, 2, 28),
            "du jeu. 1er févr. 2024 au mer. 28 févr. 2024",
            "from Thu 1 Feb 2024 to Wed 28 Feb 2024",
        ),
    ],
)
def test_whole_months_are_named_and_other_spans_dated(written, first, last, french, english):
    days = {"first": date(*first), "last": date(*last)}
    assert written("{{ span(first, last) }}", "fr", **days) == french
    assert written("{{ span(first, last) }}", "en", **days) == english


def test_a_colon_has_the_spaces_of_its_language(written):
    assert written("a{{ colon() }}b", "fr") == "a : b"
    assert written("a{{ colon() }}b", "en") == "a: b"
