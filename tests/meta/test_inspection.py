"""What every page owes its readers is asked of every page; the question can be answered no."""

import pytest

from tests.pages import inspect_page

GOOD = """<!doctype html><html lang="fr"><head><title>Audits – qse-audit</title>
<script nonce="x" src="/a.js"></script></head><body><h1>Audits</h1>
<label>Titre <input name="a"></label> <label for="b">Du</label><select id="b"></select>
<textarea aria-label="Note"></textarea><input aria-labelledby="t"><input type="hidden" name="v">
<input type="submit"></body></html>"""


def test_a_page_that_owes_nothing_passes():
    inspect_page(GOOD)


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("<title>Audits", "<title> ", "title"),
        ("<title>Audits – qse-audit</title>", "", "title"),
        ("<h1>Audits</h1>", "", "one h1"),
        ("<h1>Audits</h1>", "<h1>Audits</h1><h1>Plan</h1>", "one h1"),
        ('lang="fr"', 'lang="de"', "lang"),
        ("<label>Titre <input", "<label>Titre</label> <input", 'name="a"'),
        ('id="b"', 'id="c"', 'id="c"'),
        (' aria-label="Note"', "", "textarea"),
        (' aria-labelledby="t"', "", "label"),
        (' nonce="x"', "", "nonce"),
        (' nonce="x"', ' nonce=""', "nonce"),
        ("<h1>", '<h1 style="">', "inline style"),
    ],
)
def test_a_page_that_owes_something_is_named(good, bad, said):
    assert good in GOOD
    with pytest.raises(AssertionError, match=said):
        inspect_page(GOOD.replace(good, bad))
