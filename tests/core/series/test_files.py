from decimal import Decimal

import pytest

from qse_audit.core.errors import BadInput
from qse_audit.core.series import MAX_POINTS, read_series


@pytest.mark.parametrize(
    ("content", "points"),
    [
        ("10\n12,5\n", [("1", 10), ("2", Decimal("12.5"))]),
        ("Valeur\n10\n\n12\n", [("1", 10), ("2", 12)]),
        ("Mois;Valeur\r\n02/2026;2\r\n01/2026;1\r\n", [("2026-01", 1), ("2026-02", 2)]),
        ("2026-T1\t5\n2026-T3\t6\n", [("2026-Q1", 5), ("2026-Q2", None), ("2026-Q3", 6)]),
        (
            "2026-01;3\n2026-02;\n2026-03;—\n",
            [("2026-01", 3), ("2026-02", None), ("2026-03", None)],
        ),
        ("2026-W01;1\nS3 2026;2\n", [("2026-W01", 1), ("2026-W02", None), ("2026-W03", 2)]),
        (
            "janv. 2026;1 234,5\nmars 2026;2",
            [("2026-01", Decimal("1234.5")), ("2026-02", None), ("2026-03", 2)],
        ),
        ("15/01/2026;1\n19/01/2026;2\n", [("2026-01-15", 1), ("2026-01-19", 2)]),
        ("1;10\n900000;12\n", [("1", 10), ("900000", 12)]),
        ('"2026-01";"1 234,5";\n', [("2026-01", Decimal("1234.5"))]),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_becomes_a_series(content, points, encoding):
    found = read_series(content.encode(encoding))
    assert [(str(getattr(p.period, "iso", p.period)), p.value) for p in found] == points


def test_a_file_of_an_old_spreadsheet_is_read_too():
    found = read_series("Période;Valeur\n2026-01;1\xa0234\n".encode("cp1252"))
    assert found.values == (1234,)


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        ("", "", "sans valeur"),
        ("\n ;\n", "", "sans valeur"),
        ("Mois;Valeur\n", "", "sans valeur"),
        ("10\nabc\n", "ligne 2, colonne 1", "« abc »"),
        ("2026-01;1\n\n2026-02;x\n", "ligne 3, colonne 2", "« x »"),
        ("2026-01;1\njanvier;2\n", "ligne 2, colonne 1", "« janvier »"),
        ("2026-01;1\n2026-13;2\n", "ligne 2, colonne 1", "cette date n’existe pas"),
        ("01/2026;1\n2026-01;2\n", "ligne 2, colonne 1", "déjà à la ligne 1"),
        ("2026-01;1\n2026;2\n", "ligne 2, colonne 1", "même durée"),
        ("2026-01;1\n5\n", "ligne 2", "colonnes : 1 ;"),
        ("1;2;3\n", "ligne 1", "colonnes : 3 ;"),
        ("1\n" * (MAX_POINTS + 1), "", "plus de"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(content, place, words):
    with pytest.raises(BadInput) as caught:
        read_series(content.encode())
    assert caught.value.place == place
    assert words in caught.value.message
