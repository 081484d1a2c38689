"""How the pages of a printed report fall."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from qse_audit.audits import reports, services
from qse_audit.audits.reports.pdf import _tiles
from qse_audit.audits.reports.words import Worded
from qse_audit.findings.rules import Grade
from tests.audits.factories import answer_all, make_audit, make_finding
from tests.factories import NOW

LONG = "Vu au poste avec la personne, dossier complet. " * 14


@pytest.fixture
def report(session, cast):
    audit = make_audit(session, cast, status="in_progress")
    answer_all(session, cast, audit)
    make_finding(session, cast, audit)
    return services.prepare_report(session, audit, actor=cast.alice, now=NOW)


def answered(report, count, observation=LONG):
    """Return ``report`` with so many answers, each between words of its own."""
    section = report.sections[0]
    answers = [
        replace(
            section.answers[0],
            position=n,
            question={"fr": f"Debut{n:04d} ?"},
            observation=f"{observation} Fin{n:04d}",
        )
        for n in range(count)
    ]
    return replace(report, sections=[replace(section, answers=answers)])


def pages(report):
    reader = PdfReader(BytesIO(reports.report_pdf(report, "fr")))
    return [sheet.extract_text() for sheet in reader.pages]


def test_no_answer_is_cut_between_two_pages(report):
    sheets = pages(answered(report, 60))
    for sheet in sheets:
        assert re.findall(r"Debut(\d{4})", sheet) == re.findall(r"Fin(\d{4})", sheet)
    assert sum(sheet.count("Debut") for sheet in sheets) == 60


def test_an_answer_longer_than_a_page_is_printed_to_its_end(report):
    sheets = pages(answered(report, 1, LONG * 12))
    (first,) = [n for n, sheet in enumerate(sheets) if "Debut0000" in sheet]
    (last,) = [n for n, sheet in enumerate(sheets) if "Fin0000" in sheet]
    assert last > first


def test_a_short_report_names_its_chapters_above_its_summary(report):
    second = pages(report)[1]
    assert "Sommaire" in second
    assert "Conclusions" in second


def test_a_long_report_has_its_contents_on_a_page_of_their_own(report):
    second = pages(answered(report, 160))[1]
    assert "Sommaire" in second
    assert "Toutes les réponses" in second
    assert "questions applicables" not in second


def test_a_figure_is_coloured_only_when_there_is_something_of_the_kind(report):
    worded = Worded(report, "fr")
    tones = {tile["label"]: tile["tone"] for tile in _tiles(worded)}
    assert tones[worded.grade(Grade.STRENGTH)] == "plain"
    failing = replace(report, verdicts={"minor_nonconformity": 1, "conforming": 9})
    sound = replace(report, verdicts={"conforming": 10})
    assert _tiles(Worded(failing, "fr"))[1]["tone"] == "plain"
    assert _tiles(Worded(sound, "fr"))[1]["tone"] == "good"


def test_a_strength_prints_a_benefit_not_a_risk(report):
    worded = Worded(report, "fr")
    finding = replace(report.findings[0], impact_text="Aucune réclamation depuis un an.")
    assert "Risque" in dict(worded.parts(finding))
    strength = dict(worded.parts(replace(finding, grade=Grade.STRENGTH)))
    assert strength["Bénéfice"] == "Aucune réclamation depuis un an."
    assert "Risque" not in strength
