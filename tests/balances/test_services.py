"""Writing a balance, freezing it, replacing it: what is saved, refused, recorded."""

import hashlib
import json
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from qse_audit.balances import queries, services
from qse_audit.balances.models import Balance, BalanceFact, BalanceReading, BalanceRecord
from qse_audit.balances.rules import (
    BalanceDraft,
    BalanceStatus,
    ReadingDraft,
    Section,
)
from qse_audit.core.canonical import canonical_json
from qse_audit.core.errors import Conflict, NotFound, Refused, TransitionRefused
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.outbox import Notice
from qse_audit.db.participation import read_links
from qse_audit.db.trail import Event, EventText
from tests.balances.factories import (
    AFTER,
    FROM,
    UNTIL,
    fill_small_world,
    freeze,
    make_audit,
    make_balance,
    make_ready,
    make_site,
)


@pytest.fixture
def draft(session, cast):
    return make_balance(session, cast.claire)


@pytest.fixture
def frozen(session, cast):
    fill_small_world(session, cast)
    balance = make_balance(session, cast.claire)
    make_ready(session, balance, cast.claire)
    freeze(session, balance, cast.claire)
    return balance


def verbs(session, key):
    statement = select(Event.verb).where(
        Event.subject_kind == Kind.BALANCE.value, Event.subject_id == key
    )
    return list(session.scalars(statement.order_by(Event.seq)))


def codes(refused):
    return [refusal.code for refusal in refused.value.refusals]


def words(**given):
    return BalanceDraft(**{"title": "Bilan", "from_on": FROM, "until_on": UNTIL, **given})


def test_a_balance_begins_as_a_draft_of_its_author(session, cast, draft):
    assert (draft.status, draft.reference) == (BalanceStatus.DRAFT, "BIL-2026-001")
    assert draft.domains == ["quality", "safety", "environment"]
    links = read_links(session, Kind.BALANCE, draft.id)
    assert links == {Link.AUTHOR: frozenset({cast.claire.user_id})}
    assert verbs(session, draft.id) == ["balance.start"]


def test_the_site_of_somebody_else_is_not_found(session, cast):
    site = make_site(session, cast.other_company, "Leur atelier")
    with pytest.raises(NotFound):
        services.start_balance(
            session, words(site_ids=frozenset({site.id})), actor=cast.claire, now=AFTER
        )


def test_a_period_to_come_is_refused(session, cast):
    with pytest.raises(Refused) as refused:
        services.start_balance(
            session,
            words(from_on=AFTER.date() + timedelta(days=1), until_on=date(2026, 12, 31)),
            actor=cast.claire,
            now=AFTER,
        )
    assert codes(refused) == ["not_begun"]


def test_what_is_read_is_saved_with_a_version_and_what_stands_out(session, cast, draft):
    keys = frozenset({"audits-planned", "audits-held"})
    first = ReadingDraft(comment="Bien", salient=("audits-planned",), offered=keys)
    version = services.write_reading(
        session, draft, Section.AUDITS, first, version=0, actor=cast.claire, now=AFTER
    )
    again = ReadingDraft(comment="Mieux", salient=("audits-held",), offered=keys)
    services.write_reading(
        session, draft, Section.AUDITS, again, version=version, actor=cast.claire, now=AFTER
    )
    session.commit()
    assert queries.readings_of(session, draft.id)[Section.AUDITS].comment == "Mieux"
    assert [each.key for each in queries.salient_of(session, draft.id)] == ["audits-held"]
    assert verbs(session, draft.id)[1:] == ["balance.read", "balance.read"]


def test_what_stands_out_elsewhere_stays(session, cast, draft):
    for section, key in ((Section.AUDITS, "audits-planned"), (Section.ACTIONS, "actions-due")):
        kept = ReadingDraft(salient=(key,), offered=frozenset({key}))
        services.write_reading(session, draft, section, kept, actor=cast.claire, now=AFTER)
    assert {each.key for each in queries.salient_of(session, draft.id)} == {
        "audits-planned",
        "actions-due",
    }


def test_a_stale_version_is_a_conflict_with_both_texts(session, cast, draft):
    services.write_reading(
        session, draft, Section.AUDITS, ReadingDraft(comment="Leur texte"), version=0,
        actor=cast.claire, now=AFTER,
    )  # fmt: skip
    with pytest.raises(Conflict) as conflict:
        services.write_reading(
            session, draft, Section.AUDITS, ReadingDraft(comment="Mon texte"), version=0,
            actor=cast.claire, now=AFTER,
        )  # fmt: skip
    assert conflict.value.theirs == {"comment": "Leur texte"}
    assert conflict.value.yours == {"comment": "Mon texte"}
    version = draft.version
    services.write_conclusion(session, draft, "Une", version=version, actor=cast.claire, now=AFTER)
    session.flush()
    with pytest.raises(Conflict):
        services.write_conclusion(
            session, draft, "Autre", version=version, actor=cast.claire, now=AFTER
        )
    with pytest.raises(Conflict):
        services.edit_balance(
            session, draft, words(title="Autre"), version=version, actor=cast.claire, now=AFTER
        )


def test_whoever_writes_becomes_an_author(session, cast, draft):
    services.write_conclusion(session, draft, "Fait", actor=cast.emma, now=AFTER)
    session.commit()
    links = queries.get_balance(session, draft.id).access().links
    assert links[Link.AUTHOR] == {cast.claire.user_id, cast.emma.user_id}


def test_an_unready_balance_is_not_frozen_and_nothing_changes(session, cast, draft):
    fill_small_world(session, cast)
    with pytest.raises(TransitionRefused) as refused:
        services.move_balance(session, draft, "freeze", actor=cast.claire, now=AFTER)
    assert codes(refused) == [
        "no_conclusion",
        "unread_indicators",
        "no_salient",
    ]
    session.commit()
    assert draft.status is BalanceStatus.DRAFT
    assert queries.record_of(session, draft.id) is None


def test_a_period_that_is_not_over_is_not_frozen(session, cast):
    balance = make_balance(session, cast.claire, from_on=FROM, until_on=AFTER.date())
    make_ready(session, balance, cast.claire)
    with pytest.raises(TransitionRefused) as refused:
        services.move_balance(session, balance, "freeze", actor=cast.claire, now=AFTER)
    assert "not_over" in codes(refused)


def test_freezing_keeps_facts_and_reading_with_their_hash_in_one_event(session, cast, frozen):
    record = queries.record_of(session, frozen.id)
    assert frozen.status is BalanceStatus.FROZEN
    assert frozen.frozen_by_id == cast.claire.user_id
    assert record.sha256 == hashlib.sha256(record.document.encode()).hexdigest()
    assert record.document.encode() == canonical_json(json.loads(record.document))
    assert verbs(session, frozen.id).count("balance.freeze") == 1
    event = session.scalars(select(Event).where(Event.verb == "balance.freeze")).one()
    assert json.loads(event.body)["data"]["sha256"] == record.sha256
    assert (record.head_seq, record.head_hash) == (event.seq, event.hash)
    content = queries.frozen_content(record)
    assert content.conclusion == "Le système tient."
    assert content.reading(Section.AUDITS).comment == "Lu : audits"
    assert [figure.key for _, figure in content.salient_figures()] == ["audits-planned"]


def test_a_frozen_balance_shows_the_facts_of_its_day_whatever_happens_next(session, cast, frozen):
    before = queries.content_of(session, frozen, AFTER)
    make_audit(session, cast.claire, date(2025, 5, 5), reported=date(2025, 5, 6))
    session.commit()
    assert queries.content_of(session, frozen, AFTER) == before
    live = queries.live_content(session, frozen, AFTER)
    assert live.facts.figure("audits-planned").value == 5
    assert before.facts.figure("audits-planned").value == 4


def test_management_is_told_once(session, cast, frozen):
    told = session.scalars(select(Notice.person_id).where(Notice.subject_kind == "balance")).all()
    assert told == [cast.jean.user_id]


def test_a_second_freezing_is_refused(session, cast, frozen):
    with pytest.raises(TransitionRefused):
        services.move_balance(session, frozen, "freeze", actor=cast.claire, now=AFTER)
    assert session.scalar(select(func.count(BalanceRecord.id))) == 1


def test_two_people_who_freeze_at_once_freeze_once(session, cast, engine):
    fill_small_world(session, cast)
    balance = make_balance(session, cast.claire)
    make_ready(session, balance, cast.claire)
    key = balance.id
    session.commit()
    with Session(engine) as other:
        theirs = queries.get_balance(other, key)
        other.commit()
        freeze(session, balance, cast.claire)
        with pytest.raises(TransitionRefused):
            services.move_balance(other, theirs, "freeze", actor=cast.claire, now=AFTER)


def test_nothing_is_written_in_a_frozen_balance(session, cast, frozen):
    attempts = (
        lambda: services.edit_balance(session, frozen, words(), actor=cast.claire, now=AFTER),
        lambda: services.write_conclusion(session, frozen, "X", actor=cast.claire, now=AFTER),
        lambda: services.write_reading(
            session, frozen, Section.AUDITS, ReadingDraft(comment="X"), actor=cast.claire, now=AFTER
        ),
        lambda: services.delete_balance(session, frozen, actor=cast.claire, now=AFTER),
    )
    for attempt in attempts:
        with pytest.raises(Refused) as refused:
            attempt()
        assert codes(refused) == ["frozen"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE balance SET title = 'Autre'",
        "UPDATE balance SET status = 'draft', frozen_at = NULL, frozen_by_id = NULL",
        "DELETE FROM balance",
        "UPDATE balance_record SET document = '{}'",
        "DELETE FROM balance_record",
    ],
)
def test_the_database_itself_refuses_to_change_what_is_frozen(session, frozen, statement):
    session.commit()
    with pytest.raises(DBAPIError, match=r"frozen|append-only"):
        session.execute(text(statement))
    session.rollback()


def test_the_database_lets_a_draft_change(session, draft):
    session.execute(text("UPDATE balance SET title = 'Autre'"))
    session.commit()
    session.expire_all()
    assert draft.title == "Autre"


def test_a_revision_is_a_new_balance_with_its_reason_and_what_was_written(session, cast, frozen):
    made = services.start_balance(
        session, words(), replaces=frozen, reason="Un audit oublié", actor=cast.claire, now=AFTER
    )
    session.commit()
    assert (made.replaces_id, made.replaces_reason) == (frozen.id, "Un audit oublié")
    assert made.conclusion == "Le système tient."
    assert queries.readings_of(session, made.id)[Section.AUDITS].comment == "Lu : audits"
    assert [each.key for each in queries.salient_of(session, made.id)] == ["audits-planned"]
    freeze(session, made, cast.claire)
    lines = {line.id: line for line in queries.frozen_lines(session, cast.claire)}
    assert lines[frozen.id].replaced_by == made.reference
    assert queries.frozen_content(queries.record_of(session, made.id)).replaces == frozen.reference


def test_a_revision_asks_for_a_reason_and_a_frozen_balance_that_nothing_replaces(
    session, cast, frozen
):
    with pytest.raises(Refused) as refused:
        services.start_balance(
            session, words(), replaces=frozen, reason=" ", actor=cast.claire, now=AFTER
        )
    assert codes(refused) == ["no_reason"]
    made = services.start_balance(
        session, words(), replaces=frozen, reason="Oubli", actor=cast.claire, now=AFTER
    )
    for replaced, code in ((frozen, "replaced"), (made, "not_frozen")):
        with pytest.raises(Refused) as refused:
            services.start_balance(
                session, words(), replaces=replaced, reason="Oubli", actor=cast.claire, now=AFTER
            )
        assert code in codes(refused)


def test_a_draft_is_deleted_with_what_was_written_and_the_register_remembers(session, cast, draft):
    make_ready(session, draft, cast.claire)
    key = draft.id
    services.delete_balance(session, draft, actor=cast.claire, now=AFTER)
    session.commit()
    for model in (Balance, BalanceReading, BalanceFact):
        assert session.scalar(select(func.count(model.id))) == 0
    assert read_links(session, Kind.BALANCE, key) == {}
    assert verbs(session, key)[-1] == "balance.delete"


def test_the_salient_facts_on_offer_are_those_of_frozen_balances_that_nothing_replaces(
    session, cast, frozen
):
    def offered(who):
        return [(kept.balance, kept.figure.key) for kept in queries.salient_facts(session, who)]

    assert offered(cast.emma) == [("BIL-2026-001", "audits-planned")]
    assert offered(cast.david) == []
    made = services.start_balance(
        session, words(), replaces=frozen, reason="Oubli", actor=cast.claire, now=AFTER
    )
    session.commit()
    assert offered(cast.claire) == [("BIL-2026-001", "audits-planned")]
    freeze(session, made, cast.claire)
    assert offered(cast.claire) == [("BIL-2026-002", "audits-planned")]


def test_the_texts_of_a_balance_are_in_the_register_apart_from_its_chain(session, cast, draft):
    services.write_conclusion(session, draft, "Un mot précis", actor=cast.claire, now=AFTER)
    session.commit()
    body = session.scalars(select(Event.body).where(Event.verb == "balance.conclude")).one()
    assert "Un mot précis" not in body
    assert "Un mot précis" in session.scalars(select(EventText.value)).all()
