"""The register: who may read it, what it finds, what it exports, what a change in it shows."""

import csv
import re
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import text

import qse_audit
from qse_audit.actions.rules import ACTION_WORKFLOW
from qse_audit.audits.rules import AUDIT_WORKFLOW
from qse_audit.core.clock import begins_at, now
from qse_audit.dashboard import queries
from qse_audit.dashboard.rules import VERBS
from qse_audit.db.trail import Act, Event, record
from qse_audit.findings.rules import FINDING_WORKFLOW
from qse_audit.portfolios.rules import CANDIDACY_WORKFLOW
from qse_audit.web.paging import PAGE_SIZE
from tests.actions.factories import make_action, make_audit, make_done, make_finding
from tests.audits.factories import answer_all
from tests.audits.factories import make_audit as make_full_audit
from tests.rows import look_at_tables, selects, work_of

PACKAGE = Path(qse_audit.__file__).parent
WORKFLOWS = {
    "audit": AUDIT_WORKFLOW,
    "action": ACTION_WORKFLOW,
    "finding": FINDING_WORKFLOW,
    "candidacy": CANDIDACY_WORKFLOW,
}


def numbers(page):
    """Return the numbers of the acts shown, as text."""
    return [row.select_one("td.num").text for row in page.select("tbody tr")]


def note(session, cast, count, *, verb="organisation.rename", kind="organisation", at=None):
    """Record so many acts in the chain of the company."""
    for _ in range(count):
        act = Act(verb=verb, kind=kind, subject_id=cast.company)
        record(session, act, organisation_id=cast.company, actor_id=None, now=at or now())
    session.commit()


@pytest.mark.parametrize(
    ("who", "status"),
    [("claire", 200), ("ines", 200), ("alice", 403), ("jean", 403), ("emma", 403), ("hugo", 403)],
)
def test_the_register_is_for_coordinators_and_administrators(cast, browse, who, status):
    browse(getattr(cast, who), "GET", "/trail", status=status)


def test_the_register_words_acts_and_filters_them(session, cast, browse):
    make_done(session, cast)
    page = browse(cast.claire, "GET", "/trail")
    assert [row.th.contents[0].strip() for row in page.select("tbody tr")] == [
        "Action réalisée",
        "Action demandée",
    ]
    for query, count in (
        ("verb=action.plan", 1),
        ("kind=action", 2),
        ("kind=audit", 0),
        (f"person={cast.bob.user_id}", 1),
        ("person=nonsense", 2),
    ):
        page = browse(cast.claire, "GET", f"/trail?{query}")
        assert len(page.select("tbody tr")) == count, query


def test_the_register_of_another_company_stays_there(session, cast, browse):
    make_action(session, cast, title="Secret")
    page = browse(cast.david, "GET", "/trail")
    assert not page.select("tbody tr")
    assert "Secret" not in page.text


def test_an_administrator_reads_the_acts_but_not_the_words_of_records(session, cast, browse):
    make_action(session, cast, title="Mots de l’action")
    assert "Mots de l’action" in browse(cast.claire, "GET", "/trail").text
    page = browse(cast.ines, "GET", "/trail").text
    assert "Action demandée" in page
    assert "Mots de l’action" not in page


def test_the_chain_is_checked_on_demand(session, cast, browse):
    make_done(session, cast)
    assert "La chaîne est intacte" in browse(cast.claire, "GET", "/trail?verify=1").text


def test_a_changed_word_is_found(session, cast, browse):
    make_done(session, cast)
    session.execute(text("UPDATE event_text SET value = 'autre' WHERE name = 'note'"))
    session.commit()
    page = browse(cast.claire, "GET", "/trail?verify=1").text
    assert "Les mots de l’acte n° 2 ont été changés" in page


def test_erased_words_leave_the_chain_intact(session, cast):
    make_done(session, cast)
    session.execute(text("UPDATE event_text SET value = '', salt = ''"))
    session.commit()
    assert queries.check_chain(session, cast.company).holds


def test_a_changed_act_is_found(session, cast, browse):
    make_done(session, cast)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ALTER TABLE event DISABLE TRIGGER USER"))
    else:
        session.execute(text("DROP TRIGGER event_no_update"))
    body = session.query(Event).filter_by(seq=1).one().body.replace("action.plan", "action.edit")
    session.execute(text("UPDATE event SET body = :body WHERE seq = 1"), {"body": body})
    session.commit()
    page = browse(cast.claire, "GET", "/trail?verify=1").text
    assert "rompue à l’acte n° 1" in page


def test_a_verb_nobody_has_worded_shows_its_code(session, cast, browse):
    act = Act(verb="thing.invented", kind="thing", subject_id=1)
    record(session, act, organisation_id=cast.company, actor_id=None, now=now())
    session.commit()
    row = browse(cast.claire, "GET", "/trail").select_one("tbody tr").text
    assert "thing.invented" in row
    assert "L’application" in row


def test_the_register_takes_at_most_8_statements(session, cast, browse, statements):
    finding = make_finding(session, cast)
    for n in range(60):
        make_action(session, cast, finding=finding, title=f"Action {n}")
    statements.clear()
    browse(cast.claire, "GET", "/trail")
    assert len(statements) - 1 <= 8, "\n\n".join(statements)


# --- searching and narrowing ---


@pytest.fixture
def answered(session, cast):
    """An audit whose questions are answered, and an action of another."""
    other = make_audit(session, cast, reference="AUD-2025-009")
    make_action(session, cast, finding=make_finding(session, cast, other), title="Rapprocher bras")
    audit = make_full_audit(session, cast, status="in_progress")
    answer_all(session, cast, audit)
    return audit


def test_an_answer_says_of_which_audit_which_question_and_what(session, cast, browse, answered):
    row = browse(cast.claire, "GET", "/trail?verb=audit.answer").select_one("tbody tr").text
    assert answered.reference in row
    assert re.search(r"question \d+ · Conforme", row)


def test_the_register_is_searched_by_title_reference_person_and_number(
    session, cast, browse, answered
):
    everything = set(numbers(browse(cast.claire, "GET", "/trail")))
    answers = set(numbers(browse(cast.claire, "GET", "/trail?verb=audit.answer")))
    (asked,) = numbers(browse(cast.claire, "GET", "/trail?q=bras+rapprocher"))
    by_reference = set(numbers(browse(cast.claire, "GET", f"/trail?q={answered.reference}")))
    assert answers < by_reference
    assert asked not in by_reference
    assert numbers(browse(cast.claire, "GET", f"/trail?q={asked}")) == [asked]
    assert set(numbers(browse(cast.claire, "GET", "/trail?q=Alice"))) < everything
    assert numbers(browse(cast.claire, "GET", "/trail?q=introuvable")) == []
    assert numbers(browse(cast.claire, "GET", "/trail?q=%25")) == []


def test_an_administrator_finds_no_act_by_words_that_they_may_not_read(session, cast, browse):
    make_action(session, cast, title="Mots de l’action")
    assert numbers(browse(cast.claire, "GET", "/trail?q=Mots"))
    assert not numbers(browse(cast.ines, "GET", "/trail?q=Mots"))
    assert "Mots de l’action" not in browse(cast.ines, "GET", "/trail/export.csv").response.text


def test_an_administrator_is_not_told_of_which_audit_a_question_is(cast, browse, answered):
    question = f"/trail?verb=audit.answer&q={answered.reference}"
    assert numbers(browse(cast.claire, "GET", question))
    assert not numbers(browse(cast.ines, "GET", question))
    page = browse(cast.ines, "GET", "/trail?verb=audit.answer")
    assert "question 1" in page.text
    assert answered.reference not in page.text
    export = browse(cast.ines, "GET", "/trail/export.csv?verb=audit.answer").response.text
    assert answered.reference not in export


def test_days_are_those_of_paris_and_the_last_one_counts(session, cast, browse):
    note(session, cast, 1, at=datetime(2026, 3, 9, 22, 59, tzinfo=UTC))
    note(session, cast, 1, at=datetime(2026, 3, 9, 23, 1, tzinfo=UTC))
    for query, shown in (
        ("until=2026-03-09", ["1"]),
        ("since=2026-03-10", ["2"]),
        ("since=2026-03-09&until=2026-03-10", ["2", "1"]),
        ("since=2026-03-11", []),
        ("since=nonsense&until=0001-01-01", ["2", "1"]),
    ):
        assert numbers(browse(cast.claire, "GET", f"/trail?{query}")) == shown, query


def test_acts_of_the_application_are_told_from_those_of_people(session, cast, browse):
    make_action(session, cast)
    note(session, cast, 1)
    assert numbers(browse(cast.claire, "GET", "/trail?person=0")) == ["2"]


def test_one_object_is_followed_by_its_link(session, cast, browse):
    finding = make_finding(session, cast)
    first = make_action(session, cast, finding=finding)
    second = make_action(session, cast, finding=finding, title="Autre")
    page = browse(cast.claire, "GET", "/trail")
    (link,) = [a["href"] for a in page.select("a.only") if f"subject={first.id}" in a["href"]]
    page = browse(cast.claire, "GET", f"/actions/{first.id}")
    assert link in [a["href"] for a in page.select("main a")]
    assert "/trail?" not in browse(cast.bob, "GET", f"/actions/{first.id}").response.text
    page = browse(cast.claire, "GET", link)
    assert numbers(page) == ["1"]
    assert second.reference not in page.select_one("tbody").text
    assert page.select_one("input[name=subject]")["value"] == str(first.id)


def test_the_count_and_every_filter_are_said(session, cast, browse):
    make_done(session, cast)
    note(session, cast, 1)
    page = browse(cast.claire, "GET", "/trail")
    assert page.select_one(".filtered__count").text == "3 actes"
    query = f"q=ACT&kind=action&verb=action.do&person={cast.bob.user_id}&since=2020-01-01"
    page = browse(cast.claire, "GET", f"/trail?{query}")
    assert page.select_one(".filtered__count").text == "1 acte"
    assert len(page.select("a.chip")) == 5
    for chip in page.select("a.chip"):
        assert len(browse(cast.claire, "GET", chip["href"]).select("a.chip")) == 4


def test_no_act_is_lost_between_pages(session, cast, browse):
    note(session, cast, PAGE_SIZE + 3)
    page = browse(cast.claire, "GET", "/trail")
    seen = numbers(page)
    seen += numbers(browse(cast.claire, "GET", page.select_one("a[rel=next]")["href"]))
    assert seen == [str(n) for n in range(PAGE_SIZE + 3, 0, -1)]


# --- exports ---


def test_the_export_holds_what_is_shown_and_what_the_chain_is_worth(
    session, cast, browse, answered
):
    page = browse(cast.claire, "GET", "/trail?verb=audit.answer")
    answer = browse(cast.claire, "GET", "/trail/export.csv?verb=audit.answer").response
    rows = list(csv.reader(StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in rows[1:]] == numbers(page)
    assert {row[5] for row in rows[1:]} == {answered.reference}
    assert all(re.fullmatch("[0-9a-f]{64}", row[-1]) for row in rows[1:])

    answer = browse(cast.claire, "GET", "/trail/export.xlsx?verb=audit.answer").response
    acts, verification = sheets(answer)
    assert [f"{row[0]:.0f}" for row in acts[1:]] == numbers(page)
    assert all(isinstance(row[1], datetime) for row in acts[1:])
    told = dict(verification)
    assert told["Vérification de toute la chaîne"] == "La chaîne est intacte"
    assert told["Filtres"] == "Réponse donnée à une question d’audit"


def sheets(answer):
    """Return the rows of each sheet of an Excel file."""
    book = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def test_the_export_of_a_changed_chain_says_so(session, cast, browse):
    make_done(session, cast)
    session.execute(text("UPDATE event_text SET value = 'autre' WHERE name = 'note'"))
    session.commit()
    answer = browse(cast.claire, "GET", "/trail/export.xlsx").response
    told = dict(sheets(answer)[1])
    assert told["Vérification de toute la chaîne"] == "Les mots de l’acte n° 2 ont été changés"


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_the_export_is_for_those_who_read_the_register(cast, browse, extension):
    browse(cast.alice, "GET", f"/trail/export.{extension}", status=403)


# --- what the page says by itself ---


def test_the_page_computes_the_acts_that_it_shows(session, cast, browse):
    make_done(session, cast)
    assert "aucun n’a changé" in browse(cast.claire, "GET", "/trail").text
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ALTER TABLE event DISABLE TRIGGER USER"))
    else:
        session.execute(text("DROP TRIGGER event_no_update"))
    session.execute(
        text("UPDATE event SET body = replace(body, 'bob', 'eve') || ' ' WHERE seq = 1")
    )
    session.commit()
    page = browse(cast.claire, "GET", "/trail").text
    assert "ne donnent plus leur empreinte : n° 1" in page.replace("\xa0", " ")
    assert "aucun n’a changé" not in page


def test_a_page_costs_the_same_however_long_the_register(session, engine, cast, browse):
    note(session, cast, 1_100)
    look_at_tables(session)
    few = work_of(session, read(engine, browse, cast))
    note(session, cast, 1_900)
    look_at_tables(session)
    assert work_of(session, read(engine, browse, cast)) <= 1.5 * few


def read(engine, browse, cast):
    """Return what the page of the register reads."""
    browse(cast.claire, "GET", "/trail")
    with selects(engine) as sent:
        browse(cast.claire, "GET", "/trail")
    return sent


# --- words ---


def verbs_recorded():
    """Return every verb that services record, read from their source and the workflows."""
    for path in PACKAGE.glob("*/services/*.py"):
        yield from verbs_of(path.read_text(encoding="utf-8"))
    for path in PACKAGE.glob("*/services.py"):
        yield from verbs_of(path.read_text(encoding="utf-8"))
    for kind, workflow in WORKFLOWS.items():
        yield from (f"{kind}.{each.name}" for each in workflow.transitions)


def verbs_of(source):
    yield from re.findall(r'(?:verb=|_record\w*\(session, \w+, )"([a-z]+\.[a-z_-]+)"', source)
    for kind in re.findall(r'verb=f"([a-z]+)\.\{', source):
        names = re.findall(r'_record\(session, \w+, "([a-z_-]+)"', source)
        yield from (f"{kind}.{name}" for name in names)


def test_every_verb_that_is_recorded_has_its_words():
    recorded = set(verbs_recorded())
    assert {"audit.answer", "finding.delete", "person.reset-link", "candidacy.start"} <= recorded
    assert not recorded - set(VERBS), "give each its words in dashboard/rules.py, VERBS"


@pytest.mark.parametrize(
    ("day", "at"),
    [
        (date(2026, 7, 1), datetime(2026, 6, 30, 22, tzinfo=UTC)),
        (date(2026, 12, 1), datetime(2026, 11, 30, 23, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_midnight_in_paris(day, at):
    assert begins_at(day) == at
