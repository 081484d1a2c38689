import hashlib
import re
from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document
from pypdf import PdfReader
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from qse_audit.audits import reports, services
from qse_audit.audits.models import Report
from qse_audit.audits.queries import get_audit, item_at
from qse_audit.audits.queries.report_model import as_model, from_model
from qse_audit.audits.rules import AuditStatus, Verdict
from qse_audit.core.canonical import canonical_json
from qse_audit.core.errors import Conflict, Refused, TransitionRefused
from qse_audit.db.outbox import Notice
from qse_audit.db.trail import Event
from qse_audit.findings.rules import FindingStatus, Grade
from tests.audits.factories import WORDS, answer_all, make_audit, make_finding
from tests.documents.conftest import HOSTILE
from tests.factories import NOW
from tests.papers import pdf_problems

ADDRESSES = {"pdf-fr": "a" * 64, "docx-fr": "b" * 64}


@pytest.fixture
def audit(session, cast):
    audit = make_audit(session, cast, status="in_progress")
    answer_all(session, cast, audit)
    return audit


def prepared(session, cast, audit, **options):
    return services.prepare_report(session, audit, actor=cast.alice, now=NOW, **options)


def issue(session, cast, audit, **options):
    report = prepared(session, cast, audit, **options)
    stored = services.issue_report(
        session, audit, report, files=ADDRESSES, actor=cast.alice, now=NOW
    )
    session.commit()
    return stored


def letters(refused):
    return {refusal.code.removeprefix("report_") for refusal in refused.value.refusals}


@pytest.mark.parametrize(
    ("lacking", "letter"),
    [
        ({"participants": ""}, "d"),
        ({"conclusions": " "}, "h"),
        ({"fulfilment": ""}, "i"),
        ({"divergences": ""}, "j"),
        ({"sampling": ""}, "k"),
    ],
)
def test_a_report_without_words_names_exactly_what_is_missing(
    session, cast, audit, lacking, letter
):
    services.write_report(session, audit, replace(WORDS, **lacking), actor=cast.alice, now=NOW)
    with pytest.raises(TransitionRefused) as refused:
        prepared(session, cast, audit)
    assert letters(refused) == {letter}
    assert refused.value.refusals[0].source == f"ISO 19011:2018, 6.5.1 {letter}"


def test_a_report_waits_for_each_answer_and_each_finding(session, cast, audit):
    item = item_at(session, audit.id, 1)
    services.answer(session, item, verdict=None, observation="", actor=cast.alice, now=NOW)
    item = item_at(session, audit.id, 2)
    services.answer(
        session,
        item,
        verdict=Verdict.MINOR_NONCONFORMITY,
        observation="Écart",
        actor=cast.alice,
        now=NOW,
    )
    session.commit()
    make_finding(session, cast, audit, status=FindingStatus.DRAFT)
    session.refresh(audit)
    with pytest.raises(TransitionRefused) as refused:
        prepared(session, cast, audit)
    assert letters(refused) == {"g"}
    assert len(refused.value.refusals) == 3


def test_issuing_stores_the_report_and_moves_the_audit(session, cast, audit):
    stored = issue(session, cast, audit)
    assert (stored.number, audit.status, audit.reported_at) == (1, AuditStatus.REPORTED, NOW)
    assert stored.model_sha256 == hashlib.sha256(canonical_json(stored.model)).hexdigest()
    event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event.verb == "audit.report"
    assert stored.model_sha256 in event.body
    assert stored.head_seq < event.seq
    assert cast.bob.user_id in set(session.scalars(select(Notice.person_id)))


def test_an_issued_report_cannot_be_changed_even_by_sql(session, cast, audit):
    stored = issue(session, cast, audit)
    for statement in ("UPDATE report SET reason = 'x'", "DELETE FROM report"):
        with pytest.raises(DatabaseError, match="append-only"):
            session.execute(text(statement))
        session.rollback()
    assert session.get(Report, stored.id).reason == ""


def test_what_changes_after_the_issue_leaves_the_issued_version_alone(session, cast, audit):
    finding = make_finding(session, cast, audit)
    stored = issue(session, cast, audit)
    before = (stored.model_sha256, canonical_json(stored.model))
    finding.title = "Réécrit après coup"
    services.write_report(
        session, audit, replace(WORDS, conclusions="Autre"), actor=cast.alice, now=NOW
    )
    session.commit()
    session.expire_all()
    assert (stored.model_sha256, canonical_json(stored.model)) == before
    assert stored.model["findings"][0]["title"] == "Pied à coulisse non vérifié"


def test_a_revision_is_a_new_version_with_a_reason(session, cast, audit):
    issue(session, cast, audit)
    with pytest.raises(Refused, match="Dites pourquoi"):
        prepared(session, cast, audit)
    services.write_report(
        session, audit, replace(WORDS, conclusions="Précisées"), actor=cast.alice, now=NOW
    )
    second = issue(session, cast, audit, reason="Conclusions précisées")
    assert (second.number, second.reason) == (2, "Conclusions précisées")
    assert second.model["conclusions"] == "Précisées"
    assert audit.status is AuditStatus.REPORTED


def test_a_draft_has_nothing_to_revise(session, cast):
    draft = make_audit(session, cast)
    with pytest.raises(TransitionRefused):
        prepared(session, cast, draft, reason="Pour voir")


def test_what_changes_while_the_files_are_made_is_a_conflict(session, cast, audit):
    report = prepared(session, cast, audit)
    services.write_report(
        session, audit, replace(WORDS, conclusions="Changées"), actor=cast.alice, now=NOW
    )
    session.commit()
    with pytest.raises(Conflict):
        services.issue_report(session, audit, report, files={}, actor=cast.alice, now=NOW)


def test_answers_are_closed_once_the_report_is_issued(session, cast, audit):
    issue(session, cast, audit)
    with pytest.raises(Refused, match="audit en cours"):
        services.answer(
            session,
            item_at(session, audit.id, 1),
            verdict=Verdict.STRENGTH,
            observation="",
            actor=cast.alice,
            now=NOW,
        )


def test_a_report_text_is_not_written_over(session, cast, audit):
    seen = audit.version
    other = replace(WORDS, conclusions="Par Claire")
    services.write_report(session, audit, other, version=seen, actor=cast.alice, now=NOW)
    session.commit()
    with pytest.raises(Conflict) as conflict:
        services.write_report(
            session,
            audit,
            replace(WORDS, conclusions="Par Alice"),
            version=seen,
            actor=cast.alice,
            now=NOW,
        )
    assert conflict.value.theirs == {"conclusions": "Par Claire"}
    assert conflict.value.yours == {"conclusions": "Par Alice"}


def test_closing_waits_for_actions_and_majors(session, cast, audit):
    finding = make_finding(session, cast, audit, grade=Grade.MAJOR_NONCONFORMITY)
    issue(session, cast, audit)
    with pytest.raises(TransitionRefused) as refused:
        services.move_audit(session, audit, "close", actor=cast.claire, now=NOW)
    assert {r.code for r in refused.value.refusals} == {"untreated_nonconformities", "open_majors"}
    assert finding.reference in str(refused.value)
    finding.status, finding.closed_at = FindingStatus.CLOSED, NOW
    session.commit()
    services.move_audit(session, audit, "close", actor=cast.claire, now=NOW)
    session.commit()
    assert (audit.status, audit.closed_at) == (AuditStatus.CLOSED, NOW)


def test_the_stored_model_gives_the_same_report_back(session, cast, audit):
    make_finding(session, cast, audit)
    report = prepared(session, cast, audit)
    assert from_model(as_model(report)) == report


def hostile(report):
    """Return ``report`` with odd characters in every text that a person may write."""
    odd = " " + HOSTILE
    finding = replace(report.findings[0], title="T" + odd, evidence_text="Vu" + odd)
    section = report.sections[0]
    answers = [replace(a, observation="Vu" + odd, verdict="conforming") for a in section.answers]
    return replace(
        report,
        title="Audit" + odd,
        organisation="Atelier" + odd,
        conclusions="Bien" + odd,
        participants="Bob" + odd,
        sampling="x" * 10_000,
        findings=[finding],
        sections=[replace(section, answers=answers)],
    )


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("odd", [False, True], ids=["plain", "hostile"])
def test_the_pdf_is_archivable_accessible_and_complete(session, cast, audit, locale, odd):
    finding = make_finding(session, cast, audit)
    report = prepared(session, cast, audit)
    if odd:
        report = hostile(replace(report, title="Audit"))
        report = from_model_safe(report)
    file = reports.report_pdf(report, locale)
    for profile in ("pdfa3a", "pdfua1"):
        assert pdf_problems(file, profile) == []
    reader = PdfReader(BytesIO(file))
    told = "\n".join(sheet.extract_text() for sheet in reader.pages)
    assert finding.reference in told
    assert report.reference in told
    assert re.search(rf"Page {len(reader.pages)} / {len(reader.pages)}", told)
    assert list(reader.attachments) == ["report.json"]


def from_model_safe(report):
    """Return ``report`` without what JSON cannot hold: the form refuses lone surrogates."""
    clean = {
        name: value.replace("\ud800", "") if isinstance(value, str) else value
        for name, value in as_model(report).items()
    }
    clean["findings"] = [
        {k: v.replace("\ud800", "") if isinstance(v, str) else v for k, v in f.items()}
        for f in clean["findings"]
    ]
    for section in clean["sections"]:
        for answer in section["answers"]:
            answer["observation"] = answer["observation"].replace("\ud800", "")
    return from_model(clean)


def test_the_pdf_prints_the_hash_of_its_own_data(session, cast, audit):
    report = prepared(session, cast, audit)
    file = reports.report_pdf(report, "fr")
    reader = PdfReader(BytesIO(file))
    told = re.sub(r"\s", "", "".join(sheet.extract_text() for sheet in reader.pages))
    data = reader.attachments["report.json"][0]
    assert hashlib.sha256(data).hexdigest() in told
    assert report.head_hash in told


def test_the_same_report_gives_the_same_pdf(session, cast, audit):
    report = prepared(session, cast, audit)
    assert reports.report_pdf(report, "fr") == reports.report_pdf(report, "fr")


def test_the_word_file_says_what_the_report_says(session, cast, audit):
    make_finding(session, cast, audit)
    report = prepared(session, cast, audit)
    document = Document(BytesIO(reports.report_docx(report, "en")))
    told = [p.text for p in document.paragraphs]
    cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
    assert "Le processus est maîtrisé." in told
    assert report.head_hash in cells


def test_the_lead_auditor_issues_and_everyone_concerned_downloads(browse, cast, session, audit):
    audit_id = audit.id
    browse(cast.alice, "POST", f"/audits/{audit_id}/moves/report", status=303, go="1")
    stored = session.scalars(select(Report).where(Report.audit_id == audit_id)).one()
    assert set(stored.files) == {"pdf-fr", "pdf-en", "docx-fr", "docx-en"}
    page = browse(cast.bob, "GET", f"/audits/{audit_id}")
    links = [a["href"] for a in page.select(".issued a.file")]
    assert len(links) == 4
    for link in links:
        response = browse(cast.bob, "GET", link).response
        address = stored.files[link.rsplit("/", 1)[1]]
        assert hashlib.sha256(response.data).hexdigest() == address
        assert response.headers["Content-Disposition"].startswith("attachment")
    browse(cast.david, "GET", links[0], status=404)
    browse(cast.alice, "GET", f"/audits/reports/{stored.id}/exe-fr", status=404)


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("claire", 403), ("david", 404)])
def test_only_the_lead_auditor_issues(browse, cast, session, audit, who, status):
    path = f"/audits/{audit.id}/moves/report"
    browse(getattr(cast, who), "POST", path, status=status, go="1")


def test_a_refused_issue_explains_itself_and_stores_nothing(browse, cast, session):
    audit = make_audit(session, cast, status="in_progress")
    audit_id = audit.id
    browse(cast.alice, "POST", f"/audits/{audit_id}/moves/report", status=303, go="1")
    assert session.scalars(select(Report)).all() == []
    assert get_audit(session, audit_id).status is AuditStatus.IN_PROGRESS


def test_revising_from_the_page_asks_why(browse, cast, session, audit):
    issue(session, cast, audit)
    path = f"/audits/{audit.id}/report/revise"
    page = browse(cast.alice, "POST", path, status=422, reason="")
    assert page.select_one("#reason-error")
    browse(cast.alice, "POST", path, status=303, reason="Coquille")
    numbers = session.scalars(select(Report.number).order_by(Report.number)).all()
    assert numbers == [1, 2]


def test_the_report_text_is_offered_a_statement_on_sampling(browse, cast, session):
    audit = make_audit(session, cast, status="in_progress", words=None)
    page = browse(cast.alice, "GET", f"/audits/{audit.id}/report")
    assert "échantillon" in page.select_one("#sampling").text
    browse(
        cast.alice,
        "POST",
        f"/audits/{audit.id}/report",
        status=303,
        version=audit.version,
        conclusions="Maîtrisé",
        sampling="Trois dossiers",
    )
    session.refresh(audit)
    assert (audit.conclusions, audit.sampling) == ("Maîtrisé", "Trois dossiers")


def test_two_people_writing_the_report_see_both_texts(browse, cast, session, audit):
    path, seen = f"/audits/{audit.id}/report", audit.version
    browse(cast.alice, "POST", path, status=303, version=seen, conclusions="Premier texte")
    page = browse(cast.alice, "POST", path, status=409, version=seen, conclusions="Second texte")
    assert "Premier texte" in page.text
    assert "Second texte" in page.select_one("textarea").text


def test_the_report_text_is_closed_to_others(browse, cast, session, audit):
    browse(cast.claire, "GET", f"/audits/{audit.id}/report", status=403)
    browse(cast.david, "GET", f"/audits/{audit.id}/report", status=404)
