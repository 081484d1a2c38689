import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from qse_audit.audits import services
from qse_audit.audits.models import Audit, ChecklistItem
from qse_audit.audits.queries import item_at
from qse_audit.audits.rules import Verdict
from qse_audit.core.errors import Conflict, Refused
from qse_audit.db.trail import Event, EventText
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import Grade
from tests.audits.factories import make_audit, make_edition
from tests.conftest import as_json
from tests.factories import NOW

JSON = {"Accept": "application/json"}


@pytest.fixture
def audit(session, cast):
    return make_audit(session, cast, status="in_progress")


def give(session, cast, audit, position=1, **answer):
    item = item_at(session, audit.id, position)
    values = {"verdict": Verdict.CONFORMING, "observation": "", **answer}
    services.answer(session, item, actor=cast.alice, now=NOW, **values)
    session.commit()
    session.refresh(audit)
    return item


def test_the_counter_follows_the_answers(session, cast, audit):
    give(session, cast, audit, 1)
    give(session, cast, audit, 2)
    give(session, cast, audit, 2, verdict=Verdict.STRENGTH)
    assert audit.answered_count == 2
    give(session, cast, audit, 1, verdict=None)
    assert audit.answered_count == 1
    given = session.scalar(
        select(func.count()).where(
            ChecklistItem.audit_id == audit.id, ChecklistItem.verdict.is_not(None)
        )
    )
    assert given == audit.answered_count


def test_not_applicable_is_justified(session, cast, audit):
    with pytest.raises(Refused, match="ne s’applique pas"):
        give(session, cast, audit, verdict=Verdict.NOT_APPLICABLE, observation="  ")
    session.rollback()
    item = give(session, cast, audit, verdict=Verdict.NOT_APPLICABLE, observation="Pas de soudage")
    assert item.verdict is Verdict.NOT_APPLICABLE


def test_the_database_refuses_an_unjustified_not_applicable(session, cast, audit):
    item = item_at(session, audit.id, 1)
    item.verdict, item.answered_at = Verdict.NOT_APPLICABLE, NOW
    with pytest.raises(IntegrityError, match="not_applicable_is_justified"):
        session.flush()


def test_words_may_come_before_the_verdict(session, cast, audit):
    item = give(session, cast, audit, verdict=None, observation="À revoir au poste 3")
    assert (item.verdict, item.answered_at, audit.answered_count) == (None, None, 0)


def test_each_answer_leaves_a_trail_with_its_words_beside(session, cast, audit):
    item = give(session, cast, audit, observation="Registre tenu")
    event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (event.verb, event.subject_kind, event.subject_id) == (
        "audit.answer",
        "checklist_item",
        item.id,
    )
    assert "Registre" not in event.body
    assert session.scalar(select(EventText.value).where(EventText.event_id == event.id)) == (
        "Registre tenu"
    )


def test_nobody_answers_before_the_start(session, cast):
    planned = make_audit(session, cast, status="planned")
    with pytest.raises(Refused, match="audit en cours"):
        give(session, cast, planned)


def test_a_lost_update_is_refused_with_both_texts(session, cast, audit):
    seen = item_at(session, audit.id, 1).version
    give(session, cast, audit, observation="Premier", version=seen)
    with pytest.raises(Conflict) as conflict:
        give(session, cast, audit, observation="Second", version=seen)
    assert conflict.value.theirs == {"verdict": "conforming", "observation": "Premier"}
    assert conflict.value.yours == {"verdict": "conforming", "observation": "Second"}


def test_the_same_answer_again_is_no_conflict(session, cast, audit):
    seen = item_at(session, audit.id, 1).version
    give(session, cast, audit, observation="Vu", version=seen)
    give(session, cast, audit, observation="Vu", version=seen)


def test_two_writers_at_once_lose_nothing(client_of, session, cast, audit):
    path = f"/audits/{audit.id}/checklist/1"
    version = item_at(session, audit.id, 1).version
    session.rollback()
    clients = [client_of(cast.alice) for _ in range(4)]
    barrier, answers = threading.Barrier(4), []

    def send(client, n):
        barrier.wait()
        data = {"verdict": "conforming", "observation": f"Texte {n}", "version": version}
        answers.append(client.post(path, data=data, headers=JSON).status_code)

    threads = [threading.Thread(target=send, args=(c, n)) for n, c in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409, 409, 409]
    assert session.get(Audit, audit.id).answered_count == 1


def test_a_script_saves_an_answer(browse, cast, audit):
    page = browse(
        cast.alice,
        "POST",
        f"/audits/{audit.id}/checklist/2",
        headers=JSON,
        verdict="strength",
        observation="Tableau tenu",
        version=1,
    )
    assert as_json(page) == {
        "version": 2,
        "verdict": "strength",
        "observation": "Tableau tenu",
        "answered": 1,
    }


def test_saving_one_answer_takes_at_most_8_statements(browse, cast, statements, session):
    edition = make_edition(session, ref="Grand", chapters=10, clauses=40, questions=3)
    audit = make_audit(session, cast, status="in_progress", edition=edition)
    path = f"/audits/{audit.id}/checklist/600"
    headers = {**JSON, "Idempotency-Key": "une-clé"}
    browse(cast.alice, "GET", path)
    session.rollback()
    statements.clear()
    browse(
        cast.alice,
        "POST",
        path,
        headers=headers,
        verdict="conforming",
        observation="Vu",
        version=1,
    )
    sent = [s for s in statements if "sign_in_session (" not in s]
    assert len(sent) <= 8, "\n".join(s[:100] for s in sent)


def test_a_request_sent_twice_is_saved_once(browse, cast, audit, session):
    path = f"/audits/{audit.id}/checklist/1"
    headers = {**JSON, "Idempotency-Key": "deux-fois"}
    data = {"verdict": "conforming", "observation": "Vu", "version": 1}
    first = browse(cast.alice, "POST", path, headers=headers, **data)
    again = browse(cast.alice, "POST", path, headers=headers, **data)
    assert as_json(first) == as_json(again)
    assert item_at(session, audit.id, 1).version == 2


def test_a_script_is_told_of_a_conflict_with_both_texts(browse, cast, audit, session):
    give(session, cast, audit, observation="Premier")
    page = browse(
        cast.alice,
        "POST",
        f"/audits/{audit.id}/checklist/1",
        status=409,
        headers=JSON,
        verdict="strength",
        observation="Second",
        version=1,
    )
    told = as_json(page)
    assert told["theirs"] == {"verdict": "conforming", "observation": "Premier"}
    assert (told["version"], told["who"]) == (2, "Alice Moreau")


def test_a_person_without_script_sees_both_texts(browse, cast, audit, session):
    give(session, cast, audit, observation="Premier")
    page = browse(
        cast.alice,
        "POST",
        f"/audits/{audit.id}/checklist/1",
        status=409,
        verdict="strength",
        observation="Second",
        version=1,
    )
    assert "Premier" in page.text
    assert "Second" in page.text


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"verdict": "not_applicable", "observation": ""}, "observation"),
        ({"verdict": "perfect", "observation": ""}, "verdict"),
        ({"verdict": "conforming", "observation": "x" * 20_001}, "observation"),
    ],
)
def test_a_bad_answer_is_explained_and_not_saved(browse, cast, audit, session, sent, field):
    path = f"/audits/{audit.id}/checklist/1"
    told = as_json(browse(cast.alice, "POST", path, status=422, headers=JSON, version=1, **sent))
    assert list(told["errors"]) == [field]
    page = browse(cast.alice, "POST", path, status=422, version=1, **sent)
    assert page.select_one("textarea").text.strip() == sent["observation"]
    assert item_at(session, audit.id, 1).verdict is None


def test_without_script_an_answer_leads_to_the_next_question(browse, cast, audit):
    page = browse(
        cast.alice,
        "POST",
        f"/audits/{audit.id}/checklist/1",
        status=303,
        verdict="conforming",
        observation="",
        version=1,
        go="next",
    )
    assert page.response.location == f"/audits/{audit.id}/checklist/2"


@pytest.mark.parametrize(
    ("who", "status"), [("bob", 403), ("claire", 403), ("david", 404), ("emma", 404)]
)
def test_only_the_team_answers(browse, cast, audit, who, status):
    browse(
        getattr(cast, who),
        "POST",
        f"/audits/{audit.id}/checklist/1",
        status=status,
        verdict="conforming",
        observation="",
    )


def test_an_unknown_question_is_not_found(browse, cast, audit):
    browse(cast.alice, "GET", f"/audits/{audit.id}/checklist/99", status=404)


def test_a_row_asks_for_its_help(browse, cast, audit):
    path = f"/audits/{audit.id}/checklist/1"
    told = as_json(browse(cast.alice, "GET", path, headers=JSON))
    assert told["guidance"] == "Regarder le registre."
    assert told["version"] == 1


@pytest.mark.parametrize("clauses", [5, 60])
def test_the_checklist_page_takes_at_most_12_statements(browse, cast, statements, session, clauses):
    edition = make_edition(session, ref="Grand", chapters=10, clauses=clauses, questions=2)
    audit_id = make_audit(session, cast, status="in_progress", edition=edition).id
    browse(cast.alice, "GET", f"/audits/{audit_id}/checklist")
    session.rollback()
    statements.clear()
    page = browse(cast.alice, "GET", f"/audits/{audit_id}/checklist")
    sent = [s for s in statements if "sign_in_session (" not in s]
    assert len(sent) <= 12, "\n".join(s[:100] for s in sent)
    assert len(page.select(".grid li")) == 10 * clauses * 2


@pytest.mark.parametrize(("show", "count"), [("", 4), ("unanswered", 2), ("nonconforming", 1)])
def test_the_checklist_is_filtered_in_the_address(browse, cast, audit, session, show, count):
    give(session, cast, audit, 1)
    give(session, cast, audit, 2, verdict=Verdict.MINOR_NONCONFORMITY, observation="Écart")
    page = browse(cast.alice, "GET", f"/audits/{audit.id}/checklist?show={show}")
    assert len(page.select(".grid li")) == count


def test_an_auditor_finds_their_own_chapters(browse, cast, audit, session):
    label = item_at(session, audit.id, 1).referential_label
    browse(
        cast.alice,
        "POST",
        f"/audits/{audit.id}/sections",
        status=303,
        **{"section-1": "", "section-2": cast.alice.user_id},
    )
    page = browse(cast.alice, "GET", f"/audits/{audit.id}/checklist?show=mine")
    assert [h.text.split()[0] for h in page.select(".grid h2")] == ["5"]
    assert label


def test_an_auditee_reads_without_answering(browse, cast, audit):
    page = browse(cast.bob, "GET", f"/audits/{audit.id}/checklist")
    assert not page.select("template#editor")
    assert not browse(cast.bob, "GET", f"/audits/{audit.id}/checklist/1").select("textarea")


def test_a_finding_is_drafted_from_an_answer(session, cast, audit):
    item = give(
        session,
        cast,
        audit,
        verdict=Verdict.MAJOR_NONCONFORMITY,
        observation="Palan P-07 non vérifié",
    )
    finding = services.state_finding(session, item, actor=cast.alice, now=NOW)
    session.commit()
    stored = session.get(Finding, finding.id)
    assert stored.grade is Grade.MAJOR_NONCONFORMITY
    assert stored.evidence_text == "Palan P-07 non vérifié"
    assert (stored.clause_ref, stored.checklist_item_id) == ("4.1", item.id)
    assert stored.process_id == audit.processes[0].id


def test_a_hostile_observation_stays_text(browse, cast, audit, session):
    give(session, cast, audit, observation="<script>alert(1)</script>{{ 7*7 }}")
    page = browse(cast.alice, "GET", f"/audits/{audit.id}/checklist")
    assert page.select_one(".grid li p").text == "<script>alert(1)</script>{{ 7*7 }}"


def test_a_checklist_item_leads_to_its_page(browse, cast, audit, session):
    item_id = item_at(session, audit.id, 3).id
    page = browse(cast.alice, "GET", f"/audits/checklist-items/{item_id}", status=303)
    assert page.response.location == f"/audits/{audit.id}/checklist/3"
    browse(cast.david, "GET", f"/audits/checklist-items/{item_id}", status=404)


def test_deleting_an_answered_audit_is_nowhere(app):
    assert not [r for r in app.url_map.iter_rules() if "DELETE" in r.methods and "audit" in r.rule]
