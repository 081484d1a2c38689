"""What a dossier keeps of every kind of record: for machines, for people, with its history."""

import json
import re
import zipfile
from datetime import timedelta

import html5lib
import pytest

from qse_audit.core.permissions import Kind
from qse_audit.db.trail import Act, record
from qse_audit.indicators.models import LoggedSignal
from qse_audit.portfolios.queries.candidacies import get_candidacy
from qse_audit.portfolios.queries.frozen import freeze
from qse_audit.portfolios.queries.kinds import RECORDS
from qse_audit.portfolios.queries.portfolio import read_portfolio
from qse_audit.portfolios.reports.reading import LINE, weights
from qse_audit.portfolios.services.dossiers import verify_file
from tests.factories import NOW
from tests.portfolios import factories as make
from tests.portfolios.ways import WAYS, Stage

LATER = NOW + timedelta(days=30)


def tell(stage, kind, key, verb, *, subject=None, **data):
    """Put an act of Emma’s on a record into the register."""
    subject_kind, subject_id = subject or (kind, key)
    act = Act(verb=verb, kind=subject_kind, subject_id=subject_id, data=data)
    emma = stage.cast.emma.user_id
    record(stage.session, act, organisation_id=stage.cast.company, actor_id=emma, now=NOW)
    stage.session.commit()


@pytest.fixture
def stage(session, cast, files):
    return Stage(session, cast, files)


@pytest.fixture
def tied(stage, ready):
    """A portfolio that relies on a record of every kind, in every way of taking part."""
    records = [(way.kind, way.make(stage, stage.cast.emma)) for way in WAYS]
    make.make_situation(stage.session, stage.cast, ready, records=records)
    for kind, key in records:
        tell(stage, kind, key, next(iter(RECORDS[kind].verbs), f"{kind}.note"))
    return ready


@pytest.fixture(scope="module")
def archives():
    """What was sealed on each kind of database: many tests read it, none changes it."""
    return {}


@pytest.fixture
def sealed(archives, engine, request):
    kind = engine.dialect.name
    if kind not in archives:
        archives[kind] = request.getfixturevalue("archive")
    return archives[kind]


@pytest.fixture
def archive(stage, tied, files, key):
    dossier = make.submit(stage.session, stage.cast, tied, files, key)
    assert verify_file(files.path(dossier.sha256), key.public) == (True, None)
    with zipfile.ZipFile(files.path(dossier.sha256)) as archive:
        return {n.partition("/data/")[2]: archive.read(n) for n in archive.namelist()}


def of_kind(model, kind):
    return [each for each in model["records"] if each["kind"] == kind]


def test_a_dossier_of_every_kind_is_sealed_verified_and_sound(sealed):
    model = json.loads(sealed["dossier.json"])
    assert {each["kind"] for each in model["records"]} == {str(kind) for kind in RECORDS}
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(sealed["index.html"].decode())
    assert parser.errors == []
    assert sealed["dossier.pdf"].startswith(b"%PDF-")
    assert not re.search(rb"<script|src=\"http|url\(http", sealed["index.html"])


def test_each_record_has_its_own_file_and_its_place_on_the_page(sealed):
    model = json.loads(sealed["dossier.json"])
    page = html5lib.parse(sealed["index.html"].decode(), namespaceHTMLElements=False)
    shown = {e.get("id"): e for e in page.iter("article")}
    for each in model["records"]:
        file = json.loads(sealed[f"records/{each['key']}-{each['kind']}-{each['id']}.json"])
        assert file["state"] == each["state"]
        text = "".join(shown[each["key"]].itertext())
        assert each["title"] in text
        for table in each["tables"]:
            assert table["title"] in text
            assert all(cell in text for row in table["rows"] for cell in row)


def test_every_record_travels_with_what_the_register_says_of_it(sealed):
    model = json.loads(sealed["dossier.json"])
    lines = [json.loads(line) for line in sealed["events.jsonl"].splitlines()]
    known = {each["seq"]: each["hash"] for each in lines}
    told_of = {each["key"] for each in model["situations"][-1]["records"]}
    for each in (r for r in model["records"] if r["key"] in told_of):
        assert each["events"], each["kind"]
        assert any(event["by_candidate"] for event in each["events"])
        assert all(known[event["seq"]] == event["hash"] for event in each["events"])


def test_an_indicator_comes_with_its_chart_and_a_table_of_its_figures(sealed):
    model = json.loads(sealed["dossier.json"])
    for each in (*of_kind(model, "indicator"), *of_kind(model, "signal")):
        (drawing,) = each["drawings"]
        assert drawing["svg"].startswith("<svg")
        assert drawing["reading"]
        figures = next(t for t in each["tables"] if t["title"] == "Les chiffres de la carte")
        assert [row[1] for row in figures["rows"]] == ["9,0", "7,0", "8,0", "6,0", "7,0", "8,0"]
        assert "6 points de la carte sur 6" in figures["note"].replace("\u202f", " ")
    count = len(of_kind(model, "indicator")) + len(of_kind(model, "signal"))
    assert sealed["index.html"].count(b"<svg") == count


def test_a_policy_comes_with_its_text_its_checklist_and_its_versions(sealed):
    model = json.loads(sealed["dossier.json"])
    first = of_kind(model, "policy")[0]
    tables = {table["title"]: table for table in first["tables"]}
    assert tables["Le texte"]["rows"][0][1] == "Prévenir les accidents."
    checklist = tables["Engagements attendus\u202f: ISO 9001:2015"]
    assert {row[2] for row in checklist["rows"]} == {"non couvert", "pas encore communiqué"}
    assert tables["Les versions"]["rows"][-1][0] == str(first["state"]["number"])


def test_an_objective_comes_with_its_test_and_its_talk(sealed):
    model = json.loads(sealed["dossier.json"])
    spoken = next(o for o in of_kind(model, "objective") if o["involvement"] == "speaker")
    tables = {table["title"]: table for table in spoken["tables"]}
    assert [row[0] for row in tables["Test SMART"]["rows"]] == ["S", "M", "A", "R", "T"]
    assert [row[2] for row in tables["L’échange"]["rows"]] == ["l’équipe", "le candidat"]
    settled = next(o for o in of_kind(model, "objective") if o["involvement"] == "decider")
    conflicts = {t["title"]: t for t in settled["tables"]}["Conflits avec d’autres objectifs"]
    assert conflicts["rows"][0][2:] == ["La sécurité d’abord.", "le candidat"]


def test_a_coherence_report_says_what_became_of_each_anomaly_and_names_nobody(sealed):
    model = json.loads(sealed["dossier.json"])
    reports = sorted(of_kind(model, "coherence"), key=lambda each: each["reference"])
    first, second = (
        {table["title"]: table for table in each["tables"]} for each in (reports[0], reports[-1])
    )
    assert "Corrigées depuis" not in first
    assert "Corrigées depuis" in second
    by_person = next(row for row in first["Les anomalies"]["rows"] if row[0] == "K10")
    assert by_person[2] == "Une personne porte 9 objectifs."
    judged = next(each for each in reports if each["involvement"] == "judge")
    accepted = {t["title"]: t for t in judged["tables"]}["Acceptées, avec leur raison"]
    assert accepted["rows"][0][3:] == ["le candidat", "Le temps d’un chantier."]


def test_a_risk_analysis_tells_the_notes_behind_each_level_and_what_was_chosen(sealed):
    model = json.loads(sealed["dossier.json"])
    tables = {each["title"]: each for each in of_kind(model, "risk_analysis")[0]["tables"]}
    (line,) = tables["Lignes"]["rows"]
    assert line[4].replace("\u202f", " ") == "Nette : S 8 · O 5 · D 5 · Moyenne · IPR 200"
    assert line[1].endswith(" – Fonction ou montage")
    assert tables["Cotations dans le temps"]["rows"][0][2] == line[4]


def test_acts_on_something_else_are_told_with_the_record_that_they_concern(stage, tied, files):
    model = frozen(stage.session, tied, files)
    signal = of_kind(model, "signal")[0]
    shown = {event["seq"] for event in signal["events"]}
    logged = stage.session.get(LoggedSignal, signal["id"])
    subject = (Kind.INDICATOR, logged.indicator_id)
    about = {"rule": "W2", "from": "2026-01-01"}
    tell(stage, None, None, "indicator.explain", subject=subject, **about)
    tell(stage, None, None, "indicator.explain", subject=subject, **{**about, "rule": "W1"})
    tell(stage, None, None, "indicator.measure", subject=subject)
    again = of_kind(frozen(stage.session, tied, files), "signal")[0]
    assert [e["verb"] for e in again["events"] if e["seq"] not in shown] == ["indicator.explain"]


def frozen(session, candidacy, files):
    candidacy = get_candidacy(session, candidacy.id)
    portfolio = read_portfolio(session, candidacy)
    return freeze(session, candidacy, portfolio, files=files, locale="fr", now=LATER).model


def test_twice_as_many_records_cost_no_statement_more(stage, tied, files, statements):
    statements.clear()
    frozen(stage.session, tied, files)
    once = len(statements)
    records = [(way.kind, way.make(stage, stage.cast.emma)) for way in WAYS]
    make.make_situation(stage.session, stage.cast, tied, records=records)
    statements.clear()
    frozen(stage.session, tied, files)
    assert len(statements) <= once <= 100


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        (["N°", "Phrase"], [["1", "Un texte assez long pour prendre toute la place. " * 9]]),
        (["Période", "Remarque"], [["mai\u00a024", ""]]),
        (["Un", "Deux"], []),
        (["a"] * 12, [["anticonstitutionnellement"] * 12]),
    ],
)
def test_no_column_is_narrower_than_its_longest_word(head, rows):
    found = weights({"head": head, "rows": rows})
    for place, width in enumerate(found):
        words = [w for cell in [head[place], *(r[place] for r in rows)] for w in cell.split(" ")]
        assert width > max(map(len, words))
    assert sum(found) <= LINE + 1 or len(head) == 12
