"""What is gathered at a question follows it: its panel, its row, its finding, the report."""

import io
from datetime import date

import pytest

from qse_audit.audits import queries, services
from qse_audit.audits.queries import item_at
from qse_audit.audits.queries.report_model import ReportedEvidence
from qse_audit.audits.queries.reports import audit_report, reported_evidence
from qse_audit.core.errors import Refused
from qse_audit.core.permissions import Kind
from qse_audit.db.trail import Head
from qse_audit.documents.store import FileStore
from qse_audit.evidence.intake import TakenIn
from qse_audit.evidence.models import Evidence
from qse_audit.evidence.rules import EvidenceType
from qse_audit.evidence.services import keep_evidence, withdraw_evidence
from qse_audit.findings.models import Finding
from tests.audits.factories import answer_all, make_audit, make_edition
from tests.conftest import as_json
from tests.evidence import samples
from tests.factories import NOW

JSON = {"Accept": "application/json"}


@pytest.fixture
def audit(session, cast):
    return make_audit(session, cast, status="in_progress")


@pytest.fixture
def gather(session, cast, audit, settings):
    """Gather a file at a question of Alice’s audit, or at none."""

    def gather(position=None, *, title="Étiquette", of=audit):
        stored = FileStore(settings.files_folder).put_bytes(title.encode())
        taken = TakenIn(
            file_name="etiquette.txt",
            media_type="text/plain",
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            received_sha256=stored.sha256,
        )
        evidence = keep_evidence(
            session,
            taken,
            organisation_id=cast.company,
            origin=(Kind.AUDIT, of.id),
            title=title,
            type=EvidenceType.OBSERVATION,
            happened_on=date(2026, 3, 1),
            place="",
            actor=cast.alice,
            now=NOW,
        )
        if position:
            item = item_at(session, of.id, position)
            services.attach_evidence(session, item, evidence, actor=cast.alice, now=NOW)
        session.commit()
        return evidence

    return gather


def upload(browse, who, item_id, **expected):
    path = f"/evidence/add/checklist_item/{item_id}"
    file = (io.BytesIO(samples.photo()), "photo.jpg")
    return browse(who, "POST", path, headers=JSON, file=file, **expected)


def test_a_photo_sent_from_a_question_belongs_to_it(browse, cast, audit, session):
    item = item_at(session, audit.id, 2)
    sent = as_json(upload(browse, cast.alice, item.id, status=201))
    stored = session.get(Evidence, sent["id"])
    assert (stored.origin_kind, stored.origin_id) == (Kind.AUDIT, audit.id)
    assert stored.checklist_item_id == item.id
    page = browse(cast.alice, "GET", f"/audits/{audit.id}/checklist/2")
    assert page.select_one("#evidence .thumb")["href"] == f"/evidence/{stored.id}"
    assert not browse(cast.alice, "GET", f"/audits/{audit.id}/checklist/1").select(".thumb")
    told = as_json(browse(cast.alice, "GET", f"/audits/{audit.id}/checklist/2", headers=JSON))
    assert [file["url"] for file in told["evidence"]] == [f"/evidence/{stored.id}"]


def test_only_the_team_sends_photos_to_a_question(browse, cast, audit, session):
    item_id = item_at(session, audit.id, 1).id
    upload(browse, cast.bob, item_id, status=403)
    upload(browse, cast.david, item_id, status=404)


def test_a_question_takes_no_photo_once_its_answers_are_closed(browse, cast, session):
    reported = make_audit(session, cast, status="planned")
    upload(browse, cast.alice, item_at(session, reported.id, 1).id, status=422)
    assert session.query(Evidence).count() == 0


def test_rows_count_what_was_gathered_at_them(browse, cast, audit, gather):
    gather(2), gather(2, title="Registre"), gather(3), gather()
    page = browse(cast.alice, "GET", f"/audits/{audit.id}/checklist")
    counts = {row["id"]: row.select_one(".n") for row in page.select(".grid li")}
    assert [link and link.text for link in counts.values()] == [
        None,
        "2 preuves",
        "1 preuve",
        None,
    ]
    assert counts["q2"]["href"] == f"/audits/{audit.id}/checklist/2#evidence"


def test_an_observer_counts_nothing_that_they_may_not_open(session, cast, audit, gather):
    gather(1)
    assert list(queries.evidence_counts(session, audit.id, cast.alice).values()) == [1]
    assert queries.evidence_counts(session, audit.id, cast.farid) == {}


def test_the_page_of_1200_questions_stays_within_12_statements_with_photos(
    browse, cast, statements, session, gather
):
    edition = make_edition(session, ref="Grand", chapters=10, clauses=60, questions=2)
    large = make_audit(session, cast, status="in_progress", edition=edition)
    for position in range(1, 21):
        gather(position, title=f"Photo {position}", of=large)
    session.rollback()
    statements.clear()
    page = browse(cast.alice, "GET", f"/audits/{large.id}/checklist")
    sent = [s for s in statements if "sign_in_session (" not in s]
    assert len(sent) <= 12, "\n".join(s[:100] for s in sent)
    assert len(page.select(".grid .n")) == 20


def test_the_finding_takes_the_files_of_its_question_along(session, cast, audit, gather):
    mine, _other = gather(2), gather(3)
    item = item_at(session, audit.id, 2)
    finding = services.state_finding(session, item, actor=cast.alice, now=NOW)
    session.commit()
    assert [e.id for e in finding.evidence] == [mine.id]
    assert session.get(Finding, finding.id).evidence_count == 1


def test_a_draft_is_offered_what_its_question_gathered_since(browse, cast, session, audit, gather):
    item = item_at(session, audit.id, 2)
    finding_id = services.state_finding(session, item, actor=cast.alice, now=NOW).id
    late, elsewhere = gather(2), gather(3)
    page = browse(cast.alice, "GET", f"/findings/{finding_id}/edit")
    offered = page.select("[aria-labelledby=offered] .thumb")
    assert [link["href"] for link in offered] == [f"/evidence/{late.id}"]
    path = f"/findings/{finding_id}/attach"
    browse(cast.alice, "POST", path, status=303, evidence_id=late.id)
    browse(cast.alice, "POST", path, status=303, evidence_id=elsewhere.id)
    assert {e.id for e in session.get(Finding, finding_id).evidence} == {late.id, elsewhere.id}
    page = browse(cast.alice, "GET", f"/findings/{finding_id}/edit")
    assert not page.select("[aria-labelledby=offered]")


def test_a_file_of_another_audit_cannot_be_tied(browse, cast, session, audit, gather):
    item = item_at(session, audit.id, 2)
    finding_id = services.state_finding(session, item, actor=cast.alice, now=NOW).id
    foreign = gather(of=make_audit(session, cast, status="in_progress"))
    path = f"/findings/{finding_id}/attach"
    browse(cast.alice, "POST", path, status=404, evidence_id=foreign.id)
    browse(cast.bob, "POST", path, status=404, evidence_id=foreign.id)


def test_the_report_says_at_which_question_a_file_was_gathered(session, cast, audit, gather):
    gather(3), gather()
    report = audit_report(
        session,
        audit,
        number=1,
        reason="",
        head=Head(1, "0" * 64),
        issued_by_id=cast.alice.user_id,
        now=NOW,
    )
    clause = item_at(session, audit.id, 3).clause_ref
    assert [(e.question, e.clause_ref) for e in report.evidence] == [(3, clause), (0, "")]


def test_a_report_stored_before_questions_were_told_still_reads():
    assert ReportedEvidence.__dataclass_fields__["question"].default == 0
    assert ReportedEvidence.__dataclass_fields__["clause_ref"].default == ""


def test_files_of_questions_that_go_stay_with_the_audit(session, cast, audit, gather):
    kept = gather(2)
    services.make_checklist(session, audit, actor=cast.alice, now=NOW)
    session.commit()
    session.refresh(kept)
    assert kept.checklist_item_id is None
    assert kept.origin_id == audit.id


def test_the_page_of_a_file_leads_to_its_question(browse, cast, audit, gather, session):
    kept = gather(2)
    item_id = item_at(session, audit.id, 2).id
    page = browse(cast.alice, "GET", f"/evidence/{kept.id}")
    assert page.select_one(f'a[href="/audits/checklist-items/{item_id}"]')


def test_nothing_is_tied_to_a_question_after_the_answers(session, cast, audit, gather):
    loose = gather()
    planned = make_audit(session, cast, status="planned")
    item = item_at(session, planned.id, 1)
    with pytest.raises(Refused):
        services.attach_evidence(session, item, loose, actor=cast.alice, now=NOW)


def test_what_was_withdrawn_is_neither_counted_nor_reported(session, cast, audit, gather):
    gone, kept = gather(2), gather(2, title="Registre")
    withdraw_evidence(session, gone, reason="Un visage", actor=cast.alice, now=NOW)
    session.commit()
    assert list(queries.evidence_counts(session, audit.id, cast.alice).values()) == [1]
    assert reported_evidence(session, audit.id) == (kept.id,)
    item = item_at(session, audit.id, 2)
    finding = services.state_finding(session, item, actor=cast.alice, now=NOW)
    assert [e.id for e in finding.evidence] == [kept.id]
    told = queries.photos_at(session, item, cast.alice)
    assert [line.withdrawn_at is None for line in told] == [False, True]


def test_what_an_issued_report_lists_is_sealed(session, cast, audit, gather):
    listed = gather(2)
    answer_all(session, cast, audit)
    report = services.prepare_report(session, audit, actor=cast.alice, now=NOW)
    issued = services.issue_report(session, audit, report, files={}, actor=cast.alice, now=NOW)
    session.commit()
    session.refresh(listed)
    assert [e["sha256"] for e in issued.model["evidence"]] == [listed.sha256]
    with pytest.raises(Refused):
        withdraw_evidence(session, listed, reason="Un visage", actor=cast.alice, now=NOW)
