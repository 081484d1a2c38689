"""The grid of values and the import of files: who may, bad input, what is saved."""

import io
from datetime import date

import pytest
from sqlalchemy import select

from qse_audit.core.clock import now
from qse_audit.core.periods import Frequency, Period
from qse_audit.indicators import services
from qse_audit.indicators.models import Correction, Indicator, Measurement
from tests.indicators.factories import MONTH, make_indicator, measure

LAST = MONTH.previous
BEFORE = LAST.previous


def path(indicator, rest="values") -> str:
    return f"/indicators/{getattr(indicator, 'id', indicator)}/{rest}"


def left(session, indicator) -> int:
    """Let go of the database, and return the id of ``indicator``."""
    key = indicator.id
    session.rollback()  # SQLite has one writer
    return key


def cells(**values) -> dict[str, str]:
    """Return what the grid sends: ``cells(heures="9000")`` for the month before."""
    return {f"c-{LAST.iso}-{name}": text for name, text in values.items()}


def rows(session) -> list[Measurement]:
    session.expire_all()
    found = list(session.scalars(select(Measurement).order_by(Measurement.period_on)))
    for each in found:
        session.expunge(each)
    session.rollback()  # SQLite has one writer
    return found


def summary(page) -> str:
    return page.select_one(".summary").text


# --- the grid ---


def test_the_grid_names_its_cells_and_is_for_those_who_measure(session, cast, browse):
    indicator = make_indicator(session, cast)
    page = browse(cast.bob, "GET", path(indicator))
    first = page.select_one("[data-cell='2:1']")
    assert first["name"] == f"c-{MONTH.shift(-11).iso}-accidents"
    assert first["aria-label"].startswith("B2, ")
    for who in (cast.alice, cast.jean):
        page = browse(who, "GET", path(indicator))
        assert not page.select("[data-cell]")
    browse(cast.david, "GET", path(indicator), status=404)


@pytest.mark.parametrize(
    ("who", "status"),
    [("bob", 303), ("claire", 303), ("alice", 403), ("jean", 403), ("david", 404)],
)
def test_values_are_entered_by_owner_and_coordinator(session, cast, browse, who, status):
    indicator = make_indicator(session, cast)
    sent = cells(accidents="1", heures="16 450")
    browse(getattr(cast, who), "POST", path(indicator), status=status, source="Paie", **sent)
    found = rows(session)
    assert len(found) == (status == 303)
    if found:
        assert found[0].inputs == {"accidents": "1", "heures": "16450"}
        assert found[0].source == "Paie"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("9000,5", "9000.5"), ("9000.5", "9000.5"), ("9\u202f000,5", "9000.5"),
     ("9 000", "9000"), ("1.234,5", "1234.5"), ("9000 h", "9000")],
)  # fmt: skip
def test_commas_dots_and_thin_spaces_are_read(session, cast, browse, typed, stored):
    indicator = make_indicator(session, cast)
    browse(cast.bob, "POST", path(indicator), status=303, **cells(heures=typed))
    assert rows(session)[0].inputs == {"heures": stored}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"heures": "-12"}, "C12 : -12 ; attendu : au moins 0"),
        ({"heures": "douze"}, "caractère « d » en position 1"),
        ({"heures": "1e6"}, "caractère « e »"),
        ({"accidents": "0,5"}, "B12 : 0.5 ; attendu : un nombre entier"),
        ({"heures": "9" * 80}, "80 caractères"),
    ],
)
def test_a_cell_that_is_wrong_is_named_and_stays_typed(session, cast, browse, typed, said):
    indicator = make_indicator(session, cast)
    page = browse(cast.bob, "POST", path(indicator), status=422, **cells(**typed))
    assert said in summary(page)
    name, text = next(iter(typed.items()))
    field = page.select_one(f"[name='c-{LAST.iso}-{name}']")
    assert (field["value"], field["aria-invalid"]) == (text, "true")
    assert rows(session) == []


def test_every_wrong_cell_is_named_at_once(session, cast, browse):
    indicator = make_indicator(session, cast)
    page = browse(cast.bob, "POST", path(indicator), status=422, **cells(accidents="x", heures="y"))
    assert "B12" in summary(page)
    assert "C12" in summary(page)


def test_a_correction_asks_for_a_reason_and_shows_what_was_there(session, cast, browse):
    indicator = make_indicator(session, cast)
    measure(session, indicator, {LAST: {"accidents": 1, "heures": 16450}}, by=cast.bob)
    sent = cells(accidents="1", heures="17000") | {f"v-{LAST.iso}": "1"}
    page = browse(cast.bob, "POST", path(indicator), status=422, **sent)
    assert "dites pourquoi" in summary(page)
    browse(cast.bob, "POST", path(indicator), status=303, reason="Paie révisée", **sent)
    page = browse(cast.claire, "GET", path(indicator))
    assert "heures = 16450" in page.select_one("#corrections").text
    assert "Paie révisée" in page.select_one("#corrections").text
    assert session.query(Correction).count() == 1


def test_a_value_changed_meanwhile_shows_both_and_can_be_sent_again(session, cast, browse):
    indicator = make_indicator(session, cast)
    measure(session, indicator, {LAST: {"accidents": 1, "heures": 16450}}, by=cast.bob)
    measure(session, indicator, {LAST: {"heures": 17000}}, by=cast.claire, reason="Paie")
    sent = cells(accidents="1", heures="16000") | {f"v-{LAST.iso}": "1", "reason": "Relevé"}
    page = browse(cast.bob, "POST", path(indicator), status=409, **sent)
    assert "enregistré : 17000" in page.text
    assert rows(session)[0].inputs["heures"] == "17000"
    again = sent | {f"v-{LAST.iso}": page.select_one(f"[name='v-{LAST.iso}']")["value"]}
    browse(cast.bob, "POST", path(indicator), status=303, **again)
    assert rows(session)[0].inputs["heures"] == "16000"


def test_the_same_request_sent_twice_changes_things_once(session, cast, browse):
    indicator = make_indicator(session, cast)
    for _ in range(2):
        browse(
            cast.bob, "POST", path(indicator), status=303,
            headers={"Idempotency-Key": "abc"}, **cells(heures="9000"),
        )  # fmt: skip
    assert rows(session)[0].version == 1


def test_a_comment_alone_is_kept(session, cast, browse):
    indicator = make_indicator(session, cast)
    browse(
        cast.bob, "POST", path(indicator), status=303, **{f"n-{LAST.iso}": "Panne de la pointeuse"}
    )
    assert rows(session)[0].comment == "Panne de la pointeuse"


def test_emptying_a_cell_is_a_correction(session, cast, browse):
    indicator = make_indicator(session, cast)
    measure(session, indicator, {LAST: {"accidents": 1, "heures": 16450}}, by=cast.bob)
    sent = cells(accidents="1", heures="") | {f"v-{LAST.iso}": "1", "reason": "Erreur d’atelier"}
    browse(cast.bob, "POST", path(indicator), status=303, **sent)
    assert rows(session)[0].inputs == {"accidents": "1"}
    assert not rows(session)[0].is_complete


def test_a_closed_period_has_no_cell(session, cast, browse):
    indicator = make_indicator(session, cast)
    services.close_periods(session, indicator, LAST.ends_on, actor=cast.claire, now=now())
    session.commit()
    page = browse(cast.bob, "GET", path(indicator))
    assert not page.select(f"[name='c-{LAST.iso}-heures']")
    page = browse(cast.bob, "POST", path(indicator), status=422, **cells(heures="9000"))
    assert "clos" in summary(page)


def test_the_warning_of_few_hours_shows_under_200000(session, cast, browse):
    indicator = make_indicator(session, cast)
    measure(session, indicator, {LAST: {"accidents": 0, "heures": 9000}}, by=cast.bob)
    assert "Peu d’heures" in browse(cast.bob, "GET", path(indicator)).text
    many = {BEFORE: {"accidents": 0, "heures": 200_000}}
    measure(session, indicator, many, by=cast.bob)
    assert "Peu d’heures" not in browse(cast.bob, "GET", path(indicator)).text


def test_zero_hours_read_as_not_computable(session, cast, browse):
    indicator = make_indicator(session, cast)
    measure(session, indicator, {LAST: {"accidents": 0, "heures": 0}}, by=cast.bob)
    assert "non calculable" in browse(cast.bob, "GET", path(indicator)).select_one("tbody").text


@pytest.mark.parametrize("until", ["2020-03", "nonsense", "9999-12", "2026"])
def test_any_window_of_periods_can_be_asked_for(session, cast, browse, until):
    indicator = make_indicator(session, cast)
    page = browse(cast.bob, "GET", f"{path(indicator)}?until={until}")
    assert len(page.select("tbody tr")) == 12


# --- pasting ---


def test_a_paste_fills_the_grid_from_its_first_cell(session, cast, browse):
    indicator = make_indicator(session, cast)
    text = "1\t9 000,5\n0\t8 900"
    browse(cast.bob, "POST", path(indicator), status=303, paste=text)
    first = MONTH.shift(-11)
    found = rows(session)
    assert [row.period_on for row in found] == [first.starts_on, first.next.starts_on]
    assert found[0].inputs == {"accidents": "1", "heures": "9000.5"}


def test_a_paste_may_bring_its_periods(session, cast, browse):
    indicator = make_indicator(session, cast)
    text = f"{LAST.starts_on:%m/%Y}\t0\t9000\n{BEFORE.iso}\t1\t8900"
    browse(cast.bob, "POST", path(indicator), status=303, paste=text, with_periods="y")
    assert [row.inputs["heures"] for row in rows(session)] == ["8900", "9000"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1\n" * 5000, "B2 : 5000 cellules collées"),
        ("1\t9000\n0\thuit mille", "C3 : « huit mille »"),
        ("1\t-5", "C2 : -5 ; attendu : au moins 0"),
    ],
)
def test_a_paste_that_is_wrong_stores_nothing_and_names_the_cell(session, cast, browse, text, said):
    indicator = make_indicator(session, cast)
    page = browse(cast.bob, "POST", path(indicator), status=422, paste=text)
    assert said in summary(page)
    assert rows(session) == []


def test_a_paste_with_a_period_twice_is_refused(session, cast, browse):
    indicator = make_indicator(session, cast)
    text = f"{LAST.iso}\t0\t9000\n{LAST.iso}\t1\t8900"
    page = browse(cast.bob, "POST", path(indicator), status=422, paste=text, with_periods="y")
    assert "A3" in summary(page)
    assert "déjà en A2" in summary(page)


# --- files ---


def send(client, indicator, content: bytes, name: str = "valeurs.csv"):
    file = (io.BytesIO(content), name)
    return client.post(path(indicator, "import"), data={"file": file})


def table(*lines: str) -> bytes:
    return "\n".join(["période;accidents;heures;commentaire", *lines]).encode()


def test_a_file_is_looked_at_before_it_is_stored(session, cast, client_of):
    indicator = make_indicator(session, cast)
    indicator = left(session, indicator)
    client = client_of(cast.bob)
    content = table(f"{LAST.iso};1;16 450,0;Un doigt", f"{BEFORE.starts_on:%d/%m/%Y};0;9000;")
    waiting = send(client, indicator, content)
    assert waiting.status_code == 303
    page = client.get(waiting.location)
    assert "Périodes ajoutées" in page.text
    assert rows(session) == []
    done = client.post(waiting.location)
    assert done.status_code == 303
    found = rows(session)
    assert [row.inputs["heures"] for row in found] == ["9000", "16450"]
    assert (found[1].comment, found[1].source) == ("Un doigt", "valeurs.csv")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"{LAST.iso};1;beaucoup;", ["2", "heures", "C2", "caractère « b »"]),
        ("2026-13;1;9000;", ["2", "période", "A2"]),
        (f"{LAST.iso};0,5;9000;", ["accidents", "un nombre entier"]),
        (f"{LAST.iso};1;-9;", ["heures", "au moins 0"]),
        (f"{LAST.iso};1;9;\n{LAST.iso};1;9;", ["3", "déjà ligne 2"]),
        (f"{MONTH.next.iso};1;9;", ["n’a pas commencé"]),
    ],
)
def test_each_cell_that_is_wrong_in_a_file_is_named(session, cast, client_of, line, said):
    indicator = make_indicator(session, cast)
    indicator = left(session, indicator)
    client = client_of(cast.bob)
    waiting = send(client, indicator, table(line))
    page = client.get(waiting.location)
    for words in said:
        assert words in page.text.replace("\u202f", " ")
    assert client.post(waiting.location).status_code == 422
    assert rows(session) == []


@pytest.mark.parametrize("day", ["2026-03", "03/2026", "mars 2026", "Mars 2026", "2026-03-01",
                                 "01/03/2026", "1/3/2026", "mars-26"])  # fmt: skip
def test_a_month_is_read_as_people_write_it(session, cast, client_of, day):
    indicator = left(session, make_indicator(session, cast, starts_on=date(2026, 1, 1)))
    client = client_of(cast.bob)
    waiting = send(client, indicator, table(f"{day};1;16 450,5;"))
    assert client.post(waiting.location).status_code == 303
    assert [(row.period_on, row.inputs["heures"]) for row in rows(session)] == [
        (date(2026, 3, 1), "16450.5")
    ]


def test_a_file_brings_no_value_into_a_closed_year(session, cast, client_of):
    made = make_indicator(session, cast)
    services.close_periods(session, made, LAST.ends_on, actor=cast.claire, now=now())
    session.commit()
    indicator = left(session, made)
    client = client_of(cast.bob)
    waiting = send(client, indicator, table(f"{LAST.iso};1;9000;"))
    page = client.get(waiting.location).text
    for words in ("A2", "clos"):
        assert words in page
    assert client.post(waiting.location).status_code == 422
    assert rows(session) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "fichier vide"),
        ("période;autre\n2026-01;1".encode(), "« autre »"),
        (b"accidents;heures\n1;2", "colonne des périodes"),
        ('période;accidents\n"2026-01;1'.encode(), "guillemet"),
        (b"PK\x03\x04nonsense", ""),
    ],
)
def test_a_file_that_is_no_table_is_refused_at_once(session, cast, client_of, content, said):
    indicator = make_indicator(session, cast)
    indicator = left(session, indicator)
    answer = send(client_of(cast.bob), indicator, content)
    assert answer.status_code == 422
    assert said in answer.text.replace("\u202f", " ")


def test_an_import_that_corrects_asks_for_a_reason(session, cast, client_of):
    indicator = make_indicator(session, cast)
    measure(session, indicator, {LAST: {"accidents": 1, "heures": 16450}}, by=cast.bob)
    indicator = left(session, indicator)
    client = client_of(cast.bob)
    waiting = send(client, indicator, table(f"{LAST.iso};1;17000;"))
    assert client.post(waiting.location, data={"reason": " "}).status_code == 422
    assert client.post(waiting.location, data={"reason": "Paie"}).status_code == 303
    assert rows(session)[0].inputs["heures"] == "17000"
    assert session.query(Correction).one().reason == "Paie"


def test_a_waiting_file_is_for_whoever_dropped_it(session, cast, client_of):
    indicator = make_indicator(session, cast)
    indicator = left(session, indicator)
    waiting = send(client_of(cast.bob), indicator, table(f"{LAST.iso};1;9000;"))
    assert client_of(cast.claire).get(waiting.location).status_code == 404
    assert send(client_of(cast.alice), indicator, table()).status_code == 403


def test_what_was_exported_is_imported_again(session, cast, client_of):
    indicator = make_indicator(session, cast)
    measure(session, indicator, {LAST: {"accidents": 1, "heures": "16450.5"}}, by=cast.bob)
    indicator = left(session, indicator)
    client = client_of(cast.bob)
    for extension in ("csv", "xlsx"):
        content = client.get(path(indicator, f"values.{extension}")).data
        waiting = send(client, indicator, content, f"valeurs.{extension}")
        assert waiting.status_code == 303, waiting.text[-3000:]
        assert "ce qui est déjà enregistré" in client.get(waiting.location).text


def test_the_page_of_values_sends_few_statements(session, cast, browse, statements):
    indicator = make_indicator(session, cast)
    for back in range(1, 11):
        values = {MONTH.shift(-back): {"accidents": 0, "heures": 9000}}
        measure(session, indicator, values, by=cast.bob)
    browse(cast.bob, "GET", path(indicator))
    statements.clear()
    browse(cast.bob, "GET", path(indicator))
    assert len(statements) - 1 <= 10, "\n".join(statements)


def test_50000_values_are_imported_in_30_statements(session, cast, statements):
    indicator = make_indicator(session, cast, frequency=Frequency.DAY, starts_on=None)
    today = Period.of(Frequency.DAY, MONTH.previous.ends_on)
    lines = [f"{today.shift(-n).iso};0;{8000 + n % 100}" for n in range(25_000)]
    content = "\n".join(["période;accidents;heures", *lines]).encode()
    indicator = session.get_one(Indicator, indicator.id)
    read = services.read_values(content, "a.csv", indicator, today=today.starts_on)
    assert read.value_count == 50_000
    statements.clear()
    done = services.import_values(
        session, indicator, read, source="a.csv", actor=cast.bob, now=now()
    )
    assert done.added == 25_000
    assert len(statements) <= 30, "\n".join(each[:200] for each in statements)
    session.rollback()
