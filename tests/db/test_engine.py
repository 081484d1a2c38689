import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Organisation
from qse_audit.db.engine import read_only_options
from qse_audit.db.lease import last_beat, take_lease
from qse_audit.db.numbering import next_reference
from tests.factories import NOW


def test_a_read_only_connection_cannot_write(engine, cast):
    reader = engine.execution_options(**read_only_options(engine))
    with Session(reader) as session:
        organisation = session.get(Organisation, cast.company)
        organisation.name = "Autre"
        with pytest.raises(DBAPIError, match=r"(?i)read.?only"):
            session.flush()


def test_the_same_connection_writes_again_afterwards(engine, cast):
    with engine.execution_options(**read_only_options(engine)).connect() as connection:
        connection.execute(text("SELECT 1"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE organisation SET name = 'Autre'"))


def test_no_update_is_lost_between_a_read_and_its_write(engine, session, cast):
    session.rollback()

    def count():
        for _ in range(10):
            with Session(engine) as own:
                next_reference(own, "AUD", organisation_id=cast.company, year=2026)
                own.commit()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reference = next_reference(session, "AUD", organisation_id=cast.company, year=2026)
    assert reference == "AUD-2026-041"


def test_numbers_start_again_each_year_and_for_each_organisation(session, cast):
    def number(organisation, year):
        return next_reference(session, "AUD", organisation_id=organisation, year=year)

    assert number(cast.company, 2026) == "AUD-2026-001"
    assert number(cast.company, 2026) == "AUD-2026-002"
    assert number(cast.company, 2027) == "AUD-2027-001"
    assert number(cast.other_company, 2026) == "AUD-2026-001"


def test_a_lease_is_held_by_one(session):
    def take(holder, at):
        return take_lease(session, "scheduler", holder=holder, now=at, seconds=60)

    assert take("a", NOW)
    assert not take("b", NOW)
    assert take("a", NOW)
    later = NOW.replace(minute=2)
    assert take("b", later)
    assert last_beat(session, "scheduler") == later
