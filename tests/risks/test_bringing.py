"""Lines come from a spreadsheet and go into one: look, confirm, take away, bring back."""

import json
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from qse_audit.cli import main
from qse_audit.core.clock import day_in_paris, now
from qse_audit.risks import queries, services
from qse_audit.risks.files import PASTED
from qse_audit.risks.models import Risk, RiskRating
from qse_audit.risks.reports.printed import lines_pdf
from qse_audit.risks.reports.sheets import lines_xlsx
from tests.risks.factories import make_action, make_analysis, make_lines, make_risk

HEAD = "Étape\tFonction\tMode de défaillance\tEffet\tCause\tS\tO\tD"
ROW = "Tournage\tDiamètre 20\tTrop grand\tRebut\tUsure\t7\t4\t5"
UNRATED = "Tournage\tDiamètre 20\tTrop petit\tRebut\tRéglage\t\t\t"


@pytest.fixture
def analysis(session, cast):
    return make_analysis(session, cast.claire)


@pytest.fixture
def bring(browse, cast, analysis, client_of):
    """Send a paste or a file as Claire; return the page, or where it leads."""
    path = f"/risks/{analysis.id}/bring"

    def bring(paste="", file=None, status=303):
        data = {"paste": paste, **({"file": (BytesIO(file[0]), file[1])} if file else {})}
        page = browse(cast.claire, "POST", path, status=status, **data)
        return page if status != 303 else page.response.location

    return bring


def count(session, model):
    session.expire_all()
    found = session.scalar(select(func.count()).select_from(model))
    session.rollback()
    return found


def test_pasted_lines_are_looked_at_and_then_stored(session, cast, browse, bring, analysis):
    key = analysis.id
    where = bring("\n".join([HEAD, ROW, UNRATED]))
    page = browse(cast.claire, "GET", where)
    assert "Lignes à ajouter" in page.text
    assert "Moyenne" in page.select_one("table").text
    assert "Non coté" in page.select_one("table").text
    assert count(session, Risk) == 0
    browse(cast.claire, "POST", where, status=303)
    assert (count(session, Risk), count(session, RiskRating)) == (2, 1)
    assert queries.section_paths(session, key).values()
    # What waits is for one analysis.
    other = make_analysis(session, cast.claire).id
    browse(cast.claire, "GET", where.replace(f"/{key}/", f"/{other}/"), status=404)
    browse(cast.jean, "GET", where, status=403)
    browse(cast.david, "GET", f"/risks/{key}/bring", status=404)


def test_every_fault_is_shown_and_nothing_is_kept(session, bring):
    page = bring("\n".join([HEAD, ROW.replace("7", "11"), UNRATED.replace("Réglage\t", "x\t3")]),
                 status=422)  # fmt: skip
    assert "2 fautes dans le tableau" in page.text
    cells = [row.text.split() for row in page.select("table tbody tr")]
    assert [(row[0], row[2]) for row in cells] == [("2", "F2"), ("3", "G3")]
    assert page.select_one("textarea").text.strip().startswith("Étape")
    page = bring("Étape\tCouleur\tCause\n1\t2\t3", status=422)
    assert "« Couleur »" in page.text
    page = bring("", status=422)
    assert "rien ; attendu" in page.text
    assert count(session, Risk) == 0


def test_an_export_is_changed_and_brought_back(session, cast, browse, bring, analysis):
    risk = make_risk(session, analysis, cast.claire, 8, 5, 5)
    make_action(session, risk, cast)
    make_risk(session, analysis, cast.claire, name="Non coté encore")
    for locale in ("fr", "en"):
        content = lines_xlsx(queries.exported(session, analysis, cast.claire), locale)
        read = services.read_for(analysis, content, "lignes.xlsx")
        assert read.faults == ()
        assert [(line.number, dict(line.values)) for line in read.lines] == [
            (1, {"severity": 8, "occurrence": 5, "detection": 5}), (2, {}),
        ]  # fmt: skip
    where = bring(file=(content, "lignes.xlsx"))
    browse(cast.claire, "POST", where, status=303)
    session.expire_all()
    assert risk.version == 2  # it was rated when it was made; the same again changes nothing
    number = "Ligne\t" + HEAD + "\n1\t" + ROW
    page = browse(cast.claire, "POST", bring(number), status=422)  # 7 is below 8
    assert "cotation prévue" in page.text
    number = number.replace("\t7\t4\t", "\t9\t5\t")
    browse(cast.claire, "POST", bring(number), status=303)
    session.expire_all()
    assert (risk.event, risk.notes["severity"]) == ("Trop grand", 9)
    page = browse(cast.claire, "GET", bring(number.replace("\n1\t", "\n9\t")))
    assert "Numéros : 9" in page.text
    assert not page.select("main form")


def test_an_analysis_is_sent_as_a_spreadsheet_and_on_a3(session, cast, client_of, analysis):
    make_risk(session, analysis, cast.claire, 9, 2, 7)
    key = analysis.id
    session.rollback()
    with client_of(cast.claire) as client:
        sheet = client.get(f"/risks/{key}/lines.xlsx", buffered=True)
        paper = client.get(f"/risks/{key}/lines.pdf", buffered=True)
    assert sheet.data.startswith(b"PK")
    box = PdfReader(BytesIO(paper.data)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (1191, 842)  # A3 across
    text = PdfReader(BytesIO(paper.data)).pages[0].extract_text()
    assert "Haute · IPR 126" in text
    assert "Comment les lignes sont cotées" in text
    with client_of(cast.david) as client:
        assert client.get(f"/risks/{key}/lines.pdf").status_code == 404


def test_an_empty_analysis_is_printed_too(session, cast, analysis):
    found = queries.exported(session, analysis, cast.claire)
    content = lines_pdf(found, today=day_in_paris(now()), made_at=now(), locale="fr")
    assert "Aucune ligne" in PdfReader(BytesIO(content)).pages[0].extract_text()


def test_expected_notes_are_taken_where_a_line_is_rated_and_has_an_action(
    session, cast, browse, bring, analysis
):
    risk = make_risk(session, analysis, cast.claire, 8, 5, 5)
    make_risk(session, analysis, cast.claire, 8, 5, 5, name="Sans action")
    make_action(session, risk, cast)
    head = f"Ligne\t{HEAD}\tS'\tO'\tD'"
    row = ROW.replace("7\t4\t5", "8\t5\t5")
    rows = [f"1\t{row}\t8\t2\t4", f"2\t{row.replace('grand', 'long')}\t8\t2\t4",
            f"\t{row.replace('grand', 'court')}\t8\t2\t4"]  # fmt: skip
    where = bring("\n".join([head, *rows]))
    page = browse(cast.claire, "GET", where)
    assert "1 cotation prévue est prise" in page.text
    assert "2 cotations prévues laissées de côté" in page.text
    browse(cast.claire, "POST", where, status=303)
    lines = session.scalars(select(Risk).order_by(Risk.number)).all()
    assert [(each.planned_score, each.score) for each in lines] == [
        (64, 200), (None, 200), (None, 200),
    ]  # fmt: skip
    stages = session.scalars(select(RiskRating.stage).where(RiskRating.risk_id == lines[0].id))
    assert list(stages) == ["net", "planned"]
    version = lines[0].version
    session.rollback()
    browse(cast.claire, "POST", bring("\n".join([head, rows[0]])), status=303)
    session.expire_all()
    assert lines[0].version == version  # the same again changes nothing
    half = rows[0].replace("8\t2\t4", "8\t\t4")
    assert "il manque : O" in bring("\n".join([head, half]), status=422).text


def test_500_pasted_lines_take_few_statements(session, cast, analysis, statements):
    make_lines(session, analysis, cast.claire, 500)
    rows = [ROW.replace("Usure", f"Cause {n}").replace("Tournage", f"Étape {n % 50}")
            for n in range(500)]  # fmt: skip
    read = services.read_for(analysis, "\n".join([HEAD, *rows]).encode(), PASTED)
    statements.clear()
    services.import_lines(session, analysis, read, actor=cast.claire, now=now())
    session.commit()
    assert len(statements) <= 30, len(statements)
    assert count(session, Risk) == 1000


def test_all_that_a_file_says_takes_few_statements(session, cast, analysis, statements):
    make_lines(session, analysis, cast.claire, 200)
    key = analysis.id
    session.expire_all()
    statements.clear()
    found = queries.exported(session, queries.get_analysis(session, key), cast.claire)
    assert len(found.lines) == 200
    assert len(statements) <= 14, len(statements)


def test_the_command_line_brings_lines_in(
    session, cast, analysis, database, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("QSE_INSTANCE", str(tmp_path))
    monkeypatch.setenv("QSE_DATABASE_URL", database)
    file, reference = tmp_path / "amdec.csv", analysis.reference
    session.rollback()

    def run(*words, rows=(ROW, UNRATED), method="amdec"):
        file.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
        code = main(["risk", "import", str(file), "--method", method, "--json", *words])
        out = capsys.readouterr()
        return code, json.loads(out.out.splitlines()[-1]) if out.out else None, out.err

    code, told, _ = run("--analysis", reference, "--dry-run")
    assert (code, told["lines"], count(session, Risk)) == (0, 2, 0)
    code, told, _ = run("--analysis", reference, rows=(ROW.replace("7", "0"),))
    assert (code, told["errors"][0]["cell"], count(session, Risk)) == (2, "F2", 0)
    code, told, _ = run("--analysis", reference)
    assert (code, told["added"], count(session, Risk)) == (0, 2, 2)
    for words, said in (
        ((), "--analysis, ou --dry-run"),
        (("--analysis", "RIS-1900-001"), "0 analyses"),
        (("--analysis", reference, "--by", "personne@example.org"), "--by : "),
    ):
        code, _, err = run(*words)
        assert (code, said in err) == (2, True), err
    code, _, err = run("--analysis", reference, method="duerp")
    assert (code, "--method : « duerp »" in err) == (2, True)
