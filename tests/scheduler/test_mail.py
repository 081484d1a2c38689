"""Real conversations with a mail server: plain, signed in, encrypted, refused, broken."""

import socket
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from qse_audit.core.clock import now
from qse_audit.dashboard.jobs import send_mail
from qse_audit.dashboard.jobs.mails import BATCH
from qse_audit.dashboard.rules import MAIL_LIFE, RETRY_MINUTES, SENDING_LIFE
from qse_audit.db.outbox import Mail, MailState, post_mail


@pytest.fixture
def posted(session, cast):
    """Post a mail and return it."""

    def posted(address="bob@example.org", key="test/1", subject="Rappel : à faire\nBcc: x@y.z"):
        post_mail(
            session, key=key, address=address, subject=subject, text="Été.\n.\nFin", now=now()
        )
        session.commit()
        return session.scalars(select(Mail).where(Mail.key == key)).one()

    return posted


@pytest.fixture
def through(settings):
    def through(box, **given):
        values = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_security": "none"}
        return replace(settings, **{**values, **given})

    return through


def send(session, settings, at=None):
    count = send_mail(session, at or now(), settings)
    session.expire_all()
    return count


def test_a_mail_leaves_once_with_its_words_and_nothing_injected(
    session, serve_mail, posted, through
):
    box, mail = serve_mail(), posted()
    assert send(session, through(box)) == 1
    assert send(session, through(box)) == 0
    assert (mail.state, mail.text) == (MailState.SENT, "")
    (message,) = box.messages
    assert message["Subject"] == "Rappel : à faire Bcc: x@y.z"
    assert message["Bcc"] is None
    assert message["To"] == "bob@example.org"
    assert message.get_content().splitlines() == ["Été.", ".", "Fin"]
    assert message["Message-ID"].endswith("@localhost>")


def test_without_a_server_nothing_is_touched(session, settings, posted):
    mail = posted()
    assert send(session, settings) == 0
    assert mail.state is MailState.DUE


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_we_sign_in_over_an_encrypted_conversation(
    session, serve_mail, posted, through, certificate, monkeypatch, security
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    context = certificate.context()
    how = (
        {"tls_context": context, "require_starttls": True, "authenticated": True}
        if security == "starttls"
        else {"ssl_context": context}
    )
    box, mail = serve_mail(**how), posted()
    account = (
        {"smtp_user": "qse", "smtp_password": "mot de passe"} if security == "starttls" else {}
    )
    assert send(session, through(box, smtp_security=security, **account)) == 1
    assert mail.state is MailState.SENT
    if security == "starttls":
        assert box.accounts == [("qse", "mot de passe")]


def test_a_server_that_we_cannot_trust_gets_nothing(
    session, serve_mail, posted, through, certificate
):
    box, mail = serve_mail(tls_context=certificate.context()), posted()
    assert send(session, through(box, smtp_security="starttls")) == 0
    assert (mail.state, mail.tries) == (MailState.DUE, 1)
    assert "certificate" in mail.problem.lower()
    assert not box.messages


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_wrong_password_waits_and_gives_up_at_last(session, serve_mail, posted, through):
    box, mail = serve_mail(authenticated=True, auth_require_tls=False), posted()
    settings = through(box, smtp_user="qse", smtp_password="wrong")
    at = now()
    for minutes in RETRY_MINUTES:
        assert send(session, settings, at) == 0
        assert mail.state is MailState.DUE
        assert send(session, settings, at) == 0, "not before its time"
        at += timedelta(minutes=minutes, seconds=1)
    send(session, settings, at)
    assert mail.state is MailState.FAILED
    assert mail.tries == len(RETRY_MINUTES) + 1
    assert "535" in mail.problem


@pytest.mark.parametrize(
    ("answer", "state"),
    [("550 unknown", MailState.FAILED), ("451 try later", MailState.DUE)],
)
def test_a_refused_address_does_not_stop_the_others(
    session, serve_mail, posted, through, answer, state
):
    box = serve_mail()
    box.answers["bob@example.org"] = answer
    mail, other = posted(), posted("emma@example.org", "test/2")
    assert send(session, through(box)) == 1
    assert (mail.state, other.state) == (state, MailState.SENT)
    assert answer in mail.problem


@pytest.mark.parametrize("address", ["not an address", "a@b@c", "é@exemple.fr\r\nRCPT TO:<x@y.z>"])
def test_an_address_that_no_mail_can_go_to_is_given_up(
    session, serve_mail, posted, through, address
):
    box, mail = serve_mail(), posted(address)
    assert send(session, through(box)) == 0
    assert mail.state is MailState.FAILED
    assert not box.messages


def test_a_server_that_dies_with_the_text_leaves_a_doubt(session, posted, through):
    listener = socket.create_server(("127.0.0.1", 0))

    def converse():
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as talk:
            talk.write(b"220 hello\r\n")
            talk.flush()
            while line := talk.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    talk.write(b"354 go on\r\n")
                    talk.flush()
                    while talk.readline() != b".\r\n":
                        pass
                    return
                talk.write(b"250 ok\r\n")
                talk.flush()

    thread = threading.Thread(target=converse, daemon=True)
    thread.start()
    mail = posted()
    box = type("Box", (), {"port": listener.getsockname()[1]})
    assert send(session, through(box)) == 0
    thread.join(5)
    listener.close()
    assert mail.state is MailState.UNCERTAIN
    assert "Disconnected" in mail.problem or "closed" in mail.problem


def test_a_server_that_is_away_is_tried_again(session, posted, through):
    box = type("Box", (), {"port": 1})
    mail = posted()
    assert send(session, through(box)) == 0
    assert (mail.state, mail.tries) == (MailState.DUE, 1)


def test_what_nobody_took_in_time_is_given_up_and_shown(session, serve_mail, posted, through):
    box, mail = serve_mail(), posted()
    assert send(session, through(box), now() + MAIL_LIFE + timedelta(minutes=1)) == 0
    assert mail.state is MailState.FAILED
    assert not box.messages


def test_what_a_dead_process_was_sending_becomes_uncertain(session, serve_mail, posted, through):
    box, mail = serve_mail(), posted()
    mail.state, mail.claimed_by, mail.claimed_at = MailState.SENDING, "dead", now()
    session.commit()
    send(session, through(box))
    assert mail.state is MailState.SENDING, "it may still be alive"
    send(session, through(box), now() + SENDING_LIFE + timedelta(minutes=1))
    assert mail.state is MailState.UNCERTAIN
    assert not box.messages


def test_what_a_dead_process_had_only_claimed_leaves_later(session, serve_mail, posted, through):
    box, mail = serve_mail(), posted()
    mail.state, mail.claimed_by, mail.claimed_at = MailState.CLAIMED, "dead", now()
    session.commit()
    assert send(session, through(box)) == 0
    assert send(session, through(box), now() + SENDING_LIFE + timedelta(minutes=1)) == 1


def test_more_than_one_batch_leaves_in_one_run(session, serve_mail, posted, through):
    box = serve_mail()
    for n in range(BATCH + 5):
        posted(f"p{n}@example.org", f"test/{n}")
    assert send(session, through(box)) == BATCH + 5
    assert len({m["To"] for m in box.messages}) == BATCH + 5
