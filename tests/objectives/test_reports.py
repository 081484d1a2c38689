"""Sentences, the drawing and the PDF: what they say."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from xml.etree import ElementTree

import pypdf

from qse_audit.core.text import N_
from qse_audit.objectives.queries import Before, Frozen
from qse_audit.objectives.reports import (
    anomalies_json,
    as_lines,
    exact,
    matrix_svg,
    report_pdf,
    say,
)
from qse_audit.objectives.rules import (
    Acceptance,
    Item,
    Side,
    Thread,
    anomalies,
    compare,
    judge,
    line_of,
    matrix,
)
from tests.objectives.cascades import TODAY, cascade, objective

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def test_numbers_keep_the_decimals_that_they_need():
    assert [exact(Fraction(v), "fr") for v in ("3", "4.50", "1234.5")] == [
        "3",
        "4,5",
        "1\u202f234,5",
    ]
    assert exact(Fraction(14, 3), "fr") == "4,667"
    assert exact(Fraction("0.0625"), "en") == "0.0625"
    assert exact(None, "fr") == "—"


def test_a_sentence_words_numbers_days_and_messages_inside_it():
    told = N_(
        "%(objective)s finit le %(due_on)s, après %(parent)s (%(parent_due_on)s) : "
        "%(late)s j de trop.",
        objective="A",
        due_on=TODAY,
        parent="B",
        parent_due_on=TODAY,
        late=Fraction(5, 2),
    )
    assert say(told, "fr").startswith("A finit le mer. 25 nov. 2026, après B")
    assert say(told, "fr").endswith("2,5 j de trop.")
    assert say(told, "en").startswith("A ends on Wed 25 Nov 2026")


def judged(**words):
    facts = cascade(objective(1, indicator_id=None), objective(2, resources=""))
    return judge(anomalies(facts), words)


def test_the_command_line_shows_every_anomaly_with_its_exact_figures():
    found = judged()
    word = Acceptance(
        key="K4:objective/2",
        figures_sha256=found[1].anomaly.figures_sha256,
        reason="Budget en mars",
        name="Claire",
        on=TODAY,
    )
    kept = judged(**{word.key: word})
    told = anomalies_json(kept)
    assert (told["open"], told["accepted"]) == (1, 1)
    assert told["anomalies"][0]["objects"] == [
        {"kind": "objective", "id": "1", "label": "OBJ-2026-001"}
    ]
    assert told["anomalies"][1]["figures"] == {"missing": "resources"}
    assert told["anomalies"][1]["accepted"]["by"] == "Claire"
    lines = list(as_lines(kept))
    assert lines[0].startswith("K3 OBJ-2026-001")
    assert lines[1].startswith("(K4 OBJ-2026-002")


SIDES = {
    Side.WEST: [Item("axis/1", "Eau & <sols>")],
    Side.NORTH: [Item("objective/1", "Réduire", "OBJ-2026-001")],
    Side.EAST: [Item("indicator/1", "Zinc")],
    Side.SOUTH: [Item("priority/1", "Rejets")],
}


def test_the_drawing_is_well_formed_says_its_links_and_frames_orphans():
    drawn = matrix(SIDES, [Thread(objective="objective/1", axis="axis/1", indicator="indicator/1")])
    svg = matrix_svg(drawn, str)
    root = ElementTree.fromstring(svg)
    titles = [t.text for t in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "Eau & <sols> — Réduire : Lien fort" in titles
    assert [t for t in titles if t.startswith("aucun lien")] == ["aucun lien · Rejets"]
    assert "style=" not in svg


def frozen(lines, before=None):
    return Frozen(
        reference="COH-2026-002",
        organisation="Atelier Martin",
        made_at=AT,
        made_by="Claire Dubois",
        note="Après la revue",
        sha256="0" * 64,
        objective_count=2,
        lines=tuple(lines),
        before=before,
    )


def text_of(pdf):
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def test_the_pdf_tells_before_and_after_in_both_languages():
    then = [line_of(each) for each in judged()]
    now = [
        replace(then[1], reason="Budget en mars", accepted_by="Claire", accepted_on="2026-11-20")
    ]
    before = Before(id=1, reference="COH-2026-001", made_at=AT, comparison=compare(then, now))
    french = text_of(report_pdf(frozen(now, before), "{}", "fr"))
    assert "Corrigées depuis (1)" in french
    assert "OBJ-2026-001 n’a pas d’indicateur." in french
    english = text_of(report_pdf(frozen(now, before), "{}", "en"))
    assert "Mended since (1)" in english


def test_the_first_report_says_that_it_is_the_first():
    assert "premier rapport" in text_of(report_pdf(frozen([]), "{}", "fr"))
