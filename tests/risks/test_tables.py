"""An analysis comes from a spreadsheet: titles of all sorts, and every fault with its place."""

import json
from io import BytesIO

import pytest
from xlsxwriter import Workbook

from qse_audit.cli import main
from qse_audit.core.errors import BadInput
from qse_audit.core.tables import Line
from qse_audit.risks.files import read_file, said
from qse_audit.risks.library import scale_named
from qse_audit.risks.rules import METHODS, RiskMethod
from qse_audit.risks.rules.pasting import read_paste
from qse_audit.risks.rules.tables import MOST_FAULTS, MOST_LINES, Block, read_lines

FMEA = METHODS[RiskMethod.FMEA_PROCESS]
DUERP = METHODS[RiskMethod.OCCUPATIONAL]
ASPECTS = METHODS[RiskMethod.ENVIRONMENTAL]
PRIORITY = scale_named("amdec-priorite-action")
GPM = scale_named("duerp-gravite-probabilite-maitrise")
GFM = scale_named("aspects-gravite-frequence-maitrise")
HEAD = ("Étape", "Fonction", "Mode de défaillance", "Effet", "Cause", "S", "O", "D")
ROW = ("Tournage", "Diamètre 20", "Trop grand", "Montage impossible", "Usure", "7", "4", "5")
HEAD_DUERP = ("Work unit", "Hazard family", "Activity, situation", "Hazard", "Possible harm",
              "Women exposed", "Gravity", "Probability", "Mastery")  # fmt: skip


def lines(*rows, first=1):
    return [Line(n, row) for n, row in enumerate(rows, first)]


def read(*rows, card=FMEA, scale=PRIORITY, **kwargs):
    return read_lines(lines(*rows), card, scale, said=said, **kwargs)


def faults(found):
    return [(f.cell or f"{f.line}", str(f.message).split(" ; ")[0]) for f in found.faults]


def test_a_table_is_read_below_some_prose_with_its_notes():
    found = read(
        ("AMDEC du tour T12",), (), HEAD, ROW, ("",) * 8, (*ROW[:4], "Serrage", "", "", "")
    )
    first, second = found.lines
    assert (first.row, first.draft.section, first.draft.event) == (
        4,
        ("Tournage",),
        "Trop grand",
    )
    assert first.values == {"severity": 7, "occurrence": 4, "detection": 5}
    assert (second.values, found.rated_count, found.faults) == ({}, 1, ())


def test_titles_are_known_by_many_names_and_what_is_not_stored_is_said():
    head = ("N°", "Process step", "Function", "Failure mode", "Effects", "Causes",
            "Prevention controls", "Détection", "Severity (S)", "OCC", "Détection", "IPR",
            "Action recommandée", "S'", "O après", "Nouvelle D")  # fmt: skip
    row = ("1", "Turning > Roughing", "a", "b", "c", "d", "calibre", "contrôle visuel", "9", "2",
           "7", "126", "Détrompeur", "9", "2", "2")  # fmt: skip
    found = read(head, row)
    (line,) = found.lines
    assert line.draft.section == ("Turning", "Roughing")
    assert (line.draft.prevention, line.draft.detection) == ("calibre", "contrôle visuel")
    assert line.values == {"severity": 9, "occurrence": 2, "detection": 7}
    assert line.planned == {"severity": 9, "occurrence": 2, "detection": 2}
    assert found.passed_over == ("N°", "IPR", "Action recommandée")


def test_choices_are_read_by_code_or_label_in_both_languages():
    rows = [
        ("Shop", family, "Deburring", "Grinder", f"harm {n}", "2", "2", "3", "1")
        for n, family in enumerate(("noise", "Bruit", "NOISE", "Heat, cold, thermal conditions",
                                    "Chaleur, froid, ambiance thermique", "chaleur"))
    ]  # fmt: skip
    found = read(HEAD_DUERP, *rows, card=DUERP, scale=GPM)
    assert [line.draft.family for line in found.lines] == ["noise"] * 3 + ["heat"] * 3
    assert found.lines[0].draft.details == {"exposed_women": 2}
    head = ("Activité", "Aspect", "Impact", "Situation de marche", "Étape du cycle de vie",
            "Influence", "Milieux récepteurs", "Significatif d’office")  # fmt: skip
    row = ("Bain", "Rejet", "Pollution", "Urgence", "Fabrication", "Directe", "Eau ; Sol",
           "Exigence légale non respectée")  # fmt: skip
    (line,) = read(head, row, card=ASPECTS, scale=GFM).lines
    assert line.draft.details == {
        "stage": "manufacture", "influence": "direct", "receptors": ["water", "soil"],
        "overrides": ["legal_breach"],
    }  # fmt: skip


def test_every_fault_is_said_with_its_cell():
    found = read(
        HEAD,
        (*ROW[:4], "z", "0", "11", "5"),
        (*ROW[:4], "a", "7", "", "5"),
        (*ROW[:4], "b", "7,5", "quatre", "5"),
        ("Tournage", "", "Trop grand", "x" * 4001, "c", "", "", ""),
        (*ROW[:4], "d", "", "", "12"),
        ROW,
        ROW,
    )
    assert faults(found) == [
        ("F2", "0"),
        ("G2", "11"),
        ("G3", "cotation incomplète, il manque : O"),
        ("F4", "« 7,5 »"),
        ("G4", "« quatre »"),
        ("B5", "cellule vide sous une cellule remplie"),
        ("D5", "4001 caractères"),
        ("F6", "cotation incomplète, il manque : S, O"),
        ("H6", "12"),
        ("8", "la même que la ligne 7"),
    ]
    assert [line.row for line in found.lines] == [7]
    assert str(found.faults[0].text) == (
        "ligne 2, colonne S (F2) : 0 ; attendu : un nombre entier de 1 à 10"
    )
    many = read(HEAD, *[(*ROW[:4], f"cause {n}", "0", "1", "1") for n in range(50)])
    assert (len(many.faults), many.fault_count) == (MOST_FAULTS, 50)


def test_merged_cells_are_refused_once_with_their_place():
    blocks = [Block(1, 1, 1, 8), Block(3, 1, 4, 2)]
    rows = [(*ROW[:4], "a"), ("", "", *ROW[2:4], "b"), (*ROW[:4], "c")]
    found = read(("AMDEC",), HEAD, *rows, merged=blocks)
    assert faults(found) == [("A3", "cellules fusionnées A3:B4")]
    assert [line.row for line in found.lines] == [5]
    # A paste carries no mark: an empty cell below a filled one is what merged cells leave.
    pasted = read_paste("\n".join("\t".join(row) for row in rows), FMEA, PRIORITY, said=said)
    assert [cell for cell, _ in faults(pasted)] == ["A2", "B2"]


def test_a_table_without_usable_titles_is_refused():
    cases = [
        ((), "tableau vide"),
        ((("a", "b"), ("c", "d")), "aucune ligne de titres"),
        (((*HEAD, "Couleur"), ROW), "« Couleur » ; attendu : l’un de"),
        (((*HEAD, "Cause"), ROW), "« Cause » nomme une colonne qui est déjà là"),
        (((*HEAD[:3], *HEAD[4:]), ROW), "pas de colonne « Effet »"),
        (((*HEAD, "S", "S"), ROW), "« S » nomme une colonne"),
        ((HEAD, *[(str(n), *ROW[1:]) for n in range(MOST_LINES + 1)]), "5001 lignes"),
        ((HEAD,), "aucune ligne sous les titres"),
    ]
    for rows, words in cases:
        with pytest.raises(BadInput) as caught:
            read(*rows)
        assert words in caught.value.message, words
    with pytest.raises(BadInput) as caught:
        read((*HEAD, "Couleur", "Odeur"), ROW)
    assert [str(e.place) for e in (caught.value, *caught.value.others)] == [
        "ligne 1, colonne I1", "ligne 1, colonne J1",
    ]  # fmt: skip


def test_a_paste_without_titles_has_the_columns_of_the_page():
    row = ("Tournage", "Diamètre", "Trop grand", "Rebut", "Usure", "Calibre", "Visuel",
           "Fonction ou montage", "20-3", "TF1", "7", "4", "5")  # fmt: skip
    (line,) = read_paste("\t".join(row), FMEA, PRIORITY, said=said).lines
    assert (line.draft.family, line.draft.details["control_plan"]) == ("function", "20-3")
    assert line.values == {"severity": 7, "occurrence": 4, "detection": 5}
    titled = "\t".join(HEAD) + "\n" + "\t".join(ROW)
    assert len(read_paste(titled, FMEA, PRIORITY, said=said).lines) == 1
    for text, words in (
        ("", "rien"), ("\t".join("x" * 14), "14 colonnes"), ('"a', "guillemet"),
        ("x" * 1_000_001, "caractères"),
    ):  # fmt: skip
        with pytest.raises(BadInput) as caught:
            read_paste(text, FMEA, PRIORITY, said=said)
        assert words in caught.value.message


def workbook(*rows, merged=()):
    file = BytesIO()
    with Workbook(file) as book:
        page = book.add_worksheet("AMDEC")
        for n, row in enumerate(rows):
            for column, cell in enumerate(row):
                page.write(n, column, int(cell) if cell.isdigit() else cell)
        for cells in merged:
            page.merge_range(*cells, "Tournage")
    return file.getvalue()


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Import a workbook without a database; return (exit code, what was told, stderr)."""
    monkeypatch.setenv("QSE_INSTANCE", str(tmp_path / "instance"))

    def run(content, *words):
        file = tmp_path / "amdec.xlsx"
        file.write_bytes(content)
        code = main(["risk", "import", str(file), "--method", "amdec", "--dry-run", *words])
        out = capsys.readouterr()
        return code, json.loads(out.out) if out.out.startswith("{") else out.out, out.err

    return run


def test_a_dry_run_says_what_a_workbook_holds(run):
    other = (*ROW[:4], "Serrage", "9", "2", "7")
    code, told, _ = run(workbook(HEAD, ROW, other), "--json")
    assert code == 0
    assert told | {"passed_over": []} == {
        "method": "fmea_process", "scale": "amdec-priorite-action", "lines": 2, "rated": 2,
        "sections": 1, "bands": {"L": 0, "M": 1, "H": 1}, "passed_over": [], "error_count": 0,
        "errors": [],
    }  # fmt: skip
    assert run(workbook(HEAD, ROW))[1].startswith("1 lines, 1 rated, 1 sections")


def test_a_dry_run_says_every_fault_and_merged_cells(run):
    rows = (HEAD, ROW, (*ROW[:4], "a", "0", "", "5"), (*ROW[:4], "b", "7", "4", "5"))
    code, told, err = run(workbook(*rows, merged=[(3, 0, 4, 0)]), "--json")
    assert (code, told["error_count"], told["lines"]) == (2, 3, 1)
    assert [(e["line"], e["column"], e["cell"]) for e in told["errors"]] == [
        (3, "S", "F3"), (3, "O", "G3"), (4, "Étape", "A4"),
    ]  # fmt: skip
    assert "cellules fusionnées A4:A5" in err


def test_a_dry_run_refuses_what_it_does_not_know(run):
    code, _, err = run(workbook(HEAD, ROW), "--scale", "hazop")
    assert (code, "--scale : « hazop »" in err) == (2, True)
    code, _, err = run(b"")
    assert (code, "fichier vide" in err) == (2, True)
    # Another scale: 7 is no note from 1 to 4.
    code, told, _ = run(workbook(HEAD, ROW), "--scale", "amdec-gfd-4", "--json")
    assert (code, told["errors"][0]["message"]) == (2, "7 ; attendu : un nombre entier de 1 à 4")


def test_a_french_csv_is_read_as_well():
    content = (";".join(HEAD) + "\r\n" + ";".join(ROW)).encode("cp1252")
    assert len(read_file(content, "amdec.csv", FMEA, PRIORITY).lines) == 1
