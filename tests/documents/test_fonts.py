import pytest

from qse_audit.documents.fonts import REPLACEMENT, characters, covered, font_files, printable


def test_the_font_files_are_there():
    assert all(path.is_file() for path in font_files())


@pytest.mark.parametrize(
    "text",
    ["Été à l’œuvre « 87,8\u202f% » — 12 °C, 3 m², ≥ 5 €", "Δ Ω αβγ", "Русский", "a\nb\tc", "✔ □"],
)
def test_what_the_font_has_is_left_alone(text):
    assert covered(text) == text


@pytest.mark.parametrize(
    "text", ["😀", "品", "ש", "م", "\u202e", "\x00", "\x1b", "\ud800", "\ue000"]
)
def test_what_the_font_lacks_becomes_visible(text):
    assert covered(f"a{text}b") == f"a{REPLACEMENT}b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("zé\u200bro\u00ad\ufeff", "zéro"),
        ("e\u0301", "é"),
        ("a\r\nb\rc\u2028d\x0b", "a\nb\nc\nd\n"),
        ("", ""),
    ],
)
def test_spellings_are_made_one(text, expected):
    assert covered(text) == expected


def test_data_is_covered_to_its_leaves():
    data = {"k😀": ["a", {"b": ("😀", 1, None, 2.5, True)}]}
    assert printable(data) == {"k□": ["a", {"b": ["□", 1, None, 2.5, True]}]}


def test_endless_nesting_is_refused():
    deep: list = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(ValueError, match="deep"):
        printable(deep)


def test_controls_and_private_characters_are_never_called_printable():
    assert not characters() & {"\x00", "\x07", "\u202e", "\ue000", "\u200b", "\ufffe"}
