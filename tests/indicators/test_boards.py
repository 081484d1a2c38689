"""Dashboards: who sees which chart, what changed, what leaves as a file."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from qse_audit.accounts.models import Site
from qse_audit.core.clock import now
from qse_audit.core.permissions import Role
from qse_audit.indicators import services
from qse_audit.indicators.models import Audience
from qse_audit.indicators.queries import boards
from qse_audit.indicators.queries.readings import reading_of
from qse_audit.indicators.reports import reviews
from qse_audit.indicators.rules import Doubt, Reviewed, doubts
from tests.factories import today
from tests.indicators.factories import MONTH, make_indicator, measure
from tests.indicators.test_readings import BOOK, FIRST, fill, jump
from tests.papers import pdf_problems

BOARD = "/indicators/dashboard"


def show(session, indicator, *roles):
    session.add_all(
        Audience(organisation_id=indicator.organisation_id, indicator_id=indicator.id, role=role)
        for role in roles
    )
    session.commit()


@pytest.fixture
def indicator(session, cast):
    made = make_indicator(session, cast, starts_on=FIRST.starts_on)
    fill(session, cast, made, BOOK)
    return made


def test_an_owner_sees_their_own_indicators(cast, indicator, browse):
    page = browse(cast.bob, "GET", BOARD)
    assert indicator.title in page.text
    assert indicator.decision in page.text


def test_others_see_what_is_shown_to_their_role(session, cast, indicator, browse):
    assert "Aucun indicateur sur votre tableau de bord" in browse(cast.jean, "GET", BOARD).text
    show(session, indicator, Role.MANAGEMENT)
    assert indicator.title in browse(cast.jean, "GET", BOARD).text
    assert indicator.title not in browse(cast.alice, "GET", BOARD).text
    assert indicator.title not in browse(cast.david, "GET", BOARD).text


def test_the_coordinator_composes_the_dashboards(session, cast, indicator, browse):
    path = f"{BOARD}/audiences"
    assert browse(cast.claire, "GET", path).select_one(f"input[name=roles-{indicator.id}]")
    browse(cast.alice, "GET", path, status=403)
    asked = {f"roles-{indicator.id}": ["management", "auditor", "unknown"]}
    browse(cast.claire, "POST", path, status=303, **asked)
    roles = set(session.scalars(select(Audience.role)))
    assert roles == {Role.MANAGEMENT, Role.AUDITOR}
    browse(cast.claire, "POST", path, status=303)
    session.expire_all()
    assert session.scalars(select(Audience)).all() == []


def test_new_signals_of_the_month_are_told_first(session, cast, indicator, browse):
    assert "Aucun signal nouveau" in browse(cast.bob, "GET", BOARD).text
    jump(session, cast, indicator)
    changed = browse(cast.bob, "GET", BOARD).select_one("#changed")
    assert "un point hors des limites" in changed.get_text()


def test_a_dashboard_of_24_indicators_costs_as_many_statements_as_one(
    session, cast, client_of, statements
):
    for n in range(24):
        made = make_indicator(session, cast, title=f"Indicateur {n}", starts_on=FIRST.starts_on)
        fill(session, cast, made, BOOK)
    client = client_of(cast.bob)
    statements.clear()
    assert client.get(BOARD).text.count('class="board__card') == 24
    assert len(statements) <= 10


def test_the_dashboard_leaves_as_pdf_and_spreadsheet(session, cast, indicator, client_of):
    client = client_of(cast.bob)
    assert client.get(f"{BOARD}.pdf").data.startswith(b"%PDF-")
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{BOARD}.xlsx").data))
    rows = [len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]
    assert rows == [2, len(BOOK) + 1]


def test_two_sites_that_count_the_same_stand_side_by_side(session, cast, browse):
    other = Site(organisation_id=cast.company, name="Bourges")
    session.add(other)
    session.flush()
    for place in (cast.site, None, other.id):
        made = make_indicator(session, cast, title=f"TF1 {place}", site_id=place)
        made.library_key = "tf1"
        fill(session, cast, made, BOOK[:6], first=MONTH.shift(-8))
        shown = browse(cast.bob, "GET", BOARD).select_one("#sites")
        assert (shown is not None) is (place == other.id)
    assert "Bourges" in shown.text


def test_a_baseline_locked_long_ago_still_sets_the_limits(session, cast, client_of):
    made = make_indicator(session, cast, starts_on=MONTH.shift(-60).starts_on)
    fill(session, cast, made, BOOK, first=MONTH.shift(-60))
    fill(session, cast, made, BOOK[:5], first=MONTH.shift(-6))
    drawn = services.BaselineDraft(first=MONTH.shift(-60), last=MONTH.shift(-49))
    services.lock_baseline(session, made, drawn, actor=cast.claire, now=now())
    session.commit()
    alone = reading_of(session, made, today()).analysis
    (shown,) = boards.board_for(session, cast.bob, today()).readings
    assert shown.analysis.xmr.current.limits == alone.xmr.current.limits
    assert shown.analysis.told == alone.told


def test_a_value_that_passes_its_target_is_told(session, cast, browse):
    made = make_indicator(session, cast, starts_on=FIRST.starts_on)
    rows = {MONTH.shift(-2): {"accidents": 12, "heures": 1_000_000},
            MONTH.shift(-1): {"accidents": 9, "heures": 1_000_000}}  # fmt: skip
    measure(session, made, rows, by=cast.bob)
    assert "La cible est atteinte" in browse(cast.bob, "GET", BOARD).select_one("#changed").text


def test_the_review_sheet_tells_what_decides_and_what_was_dropped(
    session, cast, indicator, client_of
):
    dropped = make_indicator(session, cast, title="Ancien taux")
    services.move_indicator(
        session, dropped, "drop", reason="Ne décide rien", actor=cast.claire, now=now()
    )
    make_indicator(session, cast, title="En projet", active=False)
    session.commit()
    answer = client_of(cast.claire).get("/indicators/review.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    head, *rows = book.get_sheet_by_index(0).to_python()
    shown = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(row["Indicateur"], row["Statut"]) for row in shown] == [
        ("Ancien taux", "Abandonné"),
        (indicator.title, "Suivi"),
    ]
    assert shown[0]["Raison de l’abandon"] == "Ne décide rien"
    assert shown[1]["Décision qu’il permet"] == indicator.decision
    assert (shown[0]["Doute"], shown[1]["Doute"]) == ("", "")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, ()),
        ({"decision": " "}, (Doubt.NO_DECISION,)),
        ({"value_count": 0}, (Doubt.NO_VALUE,)),
        ({"open_signals": 1}, (Doubt.UNEXPLAINED,)),
        ({"review_on": today()}, (Doubt.REVIEW_DUE,)),
        ({"review_on": None}, (Doubt.REVIEW_DUE,)),
        ({"decision": "", "open_signals": 2}, (Doubt.NO_DECISION, Doubt.UNEXPLAINED)),
    ],
)
def test_an_indicator_is_doubted_for_a_reason(given, found):
    sound = Reviewed(decision="Embaucher.", value_count=12, open_signals=0,
                     review_on=today() + timedelta(days=1))  # fmt: skip
    assert doubts(replace(sound, **given), today()) == found


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_the_review_on_paper_parts_what_decides_from_what_is_doubted(session, cast, locale):
    for title, given in (("Utile", {}), ("Douteux", {"review_on": today() + timedelta(days=1)}),
                         ("Délaissé", {})):  # fmt: skip
        made = make_indicator(session, cast, title=title, starts_on=FIRST.starts_on, **given)
        fill(session, cast, made, BOOK)
        if title == "Délaissé":
            services.move_indicator(
                session, made, "drop", reason="Ne décide rien", actor=cast.claire, now=now()
            )
    found = boards.reviewed(session, cast.company, today() + timedelta(days=2))
    review = reviews.Review(
        readings=found, organisation="Mécanique", made_at=now() + timedelta(days=2),
        made_by="Claire",
    )  # fmt: skip
    paper = reviews.review_pdf(review, locale)
    assert paper == reviews.review_pdf(review, locale)
    assert pdf_problems(paper, "pdfa3a") == []
    assert pdf_problems(paper, "pdfua1") == []
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
    doubted, sure, dropped = (text.index(title) for title in ("Douteux", "Utile", "Délaissé"))
    assert doubted < sure < dropped
    assert {"fr": "la revue est échue", "en": "its review is due"}[locale] in " ".join(text.split())
    assert "Ne décide rien" in text


@pytest.mark.parametrize(("who", "status"), [("claire", 200), ("alice", 200), ("gaelle", 403)])
def test_the_review_on_paper_is_for_the_company(cast, indicator, client_of, who, status):
    answer = client_of(getattr(cast, who)).get("/indicators/review.pdf")
    assert answer.status_code == status
    assert answer.data.startswith(b"%PDF-") is (status == 200)
