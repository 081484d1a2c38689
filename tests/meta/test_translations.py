"""Every string that people read is in the English catalogue."""

import re

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from qse_audit.paths import PACKAGE, translations_dir

KEYWORDS = {
    **dict.fromkeys(["_", "gettext", "lazy_gettext", "_l", "N_"]),
    **dict.fromkeys(["ngettext", "lazy_ngettext"], (1, 2)),
}
PLACES = re.compile(r"%\((\w+)\)[sd]|%%")
ROOT = PACKAGE.parent


def extracted():
    methods = [("qse_audit/**.py", "python"), ("templates/**.html", "jinja2")]
    methods.append(("templates/**.txt", "jinja2"))
    for folder in ("qse_audit", "templates"):
        found = extract_from_dir(
            ROOT / folder,
            [(m.removeprefix(f"{folder}/"), k) for m, k in methods if m.startswith(folder)],
            keywords=KEYWORDS,
            directory_filter=lambda _: True,  # Babel would pass over _layout and _macros
        )
        for name, line, message, *_ in found:
            yield f"{folder}/{name}:{line}", message if isinstance(message, str) else message[0]


def forms(text):
    """Return a text as the tuple of its singular and plural forms."""
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.fixture(scope="module")
def catalogue():
    with (translations_dir() / "en/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="en")


def test_no_string_is_untranslated(catalogue):
    missing = {}
    for place, message in extracted():
        entry = catalogue.get(message)
        if entry is None or entry.fuzzy or not all(forms(entry.string)):
            missing.setdefault(message, place)
    assert not missing, f"run make translations, then fill messages.po: {missing}"


def test_a_translation_keeps_the_places_of_its_source(catalogue):
    for entry in catalogue:
        if entry.id and all(forms(entry.string)):
            for source, text in zip(forms(entry.id), forms(entry.string), strict=True):
                assert set(PLACES.findall(source)) == set(PLACES.findall(text)), entry.id


def test_no_translation_is_left_over(catalogue):
    used = {message for _, message in extracted()}
    left = [entry.id for entry in catalogue if entry.id and forms(entry.id)[0] not in used]
    assert not left, f"run make translations: {left}"
