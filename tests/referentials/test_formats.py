"""Files in and trees out: each format, and each way to be wrong with its place."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qse_audit.core.errors import BadInput
from qse_audit.referentials.formats.any_file import read_outline
from qse_audit.referentials.formats.yaml_text import MAX_BYTES
from qse_audit.referentials.rules import Counts
from tests.referentials.factories import content, workbook

GRID = content("grid.yaml").decode()
LIBRARY = content("library.yaml").decode()
TABLE = (
    "ref;title_fr;title_en;guidance_fr;evidence_fr;question_fr;question_en;weight;tags\n"
    "7;Machines;Machines;;;;;;\n"
    "7.10;Carters;NO;Regarder;Photo;En place ?;In place?;2;machines 5s\n"
    "7.10;;;;;Fixé ?;;;\n"
    "8;Sorties;;;;Libres ?;;;\n"
)


def read(text: str | bytes, name: str = "file.yaml"):
    return read_outline(text if isinstance(text, bytes) else text.encode(), name)


def by_ref(outline):
    return {node.ref: node for _, node in outline.walk()}


def complaint(text, name="file.yaml") -> str:
    with pytest.raises(BadInput) as refused:
        read(text, name)
    assert refused.value.place, "an error names its place"
    return str(refused.value)


def complaints(text, name="file.yaml") -> list[str]:
    """Return every mistake that is told of a file, in order."""
    with pytest.raises(BadInput) as refused:
        read(text, name)
    return [str(each) for each in (refused.value, *refused.value.others)]


@pytest.mark.parametrize(
    ("file", "name", "places"),
    [
        (
            GRID.replace("weight: 2", "weight: lourd") + '  - {ref: "9", assessable: true}\n',
            "file.yaml",
            ["weight", "title"],
        ),
        (
            "ref;title_fr;question_fr;weight;assessable\n1;Un;Vu ?;lourd;\n1;Deux;Encore ?;;\n"
            "2;Deux;Vu ?;;peut-être\n",
            "file.csv",
            ["title_fr", "weight", "assessable"],
        ),
    ],
)
def test_every_mistake_of_a_file_is_told_at_once(file, name, places):
    told = complaints(file, name)
    assert len(told) == len(places), told
    for line, place in zip(told, places, strict=True):
        assert place in line.split(":")[0], told


def test_a_file_with_nothing_right_tells_its_first_twenty_mistakes():
    rows = "".join(f'  - {{ref: "{n}", assessable: true}}\n' for n in range(100, 160))
    told = complaints(GRID + rows)
    assert len(told) == 20
    assert len(set(told)) == 20


# Our own YAML -----------------------------------------------------------------------------------


def test_our_yaml_gives_identity_and_tree():
    found = read(GRID)
    assert (found.identifier, found.ref, found.edition) == ("visite", "VISITE", "2026")
    assert found.counts == Counts(requirements=3, assessable=2, questions=2)
    guard = by_ref(found)["7.10"]
    assert (guard.weight, guard.tags) == (2, ("machines",))
    assert [ask.key for ask in guard.questions] == ["7.10-1", "7.10-2"]
    assert guard.expected_evidence == {"fr": "Une photo."}
    assert len(found.sha256) == 64


def test_a_clause_7_10_is_not_7_1_and_no_is_a_word():
    for text in (GRID, LIBRARY):
        node = by_ref(read(text))["7.10"]
        assert "NO" in node.title.values()


def test_a_check_point_without_question_is_noticed():
    assert "Points à vérifier sans question : 1." in str(read(GRID).warnings[0])


WRONG_YAML = {
    "a key twice": (GRID.replace("licence: MIT", "source: Encore"), "ligne 13", "deux fois"),
    "an unknown key": (GRID.replace("weight: 2", "poids: 2"), "requirements[0].children[0].poids"),
    "a number for a text": (GRID.replace("{fr: Machines}", "[1]"), "ligne 17", "une liste"),
    "no title": (GRID.replace("    title: {fr: Sorties}\n", ""), "requirements[1].title", "rien"),
    "yes for true": (GRID.replace("assessable: true", "assessable: yes"), "« yes »", "true"),
    "quoted true": (GRID.replace("assessable: true", 'assessable: "true"'), "true ou false"),
    "a heavy weight": (GRID.replace("weight: 2", "weight: 1001"), "de 0 à 1000"),
    "a weight in words": (GRID.replace("weight: 2", "weight: 2.5"), "« 2.5 »", "entier"),
    "a ref twice": (GRID.replace('ref: "8"', "ref: 7.10"), "ligne 32", "déjà pris ligne 20"),
    "a question twice": (GRID.replace("7.10-2", "7.10-1"), "déjà pris"),
    "a foreign question": (GRID.replace("7.10-2", "8-2"), "7.10-1", "questions[1].id"),
    "an unknown domain": (GRID.replace("safety", "santé"), "domains[0]", "quality, safety"),
    "an unknown status": (GRID.replace("in_force", "vigueur"), "status", "superseded"),
    "questions under a heading": (
        GRID.replace("assessable: true\n        weight", "assessable: false\n        weight"),
        "questions",
    ),
    "no requirement": (GRID[: GRID.index("requirements")] + "requirements: []", "au moins une"),
    "another format": (GRID.replace("/1\n", "/9\n"), "qse-audit/referential/1"),
    "a tag": (GRID.replace("MIT", "!!python/object:os.system x"), "étiquette"),
    "a cycle": (GRID.replace("domains:", "x: &a [*a]\ndomains:"), "alias"),
    "a broken quote": (GRID.replace("ref: VISITE", 'ref: "VISITE'), "ligne", "YAML"),
    "two documents": (GRID + "\n---\na: 1\n", "second document"),
    "a control character": (GRID.replace("MIT", '"M\\0T"'), "U+0000"),
    "a long title": (GRID.replace("Machines}", "M" * 5000 + "}"), "5000 caractères", "4000"),
    "not utf-8": (GRID.encode("cp1252"), "ligne 8", "UTF-8"),
    "too large": (b" " * (MAX_BYTES + 1), "au plus"),
    "nested too deep": ("a: " + "[" * 100 + "]" * 100, "niveaux"),
}


@pytest.mark.parametrize("case", WRONG_YAML, ids=str)
def test_a_wrong_yaml_is_refused_with_place_found_and_expected(case):
    text, *told = WRONG_YAML[case]
    found = complaint(text)
    for words in told:
        assert words in found


def test_billion_laughs_is_refused_at_once():
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert "600000 valeurs" in complaint("\n".join(lines))


def test_a_referential_of_50_000_nodes_is_refused():
    head = GRID[: GRID.index("requirements")] + "requirements:\n"
    nodes = "".join(f"- {{ref: n{n}, title: {{fr: t}}, assessable: true}}\n" for n in range(50_000))
    assert "plus de 20000 exigences" in complaint(head + nodes)


def test_a_tree_of_21_levels_is_refused():
    text = GRID[: GRID.index("requirements")] + "requirements:\n"
    for n in range(21):
        text += "  " * n + f"- ref: r{n}\n"
        text += "  " * n + "  title: {fr: t}\n" + "  " * n + "  assessable: false\n"
        text += "  " * n + "  children:\n"
    assert "plus de 20 niveaux" in complaint(text)


# Libraries of CISO Assistant --------------------------------------------------------------------


def test_a_library_gives_its_framework():
    found = read(LIBRARY)
    assert (found.identifier, found.ref) == ("urn:test:risk:framework:garage", "garage-2025")
    assert (found.edition, found.publisher, found.copyright) == ("7", "Testers", "Nobody")
    assert found.title == {"en": "Garage", "fr": "Garage en ordre"}
    assert found.counts == Counts(requirements=3, assessable=2, questions=1)
    floor = by_ref(found)["7.10"]
    assert floor.guidance == {"en": "Look under the lift."}
    assert floor.expected_evidence == {"en": "A photo."}
    assert floor.questions[0].text == {"en": "Is the floor dry?", "fr": "Le sol est-il sec ?"}
    assert (floor.weight, floor.tags) == (3, ("P",))
    assert [child.key for child in floor.children] == ["urn:test:risk:req_node:garage:7.10.1"]


def test_answers_that_are_left_out_are_noticed():
    assert any("Questions à choix" in str(warning) for warning in read(LIBRARY).warnings)


def test_frameworks_as_a_list_are_read_too():
    body = LIBRARY.replace("  framework:\n    urn", "  frameworks:\n  - urn")
    assert read(body).counts == read(LIBRARY).counts


def test_a_library_without_framework_says_what_it_holds():
    text = LIBRARY[: LIBRARY.index("  framework:")] + "  risk_matrix: [{urn: a}]\n"
    found = complaint(text)
    assert "ne contient pas de référentiel" in found
    assert "menaces (1), matrice de risques (1)" in found


WRONG_LIBRARIES = {
    "a urn twice": (":garage:7.10.1", ":garage:7.10", "déjà pris ligne"),
    "a parent below": (
        "parent_urn: urn:test:risk:req_node:garage:7\n",
        "parent_urn: urn:test:risk:req_node:garage:7.10.1\n",
        "un nœud écrit plus haut",
    ),
    "its own parent": (
        "parent_urn: urn:test:risk:req_node:garage:7\n",
        "parent_urn: urn:test:risk:req_node:garage:7.10\n",
        "un autre nœud que lui-même",
    ),
    "no assessable": ("        assessable: false\n", "", "requirement_nodes[0].assessable: rien"),
    "a list for a name": ("name: Floor", "name: [Floor]", "une liste ; attendu : un texte"),
}


@pytest.mark.parametrize("case", WRONG_LIBRARIES, ids=str)
def test_a_wrong_library_is_refused_with_its_place(case):
    old, new, told = WRONG_LIBRARIES[case]
    assert old in LIBRARY
    found = complaint(LIBRARY.replace(old, new))
    assert told in found
    assert "ligne" in found


# Tables -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_is_read_whatever_its_delimiter_and_encoding(delimiter, encoding):
    found = read(TABLE.replace(";", delimiter).encode(encoding), "Ma grille.csv")
    assert found.counts == Counts(requirements=3, assessable=2, questions=3)
    assert by_ref(found)["7.10"].questions[1].text == {"fr": "Fixé ?"}
    assert found.nodes[0].children[0].ref == "7.10"
    assert (found.ref, found.identifier, found.is_guessed) == ("Ma grille", "ma-grille", True)


def test_a_file_in_windows_1252_is_read_with_a_note():
    assert "Windows-1252" in str(read(TABLE.encode("cp1252"), "a.csv").warnings[0])


def test_french_names_of_columns_are_understood():
    text = "Référence;Intitulé;Question;Preuves attendues;À vérifier\nA;Sol;Sec ?;Photo;oui\n"
    node = by_ref(read(text, "a.csv"))["A"]
    assert (node.title, node.expected_evidence) == ({"fr": "Sol"}, {"fr": "Photo"})
    assert node.questions[0].text == {"fr": "Sec ?"}


def test_a_table_says_what_it_is_in_lines_before_its_header():
    about = "# ref: QSE-1\n# edition: 2026\n# title_fr: Grille\n# domains: safety\n# inconnu: x\n"
    found = read(about + TABLE, "a.csv")
    assert (found.ref, found.edition, found.title) == ("QSE-1", "2026", {"fr": "Grille"})
    assert not found.is_guessed


def test_the_depth_or_the_parent_may_be_given():
    by_depth = "ref;depth;title\nA;1;a\nB;2;b\nC;2;c\nD;1;d\n"
    by_parent = "ref;parent;title\nA;;a\nB;A;b\nD;;d\nC;A;c\n"
    for text in (by_depth, by_parent):
        found = read(text, "a.csv")
        assert {n.ref: [c.ref for c in n.children] for n in found.nodes} == {
            "A": ["B", "C"],
            "D": [],
        }


def test_an_unknown_column_is_left_aside_with_a_note():
    found = read("ref;title;humeur\nA;a;bonne\n", "a.csv")
    assert "humeur" in str(found.warnings[0])


WRONG_TABLES = {
    "no ref": ("titre;question\nA;b\n", "ligne 1", "attendu : ref, title_fr"),
    "only a header": ("ref;title\n", "aucune exigence"),
    "a column twice": ("ref;title;titre\nA;a;b\n", "en double"),
    "rows apart": ("ref;title\n7.1;a\n7.2;b\n7.1;c\n", "ligne 4, colonne ref", "déjà ligne 2"),
    "another title": ("ref;title;question\nA;a;q\nA;b;r\n", "ligne 3, colonne title_fr"),
    "no title": ("ref;title\nA;\n", "ligne 2, colonne title_fr"),
    "maybe": ("ref;title;assessable\nA;a;peut-être\n", "colonne assessable", "oui ou non"),
    "questions, not assessable": (
        "ref;title;question;assessable\nA;a;q;non\n",
        "colonne assessable",
    ),
    "a heavy weight": ("ref;title;weight\nA;a;9999\n", "colonne weight", "de 0 à 1000"),
    "a level too low": ("ref;title;depth\nA;a;1\nB;b;3\n", "ligne 3, colonne depth", "de 1 à 2"),
    "a level above": ("ref;title;depth\nA;a;1\nB;b;0\n", "ligne 3, colonne depth"),
    "no level": ("ref;title;depth\nA;a;\n", "colonne depth"),
    "an unknown parent": ("ref;title;parent\nA;a;Z\n", "ligne 2, colonne parent", "plus haut"),
    "an open quote": ('ref;title\nA;"a\nB;b\n', "guillemet"),
    "an unknown domain": ("# domains: gaz\nref;title\nA;a\n", "domains"),
    "a long ref": (f"ref;title\n{'A' * 81};a\n", "81 caractères"),
    "a question first": ("ref;title;question\n;;q\n", "ligne 2, colonne ref"),
    "bytes": (b"ref;title\nA;\x81\x8d\xff", "ni UTF-8 ni Windows-1252"),
    "a control character": ("ref;title\nA;a\x01\n", "U+0001"),
    "too deep": ("ref;title\n" + "".join(f"{'1.' * n}1;t\n" for n in range(21)), "niveaux"),
}


@pytest.mark.parametrize("case", WRONG_TABLES, ids=str)
def test_a_wrong_table_is_refused_with_line_and_column(case):
    text, *told = WRONG_TABLES[case]
    found = complaint(text, "a.csv")
    for words in told:
        assert words in found


def test_a_workbook_gives_the_same_tree_as_its_csv():
    rows = [line.split(";") for line in TABLE.splitlines()]
    found = read(workbook(rows), "a.xlsx")
    assert found.nodes == read(TABLE, "a.csv").nodes


def test_a_workbook_may_say_what_it_is_on_a_sheet_of_its_own():
    about = [["ref", "QSE-1"], ["edition", "2026"], ["title_fr", "Grille"]]
    found = read(workbook([["ref", "title"], ["A", "a"]], Referentiel=about), "a.xlsx")
    assert (found.ref, found.edition, found.title) == ("QSE-1", "2026", {"fr": "Grille"})


def test_a_number_in_the_column_of_refs_is_noticed():
    found = read(workbook([["ref", "title"], [7.1, "a"], [8, "b"]]), "a.xlsx")
    assert [node.ref for node in found.nodes] == ["7.1", "8"]
    assert "ligne 2, colonne ref" in str(found.warnings[0])


def test_7_10_typed_as_a_number_is_not_mixed_up_with_7_1():
    rows = [["ref", "title"], [7.1, "a"], [7.9, "b"], [7.10, "c"]]
    assert "format Texte" in complaint(workbook(rows), "a.xlsx")


def exploding() -> bytes:
    """A workbook of some kilobytes whose one far cell asks for 500 GB."""
    rows = BytesIO()
    import xlsxwriter

    with xlsxwriter.Workbook(rows) as book:
        sheet = book.add_worksheet("a")
        sheet.write(0, 0, "ref")
        sheet.write(1_048_575, 16_383, "loin")
    return rows.getvalue()


def zip_of(**members: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return file.getvalue()


def test_a_5_kb_workbook_that_explodes_is_refused():
    bomb = exploding()
    assert len(bomb) < 6_000
    assert "démesuré" in complaint(bomb, "a.xlsx")


def test_a_workbook_that_unpacks_to_100_mb_is_refused():
    bomb = zip_of(xl__workbook_xml=b"x", xl__worksheets__sheet1_xml=b" " * 100_000_000)
    assert len(bomb) < 200_000
    assert "démesuré" in complaint(bomb, "a.xlsx")


WRONG_WORKBOOKS = {
    "no ref": (workbook([["titre"], ["a"]]), "aucune feuille"),
    "a ciso workbook": (workbook([["a"]], library_meta=[["type", "library"]]), "en YAML"),
    "no cells": (zip_of(xl__workbook_xml=b"<nothing/>"), "classeur"),
    "a torn archive": (workbook([["ref", "title"]])[:-40], "archive"),
    "a wrong row": (
        workbook([["ref", "title", "weight"], ["A", "a", "x"]], sheet="Points"),
        "feuille « Points », ligne 2, colonne weight",
    ),
}


@pytest.mark.parametrize("case", WRONG_WORKBOOKS, ids=str)
def test_a_wrong_workbook_is_refused_with_its_place(case):
    data, told = WRONG_WORKBOOKS[case]
    assert told in complaint(data, "a.xlsx")


# Formats that we know of and do not read --------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"%PDF-1.7", "a.pdf", "PDF"),
        (b"\xd0\xcf\x11\xe0....", "a.xls", "xlsx"),
        (b"\x89PNG\r\n", "a.yaml", "image"),
        (b"", "a.yaml", "vide"),
        (b"   \n", "a.csv", "vide"),
        (b'{"catalog": {"uuid": "1", "groups": []}}', "catalog.json", "OSCAL (catalog)"),
        (b"catalog:\n  uuid: 1\n", "catalog.yaml", "OSCAL (catalog)"),
        (b'<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0"/>', "c.xml", "OSCAL (XML)"),
        (b"<?xml version='1.0'?><FICHES/>", "rncp.xml", "RNCP"),
        (b"<!DOCTYPE html><p>", "a.html", "HTML"),
        (b'{"framework": {"standardelements": []}}', "a.matrix", "Mahara"),
        (b"format: qse-audit/certification/1\n", "a.yaml", "certification"),
        (b"couleur: bleu\n", "a.yaml", "couleur"),
        (b"- un\n- deux\n", "a.yaml", "une liste"),
        (b"bonjour", "a.yaml", "bonjour"),
        (b'{"a": }', "a.json", "JSON"),
        (b"a\x00b", "a.bin", "binaire"),
        (zip_of(word__document_xml=b"x"), "a.docx", "Word"),
        (zip_of(anything=b"x"), "a.zip", "ZIP"),
    ],
)
def test_a_file_that_we_do_not_read_is_refused_by_its_name(data, name, told):
    assert told in complaint(data, name)


# Mutations --------------------------------------------------------------------------------------

SEEDS = {"grid.yaml": GRID.encode(), "library.yaml": LIBRARY.encode(), "table.csv": TABLE.encode()}


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A good file with some bytes changed, cut out, doubled, or put elsewhere."""
    name = draw(st.sampled_from(sorted(SEEDS)))
    data = bytearray(SEEDS[name])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        size = draw(st.integers(0, 60))
        piece = draw(st.binary(max_size=6) | st.just(bytes(data[at : at + size])))
        there = draw(st.integers(0, len(data)))
        if draw(st.booleans()):
            del data[at : at + size]
        data[there:there] = piece
    return name, bytes(data)


def outcome(data: bytes, name: str):
    """The tree of a file, or the complaint about it; nothing else may come out."""
    try:
        return read_outline(data, name)
    except BadInput as refused:
        return refused


@settings(max_examples=300, deadline=2000)
@given(damaged())
def test_a_damaged_file_gives_a_tree_or_a_complaint_with_a_place(case):
    name, data = case
    found = outcome(data, name)
    if isinstance(found, BadInput):
        assert found.place
        assert found.message
    else:
        keys = [node.key for _, node in found.walk()]
        assert keys
        assert len(set(keys)) == len(keys)


WORKBOOK = workbook([line.split(";") for line in TABLE.splitlines()])


@settings(max_examples=25, deadline=5000)
@given(st.integers(0, 5_000), st.binary(min_size=1, max_size=8))
def test_a_damaged_workbook_gives_a_tree_or_a_complaint_with_a_place(at, piece):
    data = bytearray(WORKBOOK)
    data[at % len(data) : at % len(data) + len(piece)] = piece
    found = outcome(bytes(data), "a.xlsx")
    assert not isinstance(found, BadInput) or found.place
