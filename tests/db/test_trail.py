import json
import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from qse_audit.core.permissions import Kind
from qse_audit.db.trail import (
    GENESIS,
    Act,
    Event,
    EventText,
    chain_head,
    first_broken,
    read_chain,
    record,
    text_hash,
)
from tests.factories import NOW


def act(session, cast, verb="audit.plan", now=NOW, **texts):
    who = cast.claire
    return record(
        session,
        Act(verb=verb, kind=Kind.AUDIT, subject_id=1, data={"after": "planned"}, texts=texts),
        organisation_id=cast.company,
        actor_id=who.user_id,
        now=now,
    )


def test_the_first_event_follows_the_genesis(session, cast):
    act(session, cast)
    assert session.scalars(select(Event.prev)).one() == GENESIS


def test_each_event_covers_the_one_before(session, cast):
    heads = [act(session, cast) for _ in range(3)]
    session.commit()
    assert [head.seq for head in heads] == [1, 2, 3]
    assert first_broken(read_chain(session, cast.company)) is None
    assert chain_head(session, cast.company) == heads[-1]


def test_a_clock_set_back_does_not_date_an_event_before_the_one_that_it_follows(session, cast):
    for days in (0, 2, -3, 1, 4):
        act(session, cast, now=NOW + timedelta(days=days))
    session.commit()
    events = session.scalars(select(Event).order_by(Event.seq)).all()
    assert [(event.at - NOW).days for event in events] == [0, 2, 2, 2, 4]
    assert all(datetime.fromisoformat(json.loads(e.body)["at"]) == e.at for e in events)


def test_organisations_have_chains_of_their_own(session, cast):
    act(session, cast)
    assert chain_head(session, cast.other_company).seq == 0


def test_words_stay_out_of_the_chain_and_are_vouched_for_by_a_salted_hash(session, cast):
    act(session, cast, title="Achats de Bob")
    event, kept = session.scalars(select(Event)).one(), session.scalars(select(EventText)).one()
    assert "Bob" not in event.body
    assert text_hash(kept.salt, kept.value) in event.body


def test_erasing_the_words_leaves_the_chain_valid(session, cast):
    act(session, cast, title="Achats de Bob")
    session.execute(text("DELETE FROM event_text"))
    session.commit()
    assert first_broken(read_chain(session, cast.company)) is None


@pytest.mark.parametrize("statement", ["UPDATE event SET verb = 'x'", "DELETE FROM event"])
def test_the_database_refuses_to_change_an_event(session, cast, statement):
    act(session, cast)
    session.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(statement))


def test_a_changed_past_shows(session, cast):
    for _ in range(4):
        act(session, cast)
    rows = list(read_chain(session, cast.company))
    rows[1] = (*rows[1][:2], rows[1][2].replace("planned", "closed"), rows[1][3])
    assert first_broken(iter(rows)) == 2
    assert first_broken(iter(rows[1:])) == 1


def test_writers_at_the_same_time_keep_one_chain(engine, session, cast):
    session.rollback()

    def write():
        for _ in range(5):
            with Session(engine) as own:
                act(own, cast)
                own.commit()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert chain_head(session, cast.company).seq == 20
    assert first_broken(read_chain(session, cast.company)) is None


def test_an_event_costs_two_statements(session, cast, statements):
    statements.clear()
    act(session, cast)
    assert len(statements) == 2
