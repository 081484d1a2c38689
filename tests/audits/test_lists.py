import csv
from datetime import date, timedelta
from io import BytesIO, StringIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import insert, select, text

from qse_audit.audits import queries
from qse_audit.audits.models import Audit
from qse_audit.audits.queries import AuditFilter
from qse_audit.audits.rules import AuditMethod, AuditStatus
from qse_audit.core.permissions import Kind, Link, Permission
from qse_audit.db.participation import Participation
from qse_audit.policies import allows
from qse_audit.web.paging import COUNTED_AT_MOST
from tests.audits.factories import make_audit
from tests.factories import NOW

ALL = AuditFilter()


def insert_audits(session, cast, count, **values):
    """Store many audits at once, one a day."""
    start = date(2020, 1, 1)
    rows = [
        {
            "organisation_id": cast.company,
            "reference": f"X-{n}",
            "title": f"Audit {n}",
            "status": AuditStatus.CANCELLED,
            "method": AuditMethod.ON_SITE,
            "listed_on": start + timedelta(days=n % 3000),
            "created_at": NOW,
            "created_by_id": cast.claire.user_id,
            **values,
        }
        for n in range(count)
    ]
    session.execute(insert(Audit), rows)
    session.commit()


def test_the_list_and_the_policy_agree_on_everyone_and_every_status(session, cast):
    everyone = cast.everyone()
    for status in AuditStatus:
        closed_at = NOW if status is AuditStatus.CLOSED else None
        values = {"status": status, "closed_at": closed_at}
        for n, link in enumerate([None, *Link]):
            insert_audits(session, cast, 1, reference=f"{status}-{n}", **values)
            if link is None:
                continue
            audit_id = session.scalar(select(Audit.id).order_by(Audit.id.desc()).limit(1))
            session.add_all(
                Participation(
                    subject_kind=Kind.AUDIT, subject_id=audit_id, link=link, person_id=who.user_id
                )
                for who in everyone.values()
            )
    session.commit()
    audits = session.scalars(select(Audit)).all()
    for name, who in everyone.items():
        allowed = {a.id for a in audits if allows(who, Permission.AUDIT_READ, a.access())}
        page = queries.audit_page(session, who, ALL, size=1000)
        assert {line.id for line in page.rows} == allowed, name
        readable = set(session.scalars(select(Audit.id).where(queries.readable_by(who))))
        assert readable == allowed, name


def test_another_company_sees_nothing(session, cast):
    make_audit(session, cast)
    assert queries.audit_page(session, cast.david, ALL).rows == []
    assert queries.count_audits(session, cast.david, ALL) == 0


def test_a_list_says_what_each_audit_is(session, cast):
    make_audit(session, cast, status="in_progress")
    line = queries.audit_page(session, cast.claire, ALL).rows[0]
    assert (line.lead, line.question_count, line.finding_count) == ("Alice Moreau", 4, 0)


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (AuditFilter(text="USINAGE"), 1),
        (AuditFilter(text="aud-2026-001"), 1),
        (AuditFilter(text="100%"), 0),
        (AuditFilter(status=AuditStatus.DRAFT), 1),
        (AuditFilter(status=AuditStatus.CLOSED), 0),
        (AuditFilter(year=2026), 1),
        (AuditFilter(year=2025), 0),
        (AuditFilter(process_id=999), 0),
        (AuditFilter(only_mine=True), 0),
    ],
)
def test_a_list_is_narrowed(session, cast, wanted, count):
    make_audit(session, cast)
    assert len(queries.audit_page(session, cast.claire, wanted).rows) == count
    assert queries.count_audits(session, cast.claire, wanted) == count


def test_the_lead_auditor_finds_her_own_audits(session, cast):
    make_audit(session, cast)
    assert len(queries.audit_page(session, cast.alice, AuditFilter(only_mine=True)).rows) == 1


def test_pages_follow_each_other_without_gap_or_repeat(session, cast):
    insert_audits(session, cast, 130)
    seen, cursor = [], None
    while True:
        page = queries.audit_page(session, cast.claire, ALL, cursor=cursor)
        seen += [line.id for line in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 130


@pytest.fixture
def many(session, cast, engine):
    """100,000 audits over eight years, copied from one inside the database."""
    insert_audits(session, cast, 1)
    names = [c.name for c in Audit.__table__.columns if c.name != "id"]
    day = "date('2020-01-01', '+' || (i % 3000) || ' days')"
    if engine.dialect.name == "postgresql":
        day = "date '2020-01-01' + i % 3000"
    copied = {"reference": "'Y-' || i", "listed_on": day}
    values = ", ".join(copied.get(name, f"audit.{name}") for name in names)
    session.execute(
        text(
            "WITH RECURSIVE numbers(i) AS "
            "(SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < 99999) "
            f"INSERT INTO audit ({', '.join(names)}) "
            f"SELECT {values} FROM numbers, (SELECT * FROM audit) AS audit"
        )
    )
    session.execute(text("ANALYZE"))
    session.commit()


def test_a_list_of_100000_audits_walks_its_index(session, cast, many, engine):
    cursor = queries.audit_page(session, cast.claire, ALL).next
    seen = []
    connection = session.connection()
    original = session.execute

    def note(statement, *args, **options):
        seen.append(statement)
        return original(statement, *args, **options)

    session.execute = note
    queries.audit_page(session, cast.claire, ALL, cursor=cursor)
    session.execute = original
    compiled = seen[0].compile(connection, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    plan = "\n".join(str(row) for row in connection.exec_driver_sql(explain + str(compiled)))
    assert "ix_audit_list" in plan, plan
    bound = "listed_on<?" if engine.dialect.name == "sqlite" else "listed_on <="
    assert bound in plan, plan
    assert "SCAN audit" not in plan, plan
    assert "Seq Scan on audit" not in plan, plan
    assert "TEMP B-TREE" not in plan, plan
    assert "Sort" not in plan, plan


def test_counting_stops_at_a_thousand(session, cast):
    insert_audits(session, cast, 1100)
    assert queries.count_audits(session, cast.claire, ALL) == COUNTED_AT_MOST + 1


def test_the_list_page_takes_at_most_8_statements(browse, cast, session, statements):
    for _ in range(3):
        make_audit(session, cast)
    browse(cast.claire, "GET", "/audits/")
    session.rollback()
    statements.clear()
    browse(cast.claire, "GET", "/audits/?status=draft&year=2026&q=usinage")
    sent = [s for s in statements if "sign_in_session (" not in s]
    assert len(sent) <= 8, "\n".join(s[:100] for s in sent)


def test_the_list_page_shows_what_one_may_read(browse, cast, session):
    audit = make_audit(session, cast)
    assert audit.reference in browse(cast.alice, "GET", "/audits/").text
    assert audit.reference not in browse(cast.bob, "GET", "/audits/").text
    browse(cast.gaelle, "GET", "/audits/", status=403)


@pytest.mark.parametrize(
    "query", ["status=nonsense", "year=99999999999999999999", "process=-1", "after=abc", "q=%25%27"]
)
def test_an_address_that_makes_no_sense_still_shows_a_page(browse, cast, query):
    browse(cast.claire, "GET", f"/audits/?{query}")


def test_an_empty_list_says_what_audits_are_for(browse, cast):
    page = browse(cast.claire, "GET", "/audits/")
    assert "Un audit vérifie" in page.select_one(".empty").text
    assert page.select_one('.empty a[href="/audits/new"]')
    assert not browse(cast.alice, "GET", "/audits/").select_one('.empty a[href="/audits/new"]')


def test_a_workbook_of_1200_rows_takes_at_most_12_statements(browse, cast, session, statements):
    insert_audits(session, cast, 1200)
    session.rollback()
    statements.clear()
    file = browse(cast.claire, "GET", "/audits/export.xlsx").response.data
    sent = [s for s in statements if "sign_in_session (" not in s]
    assert len(sent) <= 12, "\n".join(s[:100] for s in sent)
    cells = CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_index(0).to_python()
    assert len(cells) == 1 + 1200


def test_exports_hold_what_the_list_shows(browse, cast, session):
    make_audit(session, cast, title="=1+1")
    make_audit(session, cast, title="Achats")
    text = browse(cast.claire, "GET", "/audits/export.csv?q=achats").response.data.decode(
        "utf-8-sig"
    )
    rows = list(csv.reader(StringIO(text), delimiter=";"))
    assert [row[1] for row in rows] == ["Titre", "Achats"]
    file = browse(cast.claire, "GET", "/audits/export.xlsx").response.data
    cells = CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_index(0).to_python()
    assert {row[1] for row in cells[1:]} == {"=1+1", "Achats"}
    assert "=1+1" not in browse(cast.bob, "GET", "/audits/export.csv").response.data.decode()
