import contextlib
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qse_audit.core.errors import BadInput
from qse_audit.core.periods import Frequency, Period
from qse_audit.indicators.rules import Cell, Column, Grid, read_paste

YEAR = tuple(Period.from_iso("2026-01").to(Period.from_iso("2026-12")))
GRID = Grid(
    Frequency.MONTH,
    YEAR,
    (
        Column(name="accidents", label="Accidents", is_whole=True),
        Column(name="heures", label="Heures travaillées", unit="h"),
        Column(name="solde", label="Solde", unit="€", minimum=None, maximum=Fraction(1000)),
    ),
)
B2 = Cell(2, 2)


def values(text, start=B2, **kwargs):
    pasted = read_paste(text, GRID, start, **kwargs)
    assert pasted.problems == ()
    return [(v.period.iso, v.name, None if v.value is None else str(v.value))
            for v in pasted.values]  # fmt: skip


def problems(text, start=B2, **kwargs):
    return [str(p.text) for p in read_paste(text, GRID, start, **kwargs).problems]


def test_a_block_goes_where_it_is_pasted():
    assert values("1\t1 650,5\n0\t1\u202f700", Cell(4, 2)) == [
        ("2026-03", "accidents", "1"),
        ("2026-03", "heures", "3301/2"),
        ("2026-04", "accidents", "0"),
        ("2026-04", "heures", "1700"),
    ]


def test_periods_in_the_first_column_choose_the_rows_in_any_order():
    text = "mars 2026\t1\t1650 h\r\n01/02/2026\t0\t1.700,5\r\n2026-01\t2\t"
    assert values(text, Cell(2, 1)) == [
        ("2026-03", "accidents", "1"),
        ("2026-03", "heures", "1650"),
        ("2026-02", "accidents", "0"),
        ("2026-02", "heures", "3401/2"),
        ("2026-01", "accidents", "2"),
        ("2026-01", "heures", None),
    ]


def test_quoted_cells_and_empty_ends_are_what_spreadsheets_copy():
    assert values('"1"\t"1 650"\t\t\n\t\t\t\n\n') == [
        ("2026-01", "accidents", "1"),
        ("2026-01", "heures", "1650"),
    ]


def test_an_empty_cell_empties_and_a_dash_too():
    assert values("1\t\n\t—\n2\t3")[1:4] == [
        ("2026-01", "heures", None),
        ("2026-02", "accidents", None),
        ("2026-02", "heures", None),
    ]


@pytest.mark.parametrize("text", ["", "  \n", "\t\t\n\t\t\n"])
def test_an_empty_paste_brings_nothing(text):
    assert values(text) == []


def test_a_comma_before_three_digits_goes_by_the_language():
    assert values("1,650", Cell(2, 3), locale="en") == [("2026-01", "heures", "1650")]
    assert values("1,650", Cell(2, 3), locale="fr") == [("2026-01", "heures", "33/20")]


@pytest.mark.parametrize(
    ("text", "start", "cell", "found"),
    [
        ("1\tdouze", B2, "C2", "« douze » : caractère « d » en position 1 ; attendu : un nombre"),
        ("1\t2\n3\t-8", B2, "C3", "-8 ; attendu : au moins 0"),
        ("1,5", B2, "B2", "1.5 ; attendu : un nombre entier"),
        ("1 001 €", Cell(5, 4), "D5", "1001 ; attendu : au plus 1000"),
        ("1 000 000,5", Cell(2, 4), "D2", "1000000.5 ; attendu : au plus 1000"),
        ("mars\t1", Cell(2, 1), "A2", "« mars » : période illisible ; attendu : un mois tel que"),
        ("T1 2026\t1", Cell(2, 1), "A2", "la période est : Trimestre"),
        ("\t1", Cell(2, 1), "A2", "rien ; attendu : un mois"),
        ("mars 2025\t1", Cell(2, 1), "A2", "mars 2025 n’est pas dans le tableau ; attendu : de "
         "janvier 2026 à décembre 2026"),
        ("mars 2026\t1\n15/03/2026\t2", Cell(2, 1), "A3", "mars 2026 est déjà en A2"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_with_what_was_found_and_expected(text, start, cell, found):
    (problem,) = problems(text, start)
    assert problem.startswith(f"{cell} : ")
    assert found in problem


def test_every_wrong_cell_is_named_not_only_the_first():
    text = "brumaire\tx\t-1\nmars 2026\t1\ty"
    named = [problem.split(" ")[0] for problem in problems(text, Cell(2, 1))]
    assert named == ["A2", "B2", "C2", "C3"]


def test_a_closed_year_takes_no_value():
    grid = Grid(Frequency.MONTH, (Period.from_iso("2025-12"), *YEAR), GRID.columns)
    pasted = read_paste("1\n2", grid, B2, closed_years={2025})
    assert [str(p.text) for p in pasted.problems] == [
        "B2 : décembre 2025 appartient à 2025, qui est clos ; attendu : une année ouverte"
    ]
    assert [v.period.iso for v in pasted.values] == ["2026-01"]


def test_5000_cells_do_not_go_into_12():
    column = Grid(Frequency.MONTH, YEAR, GRID.columns[:1])
    with pytest.raises(BadInput) as caught:
        read_paste("\n".join(["\t".join(["1"] * 50)] * 100), column, B2)
    assert caught.value.place == "B2"
    assert "5000 cellules collées (100 lignes × 50 colonnes)" in caught.value.message
    assert "au plus 12 (12 × 1)" in caught.value.message


@pytest.mark.parametrize(
    ("text", "start"), [("1\n2", Cell(13, 2)), ("1\t2", Cell(2, 4)), ("1", Cell(14, 2)),
                        ("1", Cell(2, 5)), ("1", Cell(1, 2)), ("", Cell(0, 0))]
)  # fmt: skip
def test_what_does_not_fit_from_its_start_on_is_refused(text, start):
    with pytest.raises(BadInput, match="attendu"):
        read_paste(text, GRID, start)


@pytest.mark.parametrize("text", ['"1\t2\n3', '"a"b\t1', "1" * 200_001, '"' + "1" * 150_000 + '"'])
def test_what_is_no_table_is_refused_with_its_place(text):
    with pytest.raises(BadInput) as caught:
        read_paste(text, GRID, B2)
    assert "collage" in caught.value.place


@pytest.mark.parametrize(("cell", "name"), [((1, 1), "A1"), ((4, 3), "C4"), ((2, 28), "AB2")])
def test_a_cell_is_named_as_spreadsheets_do(cell, name):
    assert Cell(*cell).name == name


@given(st.text(alphabet='0123456789,.\t\n\r"ab- \u202f', max_size=60), st.integers(1, 4))
def test_no_paste_makes_reading_fail_in_any_other_way(text, column):
    with contextlib.suppress(BadInput):
        read_paste(text, GRID, Cell(2, column))


@pytest.mark.parametrize("text", ["\t" * 200_000, "\n" * 200_000, "1\t" * 100_000, '""\t' * 60_000])
def test_the_largest_paste_is_answered_at_once(text):
    def seconds():
        started = time.process_time()
        with contextlib.suppress(BadInput):
            read_paste(text, GRID, B2)
        return time.process_time() - started

    assert min(seconds() for _ in range(3)) < 0.5
