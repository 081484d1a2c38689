from datetime import date

import pytest
from sqlalchemy import select

from qse_audit.audits import services
from qse_audit.audits.models import Audit, ChecklistItem
from qse_audit.audits.queries import checklist, get_audit
from qse_audit.audits.rules import AuditStatus, Verdict
from qse_audit.audits.services import AuditTeam
from qse_audit.core.errors import Conflict, NotFound, Refused, TransitionRefused
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.outbox import Notice
from qse_audit.db.participation import read_links
from qse_audit.db.trail import Event
from qse_audit.processes.models import process_member
from tests.audits.factories import make_audit, make_edition, plan_of, team_of
from tests.factories import NOW, make_process


def codes(refused):
    return {refusal.code for refusal in refused.value.refusals}


def test_the_first_audit_of_a_year_is_number_one(session, cast):
    audit = services.create_audit(session, plan_of(cast), actor=cast.claire, now=NOW)
    assert (audit.reference, audit.status) == ("AUD-2026-001", AuditStatus.DRAFT)
    assert audit.organisation_id == cast.company


def test_an_audit_on_1200_questions_takes_at_most_15_statements(session, cast, statements):
    edition = make_edition(session, chapters=10, clauses=40, questions=3)
    process_id, edition_id = make_process(session, cast).id, edition.id
    session.rollback()
    statements.clear()
    audit = services.create_audit(
        session,
        plan_of(cast, process_id),
        team=team_of(cast),
        criteria={edition_id: None},
        with_checklist=True,
        actor=cast.claire,
        now=NOW,
    )
    session.commit()
    assert len(statements) <= 15, "\n".join(s[:90] for s in statements)
    assert audit.question_count == 1200


@pytest.mark.parametrize(
    "foreign",
    [
        lambda other: {"site_ids": [other["site"]]},
        lambda other: {"process_ids": [other["process"]]},
        lambda other: {"site_ids": [999_999]},
    ],
)
def test_a_foreign_place_looks_missing(session, cast, other, foreign):
    with pytest.raises(NotFound):
        services.create_audit(session, plan_of(cast, **foreign(other)), actor=cast.claire, now=NOW)


def test_a_foreign_person_looks_missing(session, cast):
    team = AuditTeam(people={Link.AUDITOR: [cast.david.user_id]})
    with pytest.raises(NotFound):
        services.create_audit(session, plan_of(cast), team=team, actor=cast.claire, now=NOW)


def test_a_foreign_edition_looks_missing(session, cast, other):
    with pytest.raises(NotFound):
        services.create_audit(
            session, plan_of(cast), criteria={other["edition"]: None}, actor=cast.claire, now=NOW
        )


def test_an_unknown_clause_looks_missing(session, cast):
    audit = make_audit(session, cast)
    edition_id = audit.criteria[0].edition_id
    with pytest.raises(NotFound):
        services.set_criteria(session, audit, {edition_id: ["99"]}, actor=cast.claire, now=NOW)


def test_dates_out_of_order_are_refused(session, cast):
    plan = plan_of(cast, ends_on=date(2026, 1, 1))
    with pytest.raises(Refused) as refused:
        services.create_audit(session, plan, actor=cast.claire, now=NOW)
    assert codes(refused) == {"dates_out_of_order"}


@pytest.mark.parametrize("link", ["lead_auditor", "auditor", "trainee_auditor", "technical_expert"])
def test_nobody_audits_a_process_that_they_own(session, cast, link):
    audit = make_audit(session, cast)
    team = AuditTeam(people={Link(link): [cast.bob.user_id]})
    with pytest.raises(Refused) as refused:
        services.set_team(session, audit, team, actor=cast.claire, now=NOW)
    assert codes(refused) == {"team_not_impartial"}
    assert "Bob Lefèvre pilote le processus audité « Usinage" in str(refused.value)


def test_nobody_audits_a_process_in_which_they_work(session, cast):
    audit = make_audit(session, cast)
    process = audit.processes[0]
    session.execute(
        process_member.insert().values(process_id=process.id, person_id=cast.emma.user_id)
    )
    team = AuditTeam(people={Link.AUDITOR: [cast.emma.user_id]})
    with pytest.raises(Refused, match="Emma Petit travaille dans"):
        services.set_team(session, audit, team, actor=cast.claire, now=NOW)


def test_an_observer_may_work_in_what_is_audited(session, cast):
    audit = make_audit(session, cast)
    team = AuditTeam(people={Link.OBSERVER: [cast.bob.user_id]})
    services.set_team(session, audit, team, actor=cast.claire, now=NOW)
    assert read_links(session, Kind.AUDIT, audit.id) == {
        Link.OBSERVER: frozenset({cast.bob.user_id})
    }


def test_a_process_of_an_auditor_cannot_enter_the_scope(session, cast):
    audit = make_audit(session, cast)
    hers = make_process(session, cast, name="Achats", owner=cast.alice)
    with pytest.raises(Refused, match="Alice Moreau pilote"):
        services.change_plan(session, audit, plan_of(cast, hers.id), actor=cast.claire, now=NOW)


def test_a_stake_that_appears_after_planning_stops_the_start(session, cast):
    audit = make_audit(session, cast, status="planned")
    audit.processes[0].owner_id = cast.alice.user_id
    session.commit()
    with pytest.raises(TransitionRefused) as refused:
        services.move_audit(session, audit, "start", actor=cast.alice, now=NOW)
    assert codes(refused) == {"team_not_impartial"}


def test_planning_tells_every_reason_to_refuse(session, cast):
    plan = plan_of(cast, site_ids=[], starts_on=None, ends_on=None)
    audit = services.create_audit(session, plan, actor=cast.claire, now=NOW)
    with pytest.raises(TransitionRefused) as refused:
        services.move_audit(session, audit, "plan", actor=cast.claire, now=NOW)
    assert codes(refused) == {"not_scheduled", "no_criteria", "no_scope", "no_auditee"}
    assert audit.status is AuditStatus.DRAFT


def test_planning_makes_the_checklist_and_tells_the_people(session, cast):
    audit = make_audit(session, cast, status="planned")
    assert audit.question_count == 4
    told = set(session.scalars(select(Notice.person_id)))
    assert told == {cast.alice.user_id, cast.bob.user_id}


def test_a_planned_audit_keeps_what_its_plan_owes(session, cast):
    audit = make_audit(session, cast, status="planned")
    with pytest.raises(Refused) as refused:
        services.set_team(
            session,
            audit,
            AuditTeam(people={Link.LEAD_AUDITOR: [cast.alice.user_id]}),
            actor=cast.claire,
            now=NOW,
        )
    assert codes(refused) == {"no_auditee"}


def test_a_stale_plan_shows_both_texts(session, cast):
    audit = make_audit(session, cast)
    seen = audit.version
    services.set_team(session, audit, team_of(cast), version=seen, actor=cast.claire, now=NOW)
    session.commit()
    assert audit.version == seen + 1
    with pytest.raises(Conflict) as conflict:
        services.change_plan(
            session, audit, plan_of(cast, title="Autre"), version=seen, actor=cast.claire, now=NOW
        )
    assert conflict.value.yours["title"] == "Autre"
    assert conflict.value.theirs["title"] == "Usinage : préparation et contrôle"


def test_cancelling_asks_why(session, cast):
    audit = make_audit(session, cast)
    with pytest.raises(Refused) as refused:
        services.move_audit(session, audit, "cancel", reason="  ", actor=cast.claire, now=NOW)
    assert codes(refused) == {"reason_asked"}


def test_a_cancelled_audit_says_so_in_the_trail(session, cast):
    audit = make_audit(session, cast)
    services.move_audit(session, audit, "cancel", reason="Grève", actor=cast.claire, now=NOW)
    session.commit()
    verbs = session.scalars(select(Event.verb).order_by(Event.id)).all()
    assert verbs[-1] == "audit.cancel"
    assert session.get(Audit, audit.id).status is AuditStatus.CANCELLED


def test_the_checklist_is_ordered_and_sectioned_by_chapter(session, cast):
    audit = make_audit(session, cast, status="planned")
    sections = checklist(session, audit.id, "en")
    assert [(s.ref, s.title, [r.clause_ref for r in s.rows]) for s in sections] == [
        ("4", "Clause 4", ["4.1", "4.2"]),
        ("5", "Clause 5", ["5.1", "5.2"]),
    ]
    assert sections[0].rows[0].question == "Question 4.1.0?"
    assert [r.position for s in sections for r in s.rows] == [1, 2, 3, 4]


def test_a_requirement_without_question_asks_itself(session, cast):
    edition = make_edition(session, questions=0, clauses=2, chapters=1)
    audit = make_audit(session, cast, status="planned", edition=edition)
    questions = [r.question for s in checklist(session, audit.id, "fr") for r in s.rows]
    assert questions == ["Exigence 4.1", "Article 4.2"]


def test_only_chosen_clauses_and_what_stands_below_are_asked(session, cast):
    edition = make_edition(session, chapters=3, clauses=2)
    other = make_edition(session, ref="ISO 14001", chapters=1, clauses=1)
    audit = make_audit(session, cast, edition=edition)
    criteria = {other.id: None, edition.id: ["4", "5.2"]}
    services.set_criteria(session, audit, criteria, actor=cast.claire, now=NOW)
    assert services.make_checklist(session, audit, actor=cast.claire, now=NOW) == 4
    found = [
        (s.referential_label, r.clause_ref)
        for s in checklist(session, audit.id, "fr")
        for r in s.rows
    ]
    assert found == [
        ("ISO 14001:2015", "4.1"),
        ("ISO 9001:2015", "4.1"),
        ("ISO 9001:2015", "4.2"),
        ("ISO 9001:2015", "5.2"),
    ]


def test_a_checklist_freezes_its_edition(session, cast):
    edition = make_edition(session)
    assert edition.frozen_at is None
    make_audit(session, cast, status="planned", edition=edition)
    session.refresh(edition)
    assert edition.frozen_at == NOW


def test_a_checklist_is_made_again_only_while_nothing_is_answered(session, cast):
    audit = make_audit(session, cast, status="in_progress")
    services.make_checklist(session, audit, actor=cast.claire, now=NOW)
    item = session.scalars(select(ChecklistItem).where(ChecklistItem.audit_id == audit.id)).first()
    services.answer(
        session, item, verdict=Verdict.CONFORMING, observation="", actor=cast.alice, now=NOW
    )
    session.refresh(audit)
    with pytest.raises(Refused) as refused:
        services.make_checklist(session, audit, actor=cast.claire, now=NOW)
    assert codes(refused) == {"checklist_is_frozen"}


def test_sections_are_shared_out_among_the_team_only(session, cast):
    audit = make_audit(session, cast, status="planned")
    label = checklist(session, audit.id, "fr")[0].referential_label
    services.share_sections(
        session, audit, {(label, "4"): cast.alice.user_id}, actor=cast.alice, now=NOW
    )
    assert [s.assignee for s in checklist(session, audit.id, "fr")] == ["Alice Moreau", None]
    with pytest.raises(NotFound):
        services.share_sections(
            session, audit, {(label, "4"): cast.bob.user_id}, actor=cast.alice, now=NOW
        )


def test_an_audit_is_read_in_one_statement(session, cast, statements):
    audit_id = make_audit(session, cast).id
    session.rollback()
    session.expunge_all()
    statements.clear()
    get_audit(session, audit_id).access()
    assert len(statements) == 1
