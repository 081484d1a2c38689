"""Reports and dossiers as long works: what stands in their way leaves nothing half-written."""

import time
from dataclasses import replace

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from qse_audit.app import WORKS
from qse_audit.audits import jobs as audits_jobs
from qse_audit.audits import services as audits
from qse_audit.audits.models import Report
from qse_audit.audits.queries import get_audit
from qse_audit.core.clock import now
from qse_audit.core.errors import Refused
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.engine import BUSY_TIMEOUT_MS
from qse_audit.db.participation import write_links
from qse_audit.db.trail import Event
from qse_audit.db.work import WorkStatus
from qse_audit.documents.seal import load_or_make_key
from qse_audit.documents.store import FileStore
from qse_audit.portfolios import jobs as portfolios_jobs
from qse_audit.portfolios.models import Dossier, Situation
from qse_audit.portfolios.queries.candidacies import get_candidacy
from qse_audit.portfolios.services.dossiers import verify_file
from qse_audit.portfolios.services.submissions import WHATEVER, ask_submission
from qse_audit.works.jobs import Worker
from tests.audits.factories import WORDS, answer_all, make_audit
from tests.factories import NOW
from tests.portfolios import factories as portfolios
from tests.works.factories import kept_files, stored

FULL_MIB = 1_000_000
"""A reserve that no disk of a test has."""


@pytest.fixture
def files(settings):
    return FileStore(settings.files_folder)


@pytest.fixture
def audit_id(session, cast):
    audit = make_audit(session, cast, status="in_progress")
    answer_all(session, cast, audit)
    return audit.id


@pytest.fixture
def ready_id(session, cast, files):
    return portfolios.make_full(session, cast, files).id


def ask_report(session, cast, audit_id, **options):
    work_id = audits.ask_report(
        session, get_audit(session, audit_id), actor=cast.alice, now=NOW, **options
    )
    session.commit()
    return work_id


def ask_dossier(session, cast, ready_id, files):
    work_id = ask_submission(
        session,
        get_candidacy(session, ready_id),
        files=files,
        actor=cast.emma,
        now=now(),
        is_declared_authentic=True,
        release_sha256=WHATEVER,
    )
    session.commit()
    return work_id


def codes(session, work_id):
    return [each["code"] for each in stored(session, work_id).outcome]


def count(session, model, *conditions):
    session.rollback()
    found = session.scalar(select(func.count(model.id)).where(*conditions))
    session.rollback()
    return found


def test_a_full_disk_refuses_a_report_and_leaves_nothing(session, cast, engine, settings, audit_id):
    work_id = ask_report(session, cast, audit_id)
    Worker(engine, replace(settings, storage_reserve_mib=FULL_MIB), WORKS).drain()
    assert codes(session, work_id) == ["storage_full"]
    assert count(session, Report) == 0
    assert kept_files(settings.files_folder) == []
    assert get_audit(session, audit_id).status == "in_progress"
    again = ask_report(session, cast, audit_id)
    Worker(engine, settings, WORKS).drain()
    assert stored(session, again).status is WorkStatus.DONE


def test_a_full_disk_refuses_a_dossier_and_leaves_nothing(
    session, cast, engine, settings, files, ready_id
):
    work_id = ask_dossier(session, cast, ready_id, files)
    before = kept_files(settings.files_folder)
    Worker(engine, replace(settings, storage_reserve_mib=FULL_MIB), WORKS).drain()
    assert codes(session, work_id) == ["storage_full"]
    assert count(session, Dossier) == 0
    assert kept_files(settings.files_folder) == before
    assert get_candidacy(session, ready_id).status == "evidencing"
    assert count(session, Event, Event.verb == "candidacy.submit") == 0
    again = ask_dossier(session, cast, ready_id, files)
    Worker(engine, settings, WORKS).drain()
    assert stored(session, again).status is WorkStatus.DONE


def test_a_dossier_made_as_a_work_verifies(session, cast, engine, settings, files, ready_id):
    ask_dossier(session, cast, ready_id, files)
    Worker(engine, settings, WORKS).drain()
    dossier = session.scalars(select(Dossier)).one()
    key = load_or_make_key(settings.seal_key_path, now=NOW)
    assert verify_file(files.path(dossier.sha256), key.public) == (True, None)
    assert get_candidacy(session, ready_id).submitted_at is not None


def test_a_portfolio_that_changes_while_it_is_sealed_is_not_submitted(
    session, cast, engine, settings, files, ready_id
):
    work_id = ask_dossier(session, cast, ready_id, files)

    def seal(task, model):
        made = portfolios_jobs.seal(task, model)
        with Session(engine) as other:
            other.scalars(select(Situation)).first().own_role = "Réécrit pendant le scellement"
            other.commit()
        return made

    Worker(engine, settings, {"dossier": replace(portfolios_jobs.DOSSIER, make=seal)}).drain()
    assert codes(session, work_id) == ["changed_meanwhile"]
    assert count(session, Dossier) == 0
    assert get_candidacy(session, ready_id).status == "evidencing"


def test_what_the_company_does_meanwhile_stops_no_submission(
    session, cast, engine, settings, files, ready_id
):
    work_id = ask_dossier(session, cast, ready_id, files)

    def seal(task, model):
        made = portfolios_jobs.seal(task, model)
        with Session(engine) as other:
            audit = get_audit(other, model["records"][0]["id"])
            audits.write_report(other, audit, WORDS, actor=cast.alice, now=NOW)
            other.commit()
        return made

    Worker(engine, settings, {"dossier": replace(portfolios_jobs.DOSSIER, make=seal)}).drain()
    assert stored(session, work_id).status is WorkStatus.DONE


@pytest.mark.parametrize("what", ["report", "dossier"])
def test_others_write_at_once_while_a_paper_is_made(
    session, cast, engine, settings, files, request, what
):
    if what == "report":
        work_id = ask_report(session, cast, request.getfixturevalue("audit_id"))
    else:
        work_id = ask_dossier(session, cast, request.getfixturevalue("ready_id"), files)
    written = []

    def make(task, read):
        def tell(phase, done, total):
            begun = time.monotonic()
            with Session(engine) as other:
                other.execute(text("UPDATE person SET name = name"))
                other.commit()
            written.append(time.monotonic() - begun)

        return WORKS[what].make(replace(task, tell=tell), read)

    Worker(engine, settings, {what: replace(WORKS[what], make=make)}).drain()
    assert stored(session, work_id).status is WorkStatus.DONE
    assert len(written) > 3
    assert max(written) < BUSY_TIMEOUT_MS / 2000, "they waited for the writer"


def test_a_report_whose_audit_changes_once_is_made_again(session, cast, engine, settings, audit_id):
    work_id, made = ask_report(session, cast, audit_id), []

    def make(task, read):
        found = audits_jobs.make_files(task, read)
        if not made:
            with Session(engine) as other:
                words = replace(WORDS, conclusions="Changées entre-temps")
                audits.write_report(
                    other, get_audit(other, audit_id), words, actor=cast.alice, now=NOW
                )
                other.commit()
        made.append(found)
        return found

    Worker(engine, settings, {"report": replace(audits_jobs.REPORT, make=make)}).drain()
    assert stored(session, work_id).status is WorkStatus.DONE
    report = session.scalars(select(Report)).one()
    assert report.model["conclusions"] == "Changées entre-temps"
    assert report.files == made[1].files


def test_who_no_longer_leads_the_audit_issues_nothing(session, cast, engine, settings, audit_id):
    work_id = ask_report(session, cast, audit_id)
    write_links(session, Kind.AUDIT, audit_id, {Link.LEAD_AUDITOR: [cast.claire.user_id]})
    session.commit()
    Worker(engine, settings, WORKS).drain()
    assert codes(session, work_id) == ["not_allowed"]
    assert count(session, Report) == 0


def test_a_revision_sent_twice_is_one_version(browse, session, cast, engine, settings, audit_id):
    ask_report(session, cast, audit_id)
    Worker(engine, settings, WORKS).drain()
    path = f"/audits/{audit_id}/report/revise"
    number = browse(cast.alice, "GET", path).select_one("[name=number]")["value"]
    for _ in range(2):
        browse(cast.alice, "POST", path, status=303, reason="Coquille", number=number)
    assert count(session, Report) == 2


def test_a_revision_does_not_follow_one_that_its_author_has_not_seen(
    session, cast, engine, settings, audit_id
):
    ask_report(session, cast, audit_id)
    Worker(engine, settings, WORKS).drain()
    ask_report(session, cast, audit_id, number=2, reason="Coquille")
    Worker(engine, settings, WORKS).drain()
    session.execute(text("DELETE FROM work"))
    session.commit()
    with pytest.raises(Refused, match="déjà émise"):
        ask_report(session, cast, audit_id, number=2, reason="Autre")


def test_a_short_work_answers_with_its_result(browse, session, cast, audit_id):
    path = f"/audits/{audit_id}/moves/report"
    answer = browse(cast.alice, "POST", path, status=303, go="1").response
    report = session.scalars(select(Report)).one()
    assert answer.location == f"/audits/reports/{report.id}"
    assert browse(cast.alice, "GET", "/").select_one(".bar__work") is None


def test_a_refusal_is_told_before_anything_is_asked(browse, session, cast):
    bare = make_audit(session, cast, status="in_progress")
    answer = browse(
        cast.alice,
        "POST",
        f"/audits/{bare.id}/moves/report",
        status=303,
        headers={"Referer": f"/audits/{bare.id}"},
        go="1",
    ).response
    assert answer.location == f"/audits/{bare.id}"
    assert browse(cast.alice, "GET", "/works/").select_one("tbody") is None
