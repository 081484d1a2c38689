"""Several processes at once, and processes that die: once each, never twice, nothing lost."""

import os
import signal
import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from qse_audit.actions.models import Action
from qse_audit.core.clock import PARIS, now
from qse_audit.dashboard.jobs import send_mail
from qse_audit.dashboard.rules import SENDING_LIFE
from qse_audit.db.outbox import Mail, MailState, Notice, post_mail
from qse_audit.db.trail import Act, record
from qse_audit.documents.heads import read_heads
from qse_audit.documents.seal import load_or_make_key
from tests.actions.factories import make_action, make_finding
from tests.factories import today
from tests.scheduler.workers import settings_for
from tests.spawned import begin, spawning

PROCESSES = 4


@pytest.fixture
def spawn(database):
    with spawning("tests.scheduler.workers") as start:
        yield lambda what, port, at, *more: start(what, database, port, at, *more)


def test_four_processes_remind_and_send_each_thing_once(session, cast, serve_mail, spawn):
    finding = make_finding(session, cast)
    owners = [cast.alice, cast.bob, cast.claire, cast.emma, cast.farid]
    made = 0
    for owner in owners:
        for days in (-9, -3, 0, 5, 20):
            make_action(
                session, cast, finding=finding, owner=owner, due_on=today() + timedelta(days=days)
            )
            made += 1
    for action in session.query(Action):
        action.due_set_on = action.due_on - timedelta(days=60)
    session.query(Notice).delete()
    session.commit()
    box = serve_mail()
    at = now().astimezone(PARIS).replace(hour=12).isoformat()
    processes = [spawn("both", box.port, at) for _ in range(PROCESSES)]
    begin(*processes)
    for process in processes:
        assert process.wait(60) == 0, process.stderr.read()
    session.rollback()
    keys = session.scalars(select(Notice.key)).all()
    assert len(keys) == len(set(keys)) == made
    mails = session.scalars(select(Mail)).all()
    assert {m.state for m in mails} == {MailState.SENT}
    received = Counter(str(message["To"]) for message in box.messages)
    assert received == {f"{name}@example.org": 1 for name in ("alice", "bob", "claire", "emma",
                                                              "farid")}  # fmt: skip
    assert all(message.get_content().count("/actions/") == 5 for message in box.messages)


def test_four_processes_sign_the_head_of_a_register_once_a_day(session, cast, spawn, tmp_path):
    for organisation_id in (cast.company, cast.other_company, cast.centre):
        act = Act(verb="organisation.rename", kind="organisation", subject_id=organisation_id)
        record(session, act, organisation_id=organisation_id, actor_id=None, now=now())
    session.commit()
    processes = [spawn("heads", 0, now().isoformat(), tmp_path) for _ in range(PROCESSES)]
    begin(*processes)
    for process in processes:
        assert process.wait(60) == 0, process.stderr.read()
    assert sum(int(process.stdout.read()) for process in processes) == 3
    key = load_or_make_key(tmp_path / "keys" / "seal.pem", now=now()).public
    assert [head.organisation_id for head in read_heads(tmp_path / "heads", key)] == [
        cast.company, cast.other_company, cast.centre,
    ]  # fmt: skip


def test_sixty_mails_among_four_processes_arrive_once_each(session, cast, serve_mail, spawn):
    for n in range(60):
        post_mail(
            session, key=f"k/{n}", address=f"p{n}@example.org", subject="S", text="T", now=now()
        )
    session.commit()
    box = serve_mail()
    processes = [spawn("send", box.port, now().isoformat()) for _ in range(PROCESSES)]
    begin(*processes)
    for process in processes:
        assert process.wait(60) == 0, process.stderr.read()
    received = Counter(str(message["To"]) for message in box.messages)
    assert len(received) == 60
    assert set(received.values()) == {1}


@pytest.mark.parametrize("round_", range(3))
def test_a_process_killed_while_sending_leaves_a_doubt_and_no_second_mail(
    session, cast, serve_mail, spawn, database, round_
):
    for n in range(3):
        post_mail(
            session, key=f"k/{n}", address=f"p{n}@example.org", subject="S", text="T", now=now()
        )
    session.commit()
    box = serve_mail()
    has_text, go_on = threading.Event(), threading.Event()

    def hold():
        if len(box.messages) == round_ + 1:
            has_text.set()
            go_on.wait(20)

    box.on_data = hold
    process = spawn("send", box.port, now().isoformat())
    begin(process)
    assert has_text.wait(20)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    go_on.set()
    session.rollback()
    states = Counter(session.scalars(select(Mail.state)))
    assert states[MailState.SENDING] == 1
    later = now() + SENDING_LIFE + timedelta(minutes=5)
    send_mail(session, later, settings_for(database, box.port))
    session.rollback()
    states = Counter(session.scalars(select(Mail.state)))
    assert states == {MailState.UNCERTAIN: 1, MailState.SENT: 2}
    received = Counter(str(message["To"]) for message in box.messages)
    assert set(received.values()) == {1}, "what was uncertain did not leave again"
    assert len(received) == 3
