"""What the acts on actions change, record and tell."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from qse_audit.accounts.queries import history
from qse_audit.actions import queries, services
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionStatus, Move
from qse_audit.core.clock import now
from qse_audit.core.errors import Conflict, Refused, TransitionRefused
from qse_audit.core.permissions import Kind
from qse_audit.db.outbox import Notice
from qse_audit.db.participation import Participation
from qse_audit.db.trail import Event, first_broken, read_chain
from qse_audit.findings.rules import FindingStatus
from tests.actions.factories import (
    make_action,
    make_done,
    make_draft,
    make_finding,
    origin_of,
)
from tests.factories import today

LATER = today() + timedelta(days=40)


def told(session, who):
    return [n.msgid for n in session.scalars(select(Notice).where(Notice.person_id == who.user_id))]


def verbs(session, action):
    rows = session.scalars(
        select(Event).where(Event.subject_kind == "action", Event.subject_id == action.id)
    )
    return [row.verb for row in rows]


def test_a_planned_action_has_a_reference_a_context_and_is_told_to_its_owner(session, cast):
    finding = make_finding(session, cast)
    action = make_action(session, cast, finding=finding)
    assert action.reference == f"ACT-{today().year}-001"
    assert (action.context_kind, action.context_id) == (Kind.AUDIT, finding.origin_id)
    assert len(told(session, cast.bob)) == 1
    assert not told(session, cast.claire)
    assert verbs(session, action) == ["action.plan"]


def test_an_action_for_oneself_needs_no_message(session, cast):
    make_action(session, cast, owner=cast.claire)
    assert not told(session, cast.claire)


@pytest.mark.parametrize("who", ["david", "gaelle"])
def test_an_owner_from_elsewhere_is_refused(session, cast, who):
    finding = make_finding(session, cast)
    with pytest.raises(Refused) as refused:
        services.plan_action(
            session,
            make_draft(getattr(cast, who)),
            origin=origin_of(finding),
            actor=cast.claire,
            now=now(),
        )
    assert refused.value.refusals[0].code == "owner_foreign"


def test_what_is_done_is_told_to_those_who_may_verify(session, cast):
    make_done(session, cast)
    assert any("à vérifier" in text for text in told(session, cast.claire))
    assert any("à vérifier" in text for text in told(session, cast.alice))
    assert len(told(session, cast.bob)) == 1, "the owner knows: he did it"
    assert not told(session, cast.emma)


def test_another_person_verifies_and_the_chain_holds(session, cast):
    action = make_done(session, cast)
    services.move_action(
        session,
        action,
        "verify-effective",
        Move(note="Dix sur dix."),
        actor=cast.alice,
        now=now(),
    )
    session.commit()
    assert action.status is ActionStatus.EFFECTIVE
    assert action.verified_by_id == cast.alice.user_id
    assert verbs(session, action) == ["action.plan", "action.do", "action.verify-effective"]
    assert first_broken(read_chain(session, cast.company)) is None


def test_an_owner_who_coordinates_does_not_verify_their_own_action(session, cast):
    action = make_done(session, cast, owner=cast.claire)
    with pytest.raises(TransitionRefused):
        services.move_action(
            session, action, "verify-effective", Move(note="Vu."), actor=cast.claire, now=now()
        )
    assert action.status is ActionStatus.DONE


def test_the_database_too_refuses_an_owner_who_verifies(session, cast):
    action = make_done(session, cast)
    action.status, action.verified_at = ActionStatus.EFFECTIVE, now()
    action.verified_by_id = action.owner_id
    with pytest.raises(IntegrityError, match="verified_by_another_person"):
        session.flush()


def test_the_database_too_refuses_an_effective_action_without_a_criterion(session, cast):
    action = make_done(session, cast)
    action.status, action.verified_at, action.criterion = ActionStatus.EFFECTIVE, now(), " "
    with pytest.raises(IntegrityError, match="effective_against_a_criterion"):
        session.flush()


def test_an_ineffective_action_opens_again_with_a_new_date_and_cause(session, cast):
    action = make_done(session, cast, verify_on=today() + timedelta(days=20))
    services.move_action(
        session,
        action,
        "verify-ineffective",
        Move(note="Quatre fiches encore sans date.", due_on=LATER, cause="Personne ne relit."),
        actor=cast.claire,
        now=now(),
    )
    session.commit()
    assert (action.status, action.reopened_count) == (ActionStatus.OPEN, 1)
    assert (action.due_on, action.due_set_on) == (LATER, today())
    assert action.cause == "Personne ne relit."
    assert action.verify_on is None, "a check planned before the new due date makes no sense"
    assert any("non efficace" in text for text in told(session, cast.bob))


def test_a_due_date_changes_with_its_reason_on_record(session, cast):
    action = make_action(session, cast)
    services.move_action(
        session,
        action,
        "change-due-date",
        Move(note="Livraison retardée.", due_on=LATER),
        actor=cast.claire,
        now=now(),
    )
    session.commit()
    assert action.due_on == LATER
    assert history(session, Kind.ACTION, action.id)[0].detail == "Livraison retardée."


def test_a_cancelled_action_says_why(session, cast):
    action = make_action(session, cast)
    move = Move(note="Machine vendue.")
    services.move_action(session, action, "cancel", move, actor=cast.claire, now=now())
    assert action.status is ActionStatus.CANCELLED


def test_the_new_owner_hears_of_an_action_handed_over(session, cast):
    action = make_action(session, cast)
    draft = replace(services.draft_of(action), owner_id=cast.emma.user_id)
    services.edit_action(
        session, action, draft, version=action.version, actor=cast.claire, now=now()
    )
    session.commit()
    assert action.owner.name == "Emma Petit"
    assert len(told(session, cast.emma)) == 1


def test_an_edit_that_changes_nothing_records_nothing(session, cast):
    action = make_action(session, cast)
    services.edit_action(
        session, action, services.draft_of(action), version=1, actor=cast.claire, now=now()
    )
    assert verbs(session, action) == ["action.plan"]


def test_an_edit_from_an_older_version_is_a_conflict_with_both_texts(session, cast):
    action = make_action(session, cast)
    draft = replace(services.draft_of(action), title="Mon titre")
    with pytest.raises(Conflict) as conflict:
        services.edit_action(session, action, draft, version=0, actor=cast.claire, now=now())
    assert conflict.value.theirs["title"] == "Dater et signer les fiches de poste"
    assert conflict.value.yours["title"] == "Mon titre"


def test_what_is_done_is_no_longer_edited(session, cast):
    action = make_done(session, cast)
    draft = replace(services.draft_of(action), criterion="Un critère plus facile")
    with pytest.raises(Refused) as refused:
        services.edit_action(session, action, draft, version=None, actor=cast.claire, now=now())
    assert refused.value.refusals[0].code == "not_open"


def test_the_treatment_of_a_finding_counts_what_still_awaits(session, cast):
    finding = make_finding(session, cast)
    make_action(session, cast, finding=finding)
    make_done(session, cast, finding=finding)
    cancelled = make_action(session, cast, finding=finding)
    services.move_action(
        session, cancelled, "cancel", Move(note="Double."), actor=cast.claire, now=now()
    )
    session.flush()
    treatment = queries.treatment_of(session, Kind.FINDING, finding.id)
    assert (treatment.total, treatment.unverified, treatment.corrective) == (2, 2, 2)
    assert queries.treatment_of(session, Kind.FINDING, 9999) == queries.Treatment()


def test_the_owner_reads_the_finding_that_they_answer_once_it_is_final(session, cast, browse):
    draft = make_finding(session, cast, status=FindingStatus.DRAFT)
    action = make_action(session, cast, finding=draft, owner=cast.farid)
    path = f"/findings/{draft.id}"
    browse(cast.farid, "GET", path, status=404)
    draft.status, draft.finalised_at = FindingStatus.FINAL, now()
    session.commit()
    page = browse(cast.farid, "GET", path)
    assert page.select_one("h1").text.strip() == draft.title
    assert browse(cast.farid, "GET", f"/actions/{action.id}").select_one(f'a[href="{path}"]')
    browse(cast.emma, "GET", path, status=404)


def test_whoever_no_longer_answers_a_finding_no_longer_reads_it(session, cast, browse):
    action = make_action(session, cast, owner=cast.farid)
    path = f"/findings/{action.origin_id}"
    handed = replace(services.draft_of(action), owner_id=cast.emma.user_id)
    services.edit_action(session, action, handed, version=None, actor=cast.claire, now=now())
    session.commit()
    browse(cast.farid, "GET", path, status=404)
    browse(cast.emma, "GET", path)
    action = session.get(Action, action.id)
    move = Move(note="Machine vendue.")
    services.move_action(session, action, "cancel", move, actor=cast.claire, now=now())
    session.commit()
    browse(cast.emma, "GET", path, status=404)


def test_an_action_asked_for_by_an_audit_opens_no_audit(session, cast):
    origin = replace(origin_of(make_finding(session, cast)), kind=Kind.AUDIT)
    services.plan_action(
        session, make_draft(cast.farid), origin=origin, actor=cast.claire, now=now()
    )
    tied = select(Participation.id).where(Participation.person_id == cast.farid.user_id)
    assert session.scalars(tied).all() == []
