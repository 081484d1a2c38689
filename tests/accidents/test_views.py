"""The pages of the register, opened by everybody who may and may not."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accidents import services
from qse_audit.accidents.models import Accident, AccidentStop
from qse_audit.accidents.queries import get_accident
from qse_audit.accidents.rules import Category, EventKind, Potential
from qse_audit.accidents.rules.stops import StopDraft
from qse_audit.core.clock import now
from qse_audit.evidence.models import Evidence
from tests.accidents.conftest import Declare
from tests.evidence import samples
from tests.factories import NOW, Cast

Browse = Callable[..., Any]
TOLD = {
    "kind": "near_miss",
    "happened_on": "2026-03-01",
    "happened_time": "10:30",
    "place": "Quai",
    "facts_text": "Le chariot a frôlé un chauffeur",
    "measures_text": "Quai fermé",
}
EDITED = {**TOLD, "version": "1", "potential": "severe", "known_on": "", "process_id": ""}


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("bob", 200), ("claire", 200), ("farid", 200), ("ines", 200), ("jean", 200),
     ("gaelle", 403), ("hugo", 403), ("karine", 403)],
)  # fmt: skip
def test_whoever_works_here_may_tell_and_follows_what_they_told(
    session: Session, browse: Browse, cast: Cast, declare: Declare, who: str, status: int
) -> None:
    declare(facts_text="Événement d’un autre")
    person = getattr(cast, who)
    browse(person, "GET", "/accidents/new", status=status)
    browse(person, "GET", "/accidents/", status=status)
    browse(person, "POST", "/accidents/new", status=303 if status == 200 else 403, **TOLD)
    if status != 200:
        return
    page = browse(person, "GET", "/accidents/")
    shown = [row.select_one("th a").text for row in page.select("tbody tr")]
    mine = ["Le chariot a frôlé un chauffeur"]
    assert sorted(shown) == (
        ["Le chariot a frôlé un chauffeur", "Événement d’un autre"]
        if who in {"claire", "jean"}
        else mine
    )
    page = browse(person, "GET", f"/accidents/{newest(session).id}")
    assert "Quai fermé" in page.text


def newest(session: Session) -> Accident:
    session.expire_all()
    return session.scalars(select(Accident).order_by(Accident.id.desc()).limit(1)).one()


def test_a_near_miss_comes_with_its_photo(session: Session, browse: Browse, cast: Cast) -> None:
    photo = (io.BytesIO(samples.picture()), "quai.jpg")
    browse(cast.bob, "POST", "/accidents/new", status=303, photo=photo, **TOLD)
    (file,) = session.scalars(select(Evidence))
    assert (file.origin_kind, file.origin_id) == ("accident", newest(session).id)
    page = browse(cast.bob, "GET", f"/accidents/{newest(session).id}")
    assert page.select(".thumbs img")
    bad = (io.BytesIO(b"<svg onload=alert(1)>"), "quai.svg")
    page = browse(cast.bob, "POST", "/accidents/new", status=422, photo=bad, **TOLD)
    assert page.select_one("#photo-error")
    assert page.select_one("textarea[name=facts_text]").text.strip() == TOLD["facts_text"]


def test_what_cannot_be_is_told_at_its_field_and_nothing_is_lost(
    session: Session, browse: Browse, cast: Cast
) -> None:
    tomorrow = (now() + timedelta(days=2)).date().isoformat()
    page = browse(cast.bob, "POST", "/accidents/new", status=422,
                  **(TOLD | {"happened_on": tomorrow}))  # fmt: skip
    assert "dans le futur" in page.select_one("#happened_on-error").text
    assert page.select_one("textarea[name=measures_text]").text.strip() == "Quai fermé"
    page = browse(cast.bob, "POST", "/accidents/new", status=422,
                  **(TOLD | {"kind": "work_stop", "place": ""}))  # fmt: skip
    assert "Ce champ est obligatoire" in page.select_one("#place-error").text
    assert not session.scalars(select(Accident)).all(), "an employee declares no accident"


def test_the_register_is_for_few(browse: Browse, cast: Cast, declare: Declare) -> None:
    told = declare(actor=cast.bob)
    hurt = declare(kind=EventKind.NO_STOP, category=Category.EMPLOYEE, function_label="soudeur")
    for who, status in ((cast.claire, 200), (cast.jean, 200), (cast.bob, 404), (cast.ines, 404),
                        (cast.emma, 404), (cast.david, 404)):  # fmt: skip
        browse(who, "GET", f"/accidents/{hurt.id}", status=status)
    page = browse(cast.bob, "GET", f"/accidents/{told.id}")
    assert "Historique" not in page.text
    for path in ("edit", "stops", "owner", "duties/declare", "move/close"):
        method = "GET" if path == "edit" else "POST"
        browse(cast.bob, method, f"/accidents/{told.id}/{path}", status=403)
        browse(cast.emma, method, f"/accidents/{told.id}/{path}", status=404)
    page = browse(cast.claire, "GET", f"/accidents/{hurt.id}")
    assert "soudeur" in page.text
    assert "R441-3" in page.text
    browse(cast.bob, "GET", "/accidents/export.xlsx", status=403)
    browse(cast.claire, "POST", f"/accidents/{hurt.id}/duties/nothing", status=404)


def test_an_event_is_completed_and_two_people_see_both_texts(
    session: Session, browse: Browse, cast: Cast, declare: Declare
) -> None:
    event = declare()
    path = f"/accidents/{event.id}/edit"
    browse(cast.claire, "POST", path, status=303, **EDITED)
    assert newest(session).potential is Potential.SEVERE
    page = browse(cast.claire, "POST", path, status=409, **(EDITED | {"place": "Ailleurs"}))
    assert "Quai" in page.text
    assert "Ailleurs" in page.text
    page = browse(cast.claire, "POST", path, status=422,
                  **(EDITED | {"version": "2", "fatal_on": "2026-03-02"}))  # fmt: skip
    assert page.select_one("#fatal_on-error")


def test_stops_duties_and_moves_answer_on_the_page(
    session: Session, browse: Browse, cast: Cast, declare: Declare
) -> None:
    event = declare(kind=EventKind.STOP, category=Category.EMPLOYEE)
    here = f"/accidents/{event.id}"
    page = browse(cast.claire, "POST", f"{here}/stops", status=422,
                  from_on="2026-03-02", until_on="2026-03-05")  # fmt: skip
    assert "lendemain de l’accident" in page.select_one("#from_on-error").text
    assert page.select_one("input[name=until_on]")["value"] == "2026-03-05"
    browse(cast.claire, "POST", f"{here}/stops", status=303,
           from_on="2026-03-03", until_on="2026-03-05")  # fmt: skip
    assert len(session.scalars(select(AccidentStop)).all()) == 1
    assert "3 jours d’arrêt" in browse(cast.claire, "GET", here).text
    page = browse(cast.claire, "POST", f"{here}/duties/declare", status=422,
                  done_on="2026-03-02", done_time="16:00", words="")  # fmt: skip
    assert "Citez la preuve" in page.select_one("#declare-words-error").text
    browse(cast.claire, "POST", f"{here}/duties/declare", status=303,
           done_on="2026-03-02", done_time="16:00", words="Accusé n° 3")  # fmt: skip
    page = browse(cast.claire, "POST", f"{here}/move/close", status=422, reason="")
    assert "passe par une enquête" in page.text
    browse(cast.claire, "POST", f"{here}/owner", status=422, owner_id=str(cast.david.user_id))
    browse(cast.claire, "POST", f"{here}/owner", status=303, owner_id=str(cast.emma.user_id))
    browse(cast.claire, "POST", f"{here}/move/investigate", status=303, reason="")
    page = browse(cast.emma, "GET", here)
    assert "Accusé n° 3" in page.text, "who leads the investigation reads the file"
    browse(cast.emma, "GET", f"{here}/edit")
    browse(cast.emma, "GET", f"/actions/new/accident/{event.id}")
    browse(cast.emma, "POST", f"{here}/stops", status=403, from_on="2026-03-06")


def test_the_register_leaves_without_names(browse: Browse, cast: Cast, declare: Declare) -> None:
    declare(kind=EventKind.NO_STOP, category=Category.EMPLOYEE, function_label="fonction-secrète",
            facts_text="=1+1")  # fmt: skip
    answer = browse(cast.claire, "GET", "/accidents/export.xlsx?kind=work_no_stop").response
    (sheet,) = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).sheet_names
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_name(sheet)
    head, line = rows.to_python()
    cells = dict(zip(head, line, strict=True))
    assert cells["Les faits"] == "=1+1"
    assert cells["Personne concernée"] == "Salarié de l’entreprise"
    assert "Déclarer l’accident à la caisse" in str(cells["Démarches"])
    assert "Claire" not in str(line)
    assert "secrète" not in str(line)
    text = browse(cast.claire, "GET", "/accidents/export.csv?kind=near_miss").response.text
    assert len(text.splitlines()) == 1


def test_a_page_costs_the_same_whatever_it_shows(
    session: Session, browse: Browse, cast: Cast, declare: Declare, statements: list[str]
) -> None:
    event = declare(kind=EventKind.STOP, happened_at=NOW - timedelta(days=30))

    def cost(path: str) -> int:
        browse(cast.claire, "GET", path)
        statements.clear()
        browse(cast.claire, "GET", path)
        return len(statements)

    few = cost("/accidents/"), cost(f"/accidents/{event.id}")
    for _ in range(12):
        declare(kind=EventKind.STOP, happened_at=NOW - timedelta(days=30))
    for number in range(5):
        day = (NOW - timedelta(days=20 - number)).date()
        services.record_stop(
            session, get_accident(session, event.id), StopDraft(from_on=day, until_on=day),
            actor=cast.claire, now=NOW,
        )  # fmt: skip
    session.commit()
    assert (cost("/accidents/"), cost(f"/accidents/{event.id}")) == few
    assert few[0] <= 12
    assert few[1] <= 16
