"""The rates on their page, and the hours that they divide by."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pypdf import PdfReader
from sqlalchemy.orm import Session

from qse_audit.accidents import services
from qse_audit.accidents.queries.registers import registers
from qse_audit.accidents.rules import EventKind
from qse_audit.accidents.rules.exposure import ExposureDraft
from qse_audit.core.clock import now
from qse_audit.core.periods import Frequency, Period
from tests.accidents.conftest import Declare
from tests.factories import NOW, Cast

Browse = Callable[..., Any]


def enter(session: Session, cast: Cast, month: Period, hours: str, **more: Any) -> None:
    draft = ExposureDraft(month=month, site_id=None, hours=Decimal(hours), **more)
    services.enter_hours(session, draft, actor=cast.claire, now=now())
    session.commit()


def test_the_page_says_60_79_its_counts_and_what_cannot_be_computed(
    session: Session, browse: Browse, cast: Cast, declare: Declare, statements: list[str]
) -> None:
    page = browse(cast.claire, "GET", "/accidents/rates")
    assert "Les heures de 12 mois sur douze ne sont pas saisies" in page.text
    assert page.text.count("n. c.") > 10
    declare(kind=EventKind.STOP)
    declare(kind=EventKind.STOP, site_id=cast.site, happened_at=NOW - timedelta(days=900))
    month = Period.of(Frequency.MONTH, NOW.date())
    for back in range(12):
        enter(session, cast, month.shift(-back), "0" if back else "16450", headcount=Decimal(50))
    page = browse(cast.claire, "GET", "/accidents/rates?until=2026-03")
    cells = {
        row.select_one("th").contents[0].strip(): [cell.text.strip() for cell in row.select("td")]
        for row in page.select("tbody tr")
    }
    assert cells["TF1 : accidents avec arrêt"][0] == "60,79"
    assert cells["TF1 : accidents avec arrêt"][3:] == ["1", "16 450,0"]
    assert cells["IF : indice de fréquence"][0] == "20,00"
    assert cells["IG : indice de gravité"][0] == "n. c."
    assert "Moins de 200 000 heures" in page.text
    assert len(page.select("figure.chart")) == 4
    assert all(figure.select_one(".chart__reading") for figure in page.select("figure.chart"))
    assert "33,90" in page.text
    few = len(statements)
    browse(cast.claire, "GET", "/accidents/rates?until=2026-03&site=" + str(cast.site))
    assert len(statements) - few <= 14
    for who, status in ((cast.jean, 200), (cast.bob, 403), (cast.emma, 403), (cast.gaelle, 403)):
        browse(who, "GET", "/accidents/rates?until=nonsense", status=status)


def test_hours_are_entered_and_what_cannot_be_read_is_told(
    session: Session, browse: Browse, cast: Cast
) -> None:
    good = {"month": "mars 2026", "site_id": str(cast.site), "hours": "8 050,5",
            "headcount": "58", "incapacity_pct": "", "note": ""}  # fmt: skip
    browse(cast.claire, "POST", "/accidents/hours", status=303, **good)
    page = browse(cast.claire, "GET", "/accidents/hours")
    assert "8 050,5" in page.select_one("tbody tr").text
    for changes, field in (
        ({"month": "3e trimestre"}, "month"),
        ({"month": "2099-01"}, "month"),
        ({"hours": "-5"}, "hours"),
        ({"hours": "beaucoup"}, "hours"),
        ({"headcount": "x"}, "headcount"),
        ({}, "note"),  # entered again without a reason
    ):
        page = browse(cast.claire, "POST", "/accidents/hours", status=422, **(good | changes))
        assert page.select_one(f"#{field}-error"), changes
        assert page.select_one("input[name=headcount]")["value"] == (good | changes)["headcount"]
    browse(cast.jean, "GET", "/accidents/hours", status=403)
    browse(cast.david, "POST", "/accidents/hours", status=404, **good)


def test_the_sheet_of_a_year_prints_its_events_and_nobody(
    browse: Browse, cast: Cast, declare: Declare
) -> None:
    declare(kind=EventKind.STOP, function_label="fonction-secrète", place="Presse")
    declare(kind=EventKind.STOP, happened_at=NOW - timedelta(days=400), place="Ailleurs")
    answer = browse(cast.jean, "GET", "/accidents/years/2026/sheet.pdf").response
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert "EVT-2026-001" in text
    assert "Presse" in text
    assert "Ailleurs" not in text
    assert "secrète" not in text
    assert "Claire" not in text
    browse(cast.bob, "GET", "/accidents/years/2026/sheet.pdf", status=403)
    browse(cast.jean, "GET", "/accidents/years/2999/sheet.pdf", status=404)


def kept_since(session: Session, cast: Cast) -> date | None:
    return registers(session, [cast.company])[cast.company].since


def test_the_register_is_kept_since_its_first_declaration_or_its_first_hours(
    session: Session, cast: Cast, declare: Declare
) -> None:
    assert kept_since(session, cast) is None
    since = (NOW - timedelta(days=9)).date()
    old = declare(now=NOW - timedelta(days=9), happened_at=NOW - timedelta(days=300))
    declare(kind=EventKind.STOP)
    services.move_event(session, old, "dismiss", reason="Erreur", actor=cast.claire, now=NOW)
    session.commit()
    assert kept_since(session, cast) == since
    enter(session, cast, Period.nth(Frequency.MONTH, 2026, 1), "1")
    assert kept_since(session, cast) == date(2026, 1, 1)
