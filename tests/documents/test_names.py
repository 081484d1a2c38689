import pytest
from hypothesis import given
from hypothesis import strategies as st

from qse_audit.documents.names import is_safe_path, safe_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rapport AUD-2026-014", "Rapport AUD-2026-014.pdf"),
        ("Été à l’atelier", "Été à l’atelier.pdf"),
        ("../../etc/passwd", "etc-passwd.pdf"),
        ("a\\b:c|d", "a-b-c-d.pdf"),
        ("CON", "_CON.pdf"),
        ("nul.txt", "_nul.txt.pdf"),
        ("COM¹", "_COM¹.pdf"),
        ("photo\u202egnp.exe", "photognp.exe.pdf"),
        ("a\x00b", "a-b.pdf"),
        ("\ud800", "document.pdf"),
        ("", "document.pdf"),
        (" . .. ", "document.pdf"),
        ("-rf", "rf.pdf"),
        ("fin. ", "fin.pdf"),
        ("deux\n\tlignes", "deux-lignes.pdf"),
        ("50 %", "50 -.pdf"),
        ("😀 ok", "😀 ok.pdf"),
    ],
)
def test_a_name_is_made_safe(text, expected):
    assert safe_name(text, ".pdf") == expected


def test_a_long_name_is_cut_between_letters():
    name = safe_name("é" * 500, ".docx")
    assert len(name.encode()) <= 180
    assert name.endswith("é.docx")


@given(st.text(st.characters()))
def test_any_text_becomes_a_name_that_may_be_unpacked(text):
    name = safe_name(text, ".pdf")
    assert is_safe_path(f"data/{name}")
    assert "/" not in name
    assert safe_name(safe_name(text)) == safe_name(text)
