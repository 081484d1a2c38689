"""From a draft to the policy in force: one at a time, frozen, and its commitments last."""

import hashlib
import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from qse_audit.core.canonical import read_canonical
from qse_audit.core.errors import Refused, TransitionRefused
from qse_audit.core.permissions import Permission
from qse_audit.db.outbox import Notice
from qse_audit.db.trail import Event
from qse_audit.policies import allows
from qse_audit.policy import queries, services
from qse_audit.policy.models import Policy, PolicyRecord
from qse_audit.policy.rules import Answer, PolicyDraft, PolicyStatus, SentenceDraft
from tests.factories import NOW, Cast
from tests.policy.conftest import SENTENCES, Q, approve, both_roles, cover_all


def test_the_commitments_in_force_come_in_order_and_only_once_approved(
    session: Session, cast: Cast, draft: Policy
) -> None:
    assert queries.commitments_in_force(session, cast.company) == ()
    approve(session, draft, cast.claire, cast.jean)
    found = queries.commitments_in_force(session, cast.company)
    assert [each.text for each in found] == list(SENTENCES)
    assert [(each.position, each.domains) for each in found] == [
        (1, ("quality",)),
        (2, ("safety",)),
        (3, ("environment",)),
    ]
    assert queries.commitments_in_force(session, cast.other_company) == ()


def test_a_sentence_that_commits_to_nothing_is_no_commitment(
    session: Session, cast: Cast, draft: Policy
) -> None:
    plain = SentenceDraft(text="Notre métier est l’usinage.", is_commitment=False)
    services.add_sentence(session, draft, plain, actor=cast.claire, now=NOW)
    approve(session, draft, cast.claire, cast.jean)
    assert len(queries.commitments_in_force(session, cast.company)) == len(SENTENCES)


def test_a_commitment_keeps_its_key_through_rewording_and_the_next_version(
    session: Session, cast: Cast, in_force: Policy, written: Callable[..., Policy]
) -> None:
    before = queries.commitments_in_force(session, cast.company)
    second = written(cast.claire, after=in_force)
    sentence = queries.sentence_rows(session, second.id)[0]
    words = SentenceDraft(text="Nous livrons juste et à l’heure.", domains=(Q,))
    services.edit_sentence(session, sentence, words, actor=cast.claire, now=NOW)
    approve(session, second, cast.claire, cast.jean)
    after = queries.commitments_in_force(session, cast.company)
    assert [each.key for each in after] == [each.key for each in before]
    assert after[0].text == "Nous livrons juste et à l’heure."


def test_the_next_version_supersedes_the_one_in_force(
    session: Session, cast: Cast, in_force: Policy, written: Callable[..., Policy]
) -> None:
    second = written(cast.claire, after=in_force)
    approve(session, second, cast.claire, cast.jean)
    assert (in_force.status, second.status) == (PolicyStatus.SUPERSEDED, PolicyStatus.IN_FORCE)
    assert in_force.superseded_at == NOW
    assert (in_force.number, second.number) == (1, 2)


def test_the_database_holds_one_policy_in_force(
    session: Session, cast: Cast, in_force: Policy, written: Callable[..., Policy]
) -> None:
    second = written(cast.claire, after=in_force)
    with pytest.raises(IntegrityError):
        session.execute(
            update(Policy)
            .where(Policy.id == second.id)
            .values(status=PolicyStatus.IN_FORCE, decided_at=NOW)
        )
    session.rollback()


def test_a_policy_leaves_only_when_the_next_one_comes(
    session: Session, cast: Cast, in_force: Policy
) -> None:
    with pytest.raises(TransitionRefused, match="approbation de la suivante"):
        services.move_policy(session, in_force, "supersede", actor=cast.jean, now=NOW)


def test_what_is_missing_is_said_all_at_once(session: Session, cast: Cast) -> None:
    empty = services.start_policy(
        session, "Politique", editions=["iso-9001-2015"], actor=cast.claire, now=NOW
    )
    with pytest.raises(TransitionRefused) as refused:
        services.move_policy(session, empty, "submit", actor=cast.claire, now=NOW)
    codes = [refusal.code for refusal in refused.value.refusals]
    assert codes == ["no_commitment", "uncovered", "no_signature", "no_review"]
    assert "ISO 9001:2015, 5.2.1 c" in str(refused.value)


def test_a_reason_stands_in_for_a_sentence(session: Session, cast: Cast, draft: Policy) -> None:
    services.choose_editions(
        session, draft, ["iso-45001-2018", "iso-9001-2015"], actor=cast.claire, now=NOW
    )
    with pytest.raises(TransitionRefused, match=r"ISO 45001:2018, 5\.2 f"):
        services.move_policy(session, draft, "submit", actor=cast.claire, now=NOW)
    missing = [line for each in queries.coverage(session, draft) for line in each.missing]
    for line in missing:
        services.answer_expected(
            session,
            draft,
            line.expected.key,
            answer=Answer(note="Dit dans la charte sécurité."),
            actor=cast.claire,
            now=NOW,
        )
    services.move_policy(session, draft, "submit", actor=cast.claire, now=NOW)
    assert draft.status is PolicyStatus.SUBMITTED


def test_the_next_version_says_why_it_comes(session: Session, cast: Cast, in_force: Policy) -> None:
    second = services.start_policy(
        session, "Politique", editions=[], after=in_force, actor=cast.claire, now=NOW
    )
    with pytest.raises(TransitionRefused, match="remplace la précédente"):
        services.move_policy(session, second, "submit", actor=cast.claire, now=NOW)


@pytest.mark.parametrize("name", ["return", "reject"])
def test_a_no_has_a_reason_that_its_authors_read(
    session: Session, cast: Cast, draft: Policy, name: str
) -> None:
    services.move_policy(session, draft, "submit", actor=cast.claire, now=NOW)
    with pytest.raises(Refused, match="Dites pourquoi"):
        services.move_policy(session, draft, name, reason=" ", actor=cast.jean, now=NOW)
    services.move_policy(session, draft, name, reason="Trop vague", actor=cast.jean, now=NOW)
    assert draft.decision_note == "Trop vague"
    told = session.scalars(select(Notice.person_id)).all()
    assert cast.claire.user_id in told


def test_management_is_told_what_waits_for_it(session: Session, cast: Cast, draft: Policy) -> None:
    services.move_policy(session, draft, "submit", actor=cast.claire, now=NOW)
    assert session.scalars(select(Notice.person_id)).all() == [cast.jean.user_id]


def test_a_submitted_text_no_longer_changes(session: Session, cast: Cast, draft: Policy) -> None:
    services.move_policy(session, draft, "submit", actor=cast.claire, now=NOW)
    sentence = queries.sentence_rows(session, draft.id)[0]
    words = SentenceDraft(text="Autre chose.", domains=(Q,))
    acts = (
        lambda: services.edit_sentence(session, sentence, words, actor=cast.claire, now=NOW),
        lambda: services.add_sentence(session, draft, words, actor=cast.claire, now=NOW),
        lambda: services.remove_sentence(session, sentence, actor=cast.claire, now=NOW),
        lambda: services.choose_editions(session, draft, [], actor=cast.claire, now=NOW),
        lambda: services.edit_policy(
            session, draft, PolicyDraft(title="Autre"), actor=cast.claire, now=NOW
        ),
        lambda: cover_all(session, draft, cast.claire),
        lambda: services.order_sentences(
            session,
            draft,
            [s.id for s in reversed(queries.sentence_rows(session, draft.id))],
            actor=cast.claire,
            now=NOW,
        ),
    )
    for act in acts:
        with pytest.raises(Refused, match="n’est plus un projet"):
            act()


def test_whoever_wrote_one_word_does_not_decide(
    session: Session, cast: Cast, draft: Policy
) -> None:
    manager = both_roles(cast.bob)
    session.refresh(draft)
    assert allows(manager, Permission.POLICY_DECIDE, draft.access())
    sentence = queries.sentence_rows(session, draft.id)[0]
    words = SentenceDraft(text="Nous livrons juste.", domains=(Q,))
    services.edit_sentence(session, sentence, words, actor=cast.bob, now=NOW)
    assert not allows(manager, Permission.POLICY_DECIDE, draft.access())
    assert allows(cast.jean, Permission.POLICY_DECIDE, draft.access())


def test_the_record_is_canonical_and_the_chain_vouches_for_it(
    session: Session, cast: Cast, in_force: Policy
) -> None:
    record = queries.record_of(session, in_force.id)
    assert record is not None
    content = read_canonical(record.document.encode())
    assert [each["text"] for each in content["sentences"]] == list(SENTENCES)
    assert record.sha256 == hashlib.sha256(record.document.encode()).hexdigest()
    event = session.scalars(select(Event).where(Event.hash == record.head_hash)).one()
    assert event.verb == "policy.approve"
    assert json.loads(event.body)["data"]["sha256"] == record.sha256


def test_the_record_never_changes(session: Session, cast: Cast, in_force: Policy) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(update(PolicyRecord).values(document="{}"))
    session.rollback()


def test_only_what_took_place_is_recorded_as_communication(
    session: Session, cast: Cast, in_force: Policy
) -> None:
    tomorrow = NOW.date() + timedelta(days=1)
    with pytest.raises(Refused, match="a eu lieu"):
        services.record_communication(
            session,
            in_force,
            happened_on=tomorrow,
            audience="Tous",
            channel="Réunion",
            actor=cast.claire,
            now=NOW,
        )
    assert not queries.coverage(session, in_force)[0].lines[-1].is_met
    services.record_communication(
        session,
        in_force,
        happened_on=date(2026, 3, 1),
        audience="Toutes les équipes",
        channel="Réunion de lancement",
        actor=cast.claire,
        now=NOW,
    )
    assert queries.coverage(session, in_force)[0].lines[-1].is_met
    assert queries.communications_of(session, in_force.id)[0].recorded_by == "Claire Dubois"
