"""Mails: making one, and the conversation with the server that takes it.

What matters to the outbox is when the conversation broke: before the server had the whole text
nothing was sent and one may try again; after, nobody knows.
"""

import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from qse_audit.core.text import Message
from qse_audit.documents.text import Texts
from qse_audit.paths import templates_dir
from qse_audit.settings import Settings

TIMEOUT_SECONDS = 20
"""How long one step of the conversation may take."""
MAX_PROBLEM_LETTERS = 300


class Outcome(StrEnum):
    """How the attempt to hand one mail over ended."""

    SENT = "sent"
    LATER = "later"
    """Nothing was sent; one may try again."""
    REFUSED = "refused"
    """The server will never take it."""
    UNCERTAIN = "uncertain"
    """It broke while the server had the text: it may or may not leave."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The end of one attempt, and what the server said."""

    outcome: Outcome
    problem: str = ""


def build_message(
    *, key: str, sender: str, address: str, subject: str, text: str, at: datetime
) -> EmailMessage:
    """Return a mail of plain text; the same ``key`` always gives the same Message-ID.

    :raises ValueError: for an address that no mail can go to.
    """
    message = EmailMessage()
    name, plain_sender = parseaddr(sender)
    try:
        message["From"] = Address(name or "qse-audit", addr_spec=plain_sender)
        message["To"] = Address(addr_spec=address)
    except (MessageError, IndexError) as error:
        raise ValueError(f"{address!r} is no mail address") from error
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(at)
    host = plain_sender.rpartition("@")[2] or "localhost"
    message["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text.replace("\r\n", "\n"))
    return message


@contextmanager
def connected(settings: Settings) -> Iterator[smtplib.SMTP]:
    """Open the conversation with the server of the settings; sign in if they say so.

    :raises smtplib.SMTPException, OSError: if it cannot be reached or refuses us.
    """
    host, port = settings.smtp_host, settings.smtp_port
    server: smtplib.SMTP
    if settings.smtp_security == "tls":
        server = smtplib.SMTP_SSL(
            host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    try:
        server.ehlo_or_helo_if_needed()
        if settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        yield server
    finally:
        _leave(server)


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye; a server that is gone already changes nothing."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def deliver(server: smtplib.SMTP, message: EmailMessage) -> Delivery:
    """Hand one mail over and say how it ended; never raises for what the server does."""
    sender, address = (message[name].addresses[0].addr_spec for name in ("From", "To"))
    try:
        options = _options(server, sender, address)
        steps = ((server.mail, (sender, options)), (server.rcpt, (address,)))
        for step, arguments in steps:
            refusal = _judge(*step(*arguments))
            if refusal is not None:
                server.rset()
                return refusal
    except smtplib.SMTPNotSupportedError as error:
        return Delivery(Outcome.REFUSED, _short(error))
    except (smtplib.SMTPException, OSError) as error:
        return Delivery(Outcome.LATER, _short(error))
    try:
        return _judge(*server.data(_bytes(message, bool(options)))) or Delivery(Outcome.SENT)
    except smtplib.SMTPDataError as error:  # DATA itself was refused: no text was sent
        return _judge(error.smtp_code, _raw(error.smtp_error)) or Delivery(Outcome.LATER)
    except (smtplib.SMTPException, OSError) as error:
        return Delivery(Outcome.UNCERTAIN, _short(error))


def _options(server: smtplib.SMTP, *addresses: str) -> list[str]:
    """Return what MAIL needs for addresses outside ASCII.

    :raises smtplib.SMTPNotSupportedError: if the server cannot take them.
    """
    if all(address.isascii() for address in addresses):
        return []
    if not server.has_extn("smtputf8"):
        raise smtplib.SMTPNotSupportedError("the server takes no address outside ASCII")
    server.command_encoding = "utf-8"
    return ["SMTPUTF8", "BODY=8BITMIME"]


def _bytes(message: EmailMessage, utf8: bool) -> bytes:
    return message.as_bytes(policy=policy.SMTPUTF8 if utf8 else policy.SMTP)


def _judge(code: int, answer: bytes) -> Delivery | None:
    """Return how an answer of the server ends the attempt; ``None`` if it goes on."""
    if 200 <= code < 300:
        return None
    outcome = Outcome.REFUSED if code >= 500 else Outcome.LATER
    return Delivery(outcome, f"{code} {answer.decode('utf-8', 'replace')}"[:MAX_PROBLEM_LETTERS])


def _raw(answer: Any) -> bytes:
    return answer if isinstance(answer, bytes) else str(answer).encode()


def _short(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:MAX_PROBLEM_LETTERS]


def mail_text(template: str, locale: str, **values: Any) -> str:
    """Return a mail’s text, ``templates/emails/<template>``, in one language, without a request."""
    texts = Texts(locale)

    def translate(text: str, /, **filled: Any) -> str:
        return texts.translate(Message(text, filled))

    text = (
        _mails()
        .get_template(template)
        .render(**values, _=translate, tr=texts.translate, locale=texts.locale)
    )
    return text.strip() + "\n"


@cache
def _mails() -> Environment:
    return Environment(
        loader=FileSystemLoader(templates_dir() / "emails"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # plain text, never HTML
    )
