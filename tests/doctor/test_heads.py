"""What is cut off the end of a register shows by the head that was signed."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from qse_audit.accounts.jobs import sign_heads
from qse_audit.core.clock import day_in_paris
from qse_audit.db.trail import Act, chain_head, record
from qse_audit.doctor.examining import examine
from qse_audit.doctor.heads import heads_of
from qse_audit.documents.seal import load_or_make_key
from qse_audit.documents.store import FileStore
from tests.factories import NOW


@pytest.fixture
def sealed(session, settings, cast):
    """Ten events in one register and three in another, signed a day ago and today."""
    key = load_or_make_key(settings.seal_key_path, now=NOW)
    for organisation_id, count in ((cast.company, 6), (cast.centre, 3)):
        add(session, organisation_id, count)
    sign(session, settings, key, NOW - timedelta(days=1))
    add(session, cast.company, 4)
    sign(session, settings, key, NOW)
    return session


def add(session, organisation_id, count):
    for _ in range(count):
        act = Act(verb="site.add", kind="organisation", subject_id=organisation_id)
        record(session, act, organisation_id=organisation_id, actor_id=None, now=NOW)
    session.commit()


def sign(session, settings, key, at):
    return sign_heads(session, settings.heads_folder, lambda: key, at)


def cut(session, organisation_id, after):
    """Do what the owner of the database can: take the triggers away, then the last events."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        session.execute(text("DROP TRIGGER event_no_delete"))
    session.execute(
        text("DELETE FROM event WHERE organisation_id = :org AND seq > :after"),
        {"org": organisation_id, "after": after},
    )
    session.commit()


def faults(session, settings):
    files = FileStore(settings.files_folder)
    found = examine(session, files, heads=heads_of(settings), now=NOW)
    return [(f.code, f.subject, str(f.message)) for f in found.faults]


def test_nothing_is_wrong_with_a_register_that_has_its_signed_heads(sealed, settings, cast):
    assert faults(sealed, settings) == []
    add(sealed, cast.company, 2)
    assert faults(sealed, settings) == []
    found = examine(sealed, FileStore(settings.files_folder), heads=heads_of(settings), now=NOW)
    assert found.counts["heads"] == 4


def test_the_doctor_misses_the_events_that_were_cut_off_after_a_signature(sealed, settings, cast):
    cut(sealed, cast.company, after=8)
    ((code, subject, message),) = faults(sealed, settings)
    assert (code, subject) == ("events_missing", f"organisation/{cast.company}/event/10")
    assert f"n° 10 signée le {day_in_paris(NOW)}" in message
    assert "s’arrête au n° 8" in message


def test_the_earliest_head_that_is_lost_is_the_one_that_is_told(sealed, settings, cast):
    cut(sealed, cast.company, after=5)
    ((_, subject, message),) = faults(sealed, settings)
    assert subject == f"organisation/{cast.company}/event/6"
    assert f"signée le {day_in_paris(NOW - timedelta(days=1))}" in message


def test_a_register_that_was_emptied_is_missed(sealed, settings, cast):
    cut(sealed, cast.centre, after=0)
    assert [fault[0] for fault in faults(sealed, settings)] == ["events_missing"]


def test_a_chain_cut_and_written_anew_is_told_though_it_holds(sealed, settings, cast):
    cut(sealed, cast.company, after=8)
    for _ in range(5):
        act = Act(verb="site.remove", kind="organisation", subject_id=cast.company)
        record(sealed, act, organisation_id=cast.company, actor_id=None, now=NOW)
    sealed.commit()
    ((code, subject, _),) = faults(sealed, settings)
    assert (code, subject) == ("head_rewritten", f"organisation/{cast.company}/event/10")


def test_a_later_signature_over_a_cut_chain_hides_nothing(sealed, settings, cast):
    cut(sealed, cast.company, after=8)
    key = load_or_make_key(settings.seal_key_path, now=NOW)
    assert sign(sealed, settings, key, NOW + timedelta(days=1)) == 2
    assert [fault[0] for fault in faults(sealed, settings)] == ["events_missing"]


def test_a_head_changed_on_the_disk_is_told(sealed, settings, cast):
    path = settings.heads_folder / str(cast.company) / f"{day_in_paris(NOW)}.json"
    seq = chain_head(sealed, cast.company).seq
    path.write_text(path.read_text().replace(f'"seq":{seq}', '"seq":8'))
    ((code, subject, _),) = faults(sealed, settings)
    assert (code, subject) == ("head_changed", f"heads/{cast.company}/{path.name}")
